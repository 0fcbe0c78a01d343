/**
 * The level `map`: scalar operations, casts and positions, and properties of calls as a whole.
 *
 * @module
 */
import { cast, constant, type DType, dtypeNames, type Expr, input, op, scalar } from "@lucid/backend";
import { map } from "../call.js";
import { type CaseBody, type ConformanceCase, defineCase, type Level } from "../case.js";
import type { Layout } from "../layouts.js";
import { floatTypes } from "../types.js";
import { castCases } from "./casts.js";
import { mapStoredCases } from "./map-stored.js";
import { operationCases } from "./operations.js";
import { positionCases } from "./positions.js";
import { storageMapCases } from "./storage-types.js";

const x32 = input(0, "float32");
const y32 = input(1, "float32");

function scalarCases(): ConformanceCase[] {
  const define = (name: string, dtypes: readonly DType[], body: CaseBody): ConformanceCase =>
    defineCase(["map", "scalar", name], dtypes, body);
  const converted: Readonly<Record<DType, readonly (readonly [number, number])[]>> = {
    float32: [
      [0.1, 0.10000000149011612],
      [-0, -0],
      [NaN, NaN],
      [-Infinity, -Infinity],
      [1e39, Infinity],
      [1e-45, 1.401298464324817e-45],
    ],
    float64: [
      [0.1, 0.1],
      [-0, -0],
      [NaN, NaN],
      [1e300, 1e300],
      [5e-324, 5e-324],
    ],
    float16: [
      [0.1, 0.0999755859375],
      [-0, -0],
      [NaN, NaN],
      [65519, 65504],
      [65520, Infinity],
      [2 ** -25, 0],
    ],
    bfloat16: [
      [0.1, 0.10009765625],
      [-0, -0],
      [NaN, NaN],
      [257, 256],
      [259, 260],
    ],
    int32: [
      [-7, -7],
      [2147483647, 2147483647],
      [-2147483648, -2147483648],
      [2.75, 2],
      [-2.75, -2],
      [3e9, 2147483647],
      [NaN, 0],
    ],
    uint8: [
      [200, 200],
      [0, 0],
      [300, 255],
      [-1, 0],
      [1.5, 1],
      [NaN, 0],
    ],
    bool: [
      [0, 0],
      [1, 1],
      [-2, 1],
      [NaN, 1],
      [-0, 0],
    ],
  };
  const cases = dtypeNames.map((dtype) =>
    define(`converted into ${dtype}`, [dtype], async (session) => {
      for (const [given, expected] of converted[dtype]) {
        const output = session.output(dtype, [5]);
        map(session, [scalar(0, dtype)], [], [output], [given]);
        await session.check(output, { expected: new Array(5).fill(expected), context: () => `scalar ${given}` });
      }
    }),
  );
  cases.push(
    define("several", ["float32"], async (session) => {
      const x = session.input("float32", [3], [1, 2, 3]);
      const output = session.output("float32", [3]);
      const expr = op("add", op("mul", x32, scalar(1, "float32")), scalar(0, "float32"));
      map(session, [expr], [x], [output], [100, 10]);
      await session.check(output, { expected: [110, 120, 130] });
    }),
    define("the same expression with other numbers", ["float32"], async (session) => {
      const x = session.input("float32", [40], [1, 2, 3, 4]);
      for (const factor of [2, -3, 0.5]) {
        const output = session.output("float32", [40]);
        map(session, [op("mul", x32, scalar(0, "float32"))], [x], [output], [factor]);
        await session.check(output, { expected: x.values.map((value) => value * factor) });
      }
    }),
    define("one number as several types", ["float32", "float64", "int32"], async (session) => {
      const outputs = [session.output("float32", [2]), session.output("float64", [2]), session.output("int32", [2])];
      map(session, [scalar(0, "float32"), scalar(0, "float64"), scalar(0, "int32")], [], outputs, [0.1]);
      await session.check(outputs[0]!, { expected: [0.1, 0.1] });
      await session.check(outputs[1]!, { expected: [0.1, 0.1] });
      await session.check(outputs[2]!, { expected: [0, 0] });
    }),
  );
  return cases;
}

