/**
 * Types that are only stored, such as float16: what `map`, `reduce` and `matmul` compute of them. Expressions convert elements as soon
 * as they read them, and round the result once.
 *
 * @module
 */
import { cast, constant, dtypes, input, op, random, type StorageType, scalar, unrounded } from "@lucid/backend";
import { map, reduce } from "../call.js";
import { type CaseBody, type ConformanceCase, defineCase } from "../case.js";
import { exactlyButZero, within } from "../compare.js";
import { callLayouts, type Layout, operandLayout } from "../layouts.js";
import { philoxWord } from "../reference/philox.js";
import { products, type Sizes } from "../reference/product.js";
import { grouped, kept, reduced } from "../reference/reduction.js";
import { checkStored, STORED } from "../stored.js";
import { storageTypes } from "../types.js";

/** Values whose products, and sums of few products, are exact in float32. */
const VALUES = [1.5, -2, 3, 0.25, -7, 12, -0.5, 8, 5, -31, 6.75];
const { fround } = Math;

/** All numbers of a type: every bit pattern. */
const patterns = (dtype: StorageType): number[] =>
  Array.from({ length: 65536 }, (_, bits) => dtypes[dtype].decode(bits));

/** The float32 numbers around those at which rounding changes its direction: between neighbours, and one unit beside. */
function halfways(dtype: StorageType): number[] {
  const { decode, encode, compute } = dtypes[dtype];
  const infinity = encode(Infinity);
  const single = new Float32Array(1);
  const word = new Uint32Array(single.buffer);
  const found: number[] = [];
  for (let bits = 0; bits < infinity; bits++) {
    // Beyond the largest number, rounding goes on as if there were a next one.
    const next = bits + 1 === infinity ? 2 * decode(bits) - decode(bits - 1) : decode(bits + 1);
    single[0] = decode(bits) / 2 + next / 2;
    const middle = word[0]!;
    for (const step of [-1, 0, 1]) {
      word[0] = middle + step;
      found.push(dtypes[compute].convert(single[0]), -single[0]);
    }
  }
  return found;
}

/** The nearest value of a type, found from the distances to its two neighbours instead of from bits. */
function nearest(dtype: StorageType, value: number): number {
  const { decode, encode } = dtypes[dtype];
  if (value !== value) return NaN;
  const size = Math.abs(value);
  let [low, high] = [0, encode(Infinity)];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (decode(middle) <= size) low = middle;
    else high = middle;
  }
  const [below, above] = [decode(low), decode(high) === Infinity ? 2 * decode(low) - decode(low - 1) : decode(high)];
  const up = size - below > above - size || (size - below === above - size && low % 2 === 1);
  const result = size === Infinity || (up && decode(high) === Infinity) ? Infinity : up ? above : below;
  return value < 0 || Object.is(value, -0) ? -result : result;
}

