/**
 * The level `aliasing`: operands and results side by side in one buffer, several outputs, and results in the place of
 * operands.
 *
 * @module
 */
import {
  cast,
  constant,
  contiguousStrides,
  type DType,
  index,
  input,
  op,
  positionsOf,
  scalar,
  type View,
} from "@lucid/backend";
import { type CaseBody, type ConformanceCase, defineCase, type Level } from "../case.js";
import { exactlyButZero } from "../compare.js";
import { sortedOrder } from "../reference/ordering.js";
import type { Operand, Session } from "../session.js";

/** A buffer that all operands and results of a case share. */
interface Arena {
  readonly whole: Operand;
  /** Returns a view of a part of it. By default, its strides are row-major. */
  part(shape: readonly number[], offset: number, strides?: readonly number[]): View;
  /** Returns the elements of a part before the call. */
  values(part: View): number[];
  /** Checks the whole buffer: these parts hold these elements, and everything else is unchanged. */
  check(...written: readonly (readonly [part: View, elements: readonly number[]])[]): Promise<void>;
}

/** Makes numbers that differ from position to position, of both signs and never 0. */
const numbers = (count: number): number[] => Array.from({ length: count }, (_, i) => ((i * 37) % 101) - 50 || 51);

function openArena(session: Session, dtype: DType, elements: readonly number[] = numbers(240)): Arena {
  const whole = session.input(dtype, [elements.length], elements);
  return {
    whole,
    part: (shape, offset, strides = contiguousStrides(shape)) => ({ ...whole.view, shape, strides, offset }),
    values: (part) => Array.from(positionsOf(part), (position) => whole.host[position]!),
    check(...written) {
      const expected = Array.from(whole.host);
      for (const [part, values] of written) {
        positionsOf(part).forEach((position, i) => {
          expected[position] = values[i]!;
        });
      }
      // No element is 0. A sum may be 0, and the contract does not define its sign.
      return session.check(whole, { expected, agreement: exactlyButZero(dtype) });
    },
  };
}

const x32 = input(0, "float32");
const y32 = input(1, "float32");
const z32 = input(2, "float32");

