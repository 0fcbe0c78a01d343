/**
 * The level `unchanged`: a call does not change its arguments (buffers to the bit, views, lists of numbers), and does
 * not read them again later.
 *
 * @module
 */
import { constant, type DType, input, op, scalar, sizeOf, type View } from "@lucid/backend";
import { type CaseBody, type ConformanceCase, defineCase, type Level } from "../case.js";
import type { Layout } from "../layouts.js";
import type { Operand, Session } from "../session.js";

const x32 = input(0, "float32");
const y32 = input(1, "float32");

/**
 * Freezes a value and everything that it contains, except buffers, which belong to the backend, and expressions, which
 * are frozen already.
 */
function frozen<T>(value: T): T {
  if (Array.isArray(value)) value.forEach(frozen);
  else if (typeof value === "object" && value !== null && "strides" in value) {
    frozen((value as unknown as View).shape);
    frozen((value as unknown as View).strides);
  }
  return Object.freeze(value);
}

const layouts: readonly (readonly [string, Layout])[] = [
  ["contiguous", {}],
  ["transposed", { order: [1, 0] }],
  ["sliced", { before: 3, steps: [2, 3], after: 2 }],
  ["backward", { flips: [0, 1] }],
  ["repeated rows", { repeats: [0] }],
  ["repeated columns", { repeats: [1] }],
];

/** A member of the contract, called with operands of a square shape, which suits all members. */
interface Member {
  readonly name: string;
  readonly dtypes: readonly DType[];
  /** Calls the member with the operands and returns the outputs, which the session made. */
  call(session: Session, x: Operand, y: Operand, index: Operand): void;
}

const SIDE = 12;
const SHAPE = [SIDE, SIDE];
const VALUES = [1.5, -0, NaN, 3, Infinity, -2.25, 1e-40, 7, 0, -Infinity, 4];
/** Indices in mixed order, with duplicates. */
const INDICES = [3, 0, 2, 11, 5, 1, 0, 8, 4, 6, 1, 10, 7];

function outputOf(session: Session, dtype: DType = "float32", shape: readonly number[] = SHAPE): View {
  const output = session.output(dtype, shape);
  session.disregard(output);
  return frozen(output.view);
}

const members: readonly Member[] = [
  {
    name: "map",
    dtypes: ["float32"],
    call(session, x, y) {
      const exprs = [op("add", op("mul", x32, y32), scalar(0, "float32")), op("neg", x32)];
      const outputs = [outputOf(session), outputOf(session)];
      session.backend.map(frozen({ exprs, inputs: frozen([x.view, y.view]), scalars: frozen([2.5]), outputs }));
    },
  },
  {
    name: "reduce",
    dtypes: ["float32"],
    call(session, x, y) {
      for (const axes of [[0], [1], [0, 1]]) {
        const output = outputOf(
          session,
          "float32",
          SHAPE.map((size, axis) => (axes.includes(axis) ? 1 : size)),
        );
        const value = op("mul", op("mul", x32, y32), scalar(0, "float32"));
        const call = { op: "sum" as const, value, finish: op("neg", x32), shape: SHAPE, axes, output };
        session.backend.reduce(frozen({ ...call, inputs: frozen([x.view, y.view]), scalars: frozen([0.5]) }));
      }
    },
  },
  {
    name: "matmul",
    dtypes: ["float32"],
    call(session, x, y) {
      session.backend.matmul(x.view, y.view, outputOf(session));
    },
  },
  {
    name: "matmul with an epilogue",
    dtypes: ["float32"],
    call(session, x, y) {
      const expr = op("mul", op("add", x32, y32), scalar(0, "float32"));
      const epilogue = frozen({ expr, inputs: frozen([x.view]), scalars: frozen([0.5]) });
      session.backend.matmul(x.view, y.view, outputOf(session), epilogue);
    },
  },
  {
    name: "gather",
    dtypes: ["float32", "int32"],
    call(session, x, _, index) {
      for (const axis of [0, 1]) session.backend.gather(x.view, index.view, axis, outputOf(session));
    },
  },
  {
    name: "scatter",
    dtypes: ["float32", "int32"],
    call(session, x, _, index) {
      for (const mode of ["set", "add", "prod", "max", "min"] as const)
        for (const axis of [0, 1]) session.backend.scatter(mode, x.view, index.view, axis, outputOf(session));
    },
  },
  {
    name: "scan",
    dtypes: ["float32"],
    call(session, x) {
      for (const name of ["sum", "prod", "max", "min"] as const)
        for (const axis of [0, 1]) session.backend.scan(name, x.view, axis, outputOf(session));
    },
  },
  {
    name: "sort",
    dtypes: ["float32", "int32"],
    call(session, x) {
      for (const axis of [0, 1]) session.backend.sort(x.view, axis, outputOf(session), outputOf(session, "int32"));
    },
  },
];

function memberCases({ name, dtypes, call }: Member): ConformanceCase[] {
  return layouts.map(([layoutName, layout]) =>
    defineCase(["unchanged", name, layoutName], [...dtypes, "int32"], (session) => {
      const x = session.input("float32", SHAPE, VALUES, layout);
      const y = session.input("float32", SHAPE, [...VALUES].reverse(), layout);
      const index = session.input("int32", SHAPE, INDICES, layout);
      for (const { view } of [x, y, index]) frozen(view);
      call(session, x, y, index);
    }),
  );
}

