/**
 * `map` over more than 65,536 elements, with more than 16 scalars, and at rank 8.
 *
 * @module
 */
import {
  type ComputeType,
  cast,
  type DType,
  dtypeNames,
  dtypes,
  type Expr,
  index,
  input,
  op,
  random,
  scalar,
  sizeOf,
} from "@lucid/backend";
import { map } from "../../call.js";
import { type ConformanceCase, defineCase } from "../../case.js";
import { exactlyButZero } from "../../compare.js";
import { type CallLayout, operandLayout } from "../../layouts.js";
import { philoxWord } from "../../reference/philox.js";
import type { Session } from "../../session.js";
import { summedTypes } from "../../types.js";
import { crossed, values } from "./values.js";

const plain = {};

const layouts: readonly CallLayout[] = [
  { name: "vector", shape: [70_001], operands: [plain], output: plain },
  { name: "vectors at offsets", shape: [66_003], operands: [{ before: 1 }, { before: 3 }], output: { before: 2 } },
  { name: "matrix, first operand transposed", shape: [263, 270], operands: [{ order: [1, 0] }, plain], output: plain },
  { name: "matrix, output transposed", shape: [270, 263], operands: [plain], output: { order: [1, 0] } },
  { name: "rows by columns", shape: [280, 271], operands: [{ repeats: [0] }, { repeats: [1] }], output: plain },
  { name: "every second element", shape: [68_005], operands: [{ steps: [2] }, plain], output: { steps: [2] } },
  { name: "backward", shape: [70_003], operands: [{ flips: [0] }, plain], output: { flips: [0], after: 3 } },
  { name: "a short row in many", shape: [33_001, 3], operands: [plain, { repeats: [0] }], output: plain },
  { name: "few long rows", shape: [3, 33_001], operands: [plain, { repeats: [1] }], output: plain },
  { name: "three axes", shape: [41, 43, 47], operands: [{ order: [2, 0, 1] }, { order: [1, 2, 0] }], output: plain },
  {
    name: "rank 8",
    shape: [3, 2, 5, 2, 3, 4, 7, 14],
    operands: [{ order: [7, 2, 4, 0] }, { repeats: [1, 5], flips: [2] }],
    output: { order: [0, 5] },
  },
];

/** An operation on two operands of a type, and its result. */
interface Operation {
  readonly expr: Expr;
  readonly expected: (x: number, y: number) => number;
}

function operationFor(dtype: DType): Operation {
  const [x, y] = [input(0, dtype), input(1, dtype)];
  if (dtype === "bool") return { expr: op("and", x, op("not", y)), expected: (a, b) => a & (1 - b) };
  if (dtypes[dtype].kind === "int") {
    return { expr: op("add", x, y), expected: (a, b) => dtypes[dtype].wrap(a + b) };
  }
  return { expr: op("sub", x, y), expected: (a, b) => a - b };
}

function layoutCases(): ConformanceCase[] {
  return crossed(dtypeNames, layouts).map(([dtype, layout]) => {
    const { expr, expected } = operationFor(dtype);
    return defineCase(["large", "map", dtype, layout.name], [dtype], async (session) => {
      const { shape } = layout;
      const [x, y] = [0, 1].map((k) => session.input(dtype, shape, values[dtype], operandLayout(layout, k)));
      const output = session.output(dtype, shape, layout.output);
      map(session, [expr], [x!, y!], [output]);
      const [a, b] = [x!.values, y!.values];
      await session.check(output, {
        expected: a.map((value, i) => expected(value, b[i]!)),
        context: (i) => `${expr} with x0 = ${a[i]}, x1 = ${b[i]}`,
      });
    });
  });
}

async function checkScalars(session: Session, dtype: ComputeType, count: number): Promise<void> {
  const numbers = Array.from({ length: count }, (_, i) => 3 * i - 20);
  const x = session.input(dtype, [37], [3, 1, 4, 9, 5, 2, 6]);
  const output = session.output(dtype, [37]);
  // Every scalar has its own weight, so that the result changes if one is left out or read from another place.
  const weighted = numbers.map((_, i) =>
    op("mul", scalar(i, dtype), op("add", input(0, dtype), cast(index(0), dtype))),
  );
  const sum = weighted.reduce((total, term, i) => {
    const next = op("add", total, term);
    return i % 2 === 0 ? op("neg", next) : next;
  });
  map(session, [sum], [x], [output], numbers);
  const expected = x.values.map((value, position) =>
    numbers
      .map((number) => number * (value + position))
      .reduce((total, term, i) => (i % 2 === 0 ? -(total + term) : total + term)),
  );
  await session.check(output, {
    expected,
    agreement: exactlyButZero(dtype),
    context: (i) => `${count} scalars, x0 = ${x.values[i]}`,
  });
}

function scalarCases(): ConformanceCase[] {
  return summedTypes.flatMap((dtype) =>
    [17, 33, 64].map((count) =>
      defineCase(["large", "scalars", dtype, `${count} scalars`], [dtype], (session) =>
        checkScalars(session, dtype, count),
      ),
    ),
  );
}

function positionCases(): ConformanceCase[] {
  return [
    defineCase(["large", "positions", "4,300,003 elements"], ["int32"], async (session) => {
      const size = 4_300_003;
      const output = session.output("int32", [size]);
      map(session, [index(0)], [], [output]);
      await session.check(output, { expected: new Int32Array(size).map((_, i) => i) });
    }),
    defineCase(["large", "positions", "both axes"], ["int32"], async (session) => {
      const shape = [300, 250];
      const output = session.output("int32", shape, { order: [1, 0] });
      map(session, [op("sub", op("mul", index(0), scalar(0, "int32")), index(1))], [], [output], [1000]);
      const expected = new Int32Array(sizeOf(shape)).map((_, i) => Math.floor(i / 250) * 1000 - (i % 250));
      await session.check(output, { expected });
    }),
    defineCase(["large", "random", "vector"], ["int32"], async (session) => {
      const output = session.output("int32", [66_001]);
      map(session, [random(scalar(0, "int32"), scalar(1, "int32"))], [], [output], [42, 7]);
      await session.check(output, { expected: new Int32Array(66_001).map((_, i) => philoxWord(42, 7, i)) });
    }),
    defineCase(["large", "several outputs"], ["float32", "int32", "bool"], async (session) => {
      const x = session.input("float32", [261, 258], values.float32, { order: [1, 0] });
      const outputs = [
        session.output("float32", [261, 258]),
        session.output("int32", [261, 258], { order: [1, 0] }),
        session.output("bool", [261, 258], { before: 5 }),
      ] as const;
      const x0 = input(0, "float32");
      map(session, [op("neg", x0), cast(x0, "int32"), op("lt", x0, scalar(0, "float32"))], [x], outputs, [1]);
      await session.check(outputs[0], { expected: x.values.map((value) => -value), name: "negated" });
      await session.check(outputs[1], { expected: x.values.map((value) => Math.trunc(value) + 0), name: "truncated" });
      await session.check(outputs[2], { expected: x.values.map((value) => (value < 1 ? 1 : 0)), name: "below 1" });
    }),
  ];
}

/** Makes the cases of large maps. */
export function largeMapCases(): ConformanceCase[] {
  return [...layoutCases(), ...scalarCases(), ...positionCases()];
}