function mapCases(): ConformanceCase[] {
  const define = (name: string, body: CaseBody, dtypes: readonly DType[] = ["float32"]): ConformanceCase =>
    defineCase(["aliasing", "map", name], dtypes, body);
  return [
    define("even and odd elements", async (session) => {
      const arena = openArena(session, "float32");
      const [even, odd] = [arena.part([100], 0, [2]), arena.part([100], 1, [2])];
      session.backend.map({ exprs: [op("neg", x32)], inputs: [even], scalars: [], outputs: [odd] });
      await arena.check([odd, arena.values(even).map((v) => -v)]);
    }),
    define("inputs that overlap each other", async (session) => {
      const arena = openArena(session, "float32");
      const [left, right, output] = [arena.part([50], 0), arena.part([50], 1), arena.part([50], 60)];
      session.backend.map({ exprs: [op("sub", y32, x32)], inputs: [left, right], scalars: [], outputs: [output] });
      const from = arena.values(left);
      await arena.check([output, arena.values(right).map((v, i) => v - from[i]!)]);
    }),
    define("windows of one line", async (session) => {
      const arena = openArena(session, "float32");
      const [windows, output] = [arena.part([30, 5], 0, [1, 1]), arena.part([30, 5], 40)];
      session.backend.map({ exprs: [op("neg", x32)], inputs: [windows], scalars: [], outputs: [output] });
      await arena.check([output, arena.values(windows).map((v) => -v)]);
    }),
    define("the columns of a matrix as five outputs", async (session) => {
      const arena = openArena(session, "float32");
      const x = arena.part([20], 200);
      const columns = [0, 1, 2, 3, 4].map((k) => arena.part([20], k, [9]));
      const exprs = [1, 2, 3, 4, 5].map((k) => op("mul", x32, constant(k, "float32")));
      session.backend.map({ exprs, inputs: [x], scalars: [], outputs: columns });
      const from = arena.values(x);
      await arena.check(
        ...columns.map((column, k) => [column, from.map((v) => v * (k + 1))] as readonly [View, number[]]),
      );
    }),
    define("three operands in a circle", async (session) => {
      const arena = openArena(session, "float32");
      const parts = [0, 70, 140].map((offset) => arena.part([7, 9], offset, [1, 7]));
      session.backend.map({ exprs: [y32, z32, x32], inputs: parts, scalars: [], outputs: parts });
      const [x, y, z] = parts.map((part) => arena.values(part));
      await arena.check([parts[0]!, y!], [parts[1]!, z!], [parts[2]!, x!]);
    }),
    define("in place by an equal view that is another object", async (session) => {
      const arena = openArena(session, "float32");
      const x = arena.part([6, 8], 3, [16, 2]);
      const same = { ...x, shape: [...x.shape], strides: [...x.strides] };
      session.backend.map({ exprs: [op("mul", x32, x32)], inputs: [x], scalars: [], outputs: [same] });
      await arena.check([x, arena.values(x).map((v) => v * v)]);
    }),
    define("in place beside another part of the buffer", async (session) => {
      const arena = openArena(session, "float32");
      const [x, y] = [arena.part([60], 0, [2]), arena.part([60], 1, [2])];
      session.backend.map({ exprs: [op("add", x32, y32)], inputs: [x, y], scalars: [], outputs: [x] });
      const from = arena.values(y);
      await arena.check([x, arena.values(x).map((v, i) => v + from[i]!)]);
    }),
    define("one output in place, one elsewhere, one row repeated", async (session) => {
      const arena = openArena(session, "float32");
      const [x, row, other] = [arena.part([6, 7], 0), arena.part([6, 7], 50, [0, 1]), arena.part([6, 7], 60, [1, 6])];
      const exprs = [op("add", x32, y32), op("sub", x32, y32)];
      session.backend.map({ exprs, inputs: [x, row], scalars: [], outputs: [x, other] });
      const [a, b] = [arena.values(x), arena.values(row)];
      await arena.check([x, a.map((v, i) => v + b[i]!)], [other, a.map((v, i) => v - b[i]!)]);
    }),
    define("in place by position and number", async (session) => {
      const arena = openArena(session, "float32");
      const x = arena.part([11, 4], 2, [4, 1]);
      const expr = op("add", op("mul", x32, scalar(0, "float32")), cast(index(0), "float32"));
      session.backend.map({ exprs: [expr], inputs: [x], scalars: [0.5], outputs: [x] });
      await arena.check([x, arena.values(x).map((v, i) => v * 0.5 + Math.floor(i / 4))]);
    }),
    define(
      "in place, and another type elsewhere",
      async (session) => {
        const arena = openArena(session, "float32");
        const x = arena.part([37], 1);
        const whole = session.output("int32", [37], { flips: [0] });
        const exprs = [op("neg", x32), cast(x32, "int32")];
        session.backend.map({ exprs, inputs: [x], scalars: [], outputs: [x, whole.view] });
        const from = arena.values(x);
        await session.check(whole, { expected: from });
        await arena.check([x, from.map((v) => -v)]);
      },
      ["float32", "int32"],
    ),
    define("in place, 20,000 elements", async (session) => {
      const arena = openArena(session, "float32", numbers(20_003));
      const [x, y] = [arena.part([10_000], 1), arena.part([10_000], 10_002)];
      session.backend.map({ exprs: [y32, op("add", x32, y32)], inputs: [x, y], scalars: [], outputs: [x, y] });
      const [a, b] = [arena.values(x), arena.values(y)];
      await arena.check([x, b], [y, a.map((v, i) => v + b[i]!)]);
    }),
  ];
}

