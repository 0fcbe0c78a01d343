/**
 * Buffers: slots of a nursery in the backend's memory.
 *
 * @module
 */
import {
  type BackendMemory,
  type DeviceBuffer,
  type DType,
  dtypes,
  OutOfMemoryError,
  type TypedArray,
  type View,
} from "@lucid/backend";
import { Nursery, type NurseryLease, type NurserySlot } from "@lucid/backend/nursery";
import type { Memory } from "./memory.js";

/** A buffer of the wasm backend. */
export interface WasmBuffer extends DeviceBuffer {
  /** The slot of the nursery that holds the bytes. */
  readonly slot: NurserySlot;
  /** Tells the nursery when this buffer is unreachable. Most small slots need none. */
  readonly lease: NurseryLease | undefined;
}

/** A view into a {@link WasmBuffer}. */
export type WasmView = View<WasmBuffer>;

/** The buffers of a backend. */
export class Buffers {
  readonly memory: Memory;
  readonly nursery: Nursery;

  /** The addresses below `start` belong to the backend itself. */
  constructor(memory: Memory, start: number) {
    this.memory = memory;
    this.nursery = new Nursery({ heap: memory, start });
  }

  /**
   * Begins a call. Every member of the backend calls it first; addresses from earlier calls are not valid afterwards.
   */
  begin(): void {
    this.nursery.begin();
  }

  /**
   * Returns the address of the first element of a view's buffer, in bytes. It is valid until the next {@link begin}.
   */
  address(view: WasmView): number {
    return this.nursery.address(view.buffer.slot) + view.offset * dtypes[view.dtype].bytes;
  }

  /** Allocates memory for the rest of this call. {@link release} gives it back. */
  scratch(byteLength: number): NurserySlot {
    return this.nursery.allocate(byteLength);
  }

  release(slot: NurserySlot): void {
    this.nursery.free(slot);
  }

  /** @throws OutOfMemoryError */
  allocate(dtype: DType, length: number): WasmBuffer {
    this.nursery.begin();
    const byteLength = length * dtypes[dtype].bytes;
    if (byteLength > this.memory.limit) {
      const { bytes } = this.nursery.statistics();
      throw new OutOfMemoryError("allocate", byteLength, bytes, this.memory.limit);
    }
    const slot = this.nursery.allocate(byteLength);
    return { dtype, length, slot, lease: this.nursery.lease(slot) };
  }

  free(buffer: WasmBuffer): void {
    this.nursery.free(buffer.slot);
  }

  write(buffer: WasmBuffer, start: number, values: TypedArray): void {
    this.nursery.begin();
    const bytes = dtypes[buffer.dtype].bytes;
    // The address comes first: bringing a slot back may make the memory grow, and then its views change.
    const address = this.nursery.address(buffer.slot);
    this.memory.view(buffer.dtype).set(values, address / bytes + start);
  }

  read(buffer: WasmBuffer, start: number, length: number): TypedArray {
    this.nursery.begin();
    const { bytes } = dtypes[buffer.dtype];
    const first = this.nursery.address(buffer.slot) / bytes + start;
    this.nursery.copiedOut(length * bytes);
    return this.memory.view(buffer.dtype).slice(first, first + length);
  }

  /**
   * Returns the elements of a buffer. It does not begin a call, so that all views that are taken one after another stay
   * valid.
   */
  hostView(buffer: WasmBuffer): TypedArray {
    const first = this.nursery.address(buffer.slot) / dtypes[buffer.dtype].bytes;
    return this.memory.view(buffer.dtype).subarray(first, first + buffer.length);
  }

  statistics(): BackendMemory {
    const { bytes, evictedBytes, totalEvictedBytes } = this.nursery.statistics();
    return { bytes, evictedBytes, totalEvictedBytes };
  }
}