function constantCases(): ConformanceCase[] {
  const values: Readonly<Record<DType, readonly number[]>> = {
    float32: [
      0,
      -0,
      1.5,
      -2.5,
      NaN,
      Infinity,
      -Infinity,
      1.401298464324817e-45,
      3.4028234663852886e38,
      0.10000000149011612,
    ],
    float64: [0, -0, 0.1, NaN, Infinity, -Infinity, 5e-324, Number.MAX_VALUE, 1e21, 123456789012345680000],
    float16: [0, -0, 1.5, -2.5, NaN, Infinity, -Infinity, 65504, 2 ** -24, 0.0999755859375],
    bfloat16: [0, -0, 1.5, -2.5, NaN, Infinity, -Infinity, 256, 0.10009765625],
    int32: [0, -1, 2147483647, -2147483648],
    uint8: [0, 7, 255],
    bool: [0, 1],
  };
  const cases = dtypeNames.map((dtype) =>
    defineCase(["map", "constant", dtype], [dtype], async (session) => {
      for (const value of values[dtype]) {
        const output = session.output(dtype, [3, 2], { before: 1, after: 1 });
        map(session, [constant(value, dtype)], [], [output]);
        await session.check(output, { expected: new Array(6).fill(value) });
      }
    }),
  );
  for (const dtype of floatTypes) {
    cases.push(
      defineCase(["map", "constant", `0 and −0 are two, ${dtype}`], [dtype], async (session) => {
        const one = session.input(dtype, [4], [1, -1, 1, -1]);
        for (const [zero, expected] of [
          [0, Infinity],
          [-0, -Infinity],
          [0, Infinity],
        ] as const) {
          const output = session.output(dtype, [4]);
          map(session, [op("div", input(0, dtype), constant(zero, dtype))], [one], [output]);
          await session.check(output, { expected: [expected, -expected, expected, -expected] });
        }
      }),
    );
  }
  return cases;
}

function outputCases(): ConformanceCase[] {
  const define = (name: string, dtypes: readonly DType[], body: CaseBody): ConformanceCase =>
    defineCase(["map", "outputs", name], dtypes, body);
  const shape = [4, 5];
  return [
    define("several types at once", ["float32", "float64", "int32", "uint8", "bool"], async (session) => {
      const x = session.input("float32", shape, [1.5, -2.25, 300, 0, -0.5, 7]);
      const exprs = [
        op("neg", x32),
        cast(x32, "float64"),
        cast(x32, "int32"),
        cast(x32, "uint8"),
        op("lt", x32, constant(1, "float32")),
      ];
      const layouts: readonly Layout[] = [
        { order: [1, 0] },
        {},
        { before: 3 },
        { flips: [0] },
        { steps: [1, 2], after: 4 },
      ];
      const outputs = exprs.map(({ dtype }, k) => session.output(dtype, shape, layouts[k]));
      map(session, exprs, [x], outputs);
      const expected = [
        x.values.map((value) => -value),
        x.values,
        x.values.map((value) => Math.trunc(value) + 0),
        x.values.map((value) => (value < 0 ? 0 : value > 255 ? 255 : Math.trunc(value))),
        x.values.map((value) => (value < 1 ? 1 : 0)),
      ];
      for (const [k, output] of outputs.entries())
        await session.check(output, { expected: expected[k]!, name: `output ${k}` });
    }),
    define("sharing a part", ["float32"], async (session) => {
      const x = session.input("float32", [9], [1, 2, 3, 4, 5]);
      const shared = op("mul", x32, x32);
      const outputs = [session.output("float32", [9]), session.output("float32", [9])];
      map(
        session,
        [op("add", shared, constant(1, "float32")), op("sub", shared, constant(1, "float32"))],
        [x],
        outputs,
      );
      await session.check(outputs[0]!, { expected: x.values.map((v) => v * v + 1) });
      await session.check(outputs[1]!, { expected: x.values.map((v) => v * v - 1) });
    }),
    define("the same expression twice", ["float32"], async (session) => {
      const x = session.input("float32", [6], [1, 2, 3]);
      const outputs = [session.output("float32", [6]), session.output("float32", [6], { flips: [0] })];
      map(session, [op("neg", x32), op("neg", x32)], [x], outputs);
      for (const output of outputs) await session.check(output, { expected: x.values.map((v) => -v) });
    }),
    define("two slices of one buffer", ["float32"], async (session) => {
      const x = session.input("float32", [2, 3], [1, 2, 3, 4, 5, 6]);
      const both = session.output("float32", [2, 6]);
      const half = (offset: number) => ({ ...both.view, shape: [2, 3], offset });
      session.backend.map({ exprs: [x32, op("neg", x32)], inputs: [x.view], scalars: [], outputs: [half(0), half(3)] });
      await session.check(both, { expected: [1, 2, 3, -1, -2, -3, 4, 5, 6, -4, -5, -6] });
    }),
    define("a slice beside its input in one buffer", ["float32"], async (session) => {
      const all = session.input("float32", [8], [1, 2, 3, 4, 5, 6, 7, 8]);
      const part = (offset: number) => ({ ...all.view, shape: [3], offset });
      const exprs = [op("mul", x32, constant(10, "float32"))];
      session.backend.map({ exprs, inputs: [part(0)], scalars: [], outputs: [part(4)] });
      await session.check(all, { expected: [1, 2, 3, 4, 10, 20, 30, 8] });
    }),
    define("no inputs at rank 0", ["int32"], async (session) => {
      const output = session.output("int32", [], { before: 1, after: 1 });
      map(session, [constant(42, "int32")], [], [output]);
      await session.check(output, { expected: [42] });
    }),
  ];
}

