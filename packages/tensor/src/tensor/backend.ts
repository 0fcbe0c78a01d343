/**
 * The default backend, on which tensors are made unless an option names another one.
 *
 * @module
 */
import { type Backend, BackendError, describeValue } from "@lucid/backend";

let current: Backend | (() => Backend) | undefined;

/**
 * Sets the backend on which new tensors are made. A function is called on first use. Existing tensors stay where they
 * are.
 *
 * @example
 * ```ts
 * setDefaultBackend(createCpuBackend);
 * getDefaultBackend().name; // → "cpu"
 * ```
 */
export function setDefaultBackend(backend: Backend | (() => Backend)): void {
  if (typeof backend !== "function" && !isBackend(backend)) {
    throw new BackendError("setDefaultBackend", `${describeValue(backend)} is not a backend`, [], {
      remedy: "pass a backend or a function that makes one",
    });
  }
  current = backend;
}

/** @throws BackendError unless `value` is a backend. @internal */
export function assertBackend(operation: string, value: unknown): asserts value is Backend {
  if (isBackend(value)) return;
  throw new BackendError(operation, `${describeValue(value)} is not a backend`, [], {
    rule: "createCpuBackend() makes one, for example",
  });
}

/** Whether a value is a backend. @internal */
export function isBackend(value: unknown): value is Backend {
  return typeof (value as Partial<Backend> | null | undefined)?.allocate === "function";
}

/**
 * Sets the default backend unless {@link setDefaultBackend} does so, earlier or later. Packages that bring a backend
 * along call it.
 */
export function offerDefaultBackend(make: () => Backend): void {
  current ??= make;
}

/**
 * Returns the backend on which new tensors are made.
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
