/**
 * The memory of a backend: one WebAssembly memory, which is reserved at its largest size and grows as needed.
 *
 * @module
 */
import { BackendError, type TypedArray } from "@lucid/backend";
import type { NurseryHeap } from "@lucid/backend/nursery";
import type { Engine, WasmMemory } from "./webassembly.js";

const PAGE = 65536;

/** Kernels read whole vectors, up to this many bytes beyond the last element. These bytes are never allocated. */
export const SLACK = 256;

/** Addresses below this one hold the arguments of kernels. The nursery does not use them. */
export const RESERVED = 65536;

/** The sizes to reserve, in pages. The first that the system grants is used. */
const MAXIMA = [65536, 32768, 16384];

/** The bytes of the memory as arrays of the element types. They change when the memory grows. */
export interface Views {
  readonly float32: Float32Array;
  readonly float64: Float64Array;
  readonly int32: Int32Array;
  readonly uint8: Uint8Array;
  readonly bool: Uint8Array;
  readonly float16: Uint16Array;
  readonly bfloat16: Uint16Array;
}

/** A memory together with views that are always as long as it is. It is the heap of the nursery. */
export class Memory implements NurseryHeap {
  readonly wasm: WasmMemory;
  readonly shared: boolean;
  /** The maximum size in pages. */
  readonly maximum: number;
  readonly limit: number;
  #views: Views;
  #usable: Uint8Array;

  /** @throws BackendError if the system refuses even the smallest memory. */
  constructor(engine: Engine, shared: boolean, maximumBytes: number | undefined) {
    const made = reserve(engine, shared, maximumBytes);
    this.wasm = made.memory;
    this.maximum = made.maximum;
    this.shared = shared;
    this.#views = viewsOf(this.wasm.buffer);
    this.#usable = usableOf(this.wasm.buffer);
    this.limit = this.maximum * PAGE - SLACK;
  }

  get bytes(): Uint8Array {
    return this.#usable;
  }

  /**
   * The present views. They are valid until the nursery is asked for something, because only the nursery makes the
   * memory grow.
   */
  get views(): Views {
    return this.#views;
  }

  /** Returns the view for elements of a type. */
  view(dtype: keyof Views): TypedArray {
    return this.#views[dtype];
  }

  grow(end: number): boolean {
    const missing = Math.ceil((end + SLACK - this.#views.uint8.length) / PAGE);
    try {
      if (missing > 0) this.wasm.grow(missing);
    } catch {
      return false;
    }
    // When the memory has grown, views of unshared memory are detached, and views of shared memory are too short.
    this.#views = viewsOf(this.wasm.buffer);
    this.#usable = usableOf(this.wasm.buffer);
    return true;
  }
}

function reserve(
  engine: Engine,
  shared: boolean,
  maximumBytes: number | undefined,
): { readonly memory: WasmMemory; readonly maximum: number } {
  const asked = maximumBytes === undefined ? undefined : Math.ceil((maximumBytes + SLACK) / PAGE);
  let cause: unknown;
  for (const maximum of asked === undefined ? MAXIMA : [asked]) {
    try {
      const initial = Math.min(16, maximum);
      return { memory: new engine.Memory({ initial, maximum, shared }), maximum };
    } catch (error) {
      cause = error;
    }
  }
  const bytes = (asked ?? MAXIMA[MAXIMA.length - 1]!) * PAGE;
  throw new BackendError("createWasmBackend", `no memory of ${bytes} bytes can be reserved`, ["wasm"], { cause });
}

function viewsOf(buffer: ArrayBufferLike): Views {
  const uint8 = new Uint8Array(buffer);
  const halves = new Uint16Array(buffer);
  return {
    float32: new Float32Array(buffer),
    float64: new Float64Array(buffer),
    int32: new Int32Array(buffer),
    uint8,
    bool: uint8,
    float16: halves,
    bfloat16: halves,
  };
}

function usableOf(buffer: ArrayBufferLike): Uint8Array {
  return new Uint8Array(buffer, 0, buffer.byteLength - SLACK);
}
