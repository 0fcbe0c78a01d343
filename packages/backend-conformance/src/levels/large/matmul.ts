/**
 * `matmul` beyond every tile: more than 256 rows and columns, deep products, many batches.
 *
 * @module
 */
import { type DType, input, op, sizeOf } from "@lucid/backend";
import { type ConformanceCase, defineCase } from "../../case.js";
import { exactlyButZero } from "../../compare.js";
import type { Layout } from "../../layouts.js";
import { products, type Sizes } from "../../reference/product.js";
import { floatTypes } from "../../types.js";

interface Arrangement {
  readonly name: string;
  readonly sizes: Sizes;
  readonly a?: Layout;
  readonly b?: Layout;
  readonly output?: Layout;
}

const transposed = { order: [1, 0] };
const square: Sizes = { batch: [], m: 270, k: 33, n: 281 };

const arrangements: readonly Arrangement[] = [
  { name: "270×33 · 33×281", sizes: square },
  { name: "270×33 · 33×281, left transposed", sizes: square, a: transposed },
  { name: "270×33 · 33×281, right transposed", sizes: square, b: transposed },
  { name: "270×33 · 33×281, output transposed", sizes: square, a: transposed, b: transposed, output: transposed },
  { name: "530×9 · 9×541", sizes: { batch: [], m: 530, k: 9, n: 541 } },
  { name: "37×1100 · 1100×35", sizes: { batch: [], m: 37, k: 1_100, n: 35 } },
  { name: "3×4100 · 4100×5", sizes: { batch: [], m: 3, k: 4_100, n: 5 }, a: transposed },
  { name: "1×700 · 700×1030", sizes: { batch: [], m: 1, k: 700, n: 1_030 } },
  { name: "1030×700 · 700×1", sizes: { batch: [], m: 1_030, k: 700, n: 1 } },
  { name: "66,003 rows", sizes: { batch: [], m: 66_003, k: 3, n: 2 } },
  { name: "66,003 columns", sizes: { batch: [], m: 2, k: 3, n: 66_003 } },
  { name: "depth 1", sizes: { batch: [], m: 300, k: 1, n: 310 } },
  { name: "20 batches", sizes: { batch: [20], m: 17, k: 9, n: 19 } },
  { name: "3 × 7 batches", sizes: { batch: [3, 7], m: 18, k: 10, n: 5 }, a: { repeats: [0] }, b: { repeats: [1] } },
  { name: "300 small batches", sizes: { batch: [300], m: 3, k: 4, n: 5 } },
  { name: "66,001 batches", sizes: { batch: [66_001], m: 1, k: 2, n: 1 } },
];

const LEFT = [1, -2, 3, 0, 2, -1, 4];
const RIGHT = [2, 1, -1, 3, 0, -3, 1, -2, 5, 2, -4];

function productCases(dtype: DType): ConformanceCase[] {
  return arrangements.map((arrangement) =>
    defineCase(["large", "matmul", dtype, arrangement.name], [dtype], async (session) => {
      const { batch, m, k, n } = arrangement.sizes;
      const a = session.input(dtype, [...batch, m, k], LEFT, arrangement.a);
      const b = session.input(dtype, [...batch, k, n], RIGHT, arrangement.b);
      const output = session.output(dtype, [...batch, m, n], arrangement.output);
      session.backend.matmul(a.view, b.view, output.view);
      await session.check(output, {
        expected: products(arrangement.sizes, a.values, b.values),
        agreement: exactlyButZero(dtype),
      });
    }),
  );
}

function epilogueCase(dtype: DType): ConformanceCase {
  return defineCase(["large", "matmul", dtype, "270×33 · 33×281 with bias and relu"], [dtype], async (session) => {
    const { m, k, n } = square;
    const a = session.input(dtype, [m, k], LEFT);
    const b = session.input(dtype, [k, n], RIGHT);
    const bias = session.input(dtype, [m, n], [10, -20, 30, -40, 50], { repeats: [0] });
    const output = session.output(dtype, [m, n]);
    const sum = op("add", input(0, dtype), input(1, dtype));
    const expr = op("max", sum, op("sub", input(1, dtype), input(1, dtype)));
    session.backend.matmul(a.view, b.view, output.view, { expr, inputs: [bias.view], scalars: [] });
    const product = products(square, a.values, b.values);
    await session.check(output, {
      expected: product.map((value, i) => Math.max(value + bias.values[i]!, 0)),
      agreement: exactlyButZero(dtype),
      context: (i) => `product ${product[i]}, bias ${bias.values[i]}; ${sizeOf([m, n])} elements`,
    });
  });
}

/** Makes the cases of large products. */
export function largeMatmulCases(): ConformanceCase[] {
  return floatTypes.flatMap((dtype) => [...productCases(dtype), epilogueCase(dtype)]);
}
