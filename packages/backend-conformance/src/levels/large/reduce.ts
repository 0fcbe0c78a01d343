/**
 * `reduce` with more than 1,024 results, over more than 65,536 elements, and of both at once.
 *
 * @module
 */
import { computeTypes, type DType, input, op, type ReduceOp } from "@lucid/backend";
import { reduce } from "../../call.js";
import { type ConformanceCase, defineCase } from "../../case.js";
import { exactlyButZero } from "../../compare.js";
import { grouped, kept, reduced, resultType } from "../../reference/reduction.js";
import { floatTypes, summedTypes } from "../../types.js";
import type { Arrangement } from "../reduce.js";
import { crossed, values } from "./values.js";

const arrangements: readonly Arrangement[] = [
  { name: "70,001 elements to 1", shape: [70_001], axes: [0] },
  { name: "2,050 rows to 2,050 results", shape: [2_050, 35], axes: [1] },
  { name: "all of a transposed matrix", shape: [263, 270], axes: [0, 1], input: { order: [1, 0] } },
  { name: "2,050 columns to 2,050 results", shape: [35, 2_050], axes: [0] },
  { name: "67,003 results", shape: [67_003, 2], axes: [1] },
  { name: "67,001 columns", shape: [2, 67_001], axes: [0], output: { before: 3 } },
  { name: "middle axis, 1,640 results", shape: [40, 45, 41], axes: [1], input: { order: [2, 1, 0] } },
  { name: "outer axes, 1,100 results", shape: [9, 1_100, 7], axes: [0, 2], output: { order: [1, 0, 2] } },
  { name: "three long rows", shape: [3, 25_001], axes: [1], input: { flips: [1] } },
  { name: "three long columns", shape: [25_001, 3], axes: [0] },
];

const operations: Readonly<Record<ReduceOp, readonly DType[]>> = {
  sum: summedTypes,
  prod: summedTypes,
  max: computeTypes,
  min: computeTypes,
  any: ["bool"],
  all: ["bool"],
  argmax: computeTypes,
  argmin: computeTypes,
};

/** Makes elements whose sums and products are exact, and whose extremes are not among the first. */
function elementsFor(name: ReduceOp, dtype: DType): readonly number[] {
  if (name === "any") return [...new Array<number>(400).fill(0), 1];
  if (name === "all") return [...new Array<number>(400).fill(1), 0];
  if (name === "prod" && dtype === "int32") return [1, -1, 3, 1, 1, -1, 1];
  // There are few factors of 2 and ½, so that no product overflows.
  if (name === "prod")
    return Array.from({ length: 601 }, (_, i) => (i === 90 ? 2 : i === 400 ? 0.5 : i % 3 === 0 ? -1 : 1));
  if (name === "sum") return values[dtype];
  if (dtype === "bool") return name.endsWith("max") ? [0, 0, 0, 0, 1] : [1, 1, 1, 1, 0];
  return values[dtype];
}

function operationCases(): ConformanceCase[] {
  return (Object.keys(operations) as ReduceOp[]).flatMap((name) =>
    crossed(operations[name], arrangements, name !== "sum" && name !== "argmax").map(([dtype, arrangement]) =>
      defineCase(["large", `reduce ${name}`, dtype, arrangement.name], [dtype, "int32"], async (session) => {
        const { shape, axes } = arrangement;
        const x = session.input(dtype, shape, elementsFor(name, dtype), arrangement.input);
        const result = resultType(name, dtype);
        const output = session.output(result, kept(shape, axes), arrangement.output);
        reduce(session, { op: name, value: input(0, dtype), shape, inputs: [x], axes, output });
        const expected = grouped(x.values, shape, axes).map((group) => reduced(name, group, dtype));
        await session.check(output, {
          expected,
          ...(name === "sum" ? { agreement: exactlyButZero(result) } : {}),
        });
      }),
    ),
  );
}

function expressionCases(): ConformanceCase[] {
  return floatTypes.map((dtype) =>
    defineCase(["large", "reduce expressions", dtype], [dtype], async (session) => {
      const shape = [1_300, 60];
      const x = session.input(dtype, shape, values[dtype]);
      const y = session.input(dtype, shape, values[dtype].slice(3), { repeats: [0] });
      const output = session.output(dtype, [1_300, 1]);
      reduce(session, {
        op: "sum",
        value: op("mul", input(0, dtype), input(1, dtype)),
        finish: op("neg", input(0, dtype)),
        shape,
        inputs: [x, y],
        axes: [1],
        output,
      });
      const products = x.values.map((value, i) => value * y.values[i]!);
      const expected = grouped(products, shape, [1]).map((group) => -reduced("sum", group, dtype));
      await session.check(output, { expected, agreement: exactlyButZero(dtype) });
    }),
  );
}

/** Makes the cases of large reductions. */
export function largeReduceCases(): ConformanceCase[] {
  return [...operationCases(), ...expressionCases()];
}
