/**
 * Storages: the memory behind tensors. Several tensors may be views of one storage.
 *
 * @module
 */
import { type Backend, type DeviceBuffer, type DType, dtypes } from "@lucid/backend";
import { type AllocationGroup, countAllocation, countRelease } from "./accounting.js";
import { registerStorage } from "./ownership.js";

/** A buffer on a backend, with who may still need it. */
export class Storage {
  readonly backend: Backend;
  readonly buffer: DeviceBuffer;
  readonly dtype: DType;
  readonly length: number;
  /** Raised by every in-place write; a value saved for the backward pass remembers it. */
  version = 0;
  /** Uses by the library itself: values saved for backward, gradients, parameters, optimizer state. */
  holds = 0;
  /** Whether user code can name it; the library then never frees it of its own accord. */
  escaped = false;
  /** Freed as soon as nothing holds it. */
  released = false;
  /** The buffer has gone back to the backend. */
  freed = false;
  /** @internal */
  readonly group: AllocationGroup;

  constructor(backend: Backend, dtype: DType, length: number) {
    this.backend = backend;
    this.dtype = dtype;
    this.length = length;
    this.buffer = backend.allocate(dtype, length);
    this.group = countAllocation(backend, length * dtypes[dtype].bytes);
    registerStorage(this);
  }

  /** Bytes of the elements, as host arrays count them. */
  get bytes(): number {
    return this.length * dtypes[this.dtype].bytes;
  }

  /** Adds a use by the library. */
  hold(): void {
    this.holds++;
  }

  /** Ends a use by the library, and frees the buffer if that was the last one and nobody else can name it. */
  unhold(): void {
    this.holds--;
    if (this.holds === 0 && this.released) this.free();
  }

  /** Gives the buffer up: at once, or when the last hold ends. */
  release(): void {
    this.released = true;
    if (this.holds === 0) this.free();
  }

  /** @internal */
  private free(): void {
    if (this.freed) return;
    this.freed = true;
    countRelease(this.group, this.bytes);
    this.backend.free(this.buffer);
  }
}
