/**
 * The memory of a backend: one WebAssembly memory, reserved at its largest and grown as it is needed.
 *
 * @module
 */
import { BackendError, type NurseryHeap, type TypedArray } from "@lucid/backend";
import type { Engine, WasmMemory } from "./webassembly.js";

const PAGE = 65536;

/** Kernels read whole vectors, up to this many bytes beyond the last element: they are never handed out. */
export const SLACK = 256;

/** Addresses below this one hold arguments of kernels: nothing of the nursery's lies there. */
export const RESERVED = 65536;

/** Reserved at most, in pages: the first of these that the system grants. */
const MAXIMA = [65536, 32768, 16384];

/** The bytes of the memory as arrays of the element types. They change when the memory grows. */
export interface Views {
  readonly float32: Float32Array;
  readonly float64: Float64Array;
  readonly int32: Int32Array;
  readonly uint8: Uint8Array;
  readonly bool: Uint8Array;
}

/** A memory with views of it that are always as long as it is. */
export class Memory {
  readonly wasm: WasmMemory;
  readonly shared: boolean;
  /** In pages. */
  readonly maximum: number;
  /** For the nursery. */
  readonly heap: NurseryHeap;
  #views: Views;
  #usable: Uint8Array;

  /** @throws BackendError where not even the smallest memory can be had. */
  constructor(engine: Engine, shared: boolean, maximumBytes: number | undefined) {
    const made = reserve(engine, shared, maximumBytes);
    this.wasm = made.memory;
    this.maximum = made.maximum;
    this.shared = shared;
    this.#views = viewsOf(this.wasm.buffer);
    this.#usable = usableOf(this.wasm.buffer);
    const self = this;
    this.heap = {
      limit: this.maximum * PAGE - SLACK,
      get bytes(): Uint8Array {
        return self.#usable;
      },
      grow: (end) => this.#grow(end + SLACK),
    };
  }

  /** The views of now. Only the nursery makes the memory grow, so they hold until it is asked for something. */
  get views(): Views {
    return this.#views;
  }

  /** The view for elements of a type. */
  view(dtype: keyof Views): TypedArray {
    return this.#views[dtype];
  }

  #grow(end: number): boolean {
    const missing = Math.ceil((end - this.#views.uint8.length) / PAGE);
    try {
      if (missing > 0) this.wasm.grow(missing);
    } catch {
      return false;
    }
    // Growing detaches views of memory that is not shared; views of shared memory only are too short.
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
  return {
    float32: new Float32Array(buffer),
    float64: new Float64Array(buffer),
    int32: new Int32Array(buffer),
    uint8,
    bool: uint8,
  };
}

function usableOf(buffer: ArrayBufferLike): Uint8Array {
  return new Uint8Array(buffer, 0, buffer.byteLength - SLACK);
}