/** The cases of `map`. */
export function storageMapCases(): readonly ConformanceCase[] {
  return storageTypes.flatMap((dtype) => {
    const define = (path: readonly string[], body: CaseBody, others: readonly "float32"[] = []): ConformanceCase =>
      defineCase(["map", "storage types", dtype, ...path], [dtype, ...others], body);
    const [x, y] = [input(0, dtype), input(1, dtype)];
    const formula = op("add", op("mul", x, y), constant(0.1, dtype));
    const arranged = callLayouts.map((layout) =>
      define([layout.name], async (session) => {
        const { shape } = layout;
        const operands = [0, 1].map((k) =>
          session.input(dtype, shape, k === 0 ? VALUES : VALUES.slice(3), operandLayout(layout, k)),
        );
        const output = session.output(dtype, shape, layout.output);
        map(session, [formula], operands, [output]);
        const [a, b] = operands.map(({ values }) => values);
        await session.check(output, {
          expected: a!.map((value, i) => fround(value * b![i]! + fround(0.1))),
          context: (i) => `${formula} with x0 = ${a![i]}, x1 = ${b![i]}`,
        });
      }),
    );
    const moved = callLayouts.map((layout) =>
      define(["copied", layout.name], async (session) => {
        const from = session.input(dtype, layout.shape, [...VALUES, NaN, -0, Infinity], operandLayout(layout, 0));
        const output = session.output(dtype, layout.shape, layout.output);
        map(session, [x], [from], [output]);
        await session.check(output, { expected: from.values });
      }),
    );
    return [
      ...arranged,
      ...moved,
      define(
        ["every value is read"],
        async (session) => {
          const values = patterns(dtype);
          const output = session.output("float32", [values.length]);
          map(session, [cast(x, "float32")], [session.input(dtype, [values.length], values)], [output]);
          await session.check(output, { expected: values });
        },
        ["float32"],
      ),
      define(
        ["halves are rounded to even"],
        async (session) => {
          const values = halfways(dtype);
          const output = session.output(dtype, [values.length]);
          map(
            session,
            [cast(input(0, "float32"), dtype)],
            [session.input("float32", [values.length], values)],
            [output],
          );
          await session.check(output, {
            expected: values.map((value) => nearest(dtype, value)),
            context: (i) => `x0 = ${values[i]}`,
          });
        },
        ["float32"],
      ),
      define(["rounded once, at the end"], async (session) => {
        // The sum is beyond the range of float16, and has too many digits for bfloat16.
        const [a, b] = [
          session.input(dtype, [4], [61440, -61440, 1, 256]),
          session.input(dtype, [4], [61440, -61440, 2 ** -8, 0.5]),
        ];
        const output = session.output(dtype, [4]);
        map(session, [op("sub", op("add", x, y), y)], [a, b], [output]);
        await session.check(output, { expected: [61440, -61440, 1, 256] });
      }),
      define(
        ["rounded where it is converted"],
        async (session) => {
          const whole = session.input("float32", [4], [2049, 257, 1e30, 0.1]);
          const output = session.output("float32", [4]);
          const expr = op("neg", cast(cast(input(0, "float32"), dtype), "float32"));
          map(session, [expr], [whole], [output]);
          await session.check(output, { expected: whole.values.map((value) => -nearest(dtype, value)) });
        },
        ["float32"],
      ),
      define(["in place"], async (session) => {
        const target = session.input(dtype, [3, 5], VALUES, { order: [1, 0], before: 1 });
        const expected = target.values.map((value) => value * 2);
        map(session, [op("add", x, x)], [target], [target]);
        await session.check(target, { expected });
      }),
      define(["compared"], async (session) => {
        const [a, b] = [
          session.input(dtype, [5], [1, -0, NaN, Infinity, 2]),
          session.input(dtype, [5], [2, 0, NaN, Infinity, 1]),
        ];
        const outputs = [session.output("bool", [5]), session.output("bool", [5])];
        map(session, [op("lt", x, y), op("eq", x, y)], [a, b], outputs);
        await session.check(outputs[0]!, { expected: [1, 0, 0, 0, 0], name: "lt" });
        await session.check(outputs[1]!, { expected: [0, 1, 0, 1, 0], name: "eq" });
      }),
      define(["random numbers"], async (session) => {
        const output = session.output(dtype, [300]);
        const bits = op("ushr", random(scalar(0, "int32"), scalar(1, "int32")), constant(8, "int32"));
        const uniform = op("mul", cast(bits, "float32"), constant(2 ** -24, "float32"));
        map(session, [cast(uniform, dtype)], [], [output], [42, 7]);
        const expected = Array.from({ length: 300 }, (_, i) => (philoxWord(42, 7, i) >>> 8) * 2 ** -24);
        await session.check(output, { expected: expected.map((value) => nearest(dtype, value)) });
      }),
      define([`a formula, ${STORED}`], async (session) => {
        const a = session.input(dtype, [VALUES.length], VALUES);
        const output = session.output(dtype, [VALUES.length], { before: 1 });
        map(session, [op("div", x, constant(3, dtype))], [a], [output]);
        const third = (value: number): number => nearest(dtype, fround(value / 3));
        await checkStored(session, output, { expected: a.values.map(third) });
      }),
    ];
  });
}