function otherCases(): ConformanceCase[] {
  const define = (member: string, name: string, dtypes: readonly DType[], body: CaseBody): ConformanceCase =>
    defineCase(["aliasing", member, name], dtypes, body);
  const rows = (values: readonly number[], width: number): number[][] =>
    Array.from({ length: values.length / width }, (_, r) => values.slice(r * width, (r + 1) * width));
  const product = (a: readonly number[], b: readonly number[], m: number, k: number, n: number): number[] =>
    Array.from({ length: m * n }, (_, at) => {
      let total = 0;
      for (let j = 0; j < k; j++) total += a[Math.floor(at / n) * k + j]! * b[j * n + (at % n)]!;
      return total;
    });
  return [
    define("reduce", "the sum of a row beside it", ["float32"], async (session) => {
      const arena = openArena(session, "float32");
      // Each row has nine numbers and room for their sum: the last column is the output.
      const [x, output] = [arena.part([20, 9], 0, [10, 1]), arena.part([20, 1], 9, [10, 1])];
      const call = { op: "sum" as const, value: x32, finish: undefined, shape: [20, 9], scalars: [], axes: [1] };
      session.backend.reduce({ ...call, inputs: [x], output });
      await arena.check([output, rows(arena.values(x), 9).map((row) => row.reduce((a, b) => a + b))]);
    }),
    define("reduce", "positions among what they were found in", ["int32"], async (session) => {
      const arena = openArena(session, "int32");
      const [x, output] = [arena.part([9, 20], 0, [1, 10]), arena.part([1, 20], 9, [1, 10])];
      const value = input(0, "int32");
      const call = { op: "argmax" as const, value, finish: undefined, shape: [9, 20], scalars: [], axes: [0] };
      session.backend.reduce({ ...call, inputs: [x], output });
      const columns = rows(arena.values(arena.part([20, 9], 0, [10, 1])), 9);
      await arena.check([output, columns.map((column) => column.indexOf(Math.max(...column)))]);
    }),
    define("matmul", "factors and product in one buffer", ["float32"], async (session) => {
      const arena = openArena(session, "float32");
      // Each row has 5 + 4 + 4 numbers: those of a, then of b (upside down), then of the product.
      const [a, b] = [arena.part([5, 5], 0, [13, 1]), arena.part([5, 4], 4 * 13 + 5, [-13, 1])];
      const output = arena.part([5, 4], 9, [13, 1]);
      session.backend.matmul(a, b, output);
      await arena.check([output, product(arena.values(a), arena.values(b), 5, 5, 4)]);
    }),
    define("matmul", "a matrix by itself", ["float32"], async (session) => {
      const arena = openArena(session, "float32");
      const [a, output] = [arena.part([9, 9], 1), arena.part([9, 9], 100)];
      session.backend.matmul(a, a, output);
      await arena.check([output, product(arena.values(a), arena.values(a), 9, 9, 9)]);
    }),
    define("matmul", "a matrix by itself transposed", ["float32"], async (session) => {
      const arena = openArena(session, "float32");
      const [a, b] = [arena.part([8, 6], 0), arena.part([6, 8], 0, [1, 6])];
      const output = arena.part([8, 8], 60, [1, 8]);
      session.backend.matmul(a, b, output);
      await arena.check([output, product(arena.values(a), arena.values(b), 8, 6, 8)]);
    }),
    define("matmul", "an epilogue that reads between the rows it writes", ["float32"], async (session) => {
      const arena = openArena(session, "float32");
      const [a, b] = [arena.part([6, 3], 0), arena.part([3, 7], 20)];
      const [output, extra] = [arena.part([6, 7], 50, [14, 1]), arena.part([6, 7], 57, [14, 1])];
      const expr = op("sub", x32, y32);
      session.backend.matmul(a, b, output, { expr, inputs: [extra], scalars: [] });
      const added = arena.values(extra);
      const plain = product(arena.values(a), arena.values(b), 6, 3, 7);
      await arena.check([output, plain.map((v, i) => v - added[i]!)]);
    }),
    define("gather", "source, index and result in one buffer", ["int32"], async (session) => {
      const arena = openArena(
        session,
        "int32",
        Array.from({ length: 90 }, (_, i) => (i * 7) % 30),
      );
      const [source, at, output] = [0, 1, 2].map((offset) => arena.part([30], offset, [3]));
      session.backend.gather(source!, at!, 0, output!);
      const from = arena.values(source!);
      await arena.check([output!, arena.values(at!).map((i) => from[i]!)]);
    }),
    define("gather", "by itself", ["int32"], async (session) => {
      const order = [3, 0, 2, 6, 1, 5, 4];
      const arena = openArena(session, "int32", [...order, ...order]);
      const [x, output] = [arena.part([7], 0), arena.part([7], 7)];
      session.backend.gather(x, x, 0, output);
      await arena.check([output, order.map((i) => order[i]!)]);
    }),
    define("scatter", "source, index and result in one buffer", ["int32"], async (session) => {
      const arena = openArena(
        session,
        "int32",
        Array.from({ length: 90 }, (_, i) => (i * 7) % 30),
      );
      const [source, at, output] = [0, 1, 2].map((offset) => arena.part([30], offset, [3]));
      session.backend.scatter("add", source!, at!, 0, output!);
      const result = arena.values(output!);
      const from = arena.values(source!);
      arena.values(at!).forEach((to, i) => {
        result[to]! += from[i]!;
      });
      await arena.check([output!, result]);
    }),
    define("scan", "even and odd elements", ["float32"], async (session) => {
      const arena = openArena(session, "float32");
      const [x, output] = [arena.part([100], 0, [2]), arena.part([100], 1, [2])];
      session.backend.scan("sum", x, 0, output);
      const sums = arena.values(x);
      for (let i = 1; i < sums.length; i++) sums[i]! += sums[i - 1]!;
      await arena.check([output, sums]);
    }),
    define("sort", "operand, values and indices in one buffer", ["int32"], async (session) => {
      const arena = openArena(
        session,
        "int32",
        numbers(150).map((v) => v % 7),
      );
      const [x, values, indices] = [0, 1, 2].map((offset) => arena.part([50], offset, [3]));
      session.backend.sort(x!, 0, values!, indices!);
      const from = arena.values(x!);
      const order = sortedOrder(from);
      await arena.check([values!, order.map((i) => from[i]!)], [indices!, order]);
    }),
  ];
}

/** The level `aliasing`. */
export const aliasingLevel: Level = { name: "aliasing", cases: () => [...mapCases(), ...otherCases()] };
