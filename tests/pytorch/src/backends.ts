/**
 * The backends that the fixtures run on.
 */
import type { Backend } from "@lucid/backend";
import { createCpuBackend } from "@lucid/backend-cpu";

/** Backends by name. */
export const backends: readonly { readonly name: string; readonly create: () => Backend }[] = [
  { name: "cpu", create: createCpuBackend },
];
