/**
 * The level `matmul`. Factors are small integers, whose products are exact in any order. Accuracy has its own cases.
 *
 * @module
 */
import { cast, constant, type DType, type Expr, input, op, scalar } from "@lucid/backend";
import { type CaseBody, type ConformanceCase, defineCase, type Level } from "../case.js";
import { type Agreement, exactlyButZero, float32Near, within } from "../compare.js";
import type { Layout } from "../layouts.js";
import { products, type Sizes } from "../reference/product.js";
import { wrapInteger } from "../reference/scalar.js";
import type { Operand, Session } from "../session.js";
import { checkRead, checkStored, type OutputCheck, STORED } from "../stored.js";
import { floatTypes } from "../types.js";
import { storageProductCases } from "./storage-types.js";

const LEFT = [1, -2, 3, 0, 2, -1, 4];
const RIGHT = [2, 1, -1, 3, 0, -3, 1, -2, 5, 2, -4];

/** The further choices of a case of matmul. */
interface Choices {
  readonly a?: Layout;
  readonly b?: Layout;
  readonly output?: Layout;
  readonly left?: readonly number[];
  readonly right?: readonly number[];
  readonly agreement?: (a: Operand, b: Operand) => Agreement;
  readonly check?: OutputCheck;
}

async function checkProduct(session: Session, dtype: DType, sizes: Sizes, choices: Choices = {}): Promise<void> {
  const { batch, m, k, n } = sizes;
  const { left = LEFT, right = RIGHT, agreement, check = checkRead } = choices;
  const a = session.input(dtype, [...batch, m, k], left, choices.a);
  const b = session.input(dtype, [...batch, k, n], right, choices.b);
  const output = session.output(dtype, [...batch, m, n], choices.output);
  session.backend.matmul(a.view, b.view, output.view);
  await check(session, output, {
    expected: products(sizes, a.values, b.values),
    agreement: agreement === undefined ? exactlyButZero(dtype) : agreement(a, b),
    context: () => `[${a.view.shape}] · [${b.view.shape}], strides [${a.view.strides}] and [${b.view.strides}]`,
  });
}

const lengths = [1, 2, 3, 5, 7, 17, 33, 65];

function sizeCases(): ConformanceCase[] {
  return floatTypes.flatMap((dtype) =>
    lengths.flatMap((m) =>
      lengths.flatMap((k) =>
        lengths.map((n) =>
          defineCase(["matmul", "sizes", dtype, `${m}×${k} · ${k}×${n}`], [dtype], (session) =>
            checkProduct(session, dtype, { batch: [], m, k, n }),
          ),
        ),
      ),
    ),
  );
}

const two = { batch: [], m: 7, k: 9, n: 6 };
const three = { batch: [3], m: 4, k: 5, n: 6 };
const four = { batch: [2, 3], m: 3, k: 4, n: 5 };
const larger = { batch: [], m: 37, k: 41, n: 35 };
/** Makes small numbers with one special value among them. */
const one = (special: number, at: number): number[] =>
  Array.from({ length: 63 }, (_, i) => (i === at ? special : ((i * 5) % 7) - 3));
const arrangements: readonly (readonly [string, Sizes, Choices])[] = [
  ["left transposed", two, { a: { order: [1, 0] } }],
  ["right transposed", two, { b: { order: [1, 0] } }],
  ["both transposed", two, { a: { order: [1, 0] }, b: { order: [1, 0] } }],
  ["larger, left transposed", larger, { a: { order: [1, 0] } }],
  ["larger, right transposed", larger, { b: { order: [1, 0] } }],
  [
    "larger, both transposed, output transposed",
    larger,
    { a: { order: [1, 0] }, b: { order: [1, 0] }, output: { order: [1, 0] } },
  ],
  ["larger, slices", larger, { a: { before: 3, steps: [1, 2] }, b: { before: 1, steps: [2, 1], after: 5 } }],
  ["larger, backward", larger, { a: { flips: [0] }, b: { flips: [0, 1] } }],
  ["slices", two, { a: { before: 3, steps: [1, 2], after: 1 }, b: { before: 1, steps: [2, 3] } }],
  ["negative strides", two, { a: { flips: [0, 1] }, b: { flips: [1] } }],
  ["negative strides along k", two, { a: { flips: [1] }, b: { flips: [0] } }],
  ["one row repeated", two, { a: { repeats: [0] } }],
  ["one column repeated", two, { b: { repeats: [1] } }],
  ["repeated along k", two, { a: { repeats: [1] }, b: { repeats: [0] } }],
  ["one number repeated", two, { a: { repeats: [0, 1] } }],
  ["output slice", two, { output: { before: 5, steps: [1, 2], after: 4 } }],
  ["transposed output", two, { output: { order: [1, 0] } }],
  ["backward output", two, { output: { flips: [0, 1], before: 2 } }],
  ["vector by matrix", { batch: [], m: 1, k: 21, n: 34 }, { b: { order: [1, 0] } }],
  ["matrix by vector", { batch: [], m: 34, k: 21, n: 1 }, { a: { order: [1, 0] } }],
  ["batch", three, {}],
  ["batch of one", { ...three, batch: [1] }, {}],
  ["two batch axes", four, {}],
  ["left repeated over the batch", three, { a: { repeats: [0] } }],
  ["right repeated over the batch", three, { b: { repeats: [0] } }],
  ["both repeated over the batch", three, { a: { repeats: [0] }, b: { repeats: [0] } }],
  ["repeated over different batch axes", four, { a: { repeats: [0] }, b: { repeats: [1] } }],
  ["batch axis in the middle of memory", four, { a: { order: [0, 2, 1, 3] }, b: { order: [2, 0, 3, 1] } }],
  ["batch, transposed and backward", three, { a: { order: [0, 2, 1], flips: [0] }, b: { flips: [1, 2] } }],
  ["batch into a slice", three, { output: { before: 7, steps: [1, 2, 1], after: 2 } }],
  ["batch axis fastest in the output", three, { output: { order: [1, 2, 0] } }],
  ["k = 0", { ...two, k: 0 }, { output: { before: 1, after: 1 } }],
  ["k = 0 in a batch", { ...three, k: 0 }, {}],
  ["m = 0", { ...two, m: 0 }, { output: { after: 2 } }],
  ["n = 0", { ...two, n: 0 }, { output: { after: 2 } }],
  ["batch of none", { ...three, batch: [0] }, { output: { after: 2 } }],
  ["infinity by zero", two, { left: [0, 1, 2, 0, -1], right: one(Infinity, 13) }],
  ["zero by infinity", two, { left: one(-Infinity, 20), right: [0, 1, 0, 2] }],
  ["NaN in one row", two, { left: one(NaN, 31) }],
  ["NaN in one column", two, { right: one(NaN, 22) }],
];

