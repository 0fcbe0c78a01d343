/**
 * The memory that a nursery manages, and how it grows.
 *
 * @module
 */

/** Addresses, of which those below a size can be used, and more after it has grown. */
export interface GrowableHeap {
  /** Addresses from here on are never used. */
  readonly limit: number;
  /** Makes addresses below `end` (≤ limit) usable. Returns false if the system refuses. */
  grow(end: number): boolean;
}

/** The memory that a nursery manages. */
export interface NurseryHeap extends GrowableHeap {
  /** All bytes that can be addressed now. It is a new view after the memory has grown or was detached. */
  readonly bytes: Uint8Array;
}

/** What {@link memoryHeap} needs of a `WebAssembly.Memory`, shared or not. */
export interface GrowableMemory {
  readonly buffer: ArrayBufferLike;
  grow(pages: number): number;
}

const PAGE = 65536;

/**
 * A WebAssembly memory as a heap. `limit` is its maximum in bytes.
 *
 * @example
 * ```ts
 * const memory = new WebAssembly.Memory({ initial: 1, maximum: 64 });
 * const heap = memoryHeap(memory, 64 * 65536);
 * heap.grow(100_000); // → true
 * heap.bytes.length; // → 131072
 * ```
 */
export function memoryHeap(memory: GrowableMemory, limit: number): NurseryHeap {
  let bytes = new Uint8Array(memory.buffer);
  return {
    limit,
    get bytes(): Uint8Array {
      // If someone else grows unshared memory, the view is detached and has length 0. A view of shared memory stays
      // valid.
      if (bytes.length === 0) bytes = new Uint8Array(memory.buffer);
      return bytes;
    },
    grow(end: number): boolean {
      const missing = Math.ceil((end - memory.buffer.byteLength) / PAGE);
      try {
        if (missing > 0) memory.grow(missing);
      } catch {
        return false;
      }
      bytes = new Uint8Array(memory.buffer);
      return true;
    },
  };
}

/**
 * Returns whether addresses below `end` can be used, in a heap of `length` bytes. If it must grow, it grows by at least a
 * quarter, so this is rare.
 */
export function reach(heap: GrowableHeap, length: number, end: number): boolean {
  if (end <= length) return true;
  const generous = Math.min(Math.max(end, Math.ceil(length * 1.25)), heap.limit);
  return heap.grow(generous) || heap.grow(end);
}
