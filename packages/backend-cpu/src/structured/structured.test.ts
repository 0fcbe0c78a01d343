import { cast, type DType, IndexOutOfRangeError, index, input, OutOfMemoryError, op, scalar } from "@lucid/backend";
import { describe, expect, it } from "vitest";
import { backends, numbers, outputOf, reshaped, valuesOf, viewOf } from "../../test/helpers.js";
import type { CpuView } from "../buffer.js";

const { backend } = backends[0];

describe("buffers", () => {
  it("are written, read as copies, and viewed on the host", async () => {
    const buffer = backend.allocate("float32", 4);
    backend.write(buffer, 0, new Float32Array([1, 2, 3, 4]));
    backend.write(buffer, 2, new Float32Array([9]));
    const copy = await backend.read(buffer, 1, 2);
    expect(copy).toEqual(new Float32Array([2, 9]));
    copy[0] = 100;
    expect(backend.readSync!(buffer, 0, 4)).toEqual(new Float32Array([1, 2, 9, 4]));
    backend.hostView!(buffer)[0] = 7;
    expect(backend.readSync!(buffer, 0, 1)).toEqual(new Float32Array([7]));
    expect(backend.readSync!(backend.allocate("bool", 0), 0, 0)).toEqual(new Uint8Array(0));
  });

  it("of impossible sizes throw OutOfMemoryError with the bytes that were requested", () => {
    let error: unknown;
    try {
      backend.allocate("float64", 2 ** 40);
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(OutOfMemoryError);
    expect((error as OutOfMemoryError).requestedBytes).toBe(2 ** 43);
  });
});

describe.each(backends)("matmul, $how", ({ backend }) => {
  const product = (a: CpuView, b: CpuView): number[] => {
    const output = outputOf(a.dtype, [...a.shape.slice(0, -1), b.shape[b.shape.length - 1]!]);
    backend.matmul(a, b, output);
    return valuesOf(output);
  };
  /** The same by the definition, in float64. */
  const defined = (a: CpuView, b: CpuView): number[] => {
    const rank = a.shape.length;
    const [m, k, n] = [a.shape[rank - 2]!, a.shape[rank - 1]!, b.shape[rank - 1]!];
    const [left, right] = [valuesOf(a), valuesOf(b)];
    const result: number[] = [];
    for (let batch = 0; batch * m * k < left.length; batch++) {
      for (let i = 0; i < m; i++) {
        for (let j = 0; j < n; j++) {
          let sum = 0;
          for (let p = 0; p < k; p++) sum += left[(batch * m + i) * k + p]! * right[(batch * k + p) * n + j]!;
          result.push(sum);
        }
      }
    }
    return result;
  };
  const random = (dtype: DType, shape: readonly number[], seed: number): CpuView =>
    viewOf(
      dtype,
      shape,
      numbers(
        shape.reduce((a, b) => a * b, 1),
        seed,
      ),
    );
  const close = (got: readonly number[], expected: readonly number[], digits: number): void => {
    expect(got.length).toBe(expected.length);
    let worst = 0;
    got.forEach((value, i) => {
      worst = Math.max(worst, Math.abs(value - expected[i]!));
    });
    expect(worst).toBeLessThan(10 ** -digits);
  };

  it("gives results that were computed by hand", () => {
    const a = viewOf("float32", [2, 3], [1, 2, 3, 4, 5, 6]);
    const b = viewOf("float32", [3, 2], [7, 8, 9, 10, 11, 12]);
    expect(product(a, b)).toEqual([58, 64, 139, 154]);
  });

  it.each([
    [1, 1, 1],
    [1, 7, 1],
    [5, 1, 3],
    [1, 300, 5],
    [5, 300, 1],
    [4, 4, 4],
    [7, 9, 13],
    [33, 257, 65],
    [258, 3, 261],
    [2, 520, 3],
    [2, 1100, 19],
    [3, 21, 1050],
    [1037, 30, 1],
  ])("multiplies %i×%i×%i", (m, k, n) => {
    for (const dtype of ["float32", "float64"] as const) {
      const a = random(dtype, [m, k], 1);
      const b = random(dtype, [k, n], 2);
      close(product(a, b), defined(a, b), dtype === "float32" ? 5 : 12);
      const left = reshaped(random(dtype, [k, m], 3), [m, k], [1, m]);
      const right = reshaped(random(dtype, [n, k], 4), [k, n], [1, k]);
      close(product(left, right), defined(left, right), dtype === "float32" ? 5 : 12);
      const flipped = reshaped(a, [m, k], [-k, -1], m * k - 1);
      const repeated = reshaped(b, [k, n], [0, 1]);
      close(product(flipped, repeated), defined(flipped, repeated), dtype === "float32" ? 4 : 12);
    }
  });

  it("multiplies batches, also broadcast ones", () => {
    const a = random("float32", [2, 3, 4, 5], 1);
    const b = random("float32", [2, 3, 5, 6], 2);
    close(product(a, b), defined(a, b), 5);
    const shared = reshaped(random("float32", [3, 5, 6], 3), [2, 3, 5, 6], [0, 30, 6, 1]);
    close(product(a, shared), defined(a, shared), 5);
    const row = random("float32", [2, 3, 1, 5], 4);
    close(product(row, b), defined(row, b), 5);
    const column = random("float32", [2, 3, 5, 1], 5);
    close(product(a, column), defined(a, column), 5);
  });

  it("writes strided outputs and leaves the rest unchanged", () => {
    const a = viewOf("float32", [2, 2], [1, 2, 3, 4]);
    const output = reshaped(viewOf("float32", [10], new Array<number>(10).fill(-1)), [2, 2], [1, 4], 1);
    backend.matmul(a, a, output);
    expect([...output.buffer.values]).toEqual([-1, 7, 15, -1, -1, 10, 22, -1, -1, -1]);
  });

  it("gives zeros for k = 0 and nothing for empty results, and applies the epilogue", () => {
    const a = viewOf("float32", [2, 0], []);
    const b = viewOf("float32", [0, 3], []);
    expect(product(a, b)).toEqual([0, 0, 0, 0, 0, 0]);
    expect(product(viewOf("float32", [0, 2], []), viewOf("float32", [2, 3], [1, 2, 3, 4, 5, 6]))).toEqual([]);
    const output = outputOf("float32", [2, 3]);
    const bias = reshaped(viewOf("float32", [3], [1, 2, 3]), [2, 3], [0, 1]);
    const expr = op("add", input(0, "float32"), input(1, "float32"));
    backend.matmul(a, b, output, { expr, inputs: [bias], scalars: [] });
    expect(valuesOf(output)).toEqual([1, 2, 3, 1, 2, 3]);
  });

  it("applies an epilogue, also of another type", () => {
    const a = viewOf("float32", [2, 3], [1, 2, 3, 4, 5, 6]);
    const b = viewOf("float32", [3, 2], [7, 8, 9, 10, 11, 12]);
    const x = input(0, "float32");
    const scaled = op("sub", op("mul", x, scalar(0, "float32")), cast(index(1), "float32"));
    const output = outputOf("float32", [2, 2]);
    backend.matmul(a, b, output, { expr: scaled, inputs: [], scalars: [0.5] });
    expect(valuesOf(output)).toEqual([29, 31, 69.5, 76]);
    const truths = outputOf("bool", [2, 2]);
    backend.matmul(a, b, truths, { expr: op("lt", scalar(0, "float32"), x), inputs: [], scalars: [100] });
    expect(valuesOf(truths)).toEqual([0, 0, 1, 1]);
  });

  it("lets NaN and infinities affect only their own results", () => {
    const a = viewOf("float32", [2, 2], [NaN, 1, 2, 3]);
    const b = viewOf("float32", [2, 2], [1, 0, 0, Infinity]);
    expect(product(a, b)).toEqual([NaN, NaN, 2, Infinity]);
    expect(product(viewOf("float32", [1, 2], [1, 1]), b)).toEqual([1, Infinity]);
  });
});

describe("gather", () => {
  const gather = (source: CpuView, idx: CpuView, axis: number): number[] => {
    const output = outputOf(source.dtype, idx.shape);
    backend.gather(source, idx, axis, output);
    return valuesOf(output);
  };

  it("selects along an axis", () => {
    const source = viewOf("float32", [2, 3], [1, 2, 3, 4, 5, 6]);
    expect(gather(source, viewOf("int32", [2, 2], [2, 0, 1, 1]), 1)).toEqual([3, 1, 5, 5]);
    expect(gather(source, viewOf("int32", [1, 3], [1, 0, 1]), 0)).toEqual([4, 2, 6]);
    expect(gather(reshaped(source, [3, 2], [1, 3]), viewOf("int32", [1, 2], [2, 0]), 0)).toEqual([3, 4]);
  });

  it("copies whole rows for a broadcast index", () => {
    const table = viewOf(
      "float64",
      [5, 40],
      Array.from({ length: 200 }, (_, i) => i),
    );
    const rows = reshaped(viewOf("int32", [3], [4, 0, 4]), [3, 40], [1, 0]);
    const expected = [4, 0, 4].flatMap((row) => Array.from({ length: 40 }, (_, i) => row * 40 + i));
    expect(gather(table, rows, 0)).toEqual(expected);
  });

  it("refuses an index outside, before writing anything", () => {
    const source = viewOf("float32", [3], [1, 2, 3]);
    for (const bad of [-1, 3]) {
      const output = outputOf("float32", [2]);
      expect(() => backend.gather(source, viewOf("int32", [2], [0, bad]), 0, output)).toThrow(IndexOutOfRangeError);
      expect(valuesOf(output)).toEqual([77, 77]);
    }
    expect(() => gather(viewOf("float32", [], [1]), viewOf("int32", [0], []), 0)).not.toThrow();
  });
});

describe("scatter", () => {
  const x = viewOf("float32", [2, 3], [1, 2, 3, 4, 5, 6]);
  const idx = viewOf("int32", [2, 3], [0, 0, 1, 1, 1, 1]);
  const filled = (): CpuView => viewOf("float32", [2, 3], [10, 10, 10, 10, 10, 10]);

  it.each([
    ["set", [2, 3, 10, 10, 6, 10]],
    ["add", [13, 13, 10, 10, 25, 10]],
    ["prod", [20, 30, 10, 10, 1200, 10]],
    ["max", [10, 10, 10, 10, 10, 10]],
    ["min", [1, 3, 10, 10, 4, 10]],
  ] as const)("combines by %s", (mode, expected) => {
    const output = filled();
    backend.scatter(mode, x, idx, 1, output);
    expect(valuesOf(output)).toEqual(expected);
  });

  it("works along other axes and in other layouts", () => {
    const output = viewOf("float32", [3, 3], new Array<number>(9).fill(0));
    const rows = reshaped(viewOf("int32", [2], [2, 2]), [2, 3], [1, 0]);
    backend.scatter("add", x, rows, 0, output);
    expect(valuesOf(output)).toEqual([0, 0, 0, 0, 0, 0, 5, 7, 9]);
    backend.scatter("set", x, rows, 0, output);
    expect(valuesOf(output)).toEqual([0, 0, 0, 0, 0, 0, 4, 5, 6]);
    const transposed = reshaped(filled(), [2, 3], [1, 2]);
    backend.scatter("set", x, idx, 1, transposed);
    expect(valuesOf(transposed)).toEqual([2, 3, 10, 10, 6, 10]);
  });

  it("wraps integers", () => {
    const output = viewOf("int32", [1], [2147483647]);
    backend.scatter("add", viewOf("int32", [2], [1, 1]), viewOf("int32", [2], [0, 0]), 0, output);
    expect(valuesOf(output)).toEqual([-2147483647]);
    const product = viewOf("int32", [1], [65537]);
    backend.scatter("prod", viewOf("int32", [1], [65537]), viewOf("int32", [1], [0]), 0, product);
    expect(valuesOf(product)).toEqual([131073]);
    const bytes = viewOf("uint8", [1], [200]);
    backend.scatter("add", viewOf("uint8", [1], [100]), viewOf("int32", [1], [0]), 0, bytes);
    expect(valuesOf(bytes)).toEqual([44]);
  });

  it("lets NaN win max and min", () => {
    const output = viewOf("float32", [2], [1, NaN]);
    backend.scatter("max", viewOf("float32", [2], [NaN, 5]), viewOf("int32", [2], [0, 1]), 0, output);
    expect(valuesOf(output)).toEqual([NaN, NaN]);
  });

  it("refuses an index outside, before writing anything", () => {
    const output = filled();
    const bad = viewOf("int32", [2, 3], [0, 0, 0, 0, 0, 3]);
    expect(() => backend.scatter("set", x, bad, 1, output)).toThrow(IndexOutOfRangeError);
    expect(valuesOf(output)).toEqual([10, 10, 10, 10, 10, 10]);
  });
});

describe("scan", () => {
  const scan = (op: "sum" | "prod" | "max" | "min", x: CpuView, axis: number): number[] => {
    const output = outputOf(x.dtype, x.shape);
    backend.scan(op, x, axis, output);
    return valuesOf(output);
  };

  it("works along every axis", () => {
    const x = viewOf("float32", [2, 3], [1, 2, 3, 4, 5, 6]);
    expect(scan("sum", x, 1)).toEqual([1, 3, 6, 4, 9, 15]);
    expect(scan("sum", x, 0)).toEqual([1, 2, 3, 5, 7, 9]);
    expect(scan("prod", x, 1)).toEqual([1, 2, 6, 4, 20, 120]);
    expect(scan("sum", reshaped(x, [2, 3], [-3, -1], 5), 1)).toEqual([6, 11, 15, 3, 5, 6]);
    expect(scan("max", viewOf("float32", [5], [1, 3, 2, NaN, 9]), 0)).toEqual([1, 3, 3, NaN, NaN]);
    expect(scan("min", viewOf("int32", [4], [3, 4, -1, 0]), 0)).toEqual([3, 3, -1, -1]);
    expect(scan("max", viewOf("bool", [3], [0, 1, 0]), 0)).toEqual([0, 1, 1]);
    expect(scan("sum", viewOf("float32", [0, 3], []), 0)).toEqual([]);
  });

  it("wraps int32, and accumulates floats with more precision than their own", () => {
    expect(scan("sum", viewOf("int32", [2], [2147483647, 2]), 0)).toEqual([2147483647, -2147483647]);
    expect(scan("prod", viewOf("int32", [2], [65537, 65537]), 0)).toEqual([65537, 131073]);
    expect(scan("sum", viewOf("float32", [3], [16777216, 1, 1]), 0)).toEqual([16777216, 16777216, 16777218]);
    expect(scan("sum", viewOf("float64", [4], [1, 1e100, 1, -1e100]), 0)).toEqual([1, 1e100, 1e100, 2]);
    expect(scan("sum", viewOf("float64", [3], [Infinity, 1, -Infinity]), 0)).toEqual([Infinity, Infinity, NaN]);
  });
});

describe("sort", () => {
  const sort = (x: CpuView, axis: number): { values: number[]; indices: number[] } => {
    const values = outputOf(x.dtype, x.shape);
    const indices = outputOf("int32", x.shape);
    backend.sort(x, axis, values, indices);
    return { values: valuesOf(values), indices: valuesOf(indices) };
  };

  it("sorts in ascending order and stably, with NaN last and −0 equal to 0", () => {
    expect(sort(viewOf("float32", [8], [3, NaN, 0, -0, -Infinity, NaN, 3, -0]), 0)).toEqual({
      values: [-Infinity, 0, -0, -0, 3, 3, NaN, NaN],
      indices: [4, 2, 3, 7, 0, 6, 1, 5],
    });
    expect(sort(viewOf("float64", [3], [NaN, NaN, NaN]), 0)).toEqual({ values: [NaN, NaN, NaN], indices: [0, 1, 2] });
    expect(sort(viewOf("bool", [5], [1, 0, 1, 0, 1]), 0)).toEqual({
      values: [0, 0, 1, 1, 1],
      indices: [1, 3, 0, 2, 4],
    });
  });

  it("works along every axis", () => {
    const x = viewOf("int32", [2, 3], [3, 1, 2, -1, 5, 0]);
    expect(sort(x, 1)).toEqual({ values: [1, 2, 3, -1, 0, 5], indices: [1, 2, 0, 0, 2, 1] });
    expect(sort(x, 0)).toEqual({ values: [-1, 1, 0, 3, 5, 2], indices: [1, 0, 1, 0, 1, 0] });
    expect(sort(viewOf("float32", [0], []), 0)).toEqual({ values: [], indices: [] });
  });

  it.each([16, 17, 100, 1000, 4097])("sorts %i elements with many duplicates", (length) => {
    const values = numbers(length).map((value) => Math.floor(value * 50));
    const expected = values.map((value, i) => ({ value, i })).sort((a, b) => a.value - b.value || a.i - b.i);
    const got = sort(viewOf("float32", [length], values), 0);
    expect(got.values).toEqual(expected.map(({ value }) => value));
    expect(got.indices).toEqual(expected.map(({ i }) => i));
  });
});
