/**
 * Operations that are limited by memory bandwidth and operations that are limited by arithmetic, on 32 K and 1 M
 * elements.
 */
import type { BenchmarkCase } from "../harness/benchmark.js";
import { positiveNumbers } from "../numbers.js";
import { add, exp, softmax, sum } from "../operations/elementwise.js";
import { layerNorm } from "../operations/layer-norm.js";
import { type Operation, operationVariant } from "../operations/operation.js";
import type { Input } from "../peers/pytorch.js";

type Inputs = (rows: number, columns: number) => readonly (readonly number[])[];

const alone: Inputs = (rows, columns) => [[rows, columns]];

const works: readonly { readonly operation: Operation; readonly shapes: Inputs; readonly tolerance?: number }[] = [
  {
    operation: add,
    shapes: (rows, columns) => [
      [rows, columns],
      [rows, columns],
    ],
  },
  { operation: exp, shapes: alone },
  { operation: softmax, shapes: alone },
  { operation: layerNorm, shapes: (rows, columns) => [[rows, columns], [columns], [columns]] },
  // A float32 sum without compensation can be wrong by 0.001.
  { operation: sum, shapes: alone, tolerance: 1e-3 },
];

const sizes = [
  { label: "32 K", rows: 128, columns: 256 },
  { label: "1 M", rows: 1024, columns: 1024 },
] as const;

export const operations: BenchmarkCase = {
  name: "operations",
  about: "a + b, exp, softmax and layer norm over rows, sum; eager",
  async *variants() {
    for (const { operation, shapes, tolerance = 1e-5 } of works) {
      for (const { label, rows, columns } of sizes) {
        const amount = rows * columns;
        yield await operationVariant(operation, {
          label: `${operation.label}, ${label}`,
          amount,
          unit: "element",
          tolerance,
          inputs: shapes(rows, columns).map((shape, i): Input => ({ values: positiveNumbers(shape, i + 1), shape })),
          threads: [1, 2],
          plainLoop: true,
          cheap: amount <= 1 << 15,
          bars: [{ times: 0.9, of: "PyTorch" }],
        });
      }
    }
  },
};