const domains: readonly (readonly [name: string, shape: readonly number[], axes: readonly number[], input?: Layout])[] =
  [
    ["all of a vector", [531], [0]],
    ["rows", [5, 70], [1]],
    ["columns", [70, 9], [0]],
    ["columns, transposed", [9, 70], [0], { order: [1, 0] }],
    ["rows, sliced and backward", [6, 33], [1], { steps: [1, 2], flips: [1], before: 3 }],
    ["outer axes of 3", [4, 3, 35], [0, 2]],
    ["no axes", [3, 4], []],
    ["nothing", [3, 0], [1]],
  ];

/** The cases of `reduce`. Values are accumulated in the type in which they are computed, and the result is stored in another. */
export function storageReduceCases(): readonly ConformanceCase[] {
  return storageTypes.flatMap((dtype) => {
    const { compute } = dtypes[dtype];
    const value = cast(input(0, dtype), compute);
    const finish = cast(input(0, compute), dtype);
    const arranged = domains.flatMap(([name, shape, axes, layout]) =>
      (["sum", "max", "min"] as const)
        .filter((how) => how === "sum" || !shape.includes(0))
        .map((how) =>
          defineCase(["reduce", how, dtype, name], [dtype], async (session) => {
            const x = session.input(dtype, shape, how === "sum" ? VALUES : [...VALUES, -0, 0], layout);
            const output = session.output(dtype, kept(shape, axes), { before: 1 });
            reduce(session, { op: how, value, finish, shape, inputs: [x], axes, output });
            const expected = grouped(x.values, shape, axes).map((group) => reduced(how, group, compute));
            await session.check(output, { expected, agreement: exactlyButZero(dtype) });
          }),
        ),
    );
    return [
      ...arranged,
      defineCase(["reduce", "sum", dtype, "many more terms than the type can count"], [dtype], async (session) => {
        // Added up in the type itself, ones would stop counting at 256 or 2,048.
        const x = session.input(dtype, [40_000], [1]);
        const output = session.output(dtype, [1]);
        reduce(session, { op: "sum", value, finish, shape: [40_000], inputs: [x], axes: [0], output });
        await session.check(output, { expected: [40_000] });
      }),
      defineCase(["reduce", "sum", dtype, "a mean that is rounded once"], [dtype], async (session) => {
        // The sum is beyond the range of float16.
        const x = session.input(dtype, [4, 64], [49152]);
        const output = session.output(dtype, [4, 1]);
        const mean = cast(op("div", input(0, compute), scalar(0, compute)), dtype);
        reduce(session, {
          op: "sum",
          value,
          finish: mean,
          shape: [4, 64],
          inputs: [x],
          scalars: [64],
          axes: [1],
          output,
        });
        await session.check(output, { expected: [49152, 49152, 49152, 49152] });
      }),
      defineCase(["reduce", "sum", dtype, "of products"], [dtype], async (session) => {
        const [x, y] = [
          session.input(dtype, [7, 60], VALUES),
          session.input(dtype, [7, 60], VALUES.slice(2), { repeats: [0] }),
        ];
        const output = session.output("float32", [7, 1]);
        const product = unrounded(op("mul", input(0, dtype), input(1, dtype)));
        reduce(session, { op: "sum", value: product, shape: [7, 60], inputs: [x, y], axes: [1], output });
        const expected = grouped(
          x.values.map((each, i) => each * y.values[i]!),
          [7, 60],
          [1],
        ).map((group) => reduced("sum", group, compute));
        await session.check(output, { expected, agreement: exactlyButZero("float32") });
      }),
      defineCase(["reduce", "argmax", dtype, "with NaN"], [dtype, "int32"], async (session) => {
        const x = session.input(dtype, [3, 5], [1, 7, 7, 3, 2, NaN, 9, NaN, 1, 1, -1, -2, -Infinity, -0.5, -3]);
        const output = session.output("int32", [3, 1]);
        reduce(session, { op: "argmax", value, shape: [3, 5], inputs: [x], axes: [1], output });
        await session.check(output, { expected: [1, 0, 3] });
      }),
    ];
  });
}