function layoutCases(): ConformanceCase[] {
  return floatTypes.flatMap((dtype) =>
    arrangements.map(([name, sizes, choices]) =>
      defineCase(["matmul", "layouts", dtype, name], [dtype], (session) =>
        checkProduct(session, dtype, sizes, choices),
      ),
    ),
  );
}

function accuracyCases(): ConformanceCase[] {
  const fractions = Array.from({ length: 97 }, (_, i) => Math.fround(((i * 61) % 97) / 97 - 0.4));
  const others = Array.from({ length: 89 }, (_, i) => Math.fround(((i * 23) % 89) / 89 - 0.55));
  const sizes: readonly Sizes[] = [
    { batch: [], m: 9, k: 300, n: 10 },
    { batch: [], m: 1, k: 2000, n: 3 },
    { batch: [2], m: 20, k: 65, n: 17 },
  ];
  const check = (session: Session, dtype: "float32" | "float64", size: Sizes, how: OutputCheck): Promise<void> =>
    checkProduct(session, dtype, size, {
      left: fractions,
      right: others,
      agreement: (a, b) => {
        // In any order, |error| ≤ k·u·Σ|a·b|. In float64 it is twice that, because the reference rounds, too.
        const magnitudes = products(size, a.values.map(Math.abs), b.values.map(Math.abs));
        const unit = dtype === "float32" ? 2 ** -24 : 2 ** -52;
        return within((i) => (size.k + 1) * unit * magnitudes[i]!, dtype, "within k rounding errors");
      },
      check: how,
    });
  const cases = floatTypes.flatMap((dtype) =>
    sizes.map((size) =>
      defineCase(["matmul", "accuracy", dtype, `${size.m}×${size.k}×${size.n}`], [dtype], (session) =>
        check(session, dtype, size, checkRead),
      ),
    ),
  );
  for (const size of [...sizes, { batch: [], m: 5, k: 3, n: 1 }, larger]) {
    const name = `${size.m}×${size.k}×${size.n}, ${STORED}`;
    cases.push(
      defineCase(["matmul", "accuracy", "float32", name], ["float32"], (session) =>
        check(session, "float32", size, checkStored),
      ),
    );
  }
  return cases;
}

/** A product with an epilogue, and its expected result. */
interface Finished {
  readonly expr: Expr;
  readonly inputs?: readonly (readonly [values: readonly number[], layout: Layout])[];
  readonly scalars?: readonly number[];
  readonly output?: Layout;
  readonly sizes?: Sizes;
  readonly expected: (product: number, inputs: readonly number[]) => number;
  readonly check?: OutputCheck;
}

async function checkEpilogue(session: Session, dtype: DType, finished: Finished): Promise<void> {
  const { expr, inputs = [], scalars = [], sizes = two, expected, check = checkRead } = finished;
  const { batch, m, k, n } = sizes;
  const a = session.input(dtype, [...batch, m, k], LEFT);
  const b = session.input(dtype, [...batch, k, n], RIGHT);
  const shape = [...batch, m, n];
  const others = inputs.map(([values, layout]) => session.input(dtype, shape, values, layout));
  const output = session.output(expr.dtype, shape, finished.output);
  session.backend.matmul(a.view, b.view, output.view, { expr, inputs: others.map(({ view }) => view), scalars });
  const product = products(sizes, a.values, b.values);
  await check(session, output, {
    expected: product.map((v, i) =>
      expected(
        v,
        others.map(({ values }) => values[i]!),
      ),
    ),
    agreement: exactlyButZero(expr.dtype),
    context: (i) =>
      `${expr} with x0 = ${product[i]}${others.map(({ values }, j) => `, x${j + 1} = ${values[i]}`).join("")}`,
  });
}