function laterCases(): ConformanceCase[] {
  const define = (name: string, body: CaseBody, dtypes: readonly DType[] = ["float32"]): ConformanceCase =>
    defineCase(["unchanged", "afterwards", name], dtypes, body);
  const doubled = op("mul", x32, scalar(0, "float32"));
  return [
    define("the caller may use its list of scalars again", async (session) => {
      const x = session.input("float32", [40], [1, 2, 3, 4]);
      const outputs = [session.output("float32", [40]), session.output("float32", [40])];
      const scalars = [0];
      for (const [k, output] of outputs.entries()) {
        scalars[0] = k + 2;
        session.backend.map({ exprs: [doubled], inputs: [x.view], scalars, outputs: [output.view] });
      }
      scalars[0] = 99;
      for (const [k, output] of outputs.entries())
        await session.check(output, { expected: x.values.map((v) => v * (k + 2)) });
    }),
    define("the caller may use its lists of views again", async (session) => {
      const [x, y] = [session.input("float32", [9], [1, 2, 3]), session.input("float32", [9], [10, 20])];
      const outputs = [session.output("float32", [9]), session.output("float32", [9])];
      const [inputs, results] = [[x.view], [outputs[0]!.view]];
      session.backend.map({ exprs: [op("neg", x32)], inputs, scalars: [], outputs: results });
      inputs[0] = y.view;
      results[0] = outputs[1]!.view;
      session.backend.map({ exprs: [op("neg", x32)], inputs, scalars: [], outputs: results });
      await session.check(outputs[0]!, { expected: x.values.map((v) => -v) });
      await session.check(outputs[1]!, { expected: y.values.map((v) => -v) });
    }),
    define("new values in a factor are seen", async (session) => {
      const side = 40;
      const a = session.input("float32", [side, side], [1, 2, 3]);
      const b = session.input("float32", [side, side], [1, -1, 2, 5, -3]);
      const outputs = [session.output("float32", [side, side]), session.output("float32", [side, side])];
      session.backend.matmul(a.view, b.view, outputs[0]!.view);
      session.disregard(outputs[0]!);
      // The elements are written by a call, not by the host.
      const one = constant(1, "float32");
      session.backend.map({ exprs: [one], inputs: [], scalars: [], outputs: [b.view] });
      session.backend.matmul(a.view, b.view, outputs[1]!.view);
      const rowSums = Array.from({ length: side }, (_, i) =>
        a.values.slice(i * side, (i + 1) * side).reduce((sum, v) => sum + v),
      );
      await session.check(outputs[1]!, { expected: a.values.map((_, i) => rowSums[Math.floor(i / side)]!) });
      await session.check(b, { expected: new Array<number>(side * side).fill(1) });
    }),
    define(
      "new indices are seen",
      async (session) => {
        const source = session.input("float32", [5], [10, 20, 30, 40, 50]);
        const index = session.output("int32", [5]);
        const outputs = [session.output("float32", [5]), session.output("float32", [5])];
        for (const [k, output] of outputs.entries()) {
          session.backend.write(index.view.buffer, 0, Int32Array.of(k, k + 1, k + 2, k + 3, 0));
          session.backend.gather(source.view, index.view, 0, output.view);
        }
        await session.check(outputs[0]!, { expected: [10, 20, 30, 40, 10] });
        await session.check(outputs[1]!, { expected: [20, 30, 40, 50, 10] });
        await session.check(index, { expected: [1, 2, 3, 4, 0] });
      },
      ["float32", "int32"],
    ),
    define("a call reads its inputs before they are written again", async (session) => {
      const x = session.input("float32", [64], [1, 2, 3]);
      const before = [...x.values];
      const output = session.output("float32", [64]);
      session.backend.map({ exprs: [op("neg", x32)], inputs: [x.view], scalars: [], outputs: [output.view] });
      session.backend.write(x.view.buffer, 0, new Float32Array(sizeOf(x.view.shape)).fill(8));
      await session.check(output, { expected: before.map((v) => -v) });
      await session.check(x, { expected: before.map(() => 8) });
    }),
    define("a call reads its inputs before they are freed", async ({ backend, output: make, check }) => {
      const output = make("float32", [64]);
      const x = backend.allocate("float32", 64);
      backend.write(
        x,
        0,
        Float32Array.from({ length: 64 }, (_, i) => i),
      );
      const view: View = { buffer: x, dtype: "float32", shape: [64], strides: [1], offset: 0 };
      backend.map({ exprs: [op("neg", x32)], inputs: [view], scalars: [], outputs: [output.view] });
      backend.free(x);
      // A new buffer may use the memory that x had.
      const other = backend.allocate("float32", 64);
      backend.write(other, 0, new Float32Array(64).fill(777));
      await check(output, { expected: Array.from({ length: 64 }, (_, i) => -i) });
      backend.free(other);
    }),
  ];
}

/** The level `unchanged`. */
export const unchangedLevel: Level = {
  name: "unchanged",
  cases: () => [...members.flatMap(memberCases), ...laterCases()],
};