const sizes: readonly (readonly [name: string, sizes: Sizes, a?: Layout, b?: Layout, output?: Layout])[] = [
  ["1×1 · 1×1", { batch: [], m: 1, k: 1, n: 1 }],
  ["row by matrix", { batch: [], m: 1, k: 21, n: 34 }],
  ["matrix by column", { batch: [], m: 34, k: 21, n: 1 }],
  ["7×9 · 9×6", { batch: [], m: 7, k: 9, n: 6 }],
  ["7×9 · 9×6, both transposed", { batch: [], m: 7, k: 9, n: 6 }, { order: [1, 0] }, { order: [1, 0] }],
  ["37×41 · 41×35", { batch: [], m: 37, k: 41, n: 35 }],
  [
    "37×41 · 41×35, slices",
    { batch: [], m: 37, k: 41, n: 35 },
    { before: 3, steps: [1, 2] },
    { flips: [0, 1], after: 5 },
    { before: 2, steps: [1, 2], after: 1 },
  ],
  ["in a batch", { batch: [2, 3], m: 3, k: 4, n: 5 }, { repeats: [0] }, { repeats: [1] }],
  ["one column repeated", { batch: [], m: 7, k: 9, n: 6 }, {}, { repeats: [1] }, { order: [1, 0] }],
  ["k = 0", { batch: [], m: 7, k: 0, n: 6 }],
];
const LEFT = [1, -2, 3, 0, 2, -1, 4];
const RIGHT = [2, 1, -1, 3, 0, -3, 1, -2, 5, 2, -4];

/** The cases of `matmul`. The product has the type in which it is computed; the epilogue names the type that is stored. */
export function storageProductCases(): readonly ConformanceCase[] {
  return storageTypes.flatMap((dtype) => {
    const { compute } = dtypes[dtype];
    return [
      ...sizes.flatMap(([name, size, left, right, placed]) => {
        const { batch, m, k, n } = size;
        return [compute, dtype].map((stored) =>
          defineCase(
            ["matmul", "storage types", dtype, `${name}, stored as ${stored}`],
            [dtype, stored],
            async (session) => {
              const a = session.input(dtype, [...batch, m, k], LEFT, left);
              const b = session.input(dtype, [...batch, k, n], RIGHT, right);
              const output = session.output(stored, [...batch, m, n], placed);
              const epilogue = { expr: cast(input(0, compute), dtype), inputs: [], scalars: [] };
              session.backend.matmul(a.view, b.view, output.view, stored === dtype ? epilogue : undefined);
              await session.check(output, {
                expected: products(size, a.values, b.values),
                agreement: exactlyButZero(stored),
              });
            },
          ),
        );
      }),
      defineCase(["matmul", "storage types", dtype, "bias and relu"], [dtype], async (session) => {
        const size = { batch: [], m: 7, k: 9, n: 6 };
        const [a, b] = [session.input(dtype, [7, 9], LEFT), session.input(dtype, [9, 6], RIGHT)];
        const bias = session.input(dtype, [7, 6], [10, -20, 30, -40, 50, 60], { repeats: [0] });
        const output = session.output(dtype, [7, 6]);
        const sum = op("add", input(0, compute), cast(input(1, dtype), compute));
        const expr = cast(op("max", sum, constant(0, compute)), dtype);
        session.backend.matmul(a.view, b.view, output.view, { expr, inputs: [bias.view], scalars: [] });
        const expected = products(size, a.values, b.values).map((v, i) => Math.max(v + bias.values[i]!, 0));
        await session.check(output, { expected });
      }),
      defineCase(["matmul", "storage types", dtype, "long sums"], [dtype, compute], async (session) => {
        const size = { batch: [], m: 4, k: 3000, n: 5 };
        const fractions = Array.from({ length: 97 }, (_, i) => ((i * 61) % 97) / 97 - 0.2);
        const [a, b] = [
          session.input(dtype, [4, 3000], fractions),
          session.input(dtype, [3000, 5], fractions.slice(9)),
        ];
        const output = session.output(compute, [4, 5]);
        session.backend.matmul(a.view, b.view, output.view);
        const magnitudes = products(size, a.values.map(Math.abs), b.values.map(Math.abs));
        await session.check(output, {
          expected: products(size, a.values, b.values),
          agreement: within((i) => (size.k + 1) * 2 ** -24 * magnitudes[i]!, compute, "within k rounding errors"),
        });
      }),
    ];
  });
}
