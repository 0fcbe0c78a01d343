/**
 * The backends of the repository, by the names that reports and commands use.
 */
import type { Backend } from "@lucid/backend";
import { createBlasBackend } from "@lucid/backend-blas";
import { createCpuBackend } from "@lucid/backend-cpu";
import { createWasmBackend } from "@lucid/backend-wasm";
import { createWebGpuBackend } from "@lucid/backend-webgpu";
import { createMinimalBackend } from "minimal-backend";
import { useSoftwareDriver } from "./software-driver.js";

/** A backend with its description. */
export interface KnownBackend {
  readonly name: string;
  readonly about: string;
  /** Makes the backend. Throws a `BackendError`, or rejects with it, if the machine cannot run it. */
  readonly create: () => Backend | Promise<Backend>;
}

export const backends: readonly KnownBackend[] = [
  { name: "cpu", about: "`@lucid/backend-cpu`", create: () => createCpuBackend() },
  {
    name: "cpu-interpreted",
    about: "`@lucid/backend-cpu` where a page forbids code generation",
    create: () => createCpuBackend({ generate: false }),
  },
  { name: "minimal", about: "`apps/minimal-backend`", create: () => createMinimalBackend() },
  { name: "wasm", about: "`@lucid/backend-wasm`", create: () => createWasmBackend() },
  {
    name: "blas",
    about: "`@lucid/backend-blas` over `@lucid/backend-cpu`, every product the library's",
    create: () => createBlasBackend(createCpuBackend(), { smallest: 0 }),
  },
  {
    name: "webgpu",
    about: "`@lucid/backend-webgpu` in Node, on a driver that computes on the processor (SwiftShader)",
    create: async () => {
      useSoftwareDriver();
      return await createWebGpuBackend();
    },
  },
];

/**
 * Finds a backend by its name.
 *
 * @throws Error that lists the known names, if there is no such backend.
 */
export function backendNamed(name: string): KnownBackend {
  const found = backends.find((backend) => backend.name === name);
  if (found !== undefined) return found;
  throw new Error(`no backend "${name}": there are ${backends.map((backend) => backend.name).join(", ")}`);
}
