/**
 * Buffers: one typed array each, owned by the garbage collector.
 *
 * @module
 */
import { type DeviceBuffer, type DType, dtypes, OutOfMemoryError, type TypedArray, type View } from "@lucid/backend";

/** Storage of the cpu backend. */
export interface CpuBuffer extends DeviceBuffer {
  /** The elements; `bool` is kept as 0 and 1 in a `Uint8Array`. */
  readonly values: TypedArray;
}

/** A view into a {@link CpuBuffer}. */
export type CpuView = View<CpuBuffer>;

/** Longest typed array that today's engines make (2³³ bytes on 64 bits); only reported in errors. */
const LARGEST_ARRAY_BYTES = 2 ** 33;

/**
 * A new buffer.
 *
 * @throws OutOfMemoryError if the JavaScript engine refuses an array of that length.
 */
export function allocate(dtype: DType, length: number): CpuBuffer {
  let values: TypedArray;
  try {
    values = dtypes[dtype].array(length);
  } catch (cause) {
    throw new OutOfMemoryError("allocate", length * dtypes[dtype].bytes, 0, LARGEST_ARRAY_BYTES, {
      rule: "the JavaScript engine refuses an array of that length",
      cause,
    });
  }
  return { dtype, length, values };
}

/** Copies host values into the buffer from position `start`. */
export function write(buffer: CpuBuffer, start: number, values: TypedArray): void {
  buffer.values.set(values, start);
}

/** A copy of `length` elements from position `start`. */
export function read(buffer: CpuBuffer, start: number, length: number): TypedArray {
  return buffer.values.slice(start, start + length);
}
