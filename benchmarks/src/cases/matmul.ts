/** float32 matrix products: square matrices, and shapes with one short side. */
import type { Bar } from "../harness/bars.js";
import { type BenchmarkCase, type Peer, titleOf, type Variant } from "../harness/benchmark.js";
import { numbers } from "../numbers.js";
import { matmul } from "../operations/matmul.js";
import { lucidRuns, type OperationVariant, operationVariant } from "../operations/operation.js";
import { loaded } from "../peers/load.js";
import { wasm } from "../peers/lucid.js";
import type { Input } from "../peers/pytorch.js";

type Shape = readonly [m: number, k: number, n: number];

const thin = [1, 3, 7, 10, 17].flatMap((size): readonly Shape[] => [
  [size, 512, 512],
  [512, size, 512],
  [512, 512, size],
]);

const labelOf = (shape: Shape): string => shape.join(" × ");
const operationsOf = ([m, k, n]: Shape): number => 2 * m * k * n;
const inputsOf = ([m, k, n]: Shape): readonly Input[] => [
  { values: numbers(m * k, 1), shape: [m, k] },
  { values: numbers(k * n, 2), shape: [k, n] },
];

function variant(shape: Shape, options: Pick<OperationVariant, "bars" | "threads" | "beside">): Promise<Variant> {
  const amount = operationsOf(shape);
  return operationVariant(matmul, {
    ...options,
    label: labelOf(shape),
    amount,
    unit: "FLOP",
    tolerance: 1e-5,
    inputs: inputsOf(shape),
    cheap: amount <= 2 * 256 ** 3,
    figure: "rate",
  });
}

/** A product of square matrices. It is also measured on two threads, if it is large enough to profit from them. */
function square(n: number, ...bars: readonly Bar[]): Promise<Variant> {
  return variant([n, n, n], { bars, threads: n >= 256 ? [1, 2] : [1] });
}

/**
 * Compares a shape with the nearest shape whose sides are multiples of 8. Neither should be much slower than the other.
 */
async function uneven(shape: Shape, share: number): Promise<Variant> {
  const even = shape.map((size) => Math.max(Math.round(size / 8), 1) * 8) as readonly number[] as Shape;
  const { result: _, ...runs } = lucidRuns(matmul, await loaded(wasm(1)), inputsOf(even), true);
  const neighbour: Peer = { name: "lucid", how: "multiples of 8", amount: operationsOf(even), ...runs };
  return variant(shape, { bars: [{ times: share, of: titleOf(neighbour) }], beside: [neighbour] });
}

export const products: BenchmarkCase = {
  name: "matmul",
  about: "float32 matrix products, eager; uneven shapes beside the nearest one whose sides are multiples of 8",
  async *variants() {
    for (const n of [512, 1024, 2048]) {
      yield await square(n, { times: 1.05, of: "jax-js" }, { peer: "lucid, 2 threads", times: 1.9, of: "lucid" });
    }
    yield await square(16);
    yield await square(32);
    yield await square(64, { rate: 30e9 });
    yield await square(128);
    yield await square(256);
    yield await uneven([65, 65, 65], 0.5);
    yield await uneven([513, 513, 513], 0.9);
    for (const shape of thin) yield await uneven(shape, 0.5);
    yield await uneven([1024, 1024, 1], 0.5);
    yield await uneven([128, 784, 10], 0.5);
  },
};
