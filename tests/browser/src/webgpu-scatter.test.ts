/** Scatter along long lines on WebGPU, compared with the cpu backend. */
import {
  type Backend,
  contiguousStrides,
  type DType,
  dtypes,
  IndexOutOfRangeError,
  type ScatterMode,
  sizeOf,
  type TypedArray,
  type View,
} from "@lucid/backend";
import { createCpuBackend } from "@lucid/backend-cpu";
import { beforeAll, describe, expect, it } from "vitest";
import { createSoftwareBackend } from "./software-webgpu.js";

/** Whole numbers whose sums are exact in every order; their products stay small. */
const VALUES = [1, -1, 2, 0.5, -2, 1, -0.5, 1, 3, -1];

let gpu: Backend;
beforeAll(async () => {
  gpu = await createSoftwareBackend();
});

function filled(backend: Backend, dtype: DType, shape: readonly number[], value: (i: number) => number): View {
  const length = sizeOf(shape);
  const buffer = backend.allocate(dtype, length);
  const values = dtypes[dtype].array(length);
  for (let i = 0; i < length; i++) values[i] = dtypes[dtype].convert(value(i));
  backend.write(buffer, 0, values);
  return { buffer, dtype, shape, strides: contiguousStrides(shape), offset: 0 };
}

/** Scatters lines of 3000 elements along axis 1. Every line has its own indices, or all have the same. */
async function scattered(backend: Backend, mode: ScatterMode, dtype: DType, areShared: boolean): Promise<TypedArray> {
  const source = filled(backend, dtype, [2, 3000], (i) => VALUES[i % VALUES.length]!);
  const index = filled(backend, "int32", areShared ? [1, 3000] : [2, 3000], (i) => (i * i + (i >> 3)) % 700);
  const output = filled(backend, dtype, [2, 701], (i) => i % 5);
  const repeated = areShared ? { ...index, shape: [2, 3000], strides: [0, 1] } : index;
  backend.scatter(mode, source, repeated, 1, output);
  return await backend.read(output.buffer, 0, 2 * 701);
}

describe("scatter along long lines", () => {
  const modes = ["set", "add", "prod", "max", "min"] as const;
  for (const dtype of ["float32", "int32", "uint8"] as const) {
    for (const mode of modes) {
      it(`${mode} of ${dtype} gives what the cpu backend gives`, async () => {
        for (const areShared of [false, true]) {
          const expected = await scattered(createCpuBackend(), mode, dtype, areShared);
          expect(await scattered(gpu, mode, dtype, areShared)).toEqual(expected);
        }
      });
    }
  }

  it("of bool and float16 keeps the last of the elements that meet", async () => {
    for (const dtype of ["bool", "float16"] as const) {
      expect(await scattered(gpu, "set", dtype, false)).toEqual(
        await scattered(createCpuBackend(), "set", dtype, false),
      );
    }
  });

  it("adds in the order of the elements: the same sum every time", async () => {
    const sumOf = async (): Promise<number> => {
      const source = filled(gpu, "float32", [2000], (i) => (i % 2 === 0 ? 1e8 : 1) * (i % 4 < 2 ? 1 : -1));
      const index = filled(gpu, "int32", [2000], () => 3);
      const output = filled(gpu, "float32", [5], () => 0);
      gpu.scatter("add", source, index, 0, output);
      return (await gpu.read(output.buffer, 3, 1))[0]!;
    };
    let expected = 0;
    for (let i = 0; i < 2000; i++) expected = Math.fround(expected + (i % 2 === 0 ? 1e8 : 1) * (i % 4 < 2 ? 1 : -1));
    expect([await sumOf(), await sumOf()]).toEqual([expected, expected]);
  });

  it("reports an index out of range, and skips its element", async () => {
    const source = filled(gpu, "float32", [2000], () => 1);
    const index = filled(gpu, "int32", [2000], (i) => (i === 1234 ? 9 : i % 4));
    const output = filled(gpu, "float32", [5], () => 0);
    const outcome = gpu.scatter("add", source, index, 0, output);
    expect([...(await gpu.read(output.buffer, 0, 5))]).toEqual([500, 500, 499, 500, 0]);
    const failure = outcome?.failure();
    expect(failure).toBeInstanceOf(IndexOutOfRangeError);
    expect(failure?.message).toContain("index 9 is out of range for size 5");
  });
});
