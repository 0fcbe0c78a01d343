/** Values in and out of tensors, without the operations that are tested. */
import { contiguousStrides, type DType, dtypes, sizeOf } from "@lucid/backend";
import { createCpuBackend } from "@lucid/backend-cpu";
import { readElementsSync } from "../src/memory/elements.js";
import { setDefaultBackend } from "../src/tensor/backend.js";
import type { TensorData } from "../src/tensor/data.js";
import { Tensor } from "../src/tensor/tensor.js";

setDefaultBackend(createCpuBackend());

/** A tensor of literal data. */
export function tensor(data: TensorData, dtype?: DType): Tensor {
  return new Tensor(data, dtype === undefined ? {} : { dtype });
}

/** Flat values under a shape. */
export function shaped(values: readonly number[], shape: readonly number[], dtype: DType = "float32"): Tensor {
  const flat = new Tensor(values, { dtype });
  return new Tensor({ storage: flat.storage, layout: { ...flat.layout, shape, strides: contiguousStrides(shape) } });
}

/** 0, 1, 2 … under a shape. */
export function counted(shape: readonly number[], dtype: DType = "float32"): Tensor {
  return shaped(
    Array.from({ length: sizeOf(shape) }, (_, i) => i),
    shape,
    dtype,
  );
}

/** Numbers, and lists of them. */
export type Nested = number | readonly Nested[];

/** The elements as nested arrays. */
export function arrayOf(x: Tensor): Nested {
  const values = flatOf(x);
  const build = (axis: number, start: number, size: number): Nested => {
    if (axis === x.ndim) return values[start]!;
    const count = x.shape[axis]!;
    const step = count === 0 ? 0 : size / count;
    return Array.from({ length: count }, (_, i) => build(axis + 1, start + i * step, step));
  };
  return build(0, 0, values.length);
}

/** The elements in row-major order. */
export function flatOf(x: Tensor): readonly number[] {
  return Array.from(readElementsSync("test", x, "data"));
}

/** The largest distance from the expected numbers, relative where they exceed 1; equal where both are NaN or the same infinity. */
export function distance(actual: readonly number[], expected: readonly number[]): number {
  if (actual.length !== expected.length) return Infinity;
  return expected.reduce((worst, value, i) => {
    const other = actual[i]!;
    if (Object.is(value, other) || value === other) return worst;
    const error = Math.abs(other - value) / Math.max(1, Math.abs(value));
    return Number.isNaN(error) ? Infinity : Math.max(worst, error);
  }, 0);
}

/** The text of what is thrown. */
export function messageOf(code: () => unknown): string {
  try {
    code();
  } catch (error) {
    return (error as Error).message;
  }
  return "nothing was thrown";
}

/** Element types with a name, for tables of tests. */
export const types: readonly DType[] = Object.keys(dtypes) as DType[];
