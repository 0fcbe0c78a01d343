/**
 * The default backend: where tensors are made when nothing else is said.
 *
 * @module
 */
import { type Backend, BackendError } from "@lucid/backend";

let current: Backend | (() => Backend) | undefined;

/**
 * Makes `backend` the one where new tensors are made; a function is called on first use. Existing tensors stay where
 * they are.
 *
 * @example
 * ```ts
 * setDefaultBackend(createCpuBackend);
 * getDefaultBackend().name; // → "cpu"
 * ```
 */
export function setDefaultBackend(backend: Backend | (() => Backend)): void {
  if (typeof backend !== "function" && !isBackend(backend)) {
    throw new BackendError("setDefaultBackend", `${String(backend)} is not a backend`, [], {
      remedy: "pass a backend or a function that makes one",
    });
  }
  current = backend;
}

/** @throws BackendError unless `value` is a backend. @internal */
export function assertBackend(operation: string, value: unknown): asserts value is Backend {
  if (isBackend(value)) return;
  throw new BackendError(operation, `${String(value)} is not a backend`, [], {
    rule: "one is made by createCpuBackend(), say",
  });
}

/** Whether a value is a backend. @internal */
export function isBackend(value: unknown): value is Backend {
  return typeof (value as Partial<Backend> | null | undefined)?.allocate === "function";
}

/** Sets a default that an earlier or later {@link setDefaultBackend} overrules; for packages that bring one along. */
export function offerDefaultBackend(make: () => Backend): void {
  current ??= make;
}

/**
 * The backend where new tensors are made.
 *
 * @throws BackendError if none was set.
 */
export function getDefaultBackend(): Backend {
  if (typeof current === "function") current = current();
  if (current === undefined) {
    throw new BackendError("getDefaultBackend", "there is no default backend", [], {
      rule: "tensors are made on a backend",
      remedy:
        "install one (npm install @lucid/backend-cpu) and call setDefaultBackend(createCpuBackend), " +
        "or import everything from @lucid/lucid, which brings one along",
    });
  }
  return current;
}