function inPlaceCases(): ConformanceCase[] {
  const shape = [6, 7];
  const layouts: readonly (readonly [string, Layout])[] = [
    ["contiguous", {}],
    ["transposed", { order: [1, 0] }],
    ["sliced", { before: 4, steps: [1, 2], after: 3 }],
    ["backward", { flips: [0, 1] }],
  ];
  const cases = layouts.flatMap(([name, layout]) => [
    defineCase(["map", "in place", name], ["float32"], async (session) => {
      const x = session.input("float32", shape, [1, -2, 3.5, 4, 0.25], layout);
      map(session, [op("add", op("mul", x32, x32), x32)], [x], [x]);
      await session.check(x, { expected: x.values.map((v) => v * v + v) });
    }),
    defineCase(["map", "in place", `two outputs exchanged, ${name}`], ["float32"], async (session) => {
      const x = session.input("float32", shape, [1, -2, 3.5, 4, 0.25], layout);
      const y = session.input("float32", shape, [10, 20, 30], layout);
      map(session, [y32, x32], [x, y], [x, y]);
      await session.check(x, { expected: y.values, name: "first" });
      await session.check(y, { expected: x.values, name: "second" });
    }),
  ]);
  cases.push(
    defineCase(["map", "in place", "a step of momentum"], ["float32"], async (session) => {
      const p = session.input("float32", [37], [1, 2, 3, 4]);
      const g = session.input("float32", [37], [0.5, -1, 2]);
      const v = session.input("float32", [37], [4, 0, -8, 16, 2]);
      // The call computes v ← v·s0 + g and p ← p − s1·v, both from the old values of v.
      const velocity = op("add", op("mul", input(2, "float32"), scalar(0, "float32")), y32);
      const exprs = [op("sub", x32, op("mul", scalar(1, "float32"), velocity)), velocity];
      map(session, exprs, [p, g, v], [p, v], [0.5, 0.25]);
      const expected = v.values.map((value, i) => value * 0.5 + g.values[i]!);
      await session.check(v, { expected, name: "v" });
      await session.check(p, { expected: p.values.map((value, i) => value - 0.25 * expected[i]!), name: "p" });
    }),
    defineCase(["map", "in place", "the same view as two inputs and the output"], ["int32"], async (session) => {
      const x = session.input("int32", [19], [1, 2, 3, -4]);
      map(session, [op("mul", input(0, "int32"), input(1, "int32"))], [x, x], [x]);
      await session.check(x, { expected: x.values.map((v) => v * v) });
    }),
  );
  return cases;
}

