/**
 * Failures that a device reports later than the call was made. Every storage knows the calls without an answer that its
 * elements were computed from. If one of them failed, reading the storage throws, and reading anything else does not.
 *
 * @module
 */
import {
  type Backend,
  BackendError,
  type Deferred,
  type DeviceBuffer,
  IndexOutOfRangeError,
  rootOf,
} from "@lucid/backend";

/** A call that may turn out to have failed. */
export interface PendingCall {
  /** Calls are numbered in the order in which they were made. */
  readonly number: number;
  /** The name of the operation that the user called. */
  readonly operation: string;
  readonly deferred: Deferred;
}

/** The part of a storage that this module needs. */
interface Dependent {
  /** The calls without an answer that its elements were computed from, in their order. */
  pending: readonly PendingCall[];
  /** The number of its elements. */
  readonly length: number;
  readonly backend: Backend;
  readonly buffer: DeviceBuffer;
  readonly freed: boolean;
}

/** The part of a tensor that this module needs. */
interface Holder {
  readonly storage: Dependent;
  readonly layout: { readonly shape: readonly number[] };
}

const NONE: readonly PendingCall[] = [];
/**
 * After so many deferred calls, and if a tensor depends on so many calls without an answer, the device is asked for
 * answers.
 */
const ASK_AT = 256;
/** The most calls without an answer that a tensor may depend on. */
const MOST_PENDING = 4096;

/** Whether any call was ever deferred. Programs on other backends skip everything here. */
let deferring = false;
let calls = 0;

/** Whether any call was ever deferred. If not, no storage depends on a call without an answer. */
export function hasDeferredCalls(): boolean {
  return deferring;
}

/** Records that the elements of some storages come from a call whose outcome is not known yet. */
export function defer(storages: readonly Dependent[], operation: string, deferred: Deferred): void {
  deferring = true;
  const call: PendingCall = { number: calls++, operation, deferred };
  for (const storage of storages) storage.pending = [...storage.pending, call];
  const { backend } = storages[0]!;
  if (backend.readSync !== undefined) return;
  const root = rootOf(backend);
  const count = (unasked.get(root) ?? 0) + 1;
  unasked.set(root, count % ASK_AT);
  if (count === ASK_AT) askLater(storages[0]!);
}

/** @throws IndexOutOfRangeError, in the name of the call, if it is known to have failed. */
function assertOne({ operation, deferred }: PendingCall): void {
  const failure = deferred.failure();
  if (failure === null || failure === undefined) return;
  throw new IndexOutOfRangeError(operation, failure.index, failure.size, {
    cause: failure,
    rule: "the device found it after the call, so that what was computed from its result has no values",
  });
}

/**
 * @throws IndexOutOfRangeError, in the name of the call, if a call that the storage depends on is known to have failed.
 */
export function assertSucceeded(storage: Dependent): void {
  if (storage.pending.length === 0) return;
  const open = storage.pending.filter(({ deferred }) => deferred.failure() !== null);
  if (open.length < storage.pending.length) storage.pending = open;
  for (const call of open) assertOne(call);
}

/**
 * Does what {@link assertSucceeded} does up to the first call without an answer. Devices answer in the order of calls, so
 * there is mostly nothing behind it, and looking costs the same however many calls are waiting.
 */
function settle(storage: Dependent): void {
  const { pending } = storage;
  let answered = 0;
  while (answered < pending.length && pending[answered]!.deferred.failure() === null) answered++;
  if (answered > 0) storage.pending = answered === pending.length ? NONE : pending.slice(answered);
  if (answered < pending.length) assertOne(pending[answered]!);
}

/** The unions that were computed last: the parameters of a model depend on the same calls, and share one list of them. */
const recent: {
  readonly a: readonly PendingCall[];
  readonly b: readonly PendingCall[];
  union: readonly PendingCall[];
}[] = [];
const RECENT = 4;

/** Returns the calls of both lists, each call once. If one list contains the other, the result is that list itself. */
function unionOf(a: readonly PendingCall[], b: readonly PendingCall[]): readonly PendingCall[] {
  if (a === b || b.length === 0) return a;
  if (a.length === 0) return b;
  for (const known of recent) if (known.a === a && known.b === b) return known.union;
  const merged: PendingCall[] = [];
  for (let i = 0, j = 0; i < a.length || j < b.length; ) {
    const first = a[i]?.number ?? Number.POSITIVE_INFINITY;
    const second = b[j]?.number ?? Number.POSITIVE_INFINITY;
    merged.push(first <= second ? a[i]! : b[j]!);
    if (first <= second) i++;
    if (second <= first) j++;
  }
  const union = merged.length === a.length ? a : merged.length === b.length ? b : merged;
  if (recent.length === RECENT) recent.shift();
  recent.push({ a, b, union });
  return union;
}

