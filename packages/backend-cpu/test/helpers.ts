/** Helpers of the tests in this folder. */
import { contiguousStrides, type DType, dtypes, positionsOf, sizeOf } from "@lucid/backend";
import { allocate, type CpuBuffer, type CpuView, write } from "../src/buffer.js";
import { createCpuBackend } from "../src/index.js";

/** The backend with generated code and with interpreted expressions. */
export const backends = [
  { how: "generated", backend: createCpuBackend({ generate: true }) },
  { how: "interpreted", backend: createCpuBackend({ generate: false }) },
] as const;

/** A contiguous view holding these values. */
export function viewOf(dtype: DType, shape: readonly number[], values: ArrayLike<number>): CpuView {
  const buffer = bufferOf(dtype, values);
  return { buffer, dtype, shape, strides: contiguousStrides(shape), offset: 0 };
}

/** A buffer holding these values. */
export function bufferOf(dtype: DType, values: ArrayLike<number>): CpuBuffer {
  const buffer = allocate(dtype, values.length);
  const array = dtypes[dtype].array(values.length);
  array.set(values);
  write(buffer, 0, array);
  return buffer;
}

/** A contiguous view of elements that no result should leave behind. */
export function outputOf(dtype: DType, shape: readonly number[]): CpuView {
  return viewOf(dtype, shape, new Array<number>(sizeOf(shape)).fill(77));
}

/** The same buffer seen otherwise. */
export function reshaped(
  view: CpuView,
  shape: readonly number[],
  strides: readonly number[],
  offset = view.offset,
): CpuView {
  return { ...view, shape, strides, offset };
}

/** The elements of a view in row-major order. */
export function valuesOf(view: CpuView): number[] {
  return [...positionsOf(view)].map((position) => view.buffer.values[position]!);
}

/** Numbers that look random but are always the same, in [−1, 1). */
export function numbers(count: number, seed = 1): number[] {
  let state = seed;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state / 2147483648;
  });
}
