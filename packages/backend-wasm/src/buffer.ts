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
  Nursery,
  type NurserySlot,
  OutOfMemoryError,
  type TypedArray,
  type View,
} from "@lucid/backend";
import type { Memory } from "./memory.js";

/** Storage of the wasm backend. */
export interface WasmBuffer extends DeviceBuffer {
  /** Where the bytes are, as the nursery knows it. */
  readonly slot: NurserySlot;
}

/** A view into a {@link WasmBuffer}. */
export type WasmView = View<WasmBuffer>;

/** Large slots are reported to the nursery when the collector finds their buffer unreachable; small ones never. */
const WATCHED = 4096;

/** The buffers of a backend, and where they are. */
export class Buffers {
  readonly memory: Memory;
  readonly nursery: Nursery;

  /** Addresses below `start` are the backend's own. */
  constructor(memory: Memory, start: number) {
    this.memory = memory;
    this.nursery = new Nursery({ heap: memory.heap, start });
  }

  /** Every member of the backend begins with this: addresses of the call before no longer hold. */
  begin(): void {
    this.nursery.begin();
  }

  /** Where an element of a view's buffer is, in bytes; holds until the next {@link begin}. */
  address(view: WasmView): number {
    return this.nursery.address(view.buffer.slot) + view.offset * dtypes[view.dtype].bytes;
  }

  /** Room for the rest of this call, given back by {@link release}. */
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
    if (byteLength > this.memory.heap.limit) {
      const { bytes } = this.nursery.statistics();
      throw new OutOfMemoryError("allocate", byteLength, bytes, this.memory.heap.limit);
    }
    const slot = this.nursery.allocate(byteLength);
    const buffer: WasmBuffer = { dtype, length, slot };
    if (byteLength > WATCHED) this.nursery.watch(buffer, slot);
    return buffer;
  }

  free(buffer: WasmBuffer): void {
    this.nursery.free(buffer.slot);
  }

  write(buffer: WasmBuffer, start: number, values: TypedArray): void {
    this.nursery.begin();
    const bytes = dtypes[buffer.dtype].bytes;
    // The address first: bringing a slot back may make the memory grow, and its views new.
    const address = this.nursery.address(buffer.slot);
    this.memory.view(buffer.dtype).set(values, address / bytes + start);
  }

  read(buffer: WasmBuffer, start: number, length: number): TypedArray {
    this.nursery.begin();
    const first = this.nursery.address(buffer.slot) / dtypes[buffer.dtype].bytes + start;
    return this.memory.view(buffer.dtype).slice(first, first + length);
  }

  /** Does not begin a call: views taken one after another all stay valid. */
  hostView(buffer: WasmBuffer): TypedArray {
    const first = this.nursery.address(buffer.slot) / dtypes[buffer.dtype].bytes;
    return this.memory.view(buffer.dtype).subarray(first, first + buffer.length);
  }

  statistics(): BackendMemory {
    const { bytes, evictedBytes, totalEvictedBytes } = this.nursery.statistics();
    return { bytes, evictedBytes, totalEvictedBytes };
  }
}
