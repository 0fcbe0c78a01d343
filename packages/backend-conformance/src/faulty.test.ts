/** The suite finds what it is there to find: backends with one fault each fail, in the cases that name the fault. */
import {
  type Backend,
  cast,
  constant,
  contiguousStrides,
  type Deferred,
  type DeviceBuffer,
  type Expr,
  extendBackend,
  IndexOutOfRangeError,
  inOrder,
  input,
  type MapCall,
  op,
  random,
  type ScalarOp,
  scalarOperations,
  type View,
} from "@lucid/backend";
import { createMinimalBackend, type HostBuffer } from "minimal-backend";
import { describe, expect, it } from "vitest";
import { conformanceCases, runConformance } from "./cases.js";
import { beginRun } from "./run.js";

type Minimal = Backend<HostBuffer>;
const minimal: Minimal = createMinimalBackend();
// The large cases have tests of their own, and take long on this backend.
const all = conformanceCases().filter(({ level }) => level !== "large");
const below = (prefix: string) => all.filter(({ name }) => name === prefix || name.startsWith(`${prefix} › `));

/** The names of the cases below `prefix` that the backend fails. */
async function failing(backend: Backend, prefix: string): Promise<string[]> {
  const report = await runConformance(backend, { cases: below(prefix) });
  return report.failures.map(({ name }) => name);
}

/** Whether the backend fails some case below `prefix` that the minimal one passes. */
async function expectFaultFound(members: Partial<Minimal>, prefix: string, text?: RegExp): Promise<void> {
  const report = await runConformance(extendBackend(minimal, members), { cases: below(prefix) });
  expect(report.passed + report.failures.length).toBeGreaterThan(0);
  expect(report.failures.length).toBeGreaterThan(0);
  if (text !== undefined) expect(report.failures.some(({ message }) => text.test(message))).toBe(true);
}

/** The minimal backend with every expression of a map changed node by node. */
function rewriting(change: (expr: Expr) => Expr): Partial<Minimal> {
  return {
    map(call) {
      const done = new Map<Expr, Expr>();
      const to = (expr: Expr): Expr => done.get(expr)!;
      for (const expr of inOrder(call.exprs)) done.set(expr, change(rebuilt(expr, to)));
      minimal.map({ ...call, exprs: call.exprs.map(to) });
    },
  };
}

function rebuilt(expr: Expr, to: (expr: Expr) => Expr): Expr {
  if (expr.kind === "operation") return op(expr.op, ...expr.args.map(to));
  if (expr.kind === "cast") return cast(to(expr.operand), expr.dtype);
  if (expr.kind === "random") return random(to(expr.key0), to(expr.key1), expr.counter && to(expr.counter));
  return expr;
}

/** The minimal backend with something done to the outputs of a map afterwards. */
const afterMap = (change: (view: View<HostBuffer>) => void): Partial<Minimal> => ({
  map(call) {
    minimal.map(call);
    call.outputs.forEach(change);
  },
});

const is = (expr: Expr, name: ScalarOp): expr is Expr & { readonly args: readonly Expr[] } =>
  expr.kind === "operation" && expr.op === name;

describe("the minimal backend", () => {
  // That it passes them is what tests/contract/src/conformance-minimal.test.ts says.
  it("runs every case", () => {
    expect(beginRun(minimal, { cases: all }).cases).toEqual(all);
    expect(all.length).toBeGreaterThan(5000);
  });

  it("runs no two cases with the same name", () => {
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
    for (const { name, level } of all) expect(name.startsWith(`${level} › `)).toBe(true);
  });
});

