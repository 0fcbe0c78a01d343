/**
 * Storages: the memory of tensors. Several tensors may be views of one storage.
 *
 * @module
 */
import {
  type Backend,
  BackendError,
  type DeviceBuffer,
  type DType,
  DTypeError,
  dtypes,
  heldTypes,
  type TypedArray,
} from "@lucid/backend";
import { type AllocationGroup, countAllocation, countRelease } from "./accounting.js";
import type { PendingCall } from "./failures.js";
import { registerStorage } from "./ownership.js";

/** Whether tensors of a type are used as positions or masks. */
const isIndexType = (dtype: DType): boolean => dtype === "int32" || dtypes[dtype].kind === "bool";

const NO_CALLS: readonly PendingCall[] = [];

/**
 * A buffer on a backend, and who still needs it.
 *
 * It is *owned* by the library at first. It has *escaped* once user code can reach it: then only the user, a `scope` or
 * the garbage collector ends it. It is *released* when its owner has given it up, and *freed* when, besides, nothing
 * holds it:
 *
 *     owned ──markEscaped──▶ escaped
 *       │ release               │ release (dispose, scope)
 *       ▼                       ▼
 *     released ──────last unhold──────▶ freed
 *
 * A released storage that is still held can escape again, when user code asks for what holds it (`.grad`).
 */
export class Storage {
  readonly backend: Backend;
  readonly buffer: DeviceBuffer;
  readonly dtype: DType;
  readonly length: number;
  /** The number of in-place writes so far. A value that is saved for the backward pass remembers it. */
  version = 0;
  /** How many uses the library has for it: values saved for backward, gradients, parameters, optimizer state. */
  holds = 0;
  /** The calls without an answer that its elements were computed from; see `failures.ts`. */
  pending: readonly PendingCall[] = NO_CALLS;
  /** @internal */
  readonly group: AllocationGroup;
  #hostValues: TypedArray | undefined;
  #escaped = false;
  #released = false;
  #freed = false;

  constructor(backend: Backend, dtype: DType, length: number) {
    this.backend = backend;
    this.dtype = dtype;
    this.length = length;
    this.buffer = backend.allocate(dtype, length);
    this.group = countAllocation(backend, length * dtypes[dtype].bytes);
    registerStorage(this);
  }

  /** Whether user code can reach it. The library never frees such a storage by itself. */
  get escaped(): boolean {
    return this.#escaped;
  }

  /** Whether its owner gave it up. It is freed as soon as nothing holds it. */
  get released(): boolean {
    return this.#released;
  }

  /** Whether the buffer was given back to the backend. */
  get freed(): boolean {
    return this.#freed;
  }

  /** The bytes of its elements, as host arrays count them. */
  get bytes(): number {
    return this.length * dtypes[this.dtype].bytes;
  }

  /**
   * The elements of an int32 or bool buffer that was filled from the host and not written since, if its backend cannot
   * be read synchronously. So masks and indices that came from the host are never read from the device.
   */
  get hostValues(): TypedArray | undefined {
    return this.version === 0 ? this.#hostValues : undefined;
  }

  /** Fills the new buffer with values from the host. The storage may keep the array. */
  fill(values: TypedArray): void {
    const { backend, dtype } = this;
    backend.write(this.buffer, 0, values);
    if (backend.readSync === undefined && isIndexType(dtype)) this.#hostValues = values;
  }

  /** Marks it as reachable by user code from now on. */
  markEscaped(): void {
    this.#escaped = true;
    if (!this.#freed) this.#released = false;
  }

  /** No user code can reach it after all; see `adopt`. */
  unmarkEscaped(): void {
    this.#escaped = false;
  }

  /** Adds a use by the library. */
  hold(): void {
    this.holds++;
  }

  /** Ends a use by the library, and frees the buffer if it was the last one and the storage was released. */
  unhold(): void {
    this.holds--;
    if (this.holds === 0 && this.#released) this.#free();
  }

  /** Gives the buffer up. It is freed at once, or when the last use by the library ends. */
  release(): void {
    this.#released = true;
    if (this.holds === 0) this.#free();
  }

  #free(): void {
    if (this.#freed) return;
    this.#freed = true;
    this.#hostValues = undefined;
    countRelease(this.group, this.bytes);
    this.backend.free(this.buffer);
  }
}

/**
 * Makes a storage.
 *
 * @throws DTypeError if the backend cannot hold `dtype`; BackendError if it cannot hold this number of elements in a
 * buffer.
 * @internal
 */
export function makeStorage(backend: Backend, dtype: DType, length: number): Storage {
  const { capabilities } = backend;
  if (!heldTypes(capabilities).includes(dtype)) throwNotHeld(backend, dtype);
  const most = capabilities.limits?.bufferElements;
  if (most !== undefined && length > most) throwTooLarge(backend, length, most);
  return new Storage(backend, dtype, length);
}

function throwNotHeld({ name, capabilities }: Backend, dtype: DType): never {
  throw new DTypeError("Tensor", `the backend ${name} cannot hold ${dtype}`, [dtype], {
    rule: `it holds ${heldTypes(capabilities).join(", ")}`,
  });
}

function throwTooLarge({ name }: Backend, length: number, most: number): never {
  throw new BackendError("Tensor", `${length} elements do not fit a buffer of ${name}`, [name], {
    rule: `it holds at most ${most}`,
  });
}
