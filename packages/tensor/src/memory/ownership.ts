/**
 * Which storages the library frees. Library code (a composed operation, `backward`, a `Sequential`) runs in a *region*:
 * new storages belong to the library, and at the end of the region all of them are freed except the results and those
 * that something holds. A storage that user code can reach has *escaped*: the garbage collector frees it, or
 * `dispose()`, or the end of a `scope`.
 *
 * @module
 */
import { ArgumentError, describeValue } from "@lucid/backend";

/** The part of a storage that this module needs. */
interface Owned {
  readonly escaped: boolean;
  readonly released: boolean;
  markEscaped(): void;
  unmarkEscaped(): void;
  release(): void;
}

/** The storages that were made in the innermost region. Undefined while user code runs. */
let region: Owned[] | undefined;
/** What is undone if the innermost region throws: items, each followed by the function that undoes it. */
let undoable: unknown[] | undefined;
/** The storages that were made in the innermost `scope`. */
let scoped: Owned[] | undefined;

/**
 * The storages that were made by the primitives that are running, those of the outermost primitive first. Only the
 * first `made` entries are used.
 */
const running: (Owned | undefined)[] = [];
let made = 0;
let depth = 0;

/** Begins a primitive. {@link freeSince} can free what is allocated from here on. @internal */
export function allocationMark(): number {
  depth++;
  return made;
}

/** Ends a primitive that succeeded. @internal */
export function settleSince(mark: number): void {
  depth--;
  // The array keeps its length, so that calls need not grow it again.
  while (made > mark) running[--made] = undefined;
}

/** Ends a primitive that threw, and frees what it allocated. @internal */
export function freeSince(mark: number): void {
  for (let i = mark; i < made; i++) if (!running[i]!.released) running[i]!.release();
  settleSince(mark);
}

/** @internal Called for every new storage. */
export function registerStorage(storage: Owned): void {
  if (depth > 0) running[made++] = storage;
  if (scoped !== undefined) scoped.push(storage);
  if (region === undefined) storage.markEscaped();
  else region.push(storage);
}

/** A tensor. A region may return tensors, also in arrays and plain records. */
type Holder = { readonly storage: Owned };

function storagesIn(value: unknown, found: Set<Owned>): Set<Owned> {
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
 * Runs library code as one operation. Every tensor that is made in it is freed on return, unless it is held or returned
 * (also in arrays and plain records). If it throws, all are freed. Composed operations are written in it.
 *
 * @example
 * ```ts
 * const distance = (a: Tensor, b: Tensor): Tensor => owned(() => a.sub(b).square().sum().sqrt());
 * distance(tensor([3, 0]), tensor([0, 4])).item(); // → 5
 * ```
 */
export function owned<R>(operation: () => R): R {
  const outer = region;
  const outerUndoable = exchangeUndoable(undefined);
  const made: Owned[] = [];
  region = made;
  let result: R | undefined;
  let done = false;
  try {
    result = operation();
    done = true;
    return result;
  } finally {
    const inner = exchangeUndoable(outerUndoable);
    region = outer;
    if (inner !== undefined) {
      if (!done) undo(inner);
      else if (outer !== undefined) for (const item of inner) (undoable ??= []).push(item);
    }
    leave(made, outer, result);
  }
}

/**
 * {@link owned} for library code that waits. What it makes in a step lives until the whole operation is over, and is then
 * freed unless it is the result. Between the steps user code may run.
 *
 * @param operation - gets a function that runs a step; a step does not wait.
 */
export async function ownedAsync<R>(operation: (step: <T>(code: () => T) => T) => Promise<R>): Promise<R> {
  const made: Owned[] = [];
  let own: unknown[] | undefined;
  const step = <T>(code: () => T): T => {
    const outer = region;
    const outerUndoable = exchangeUndoable(own);
    region = made;
    try {
      return code();
    } finally {
      region = outer;
      own = exchangeUndoable(outerUndoable);
    }
  };
  let result: R | undefined;
  let done = false;
  try {
    result = await operation(step);
    done = true;
    return result;
  } finally {
    if (!done && own !== undefined) undo(own);
    leave(made, undefined, result);
  }
}

/**
 * Makes the library the owner of a tensor that has escaped although user code has never seen it: one that library code has
 * waited for.
 */
export function adopt(tensor: Holder): void {
  const { storage } = tensor;
  if (region === undefined || !storage.escaped) return;
  storage.unmarkEscaped();
  region.push(storage);
}

/**
 * Notes something that outlives the library code which is running, and how it is undone if that throws: a node on the tape
 * keeps tensors alive that would be freed otherwise. What user code does is not undone.
 */
export function undoOnThrow<T>(item: T, undo: (item: T) => void): void {
  if (region !== undefined) (undoable ??= []).push(item, undo);
}

function exchangeUndoable(next: unknown[] | undefined): unknown[] | undefined {
  const before = undoable;
  undoable = next;
  return before;
}

/** Undoes the latest first. */
function undo(items: readonly unknown[]): void {
  for (let i = items.length - 2; i >= 0; i -= 2) (items[i + 1] as (item: unknown) => void)(items[i]);
}

function leave(made: readonly Owned[], outer: Owned[] | undefined, result: unknown): void {
  if (made.length === 0) return;
  const single = (result as Partial<Holder> | undefined | null)?.storage;
  const kept = single === undefined ? storagesIn(result, new Set()) : undefined;
  for (let i = 0; i < made.length; i++) {
    const storage = made[i]!;
    if (storage.escaped || storage.released) continue;
    if (kept === undefined ? storage === single : kept.has(storage)) {
      if (outer === undefined) storage.markEscaped();
      else outer.push(storage);
    } else {
      storage.release();
    }
  }
}

/**
 * Runs user code (a hook, or the `forward` of a user's module) inside library code. Every tensor that it makes has
 * escaped.
 */
export function asUser<R>(code: () => R): R {
  const outer = region;
  const outerUndoable = exchangeUndoable(undefined);
  region = undefined;
  try {
    return code();
  } finally {
    region = outer;
    undoable = outerUndoable;
  }
}

/** Marks a tensor as reachable by user code from now on. */
export function markEscaped<T extends Holder>(tensor: T): T {
  tensor.storage.markEscaped();
  return tensor;
}

/**
 * Runs `code` and then frees every tensor made in it except those returned (in arrays and plain records too), gradients
 * and parameters. Values that a graph outside still needs live until its `backward`. On a throw everything is freed.
 *
 * No program needs this. It frees at once what would otherwise wait for the garbage collector.
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
  const made: Owned[] = [];
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
  throw new ArgumentError(operation, `${describeValue(value)} is not a function`);
}

/** @throws ArgumentError if a callback returned a promise. */
export function refusePromise(operation: string, result: unknown): void {
  if (typeof (result as { then?: unknown } | null | undefined)?.then === "function") {
    // Nobody awaits it any more: if it is rejected, that must not end the program beside the error that is thrown here.
    if (result instanceof Promise) result.catch(() => {});
    throw new ArgumentError(operation, "the callback returned a promise", {
      rule: "the callback must be synchronous, because the call ends when it returns",
      remedy: "await before or after it",
    });
  }
}