/** By the root of a backend: how many calls were deferred since it was asked for answers last. */
const unasked = new WeakMap<Backend, number>();
/** The roots of the backends that were asked for answers and have not given them. */
const asked = new WeakSet<Backend>();

/** Asks a device for answers. They are known when the program has returned to the event loop. */
function askLater({ backend, buffer }: Dependent): void {
  const root = rootOf(backend);
  if (asked.has(root)) return;
  asked.add(root);
  const answered = (): void => {
    asked.delete(root);
  };
  // A device that is lost says so at the next call.
  (async () => backend.synchronize?.() ?? backend.read(buffer, 0, 0))().then(answered, answered);
}

/** Returns the calls that some storages depend on. */
function pendingOf(inputs: readonly Holder[]): readonly PendingCall[] {
  let found = NONE;
  for (const { storage } of inputs) {
    if (storage.pending.length === 0) continue;
    settle(storage);
    found = unionOf(found, storage.pending);
  }
  return found;
}

/**
 * Returns the calls that some storages depend on, of which there is a bounded number.
 *
 * @throws BackendError if there are too many, because the device is never given the time to answer.
 */
function boundedPendingOf(operation: string, inputs: readonly Holder[]): readonly PendingCall[] {
  const found = pendingOf(inputs);
  if (found.length < ASK_AT) return found;
  const { storage } = inputs.find((input) => input.storage.pending.length > 0)!;
  const { backend, buffer } = storage;
  if (backend.readSync !== undefined && !storage.freed) {
    backend.readSync(buffer, 0, 0);
    return pendingOf(inputs);
  }
  askLater(storage);
  if (found.length < MOST_PENDING) return found;
  throw new BackendError(operation, `${found.length} calls have no answer from ${backend.name} yet`, [backend.name], {
    rule: "the device answers while the program waits, and the framework remembers every call until then",
    remedy: "await backend.synchronize?.() or a read in every few steps of the loop",
  });
}

/** The calls that the results of a call depend on, besides the call itself. */
export interface Inherited {
  readonly calls: readonly PendingCall[];
  /** The storages that the call overwrites entirely, with the calls that they depended on before. */
  readonly replaced: readonly (readonly [Dependent, readonly PendingCall[]])[];
}

/**
 * Returns the calls that the results of a primitive will depend on, before the primitive runs. A target that is
 * overwritten entirely no longer depends on its old elements.
 *
 * @throws IndexOutOfRangeError if an input is known to come from a failed call; BackendError if the inputs depend on too
 * many calls without an answer.
 */
export function inherit(operation: string, inputs: readonly Holder[], targets: readonly Holder[] = []): Inherited {
  const pending = boundedPendingOf(operation, inputs);
  const replaced: (readonly [Dependent, readonly PendingCall[]])[] = [];
  for (const { storage, layout } of targets) {
    const size = layout.shape.reduce((product, length) => product * length, 1);
    if (storage.pending.length === 0 || size !== storage.length) continue;
    replaced.push([storage, storage.pending]);
    storage.pending = NONE;
  }
  return { calls: pending, replaced };
}

/** Makes the results depend on these calls, after the primitive has run. */
export function passOnPending({ calls: pending }: Inherited, results: readonly Holder[]): void {
  if (pending.length === 0) return;
  for (const { storage } of results) storage.pending = unionOf(pending, storage.pending);
}

/** Restores what the targets depended on, after the primitive has thrown and overwritten nothing. */
export function restorePending({ replaced }: Inherited): void {
  for (const [storage, before] of replaced) storage.pending = before;
}

/** Runs code of a backend. What it says about an index value is thrown in the name of the operation that was called. */
export function namingIndices<R>(operation: string, code: () => R): R {
  try {
    return code();
  } catch (error) {
    if (!(error instanceof IndexOutOfRangeError) || error.operation === operation) throw error;
    throw new IndexOutOfRangeError(operation, error.index, error.size, { cause: error });
  }
}
