/**
 * The backends of the repository, by the names that reports and commands use.
 */
import type { Backend } from "@lucid/backend";
import { createBlasBackend } from "@lucid/backend-blas";
import { createCpuBackend } from "@lucid/backend-cpu";
import { createWasmBackend } from "@lucid/backend-wasm";
import { createMinimalBackend } from "minimal-backend";

/** A backend and what it is. */
export interface KnownBackend {
  readonly name: string;
  readonly about: string;
  /** Throws a `BackendError` where the machine lacks what it needs. */
  readonly create: () => Backend;
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
];

/** @throws Error naming the backends there are. */
export function backendNamed(name: string): KnownBackend {
  const found = backends.find((backend) => backend.name === name);
  if (found !== undefined) return found;
  throw new Error(`no backend "${name}": there are ${backends.map((backend) => backend.name).join(", ")}`);
}