describe("faults of map", () => {
  it.each(Object.keys(scalarOperations) as ScalarOp[])("%s is computed wrongly", async (name) => {
    const wrong = rewriting((expr) => {
      if (!is(expr, name)) return expr;
      const { dtype } = expr;
      if (dtype === "bool") return op("not", expr);
      // Off by 8 units in the last place or, for whole numbers, by one.
      if (dtype === "float32") return op("mul", expr, constant(1 + 2 ** -20, dtype));
      if (dtype === "float64") return op("mul", expr, constant(1 + 2 ** -49, dtype));
      return op("add", expr, constant(1, dtype));
    });
    const found = await failing(extendBackend(minimal, wrong), `map › ${name}`);
    const kinds = new Set(found.map((path) => path.split(" › ")[2]));
    const row = scalarOperations[name];
    const types = [
      ...(row.float === undefined ? [] : ["float32", "float64"]),
      ...(row.int === undefined ? [] : ["int32", "uint8"]),
      ...(row.bool === undefined ? [] : ["bool"]),
    ];
    // Results that are all 0, ±1, NaN and ∞ … a factor changes those of sign and nothing else.
    expect([...kinds].sort()).toEqual(types.sort());
  });

  it("ignores the offset of inputs", () =>
    expectFaultFound(
      { map: (call) => minimal.map({ ...call, inputs: call.inputs.map((view) => ({ ...view, offset: 0 })) }) },
      "map › add",
      /expected .* exactly, got/,
    ));
  it("ignores the offset of outputs", () =>
    expectFaultFound(
      { map: (call) => minimal.map({ ...call, outputs: call.outputs.map((view) => ({ ...view, offset: 0 })) }) },
      "map › neg",
    ));
  it("treats every input as contiguous", () =>
    expectFaultFound(
      {
        map: (call) =>
          minimal.map({
            ...call,
            inputs: call.inputs.map((view) => ({ ...view, strides: contiguousStrides(view.shape) })),
          }),
      },
      "map › mul",
    ));
  it("turns −0 into 0", () =>
    expectFaultFound(
      afterMap(({ buffer: { data } }) => {
        for (let i = 0; i < data.length; i++) data[i] = data[i]! + 0;
      }),
      "map › neg",
      /expected -0/,
    ));
  it("flushes subnormals", () =>
    expectFaultFound(
      afterMap(({ buffer: { data } }) => {
        if (!(data instanceof Float32Array)) return;
        for (let i = 0; i < data.length; i++) if (Math.abs(data[i]!) < 2 ** -126) data[i] = 0;
      }),
      "map › mul",
    ));
  it("writes before its output", () =>
    expectFaultFound(
      afterMap(({ buffer, offset }) => {
        if (offset > 0 && buffer.length > offset) buffer.data[offset - 1] = 5;
      }),
      "map › add",
      /wrote outside its view/,
    ));
  it("writes after its output", () =>
    expectFaultFound(
      afterMap(({ buffer, offset, shape }) => {
        const end = offset + shape.reduce((size, n) => size * n, 1);
        if (shape.length === 1 && end < buffer.length) buffer.data[end] = 5;
      }),
      "map › exp",
      /wrote outside its view/,
    ));
  it("changes an input", () =>
    expectFaultFound(
      {
        map(call) {
          minimal.map(call);
          const first = call.inputs[0];
          if (first !== undefined && first.buffer.length > 0) first.buffer.data[0] = 3.5;
        },
      },
      "map › add",
      /must not write/,
    ));
  it("writes one output before it reads the inputs of the next", () =>
    expectFaultFound(
      {
        map: (call: MapCall<HostBuffer>) =>
          call.exprs.forEach((expr, k) => {
            minimal.map({ ...call, exprs: [expr], outputs: [call.outputs[k]!] });
          }),
      },
      "map › in place",
    ));
  it("treats −0 as 0 in constants", () =>
    expectFaultFound(
      rewriting((expr) => (expr.kind === "constant" ? constant(expr.value + 0, expr.dtype) : expr)),
      "map › constant",
    ));
  it("wraps where a cast must saturate", () =>
    expectFaultFound(
      rewriting((expr) =>
        expr.kind === "cast" && expr.dtype === "uint8" && expr.operand.dtype === "float32"
          ? cast(cast(expr.operand, "int32"), "uint8")
          : expr,
      ),
      "map › cast › float32 to uint8",
    ));
  it("draws the same random bits at every position", () =>
    expectFaultFound(
      rewriting((expr) => (expr.kind === "random" ? random(expr.key0, expr.key1, constant(0, "int32")) : expr)),
      "random",
    ));
  it("counts random bits in the order of memory", () =>
    expectFaultFound(
      {
        map(call) {
          const [output] = call.outputs;
          const sorted = [...output!.strides].sort((a, b) => b - a);
          const shape = sorted.map((stride) => output!.shape[output!.strides.indexOf(stride)]!);
          const turned = call.inputs.length === 0 && call.outputs.length === 1;
          minimal.map(turned ? { ...call, outputs: [{ ...output!, shape, strides: sorted }] } : call);
        },
      },
      "random",
    ));
  it("returns the number instead of NaN in min", () =>
    expectFaultFound(
      rewriting((expr) => (is(expr, "min") ? op("where", op("lt", expr.args[0]!, expr.args[1]!), ...expr.args) : expr)),
      "map › min",
      /NaN/,
    ));
  it("rounds halves away from 0", () =>
    expectFaultFound(
      rewriting((expr) =>
        is(expr, "round") ? op("floor", op("add", expr.args[0]!, constant(0.5, expr.dtype))) : expr,
      ),
      "map › round",
    ));
  it("computes the remainder as C does", () =>
    expectFaultFound(
      rewriting((expr) => {
        if (!is(expr, "rem")) return expr;
        const [a, b] = expr.args as [Expr, Expr];
        return expr.dtype === "int32" ? op("sub", a, op("mul", b, op("div", a, b))) : expr;
      }),
      "map › rem › int32",
    ));
  it("compiles a scalar into its kernel", () => {
    const first = new Map<Expr, readonly number[]>();
    return expectFaultFound(
      {
        map(call) {
          const known = first.get(call.exprs[0]!) ?? call.scalars;
          first.set(call.exprs[0]!, known);
          minimal.map({ ...call, scalars: known });
        },
      },
      "map › scalar",
    );
  });
});

