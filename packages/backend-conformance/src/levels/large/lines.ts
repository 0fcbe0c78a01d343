/**
 * `sort` and `scan` of long lines and of many lines.
 *
 * @module
 */
import { computeTypes, type DType, dtypes, type ScanOp } from "@lucid/backend";
import { type ConformanceCase, defineCase } from "../../case.js";
import { exactly, exactlyButZero } from "../../compare.js";
import { type AxisArrangement, alongAxis } from "../../lines.js";
import { sortedOrder } from "../../reference/ordering.js";
import { wrapInteger } from "../../reference/scalar.js";
import { summedTypes } from "../../types.js";
import { crossed, values } from "./values.js";

const arrangements: readonly AxisArrangement[] = [
  { name: "one line of 70,001", shape: [70_001], axis: 0 },
  { name: "2,050 rows", shape: [2_050, 35], axis: 1, input: { order: [1, 0] } },
  { name: "2,050 columns", shape: [35, 2_050], axis: 0, output: { before: 3 } },
  { name: "67,001 rows of 2", shape: [67_001, 2], axis: 1 },
  { name: "middle axis", shape: [30, 45, 51], axis: 1, output: { order: [1, 2, 0] } },
];

function sortCases(): ConformanceCase[] {
  return crossed(computeTypes, arrangements).map(([dtype, { name, shape, axis, input, output }]) =>
    defineCase(["large", "sort", dtype, name], [dtype, "int32"], async (session) => {
      const elements = dtypes[dtype].kind === "float" ? [...values[dtype], NaN, -0, 0] : values[dtype];
      const x = session.input(dtype, shape, elements, input);
      const sorted = session.output(dtype, shape, output);
      const indices = session.output("int32", shape);
      session.backend.sort(x.view, axis, sorted.view, indices.view);
      const orders: (readonly number[])[] = [];
      const order = (line: readonly number[]): readonly number[] => {
        const found = sortedOrder(line);
        orders.push(found);
        return found;
      };
      await session.check(indices, { expected: alongAxis(x.values, shape, axis, order), name: "indices" });
      // The lines come in the same sequence again, so that each is sorted once.
      let next = 0;
      const inOrder = (line: readonly number[]): number[] => orders[next++]!.map((i) => line[i]!);
      await session.check(sorted, { expected: alongAxis(x.values, shape, axis, inOrder), name: "values" });
    }),
  );
}

const scans: Readonly<Record<ScanOp, readonly DType[]>> = {
  sum: summedTypes,
  prod: ["float32", "int32"],
  max: computeTypes,
  min: ["float32", "int32"],
};

function step(op: ScanOp, a: number, b: number, dtype: DType): number {
  if (op === "max") return Math.max(a, b);
  if (op === "min") return Math.min(a, b);
  if (dtype === "int32") return wrapInteger(op === "sum" ? BigInt(a) + BigInt(b) : BigInt(a) * BigInt(b), dtype);
  return op === "sum" ? a + b : a * b;
}

function scanCases(): ConformanceCase[] {
  return (Object.keys(scans) as ScanOp[]).flatMap((op) =>
    crossed(scans[op], arrangements, op !== "sum").map(([dtype, { name, shape, axis, input, output }]) =>
      defineCase(["large", `scan ${op}`, dtype, name], [dtype], async (session) => {
        // Factors of ±1 keep products of float32 exact. Products of int32 wrap, so their factors may be larger.
        const elements = op !== "prod" ? values[dtype] : dtype === "int32" ? [1, -1, 3] : [1, -1, 1, 1, -1];
        const x = session.input(dtype, shape, elements, input);
        const result = session.output(dtype, shape, output);
        session.backend.scan(op, x.view, axis, result.view);
        const running = (line: readonly number[]): number[] => {
          const results: number[] = [];
          for (const [i, value] of line.entries()) {
            results.push(i === 0 ? value : step(op, results[i - 1]!, value, dtype));
          }
          return results;
        };
        await session.check(result, {
          expected: alongAxis(x.values, shape, axis, running),
          agreement: op === "sum" ? exactlyButZero(dtype) : exactly(dtype),
        });
      }),
    ),
  );
}

/** Makes the cases of long and of many lines. */
export function largeLineCases(): ConformanceCase[] {
  return [...sortCases(), ...scanCases()];
}
