import {
  cast,
  constant,
  type ComputeType,
  dtypes,
  type Expr,
  index,
  input,
  op,
  philox,
  random,
  type ScalarOp,
  scalar,
  scalarOperations,
} from "@lucid/backend";
import { describe, expect, it } from "vitest";
import { backends, bufferOf, outputOf, reshaped, valuesOf, viewOf } from "../../test/helpers.js";
import type { CpuView } from "../buffer.js";

describe.each(backends)("map, $how", ({ backend }) => {
  const apply = (expr: Expr, inputs: readonly CpuView[], scalars: readonly number[] = []): number[] => {
    const output = outputOf(expr.dtype, inputs[0]!.shape);
    backend.map({ exprs: [expr], inputs, scalars, outputs: [output] });
    return valuesOf(output);
  };
  const x = input(0, "float32");
  const y = input(1, "float32");

  it("adds contiguous operands", () => {
    const a = viewOf("float32", [2, 3], [1, 2, 3, 4, 5, 6]);
    const b = viewOf("float32", [2, 3], [10, 20, 30, 40, 50, 60]);
    expect(apply(op("add", x, y), [a, b])).toEqual([11, 22, 33, 44, 55, 66]);
  });

  it("follows broadcast, transposed, flipped and offset views", () => {
    const matrix = viewOf("float32", [6], [1, 2, 3, 4, 5, 6]);
    const row = viewOf("float32", [4], [99, 10, 20, 30]);
    const broadcast = reshaped(row, [2, 3], [0, 1], 1);
    expect(apply(op("add", x, y), [reshaped(matrix, [2, 3], [3, 1]), broadcast])).toEqual([11, 22, 33, 14, 25, 36]);
    expect(apply(op("add", x, y), [reshaped(matrix, [2, 3], [1, 2]), broadcast])).toEqual([11, 23, 35, 12, 24, 36]);
    const column = reshaped(row, [2, 3], [1, 0], 1);
    expect(apply(op("add", x, y), [reshaped(matrix, [2, 3], [-3, -1], 5), column])).toEqual([16, 15, 14, 23, 22, 21]);
    const all = reshaped(row, [2, 3], [0, 0], 3);
    expect(apply(op("mul", x, y), [reshaped(matrix, [2, 3], [3, 1]), all])).toEqual([30, 60, 90, 120, 150, 180]);
  });

  it("computes every operation on every type as the table of operations does", () => {
    const samples: Record<ComputeType, readonly number[]> = {
      float32: [0, -0, 1, -1, 0.5, -2.5, 3.25, 7, -7.75, Infinity, -Infinity, NaN],
      float64: [0, -0, 1, -1, 0.1, -2.5, 3.3, 7, -7.75, Infinity, -Infinity, NaN],
      int32: [0, 1, -1, 2, 3, 7, -8, 31, 33, 65537, 2147483647, -2147483648],
      uint8: [0, 1, 2, 3, 4, 5, 7, 31, 100, 128, 200, 255],
      bool: [0, 1],
    };
    for (const [dtype, values] of Object.entries(samples) as [ComputeType, readonly number[]][]) {
      const pairs = values.flatMap((a) => values.map((b) => [a, b] as const));
      const [first, second] = [pairs.map(([a]) => a), pairs.map(([, b]) => b)];
      for (const name of Object.keys(scalarOperations) as ScalarOp[]) {
        const row = scalarOperations[name];
        const evaluate = row[dtypes[dtype].kind];
        if (evaluate === undefined) continue;
        const operands = [input(0, dtype), input(1, dtype)];
        const condition = op("lt", operands[0]!, operands[1]!);
        const expr = row.arity === 3 ? op(name, condition, ...operands) : op(name, ...operands.slice(0, row.arity));
        const { wrap } = dtypes[expr.dtype];
        const expected = pairs.map(([a, b]) => wrap(row.arity === 3 ? (a < b ? a : b) : evaluate(a, b, 0)));
        const got = apply(expr, [viewOf(dtype, [pairs.length], first), viewOf(dtype, [pairs.length], second)]);
        expect(got, `${name} of ${dtype}`).toEqual(expected);
      }
    }
  });

  it("rounds float32 after every operation", () => {
    // 2²⁴ + 1 is no float32: rounded at once, the difference is 0.
    const big = viewOf("float32", [1], [16777216]);
    const sum = op("sub", op("add", x, constant(1, "float32")), x);
    expect(apply(sum, [big])).toEqual([0]);
    const wide = input(0, "float64");
    const exact = op("sub", op("add", wide, constant(1, "float64")), wide);
    expect(apply(exact, [viewOf("float64", [1], [16777216])])).toEqual([1]);
  });

  it("wraps integers and saturates casts from floats", () => {
    const i = input(0, "int32");
    expect(apply(op("add", i, constant(1, "int32")), [viewOf("int32", [1], [2147483647])])).toEqual([-2147483648]);
    const u = input(0, "uint8");
    expect(apply(op("neg", u), [viewOf("uint8", [3], [0, 1, 255])])).toEqual([0, 255, 1]);
    const floats = viewOf("float32", [6], [-1, 3.9, 255.5, 1e10, -1e10, NaN]);
    expect(apply(cast(x, "uint8"), [floats])).toEqual([0, 3, 255, 255, 0, 0]);
    expect(apply(cast(x, "int32"), [floats])).toEqual([-1, 3, 255, 2147483647, -2147483648, 0]);
    expect(apply(cast(x, "bool"), [floats])).toEqual([1, 1, 1, 1, 1, 1]);
    expect(apply(cast(i, "uint8"), [viewOf("int32", [3], [-1, 256, 300])])).toEqual([255, 0, 44]);
    expect(apply(cast(i, "float32"), [viewOf("int32", [1], [16777217])])).toEqual([16777216]);
  });

  it("converts scalars into their type, and compiles nothing for another number", () => {
    const expr = op("mul", x, scalar(0, "float32"));
    const ones = viewOf("float32", [2], [1, 2]);
    expect(apply(expr, [ones], [0.1])).toEqual([Math.fround(0.1), Math.fround(0.2)]);
    expect(apply(expr, [ones], [-3])).toEqual([-3, -6]);
    expect(apply(op("add", input(0, "int32"), scalar(0, "int32")), [viewOf("int32", [1], [1])], [2.9])).toEqual([3]);
  });

  it("computes all outputs from the inputs as they were before, also if views are identical", () => {
    const a = viewOf("float32", [2, 2], [1, 2, 3, 4]);
    const b = viewOf("float32", [2, 2], [10, 20, 30, 40]);
    backend.map({ exprs: [y, op("add", x, y)], inputs: [a, b], scalars: [], outputs: [a, b] });
    expect(valuesOf(a)).toEqual([10, 20, 30, 40]);
    expect(valuesOf(b)).toEqual([11, 22, 33, 44]);
    const transposed = reshaped(a, [2, 2], [1, 2]);
    backend.map({ exprs: [op("neg", x)], inputs: [transposed], scalars: [], outputs: [transposed] });
    expect(valuesOf(a)).toEqual([-10, -20, -30, -40]);
  });

  it("writes slices of larger buffers and leaves the rest unchanged", () => {
    const buffer = bufferOf("float32", [0, 0, 0, 0, 0, 0, 0, 0]);
    const output: CpuView = { buffer, dtype: "float32", shape: [2, 2], strides: [4, 2], offset: 1 };
    backend.map({ exprs: [x], inputs: [viewOf("float32", [2, 2], [1, 2, 3, 4])], scalars: [], outputs: [output] });
    expect([...buffer.values]).toEqual([0, 1, 0, 2, 0, 3, 0, 4]);
  });

  it("accepts calls without inputs, rank 0 and empty domains", () => {
    const filled = outputOf("int32", [3]);
    backend.map({ exprs: [constant(-5, "int32")], inputs: [], scalars: [], outputs: [filled] });
    expect(valuesOf(filled)).toEqual([-5, -5, -5]);
    expect(apply(op("neg", x), [viewOf("float32", [], [2])])).toEqual([-2]);
    expect(apply(op("neg", x), [viewOf("float32", [2, 0], [])])).toEqual([]);
  });

  it("computes logical positions, whatever the layout", () => {
    const expr = op("add", op("mul", index(0), constant(10, "int32")), index(1));
    const output = outputOf("int32", [2, 3]);
    backend.map({ exprs: [expr], inputs: [], scalars: [], outputs: [output] });
    expect(valuesOf(output)).toEqual([0, 1, 2, 10, 11, 12]);
    const transposed = reshaped(outputOf("int32", [6]), [2, 3], [1, 2]);
    backend.map({ exprs: [expr], inputs: [], scalars: [], outputs: [transposed] });
    expect(valuesOf(transposed)).toEqual([0, 1, 2, 10, 11, 12]);
    const line = outputOf("int32", [1, 4]);
    backend.map({ exprs: [index(1)], inputs: [], scalars: [], outputs: [line] });
    expect(valuesOf(line)).toEqual([0, 1, 2, 3]);
  });

  it("draws random bits by row-major position, whatever the layout", () => {
    const draw = random(scalar(0, "int32"), scalar(1, "int32"));
    const expected = Array.from({ length: 12 }, (_, i) => philox(5, -6, i));
    // Known answer of Philox-4x32-10 for key 0 and counter 0.
    expect(philox(0, 0, 0) >>> 0).toBe(0x6627e8d5);
    for (const output of [
      outputOf("int32", [12]),
      outputOf("int32", [3, 4]),
      reshaped(outputOf("int32", [12]), [3, 4], [1, 3]),
      reshaped(outputOf("int32", [12]), [2, 2, 3], [-3, -6, -1], 11),
    ]) {
      backend.map({ exprs: [draw], inputs: [], scalars: [5, -6], outputs: [output] });
      expect(valuesOf(output)).toEqual(expected);
    }
    const counted = random(constant(1, "int32"), constant(2, "int32"), input(0, "int32"));
    expect(apply(counted, [viewOf("int32", [3], [7, 7, 100])])).toEqual([
      philox(1, 2, 7),
      philox(1, 2, 7),
      philox(1, 2, 100),
    ]);
  });

  it("reads only the inputs that occur in the expressions", () => {
    const a = viewOf("float32", [2], [1, 2]);
    const strange = viewOf("int32", [2], [5, 6]);
    expect(apply(cast(input(2, "float32"), "int32"), [strange, strange, a])).toEqual([1, 2]);
  });
});