describe("faults of reduce", () => {
  const reduceAs = (change: (values: number[]) => number, which: string): Partial<Minimal> => ({
    reduce(call) {
      minimal.reduce(call);
      const view = call.inputs[0];
      const whole = call.axes.length === 1 && call.shape.length === 1 && call.finish === undefined;
      if (call.op !== which || view === undefined || !whole || view.buffer.length === 0) return;
      call.output.buffer.data[call.output.offset] = change(Array.from(view.buffer.data));
    },
  });
  it("returns the last extreme instead of the first", () =>
    expectFaultFound(
      reduceAs((values) => values.lastIndexOf(Math.max(...values)), "argmax"),
      "reduce › argmax",
    ));
  it("returns the number instead of NaN", () =>
    expectFaultFound(
      reduceAs((values) => Math.max(...values.filter((v) => v === v)), "max"),
      "reduce › max",
      /NaN/,
    ));
  it("adds one element after another in float32", () =>
    expectFaultFound(
      reduceAs((values) => values.reduce((sum, v) => Math.fround(sum + v), 0), "sum"),
      "reduce › accuracy",
      /pairwise/,
    ));
  it("does not apply finish", () =>
    expectFaultFound(
      { reduce: (call) => minimal.reduce(call.finish?.dtype === "float32" ? { ...call, finish: undefined } : call) },
      "reduce › expressions",
    ));
  it("does not write the result for an axis of size 0", () =>
    expectFaultFound(
      { reduce: (call) => (call.shape.includes(0) ? undefined : minimal.reduce(call)) },
      "reduce › sum › float32 › nothing",
    ));
});

describe("faults of matmul", () => {
  it("leaves the output unchanged for k = 0", () =>
    expectFaultFound(
      {
        matmul: (a, b, output, epilogue) =>
          a.shape[a.shape.length - 1] === 0 ? undefined : minimal.matmul(a, b, output, epilogue),
      },
      "matmul › layouts",
      /k|0/,
    ));
  it("does not apply the epilogue for k = 0", () =>
    expectFaultFound(
      {
        matmul: (a, b, output, epilogue) =>
          minimal.matmul(a, b, output, a.shape[a.shape.length - 1] === 0 ? undefined : epilogue),
      },
      "matmul › epilogue › float32 › k = 0",
    ));
  it("adds the bias along rows instead of columns", () =>
    expectFaultFound(
      {
        matmul: (a, b, output, epilogue) =>
          minimal.matmul(
            a,
            b,
            output,
            epilogue && {
              ...epilogue,
              inputs: epilogue.inputs.map((view) => ({
                ...view,
                strides: view.strides.map((s, i) => (i === 0 ? 0 : s)),
              })),
            },
          ),
      },
      "matmul › epilogue",
    ));
  it("reads the first matrix for all batches", () =>
    expectFaultFound(
      {
        matmul: (a, b, output, epilogue) =>
          minimal.matmul(
            { ...a, strides: a.strides.map((s, i) => (i < a.strides.length - 2 ? 0 : s)) },
            b,
            output,
            epilogue,
          ),
      },
      "matmul › layouts",
    ));
  it("skips products with a zero on the left", () =>
    expectFaultFound(
      {
        matmul(a, b, output, epilogue) {
          const clean = { ...b.buffer, data: b.buffer.data.map((v) => (Number.isFinite(v) ? v : 0)) };
          minimal.matmul(a, { ...b, buffer: clean }, output, epilogue);
        },
      },
      "matmul › layouts",
      /NaN/,
    ));
});