function epilogueCases(): ConformanceCase[] {
  const bias = [10, -20, 30, -40, 50, 60];
  return floatTypes.flatMap((dtype) => {
    const product = input(0, dtype);
    const second = input(1, dtype);
    const zero = constant(0, dtype);
    const other: DType = dtype === "float32" ? "float64" : "float32";
    const define = (name: string, dtypes: readonly DType[], body: CaseBody): ConformanceCase =>
      defineCase(["matmul", "epilogue", dtype, name], [dtype, ...dtypes], body);
    const simple = (name: string, finished: Finished): ConformanceCase =>
      define(name, [finished.expr.dtype], (session) => checkEpilogue(session, dtype, finished));
    const stored = (expr: Expr, result: (product: number) => number): ConformanceCase =>
      define(`output of ${expr.dtype}, ${STORED}`, [expr.dtype], (session) =>
        checkEpilogue(session, dtype, { expr, expected: result, output: { before: 1 }, check: checkStored }),
      );
    const sum = op("add", product, second);
    const many = op("mul", cast(product, "int32"), constant(123456789, "int32"));
    return [
      simple("no change", { expr: product, expected: (v) => v }),
      simple("negated", { expr: op("neg", product), expected: (v) => -v }),
      simple("bias of every column", { expr: sum, inputs: [[bias, { repeats: [0] }]], expected: (v, [x]) => v + x! }),
      simple("bias of every row", { expr: sum, inputs: [[bias, { repeats: [1] }]], expected: (v, [x]) => v + x! }),
      simple("matrix added", { expr: sum, inputs: [[bias, { order: [1, 0] }]], expected: (v, [x]) => v + x! }),
      simple("bias and scalars in a batch", {
        expr: op("add", op("mul", product, scalar(1, dtype)), op("mul", second, scalar(0, dtype))),
        inputs: [[bias, { repeats: [0, 1] }]],
        scalars: [0.5, -2],
        sizes: three,
        expected: (v, [x]) => v * -2 + x! * 0.5,
      }),
      simple("bias and relu into a slice", {
        expr: op("max", sum, zero),
        inputs: [[bias, { repeats: [0], before: 2 }]],
        output: { before: 3, steps: [1, 2], after: 4 },
        expected: (v, [x]) => Math.max(v + x!, 0),
      }),
      simple("larger with bias", {
        expr: sum,
        inputs: [[bias, { repeats: [0] }]],
        sizes: larger,
        expected: (v, [x]) => v + x!,
      }),
      simple("two inputs", {
        expr: op("add", op("mul", product, second), input(2, dtype)),
        inputs: [
          [bias, { flips: [1] }],
          [[1, 2, 3], { repeats: [1] }],
        ],
        expected: (v, [x, y]) => v * x! + y!,
      }),
      simple("k = 0", {
        expr: sum,
        inputs: [[bias, { repeats: [0] }]],
        sizes: { ...two, k: 0 },
        expected: (_, [x]) => x!,
      }),
      simple("output of another float type", { expr: cast(product, other), expected: (v) => v }),
      simple("output of integers", { expr: cast(product, "int32"), expected: (v) => v }),
      simple("output of truth values", { expr: op("lt", product, zero), expected: (v) => (v < 0 ? 1 : 0) }),
      stored(cast(op("div", product, constant(3, dtype)), "float32"), (v) => v / 3),
      stored(many, (v) => wrapInteger(BigInt(v) * 123456789n, "int32")),
      stored(cast(cast(product, "int32"), "uint8"), (v) => wrapInteger(BigInt(v), "uint8")),
      stored(op("lt", product, zero), (v) => (v < 0 ? 1 : 0)),
    ];
  });
}

/** Makes the case of what an epilogue reads if float32 cannot hold the product. */
function roundedCase(): ConformanceCase {
  const path = ["matmul", "epilogue", "float32", "the product is rounded before it"];
  return defineCase(path, ["float32", "float64"], async (session) => {
    const a = session.input("float32", [3, 2], [16777216, 1, -16777216, -1, 1, 1]);
    const b = session.input("float32", [2, 2], [1, 1, 1, 3]);
    const output = session.output("float64", [3, 2]);
    const expr = cast(input(0, "float32"), "float64");
    session.backend.matmul(a.view, b.view, output.view, { expr, inputs: [], scalars: [] });
    const expected = [16777217, 16777219, -16777217, -16777219, 2, 4];
    await session.check(output, { expected, agreement: float32Near(4) });
  });
}

/** The level `matmul`. */
export const matmulLevel: Level = {
  name: "matmul",
  cases: () => [
    ...sizeCases(),
    ...layoutCases(),
    ...epilogueCases(),
    roundedCase(),
    ...accuracyCases(),
    ...storageProductCases(),
  ],
};
