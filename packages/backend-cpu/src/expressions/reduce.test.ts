import {
  cast,
  constant,
  type DType,
  type Expr,
  index,
  input,
  op,
  philox,
  type ReduceOp,
  random,
  scalar,
} from "@lucid/backend";
import { describe, expect, it } from "vitest";
import { backends, numbers, outputOf, reshaped, valuesOf, viewOf } from "../../test/helpers.js";
import type { CpuView } from "../buffer.js";

describe.each(backends)("reduce, $how", ({ how, backend }) => {
  interface More {
    readonly value?: Expr;
    readonly finish?: Expr;
    readonly scalars?: readonly number[];
    readonly inputs?: readonly CpuView[];
  }
  const reduce = (
    op: ReduceOp,
    x: CpuView,
    axes: readonly number[],
    result: DType = x.dtype,
    more: More = {},
  ): number[] => {
    const output = outputOf(
      result,
      x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size)),
    );
    backend.reduce({
      op,
      value: more.value ?? input(0, x.dtype),
      finish: more.finish,
      shape: x.shape,
      inputs: more.inputs ?? [x],
      scalars: more.scalars ?? [],
      axes,
      output,
    });
    return valuesOf(output);
  };
  const cube = viewOf(
    "float32",
    [2, 3, 4],
    Array.from({ length: 24 }, (_, i) => i + 1),
  );

  it("sums over every choice of axes", () => {
    expect(reduce("sum", cube, [0, 1, 2])).toEqual([300]);
    expect(reduce("sum", cube, [2])).toEqual([10, 26, 42, 58, 74, 90]);
    expect(reduce("sum", cube, [1])).toEqual([15, 18, 21, 24, 51, 54, 57, 60]);
    expect(reduce("sum", cube, [0])).toEqual([14, 16, 18, 20, 22, 24, 26, 28, 30, 32, 34, 36]);
    expect(reduce("sum", cube, [0, 2])).toEqual([68, 100, 132]);
    expect(reduce("sum", cube, [0, 1])).toEqual([66, 72, 78, 84]);
    expect(reduce("sum", cube, [])).toEqual(Array.from({ length: 24 }, (_, i) => i + 1));
  });

  it("sums long rows and columns of any layout", () => {
    const values = numbers(40 * 1500);
    for (const dtype of ["float32", "float64"] as const) {
      const x = viewOf(dtype, [40, 1500], values);
      const at = (i: number, j: number): number => x.buffer.values[i * 1500 + j]!;
      const rows = Array.from({ length: 40 }, (_, i) => Array.from({ length: 1500 }, (_, j) => at(i, j)));
      const exact = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0);
      const digits = dtype === "float32" ? 4 : 11;
      const close = (got: readonly number[], expected: readonly number[]): void => {
        for (const [i, value] of got.entries()) expect(value).toBeCloseTo(expected[i]!, digits);
      };
      const columns = Array.from({ length: 1500 }, (_, j) => exact(rows.map((row) => row[j]!)));
      close(reduce("sum", x, [1]), rows.map(exact));
      close(reduce("sum", x, [0]), columns);
      close(reduce("sum", reshaped(x, [1500, 40], [1, 1500]), [1]), columns);
      close(reduce("sum", reshaped(x, [40, 1500], [-1500, -1], 59999), [0]), columns.reverse());
      close(
        reduce("sum", reshaped(x, [40, 750], [1500, 2]), [0]),
        columns.reverse().filter((_, j) => j % 2 === 0),
      );
    }
  });

  it("writes strided outputs", () => {
    const output = reshaped(viewOf("float32", [8], new Array<number>(8).fill(0)), [1, 3], [0, -2], 5);
    const x = viewOf("float32", [2, 3], [1, 2, 3, 4, 5, 6]);
    const sum = {
      op: "sum",
      value: input(0, "float32"),
      finish: undefined,
      inputs: [x],
      scalars: [],
      axes: [0],
    } as const;
    backend.reduce({ ...sum, shape: [2, 3], output });
    expect([...output.buffer.values]).toEqual([0, 9, 0, 7, 0, 5, 0, 0]);
  });

  it("keeps the digits that naive summation loses", () => {
    // 16777216 + 1 is not a float32; 2⁵³ + 1 is not a float64.
    const ones = new Array<number>(1000).fill(1);
    expect(reduce("sum", viewOf("float32", [1001], [16777216, ...ones]), [0])).toEqual([16778216]);
    expect(reduce("sum", viewOf("float64", [1001], [2 ** 53, ...ones]), [0])).toEqual([2 ** 53 + 1000]);
    const columns = viewOf(
      "float64",
      [1001, 9],
      [2 ** 53, ...ones].flatMap((value) => new Array<number>(9).fill(value)),
    );
    expect(reduce("sum", columns, [0])).toEqual(new Array<number>(9).fill(2 ** 53 + 1000));
    expect(reduce("sum", viewOf("float64", [4], [1, 1e100, 1, -1e100]), [0])).toEqual([2]);
  });

  it("keeps infinities and NaN in sums", () => {
    for (const dtype of ["float32", "float64"] as const) {
      expect(reduce("sum", viewOf(dtype, [6], [1, Infinity, 2, 3, 4, 5]), [0])).toEqual([Infinity]);
      expect(reduce("sum", viewOf(dtype, [3], [-Infinity, 1, 2]), [0])).toEqual([-Infinity]);
      expect(reduce("sum", viewOf(dtype, [3], [Infinity, -Infinity, 2]), [0])).toEqual([NaN]);
      expect(reduce("sum", viewOf(dtype, [3], [1, NaN, 2]), [0])).toEqual([NaN]);
    }
    expect(reduce("sum", viewOf("float64", [2], [1e308, 1e308]), [0])).toEqual([Infinity]);
  });

  it("wraps int32 sums and products", () => {
    expect(reduce("sum", viewOf("int32", [3], [2147483647, 1, 1]), [0])).toEqual([-2147483647]);
    expect(reduce("prod", viewOf("int32", [3], [65536, 65537, 3]), [0])).toEqual([196608]);
    expect(reduce("prod", viewOf("float32", [4], [1, 2, 3, 4]), [0])).toEqual([24]);
  });

  it("returns NaN from max and min if there is one", () => {
    const x = viewOf("float32", [3, 5], [1, 5, -2, 4, 3, NaN, 1, 2, 3, 4, 9, 8, 7, 6, NaN]);
    expect(reduce("max", x, [1])).toEqual([5, NaN, NaN]);
    expect(reduce("min", x, [1])).toEqual([-2, NaN, NaN]);
    expect(reduce("max", x, [0])).toEqual([NaN, 8, 7, 6, NaN]);
    expect(reduce("max", viewOf("int32", [3], [-5, -3, -4]), [0])).toEqual([-3]);
    expect(reduce("min", viewOf("uint8", [3], [200, 100, 255]), [0])).toEqual([100]);
  });

  it("finds the first extreme, and the first NaN in preference to it", () => {
    const x = viewOf("float32", [2, 4], [1, 7, 7, 0, 3, NaN, 9, NaN]);
    expect(reduce("argmax", x, [1], "int32")).toEqual([1, 1]);
    expect(reduce("argmin", x, [1], "int32")).toEqual([3, 1]);
    expect(reduce("argmax", x, [0, 1], "int32")).toEqual([5]);
    expect(reduce("argmax", viewOf("float32", [3], [-Infinity, -Infinity, -Infinity]), [0], "int32")).toEqual([0]);
    const columns = viewOf(
      "int32",
      [3, 10],
      [
        ...Array.from({ length: 10 }, (_, i) => i),
        ...Array.from({ length: 10 }, (_, i) => 9 - i),
        ...new Array<number>(10).fill(6),
      ],
    );
    // Columns (0, 9, 6), (1, 8, 6), (2, 7, 6), (3, 6, 6) …
    expect(reduce("argmax", columns, [0], "int32")).toEqual([1, 1, 1, 1, 2, 2, 0, 0, 0, 0]);
    expect(reduce("argmin", columns, [0], "int32")).toEqual([0, 0, 0, 0, 0, 1, 1, 1, 1, 1]);
    expect(reduce("argmax", viewOf("uint8", [2, 2, 2], [1, 2, 3, 4, 9, 6, 7, 8]), [0, 2], "int32")).toEqual([2, 3]);
  });

  it("computes any and all", () => {
    const x = viewOf("bool", [3, 2], [0, 0, 0, 1, 1, 1]);
    expect(reduce("any", x, [1])).toEqual([0, 1, 1]);
    expect(reduce("all", x, [1])).toEqual([0, 0, 1]);
  });

  it("returns the identity if there are no elements", () => {
    const empty = (dtype: DType): CpuView => viewOf(dtype, [2, 0], []);
    expect(reduce("sum", empty("float32"), [1])).toEqual([0, 0]);
    expect(reduce("prod", empty("float32"), [1])).toEqual([1, 1]);
    expect(reduce("max", empty("float32"), [1])).toEqual([-Infinity, -Infinity]);
    expect(reduce("min", empty("float64"), [1])).toEqual([Infinity, Infinity]);
    expect(reduce("max", empty("int32"), [1])).toEqual([-2147483648, -2147483648]);
    expect(reduce("min", empty("int32"), [1])).toEqual([2147483647, 2147483647]);
    expect(reduce("max", empty("uint8"), [1])).toEqual([0, 0]);
    expect(reduce("min", empty("uint8"), [1])).toEqual([255, 255]);
    expect(reduce("any", empty("bool"), [1])).toEqual([0, 0]);
    expect(reduce("all", empty("bool"), [1])).toEqual([1, 1]);
    expect(reduce("sum", empty("float32"), [0, 1])).toEqual([0]);
    expect(reduce("sum", empty("float32"), [0])).toEqual([]);
    expect(reduce("sum", viewOf("float32", [0, 20], []), [0])).toEqual(new Array<number>(20).fill(0));
  });

  it("accepts rank 0 and no axes", () => {
    expect(reduce("sum", viewOf("float32", [], [3]), [])).toEqual([3]);
    expect(reduce("argmax", viewOf("float32", [2], [3, 4]), [], "int32")).toEqual([0, 0]);
  });

  it("reduces an expression of several inputs, and finishes with another", () => {
    const x = input(0, "float32");
    const y = input(1, "float32");
    const difference = op("sub", x, y);
    const a = viewOf("float32", [2, 3], [1, 2, 3, 4, 5, 6]);
    const b = viewOf("float32", [3], [1, 1, 2]);
    const broadcast = reshaped(b, [2, 3], [0, 1]);
    const mean = op("mul", x, scalar(0, "float32"));
    const more = { value: op("mul", difference, difference), finish: mean, scalars: [0.5], inputs: [a, broadcast] };
    // 0 + 1 + 1, 9 + 16 + 16
    expect(reduce("sum", a, [1], "float32", more)).toEqual([1, 20.5]);
    expect(reduce("sum", a, [0], "float32", more)).toEqual([4.5, 8.5, 8.5]);
    const asInt = cast(op("sqrt", input(0, "float32")), "int32");
    expect(reduce("sum", a, [1], "int32", { ...more, finish: asInt })).toEqual([1, 6]);
    const negated = op("neg", input(0, "int32"));
    expect(reduce("argmax", a, [1], "int32", { finish: negated })).toEqual([-2, -2]);
  });

  it("computes logical positions and draws random bits by them", () => {
    const weighted = op("mul", input(0, "int32"), index(0));
    const x = viewOf("int32", [3, 2], [1, 2, 3, 4, 5, 6]);
    expect(reduce("sum", x, [0], "int32", { value: weighted })).toEqual([13, 16]);
    const columns = op("add", op("mul", index(1), constant(10, "int32")), index(0));
    expect(reduce("max", x, [0, 1], "int32", { value: columns })).toEqual([12]);
    const draw = random(constant(3, "int32"), constant(4, "int32"));
    const draws = Array.from({ length: 6 }, (_, i) => philox(3, 4, i));
    expect(reduce("max", x, [0], "int32", { value: draw })).toEqual([
      Math.max(draws[0]!, draws[2]!, draws[4]!),
      Math.max(draws[1]!, draws[3]!, draws[5]!),
    ]);
    if (how === "generated") {
      const wide = viewOf("int32", [3, 20], new Array<number>(60).fill(0));
      const all = Array.from({ length: 60 }, (_, i) => philox(3, 4, i));
      expect(reduce("min", wide, [0], "int32", { value: draw })).toEqual(
        Array.from({ length: 20 }, (_, j) => Math.min(all[j]!, all[20 + j]!, all[40 + j]!)),
      );
    }
  });
});
