/**
 * Buffers. Each is one typed array, which the garbage collector frees.
 *
 * @module
 */
import { type DeviceBuffer, type DType, dtypes, OutOfMemoryError, type TypedArray, type View } from "@lucid/backend";

/** A buffer of the cpu backend. */
export interface CpuBuffer extends DeviceBuffer {
  /** The elements; `bool` is kept as 0 and 1 in a `Uint8Array`. */
  readonly values: TypedArray;
}

/** A view into a {@link CpuBuffer}. */
export type CpuView = View<CpuBuffer>;

/** The size of the longest typed array in today's 64-bit engines. It is only shown in errors. */
const LARGEST_ARRAY_BYTES = 2 ** 33;

/** @throws OutOfMemoryError if the JavaScript engine refuses an array of that length. */
function newArray<A>(operation: string, make: (length: number) => A, length: number, bytes: number): A {
  try {
    return make(length);
  } catch (cause) {
    throw new OutOfMemoryError(operation, length * bytes, 0, LARGEST_ARRAY_BYTES, {
      rule: "the JavaScript engine refuses an array of that length",
      cause,
    });
  }
}

/**
 * Makes a buffer. Errors name `operation`.
 *
 * @throws OutOfMemoryError if the JavaScript engine refuses an array of that length.
 */
export function allocate(dtype: DType, length: number, operation = "allocate"): CpuBuffer {
  return { dtype, length, values: newArray(operation, dtypes[dtype].array, length, dtypes[dtype].bytes) };
}

const makeFloats = (length: number): Float64Array => new Float64Array(length);
const makeIntegers = (length: number): Int32Array => new Int32Array(length);

/** Working memory for floating numbers. An operation makes it before it writes anything. @throws OutOfMemoryError */
export function newFloats(operation: string, length: number): Float64Array {
  return newArray(operation, makeFloats, length, 8);
}

/** Working memory for integers. An operation makes it before it writes anything. @throws OutOfMemoryError */
export function newIntegers(operation: string, length: number): Int32Array {
  return newArray(operation, makeIntegers, length, 4);
}

/** Copies host values into the buffer from position `start`. */
export function write(buffer: CpuBuffer, start: number, values: TypedArray): void {
  buffer.values.set(values, start);
}

/** A copy of `length` elements from position `start`. */
export function read(buffer: CpuBuffer, start: number, length: number): TypedArray {
  return buffer.values.slice(start, start + length);
}