describe("faults of the other members", () => {
  it("returns the buffer itself from read", () =>
    expectFaultFound({ read: async ({ data }, start, length) => data.subarray(start, start + length) }, "buffers"));
  it("keeps the arrays from which it was written", () => {
    const kept = new Map<DeviceBuffer, ArrayLike<number>>();
    return expectFaultFound(
      {
        write(buffer, start, values) {
          minimal.write(buffer, start, values);
          if (start === 0) kept.set(buffer, values);
        },
        read: async (buffer, start, length) => {
          buffer.data.set(Array.from(kept.get(buffer) ?? []).slice(0, buffer.length));
          return buffer.data.slice(start, start + length);
        },
      },
      "buffers › writes are copies",
    );
  });
  it("throws a plain RangeError when there is no room", () =>
    expectFaultFound(
      {
        allocate(dtype, length) {
          if (length > 2 ** 31) throw new RangeError("Invalid typed array length");
          return minimal.allocate(dtype, length);
        },
      },
      "buffers › no room",
    ));
  it("gathers with wrapped indices", () =>
    expectFaultFound(
      {
        gather(source, index, axis, output) {
          const size = source.shape[axis]!;
          const data = index.buffer.data.map((i) => (i < 0 ? i + size : i));
          minimal.gather(source, { ...index, buffer: { ...index.buffer, data } }, axis, output);
        },
      },
      "gather-scatter › out of range",
      /IndexOutOfRangeError/,
    ));
  it("writes before it finds a bad index", () =>
    expectFaultFound(
      {
        gather(source, index, axis, output) {
          output.buffer.data[output.offset] = 1;
          minimal.gather(source, index, axis, output);
        },
      },
      "gather-scatter › out of range",
      /elements of float32 are wrong/,
    ));
  it("keeps the first of duplicates", () =>
    expectFaultFound(
      {
        scatter(mode, source, index, axis, output) {
          const flip = (view: View<HostBuffer>): View<HostBuffer> => ({
            ...view,
            strides: view.strides.map((s, a) => (a === axis ? -s : s)),
            offset: view.offset + (view.shape[axis]! - 1) * view.strides[axis]!,
          });
          const flipped = mode === "set" && !source.shape.includes(0);
          minimal.scatter(mode, flipped ? flip(source) : source, flipped ? flip(index) : index, axis, output);
        },
      },
      "gather-scatter › scatter set",
    ));
  it("excludes the element itself in scans", () =>
    expectFaultFound(
      {
        scan(name, x, axis, output) {
          minimal.scan(name, x, axis, output);
          if (name === "sum" && output.shape.length === 1) output.buffer.data[output.offset] = 0;
        },
      },
      "scan › sum",
    ));
  it("sorts NaN first", () =>
    expectFaultFound(
      {
        sort(x, axis, values, indices) {
          minimal.sort(x, axis, values, indices);
          if (values.buffer.data instanceof Float32Array) values.buffer.data.sort((a, b) => (b !== b ? 1 : a - b));
        },
      },
      "sort › float32",
    ));
  it("sorts equal elements backwards", () =>
    expectFaultFound(
      {
        sort(x, axis, values, indices) {
          minimal.sort(x, axis, values, indices);
          const { data } = indices.buffer;
          const sorted = values.buffer.data;
          if (x.shape.length !== 1) return;
          for (let i = 1; i < x.shape[0]!; i++) {
            const [a, b] = [values.offset + i - 1, indices.offset + i - 1];
            if (sorted[a] === sorted[a + 1]) [data[b], data[b + 1]] = [data[b + 1]!, data[b]!];
          }
        },
      },
      "sort › int32",
    ));
});

