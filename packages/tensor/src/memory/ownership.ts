/**
 * Who frees a storage. Inside a region of library code (a composed operation, `backward`, a `Sequential`) new storages
 * belong to the library, and leaving the region frees all but the results and what something still holds. What user
 * code can name has *escaped* and is freed by the collector, by `dispose()` or at the end of a `scope`.
 *
 * @module
 */
import { ArgumentError } from "@lucid/backend";
import type { Tensor } from "../tensor/tensor.js";
import type { Storage } from "./storage.js";

/** Storages made in the innermost region, or undefined while user code runs. */
let region: Storage[] | undefined;
/** Storages made in the innermost `scope`. */
let scoped: Storage[] | undefined;

/** @internal Called for every new storage. */
export function registerStorage(storage: Storage): void {
  if (scoped !== undefined) scoped.push(storage);
  if (region === undefined) storage.escaped = true;
  else region.push(storage);
}

/** A tensor, or tensors in arrays and plain records: what a region may return. */
type Holder = { readonly storage: Storage };

function storagesIn(value: unknown, found: Set<Storage>): Set<Storage> {
  if (typeof value !== "object" || value === null) return found;
  const { storage } = value as Partial<Holder>;
  if (storage !== undefined) found.add(storage);
  else if (Array.isArray(value)) for (const item of value) storagesIn(item, found);
  else if (Object.getPrototypeOf(value) === Object.prototype || Object.getPrototypeOf(value) === null) {
    for (const item of Object.values(value)) storagesIn(item, found);
  }
  return found;
}

/**
 * Runs library code as one operation: every tensor made in it that is neither returned (in arrays and plain records too)
 * nor held is freed on return, and all of them on a throw. Composed operations are written in it.
 *
 * @example
 * ```ts
 * const distance = (a: Tensor, b: Tensor): Tensor => owned(() => a.sub(b).square().sum().sqrt());
 * distance(tensor([3, 0]), tensor([0, 4])).item(); // → 5
 * ```
 */
export function owned<R>(operation: () => R): R {
  const outer = region;
  const made: Storage[] = [];
  region = made;
  let result: R | undefined;
  try {
    result = operation();
    return result;
  } finally {
    region = outer;
    leave(made, outer, result);
  }
}

function leave(made: readonly Storage[], outer: Storage[] | undefined, result: unknown): void {
  if (made.length === 0) return;
  const single = (result as Partial<Holder> | undefined | null)?.storage;
  const kept = single === undefined ? storagesIn(result, new Set()) : undefined;
  for (let i = 0; i < made.length; i++) {
    const storage = made[i]!;
    if (storage.escaped || storage.released) continue;
    if (kept === undefined ? storage === single : kept.has(storage)) {
      if (outer === undefined) storage.escaped = true;
      else outer.push(storage);
    } else {
      storage.release();
    }
  }
}

/** Runs user code (a hook, a user's `forward`) from inside library code: what it makes has escaped. */
export function asUser<R>(code: () => R): R {
  const outer = region;
  region = undefined;
  try {
    return code();
  } finally {
    region = outer;
  }
}

/** Marks a tensor as one that user code can name from now on. */
export function markEscaped<T extends Tensor>(tensor: T): T {
  const { storage } = tensor;
  storage.escaped = true;
  if (!storage.freed) storage.released = false;
  return tensor;
}

/**
 * Runs `code` and then frees every tensor made in it except those returned (in arrays and plain records too), gradients
 * and parameters. Values that a graph outside still needs live until its `backward`. On a throw everything is freed.
 *
 * Nothing needs this; it frees at once what would otherwise wait for the collector.
 *
 * @throws ArgumentError if `code` returns a promise: the work after its first `await` would run outside the scope.
 *
 * @example
 * ```ts
 * const total = scope(() => {
 *   const x = ones([1000]);
 *   return x.mul(2).sum();
 * });
 * total.item(); // → 2000
 * ```
 */
export function scope<R>(code: () => R): R {
  assertFunction("scope", code);
  const outer = scoped;
  const made: Storage[] = [];
  scoped = made;
  let result: R | undefined;
  let done = false;
  try {
    result = code();
    refusePromise("scope", result);
    done = true;
    return result;
  } finally {
    scoped = outer;
    const kept = storagesIn(done ? result : undefined, new Set());
    for (const storage of made) {
      if (storage.released) continue;
      if (kept.has(storage)) outer?.push(storage);
      else storage.release();
    }
  }
}

/** @throws ArgumentError unless `value` is a function. */
export function assertFunction(operation: string, value: unknown): asserts value is (...args: never) => unknown {
  if (typeof value === "function") return;
  throw new ArgumentError(operation, `${String(value)} is not a function`);
}

/**
 * @throws ArgumentError if the result of a callback is a promise.
 */
export function refusePromise(operation: string, result: unknown): void {
  if (typeof (result as { then?: unknown } | null | undefined)?.then === "function") {
    throw new ArgumentError(operation, "the callback returned a promise", {
      rule: "the callback must be synchronous: its end is the end of the call",
      remedy: "await before or after it",
    });
  }
}
