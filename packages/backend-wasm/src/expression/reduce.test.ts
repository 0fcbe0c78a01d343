/**
 * Reductions of so many elements that kernels take other forms than the conformance suite meets: against float64 sums.
 */
import { constant, type DType, type Expr, input, op, type View } from "@lucid/backend";
import { describe, expect, it } from "vitest";
import type { WasmBuffer } from "../buffer.js";
import { createWasmBackend } from "../index.js";

type WasmView = View<WasmBuffer>;

const backend = createWasmBackend({ threads: 1 });

/** Irregular numbers between −1 and 1 with few digits. */
function sample(count: number): number[] {
  return Array.from({ length: count }, (_, i) => (((i * i * 17 + i * 53 + 29) % 2039) - 1019) / 1024);
}

function place(dtype: DType, shape: readonly number[], values: readonly number[]): WasmView {
  const buffer = backend.allocate(dtype, values.length);
  backend.write(buffer, 0, dtype === "float32" ? Float32Array.from(values) : Float64Array.from(values));
  return { buffer, dtype, shape, strides: [shape[1]!, 1], offset: 0 };
}

describe("large reductions over the first axis", () => {
  // Rows that end within a vector, and within a group of vectors.
  for (const [rows, columns] of [
    [300, 257],
    [1024, 64],
    [9000, 10],
  ] as const) {
    for (const dtype of ["float32", "float64"] as const) {
      it(`${rows} × ${columns}, ${dtype}`, () => {
        const values = sample(rows * columns);
        const factors = sample(rows).map((v) => v + 1);
        const x = place(dtype, [rows, columns], values);
        const column: WasmView = { ...place(dtype, [rows, 1], factors), shape: [rows, columns], strides: [1, 0] };
        const output = place(dtype, [1, columns], new Array<number>(columns).fill(7));
        const [a, b] = [input(0, dtype), input(1, dtype)];
        const run = (how: "sum" | "max", value: Expr): ArrayLike<number> => {
          const call = { op: how, value, finish: undefined, shape: [rows, columns], scalars: [], axes: [0] };
          backend.reduce({ ...call, inputs: [x, column], output: output });
          return backend.readSync!(output.buffer, 0, columns);
        };
        // What does not change along a row, and what does.
        const sums = run("sum", op("mul", op("add", b, constant(1, dtype)), a));
        const largest = run("max", a);
        for (let j = 0; j < columns; j++) {
          let sum = 0;
          let most = -Infinity;
          for (let i = 0; i < rows; i++) {
            sum += values[i * columns + j]! * (factors[i]! + 1);
            most = Math.max(most, values[i * columns + j]!);
          }
          expect(largest[j]).toBe(most);
          expect(Math.abs(sums[j]! - sum)).toBeLessThan(dtype === "float32" ? 2e-4 : 1e-9);
        }
      });
    }
  }
});
