/**
 * The memory that a nursery manages, and how it grows.
 *
 * @module
 */

/** The memory that a nursery manages. */
export interface NurseryHeap {
  /** All bytes that can be addressed now. After growth, and after anything else that detaches the memory, a new view. */
  readonly bytes: Uint8Array;
  /** The nursery never uses addresses from here on. */
  readonly limit: number;
  /** Makes addresses below `end` (≤ limit) usable; false where the system refuses. */
  grow(end: number): boolean;
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
      // Unshared memory that someone else grew detached the view; a view of shared memory only is too short.
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

/** Whether addresses below `end` can be used; grows the heap by a quarter at least, to grow seldom. */
export function reach(heap: NurseryHeap, end: number): boolean {
  const { length } = heap.bytes;
  if (end <= length) return true;
  const generous = Math.min(Math.max(end, Math.ceil(length * 1.25)), heap.limit);
  return heap.grow(generous) || heap.grow(end);
}