function expressionCases(): ConformanceCase[] {
  const define = (name: string, dtypes: readonly DType[], body: CaseBody): ConformanceCase =>
    defineCase(["map", "expressions", name], dtypes, body);
  return [
    define("an input itself", ["float32"], async (session) => {
      const x = session.input("float32", [3, 4], [1, -0, NaN, Infinity, 5], { order: [1, 0] });
      const output = session.output("float32", [3, 4]);
      map(session, [x32], [x], [output]);
      await session.check(output, { expected: x.values });
    }),
    define("inputs that are not named", ["float32"], async (session) => {
      const [x, y] = [session.input("float32", [5], [1, 2]), session.input("float32", [5], [7, 8, 9])];
      const output = session.output("float32", [5]);
      map(session, [op("neg", y32)], [x, y], [output]);
      await session.check(output, { expected: y.values.map((v) => -v) });
    }),
    define("six inputs", ["float32"], async (session) => {
      const inputs = [1, 2, 4, 8, 16, 32].map((unit) => session.input("float32", [13], [unit, -unit, 3 * unit]));
      const three = constant(3, "float32");
      const expr = inputs.reduce<Expr>((e, _, k) => op("add", op("mul", e, three), input(k, "float32")), three);
      const output = session.output("float32", [13]);
      map(session, [expr], inputs, [output]);
      const horner = (i: number): number => inputs.reduce((sum, { values }) => sum * 3 + values[i]!, 3);
      await session.check(output, { expected: Array.from({ length: 13 }, (_, i) => horner(i)) });
    }),
    define("float32 rounds after every operation", ["float32"], async (session) => {
      const x = session.input("float32", [2], [16777216, 1e-30]);
      const output = session.output("float32", [2]);
      // In float32, 16777216 + 1 is 16777216, and 1e−30 + 1 is 1.
      map(session, [op("sub", op("add", x32, constant(1, "float32")), x32)], [x], [output]);
      await session.check(output, { expected: [0, 1] });
    }),
    define("a·b + c is rounded twice, unless the backend says otherwise", ["float32"], async (session) => {
      const x = session.input("float32", [19], new Array(19).fill(1 + 2 ** -12));
      const y = session.input("float32", [19], new Array(19).fill(-(1 + 2 ** -11)));
      const output = session.output("float32", [19]);
      // x·x is 1 + 2⁻¹¹ + 2⁻²⁴, which rounds to 1 + 2⁻¹¹.
      map(session, [op("add", op("mul", x32, x32), y32)], [x, y], [output]);
      const once = session.backend.capabilities.precision?.contraction === true;
      const agreement = {
        text: once ? "0, or 2⁻²⁴ where it is rounded once" : "exactly: the product is rounded before the sum",
        agrees: (got: number) => got === 0 || (once && got === 2 ** -24),
      };
      await session.check(output, { expected: new Array(19).fill(0), agreement });
    }),
    define("deeply shared", ["float32"], async (session) => {
      const x = session.input("float32", [21], [1, -3, 0.5]);
      let expr: Expr = x32;
      for (let depth = 0; depth < 20; depth++) expr = op("add", expr, expr);
      const output = session.output("float32", [21]);
      map(session, [expr], [x], [output]);
      await session.check(output, { expected: x.values.map((v) => v * 2 ** 20) });
    }),
    define("300 operations in a row", ["int32"], async (session) => {
      const x = session.input("int32", [9], [1, 2, 3]);
      let expr: Expr = input(0, "int32");
      let expected = x.values.map((v) => v);
      for (let depth = 0; depth < 150; depth++) {
        expr = op("xor", op("mul", expr, constant(31, "int32")), constant(depth, "int32"));
        expected = expected.map((v) => Math.imul(v, 31) ^ depth);
      }
      const output = session.output("int32", [9]);
      map(session, [expr], [x], [output]);
      await session.check(output, { expected });
    }),
    define("types mixed through casts", ["float32", "float64", "int32", "bool"], async (session) => {
      const x = session.input("float32", [7], [0.5, -1.5, 2.5, 100]);
      const n = session.input("int32", [7], [3, -4, 5]);
      const product = op("mul", cast(x32, "float64"), cast(input(1, "int32"), "float64"));
      const expr = op(
        "where",
        op("lt", product, constant(0, "float64")),
        constant(-1, "int32"),
        cast(product, "int32"),
      );
      const output = session.output("int32", [7]);
      map(session, [expr], [x, n], [output]);
      await session.check(output, {
        expected: x.values.map((v, i) => (v * n.values[i]! < 0 ? -1 : Math.trunc(v * n.values[i]!))),
      });
    }),
    define("no NaN out of the branch that was not chosen", ["float32", "bool"], async (session) => {
      const x = session.input("float32", [6], [-1, 0, 4, -9, 16, NaN]);
      const output = session.output("float32", [6]);
      const zero = constant(0, "float32");
      map(session, [op("where", op("le", zero, x32), op("sqrt", x32), zero)], [x], [output]);
      await session.check(output, { expected: [0, 0, 2, 0, 4, 0] });
    }),
  ];
}

/** The level `map`. */
export const mapLevel: Level = {
  name: "map",
  cases: () => [
    ...operationCases(),
    ...castCases(),
    ...positionCases(),
    ...scalarCases(),
    ...constantCases(),
    ...outputCases(),
    ...inPlaceCases(),
    ...expressionCases(),
    ...mapStoredCases(),
    ...storageMapCases(),
  ],
};