describe("backends with fewer abilities", () => {
  it("pass without synchronous reads, and if they find bad indices late", async () => {
    const { readSync: _, hostView: __, ...members } = minimal;
    let reads = 0;
    const later = (call: () => void): Deferred | undefined => {
      try {
        call();
        return undefined;
      } catch (error) {
        if (!(error instanceof IndexOutOfRangeError)) throw error;
        const before = reads;
        return { failure: () => (reads > before ? error : undefined) };
      }
    };
    const asynchronous: Minimal = {
      ...members,
      gather(source, index, axis, output) {
        const zero = [constant(0, output.dtype)];
        const deferred = later(() => minimal.gather(source, index, axis, output));
        if (deferred !== undefined) minimal.map({ exprs: zero, inputs: [], scalars: [], outputs: [output] });
        return deferred;
      },
      scatter: (...args) => later(() => minimal.scatter(...args)),
      async read(buffer, start, length) {
        await Promise.resolve();
        reads++;
        return buffer.data.slice(start, start + length);
      },
    };
    // An asynchronous read has to be a picture of the moment of the call; this one is not.
    const expectedFailures = ["buffers › a read sees all earlier calls and no later one"];
    const report = await runConformance(asynchronous, { expectedFailures, cases: all });
    expect(report.problems).toEqual([]);
  });

  it("run only the cases of their element types", async () => {
    const small = extendBackend(minimal, {
      capabilities: { dtypes: ["float32", "int32", "bool"] },
      allocate(dtype, length) {
        if (dtype === "float64" || dtype === "uint8") throw new Error(`no ${dtype}`);
        return minimal.allocate(dtype, length);
      },
    });
    const report = await runConformance(small, { cases: all });
    expect(report.problems).toEqual([]);
    expect(report.skipped).toBeGreaterThan(2000);
    expect(report.passed + report.skipped).toBe(all.length);
  });
});

describe("reports", () => {
  const noTan = extendBackend(
    minimal,
    rewriting((expr) => (is(expr, "tan") ? input(0, expr.dtype) : expr)),
  );

  it("count expected failures and pass otherwise", async () => {
    const cases = [...below("map › tan"), ...below("map › sin")];
    const failed = await failing(noTan, "map › tan");
    const report = await runConformance(noTan, { cases, expectedFailures: failed });
    expect(report.problems).toEqual([]);
    expect(report.expectedFailures.map(({ name }) => name)).toEqual(failed);
    expect(report.passed).toBe(cases.length - failed.length);
  });
  it("contain an expected failure that passes", async () => {
    const report = await runConformance(minimal, {
      cases: below("map › tan"),
      expectedFailures: ["map › tan › float32 › sweep"],
    });
    expect(report.problems).toEqual([
      "map › tan › float32 › sweep\n  is expected to fail, but it passes: take it out of expectedFailures",
    ]);
  });
  it("contain every case below an expected failure that passes", async () => {
    const report = await runConformance(minimal, { cases: below("map › tan"), expectedFailures: ["map › tan"] });
    expect(report.problems.length).toBe(below("map › tan").length);
  });
  it("contain an expected failure that names no case; names must match whole parts", async () => {
    const report = await runConformance(minimal, { cases: below("map › tanh"), expectedFailures: ["map › tan"] });
    expect(report.problems).toEqual(['"map › tan" in expectedFailures names no case that runs']);
  });
  it("contain a problem if no case ran", async () => {
    expect((await runConformance(minimal, { cases: [] })).problems).toEqual(["no case was executed"]);
    const nothing = extendBackend(minimal, { capabilities: { dtypes: [] } });
    expect((await runConformance(nothing)).problems).toEqual(["no case was executed"]);
  });
  it("say what was expected, what was returned, where, and for which operands", async () => {
    const wrong = rewriting((expr) => (is(expr, "add") ? op("sub", ...expr.args) : expr));
    const report = await runConformance(extendBackend(minimal, wrong), {
      cases: below("map › add › int32 › transposed"),
    });
    expect(report.problems).toHaveLength(1);
    expect(report.problems[0]).toMatch(
      /^map › add › int32 › transposed\n {2}\d+ of 35 elements of int32 are wrong; the first at \[\d, \d\]\n {4}expected -?\d+ exactly, got -?\d+\n {4}x0 \+ x1 with x0 = -?\d+, x1 = -?\d+\n/,
    );
  });
});
