/**
 * What the library is asked for, with a CBLAS written by its definition in place of the library: so arguments are checked
 * that a library would not complain about, on machines without one too.
 */
import { cast, type Epilogue, input, op } from "@lucid/backend";
import type { CpuBuffer } from "@lucid/backend-cpu";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createMatmul } from "./matmul.js";
import { type CpuView, countingBase, type Lie, productByDefinition, valuesOf, viewOf } from "../test/helpers.js";
import { referenceBlas } from "../test/reference-blas.js";

function setUp(smallest = 0) {
  const { base, counts, allocated } = countingBase();
  const { routines, calls } = referenceBlas();
  const matmul = createMatmul({
    base,
    hostView: (buffer) => buffer.values,
    useThreads: () => {},
    float32: routines,
    float64: routines,
    smallest,
  });
  const run = (a: CpuView, b: CpuView, output: CpuView, epilogue?: Epilogue<CpuBuffer>): readonly string[] => {
    calls.length = 0;
    Object.assign(counts, { matmul: 0, map: 0, allocate: 0, free: 0 });
    matmul(a, b, output, epilogue);
    return calls;
  };
  return { run, counts, allocated };
}

interface Arrangement {
  readonly batch?: readonly number[];
  readonly sizes?: readonly [m: number, k: number, n: number];
  readonly a?: Lie;
  readonly b?: Lie;
  readonly c?: Lie;
}

function arrange({ batch = [], sizes = [5, 6, 7], a = {}, b = {}, c = {} }: Arrangement): [CpuView, CpuView, CpuView] {
  const [m, k, n] = sizes;
  return [
    viewOf("float32", [...batch, m, k], a, "numbers"),
    viewOf("float32", [...batch, k, n], b, "numbers"),
    viewOf("float32", [...batch, m, n], c, NaN),
  ];
}

const transposed: Lie = { order: [1, 0] };

describe("one call without copies multiplies", () => {
  const arrangements: readonly (readonly [string, Arrangement, string])[] = [
    ["rows", {}, "gemm 5×6×7"],
    ["left transposed", { a: transposed }, "gemm 5×6×7"],
    ["right transposed", { b: transposed }, "gemm 5×6×7"],
    ["both transposed", { a: transposed, b: transposed }, "gemm 5×6×7"],
    ["output transposed", { c: transposed }, "gemm 5×6×7"],
    ["all transposed", { a: transposed, b: transposed, c: transposed }, "gemm 5×6×7"],
    [
      "slices",
      { a: { steps: [3, 1], before: 2 }, b: { steps: [2, 1], before: 5 }, c: { steps: [4, 1], before: 1 } },
      "gemm 5×6×7",
    ],
    ["k = 1", { sizes: [5, 1, 7], a: { repeats: [1] } }, "gemm 5×1×7"],
    ["matrix by vector", { sizes: [5, 6, 1] }, "gemv 5×6"],
    [
      "matrix by vector, every third element, backward",
      { sizes: [5, 6, 1], b: { steps: [3, 1], backward: [0] } },
      "gemv 5×6",
    ],
    [
      "transposed matrix by vector into every second element",
      { sizes: [5, 6, 1], a: transposed, c: { steps: [2, 1] } },
      "gemv 5×6",
    ],
    ["vector by matrix", { sizes: [1, 6, 7] }, "gemv 6×7"],
    [
      "vector by matrix, backward into backward",
      { sizes: [1, 6, 7], a: { backward: [1] }, c: { backward: [1], steps: [1, 2] } },
      "gemv 6×7",
    ],
    ["vector by transposed matrix", { sizes: [1, 6, 7], b: transposed, a: { steps: [1, 4] } }, "gemv 6×7"],
    ["inner product", { sizes: [1, 6, 1], a: { steps: [1, 2] }, b: { steps: [5, 1] } }, "gemv 1×6"],
    ["batch by one matrix", { batch: [3], b: { repeats: [0] } }, "gemm 15×6×7"],
    ["two batch axes by one matrix", { batch: [2, 3], b: { repeats: [0, 1] } }, "gemm 30×6×7"],
    ["batch of rows by one matrix", { batch: [4], sizes: [1, 6, 7], b: { repeats: [0] } }, "gemm 4×6×7"],
    ["one matrix by a batch of columns", { batch: [4], sizes: [5, 6, 1], a: { repeats: [0] } }, "gemm 5×6×4"],
    ["batch of one", { batch: [1] }, "gemm 5×6×7"],
  ];

  it.each(arrangements)("%s", (_, arrangement, call) => {
    const { run, counts } = setUp();
    const [a, b, c] = arrange(arrangement);
    const calls = run(a, b, c);
    expect(valuesOf(c)).toEqual(productByDefinition(a, b));
    expect(calls).toEqual([call]);
    expect(counts).toEqual({ matmul: 0, map: 0, allocate: 0, free: 0 });
  });
});

describe("one call for each matrix, without copies, multiplies batches that are not further rows or columns:", () => {
  const arrangements: readonly (readonly [string, Arrangement, number])[] = [
    ["batch", { batch: [3] }, 3],
    ["two batch axes", { batch: [2, 3] }, 6],
    ["left repeated", { batch: [3], a: { repeats: [0] } }, 3],
    [
      "repeated over different axes: the inner one is more rows",
      { batch: [2, 3], a: { repeats: [0] }, b: { repeats: [1] } },
      2,
    ],
    [
      "heads in the middle of memory",
      { batch: [2, 3], a: { order: [0, 2, 1, 3] }, b: { order: [0, 2, 1, 3] }, c: { order: [0, 2, 1, 3] } },
      6,
    ],
    ["batch backward", { batch: [3], a: { backward: [0] } }, 3],
  ];

  it.each(arrangements)("%s", (_, arrangement, count) => {
    const { run, counts } = setUp();
    const [a, b, c] = arrange(arrangement);
    const calls = run(a, b, c);
    expect(valuesOf(c)).toEqual(productByDefinition(a, b));
    expect(calls).toHaveLength(count);
    expect(counts).toEqual({ matmul: 0, map: 0, allocate: 0, free: 0 });
  });
});

describe("copies are made", () => {
  it("of an operand that BLAS cannot read", () => {
    const { run, counts } = setUp();
    const [a, b, c] = arrange({ a: { steps: [1, 2] } });
    expect(run(a, b, c)).toEqual(["gemm 5×6×7"]);
    expect(valuesOf(c)).toEqual(productByDefinition(a, b));
    expect(counts).toEqual({ matmul: 0, map: 1, allocate: 1, free: 1 });
  });

  it("once of a matrix that is repeated over a batch", () => {
    const { run, counts, allocated } = setUp();
    const [a, b, c] = arrange({ batch: [2, 3], a: { repeats: [1], steps: [1, 1, 1, 2] } });
    run(a, b, c);
    expect(valuesOf(c)).toEqual(productByDefinition(a, b));
    expect(counts).toEqual({ matmul: 0, map: 1, allocate: 1, free: 1 });
    expect(allocated).toEqual([2 * 5 * 6]);
  });

  it("of a result that BLAS cannot write", () => {
    const { run, counts } = setUp();
    const [a, b, c] = arrange({ c: { steps: [1, 2], before: 4 } });
    run(a, b, c);
    expect(valuesOf(c)).toEqual(productByDefinition(a, b));
    expect(counts).toEqual({ matmul: 0, map: 1, allocate: 1, free: 1 });
    // What lies between the columns is as it was.
    expect(c.buffer.values[5]).toBeNaN();
  });

  it("of nothing if the other operand is so thin that the base is faster", () => {
    const { run, counts } = setUp();
    const [a, b, c] = arrange({ sizes: [5, 6, 1], a: { steps: [1, 2] } });
    expect(run(a, b, c)).toEqual([]);
    expect(valuesOf(c)).toEqual(productByDefinition(a, b));
    expect(counts).toMatchObject({ matmul: 1, map: 0, allocate: 0 });
  });

  it("and freed when something fails", () => {
    const { base, counts } = countingBase();
    const { routines } = referenceBlas();
    const broken = { ...routines, gemm: () => expect.fail("broken") };
    const context = { base, hostView: (buffer: CpuBuffer) => buffer.values, useThreads: () => {}, smallest: 0 };
    const matmul = createMatmul({ ...context, float32: broken, float64: broken });
    const [a, b, c] = arrange({ a: { steps: [1, 2] }, c: { steps: [1, 2] } });
    expect(() => matmul(a, b, c)).toThrow("broken");
    expect(counts).toMatchObject({ allocate: 2, free: 2 });
  });
});

describe("the base computes", () => {
  it("products without elements or without multiply-adds", () => {
    const { run, counts } = setUp();
    for (const sizes of [
      [0, 6, 7],
      [5, 6, 0],
      [5, 0, 7],
    ] as const) {
      const [a, b, c] = arrange({ sizes });
      expect(run(a, b, c)).toEqual([]);
      expect(counts.matmul).toBe(1);
      expect(valuesOf(c)).toEqual(new Array(sizes[0] * sizes[2]).fill(0));
    }
  });

  it("small products, also in large batches, unless they form one large product", () => {
    const { run, counts } = setUp(128);
    const sizes = [2, 3, 4] as const;
    expect(run(...arrange({ sizes }))).toEqual([]);
    expect(counts.matmul).toBe(1);
    expect(run(...arrange({ sizes, batch: [50] }))).toEqual([]);
    expect(counts.matmul).toBe(1);
    expect(run(...arrange({ sizes, batch: [50], b: { repeats: [0] } }))).toEqual(["gemm 100×3×4"]);
    expect(counts.matmul).toBe(0);
    expect(run(...arrange({ sizes: [8, 8, 8] }))).toEqual(["gemm 8×8×8"]);
  });

  it("products of a few hundred multiply-adds if an operand would have to be copied", () => {
    const { run, counts } = setUp(128);
    const second: Lie = { steps: [1, 2] };
    for (const arrangement of [{ a: second }, { b: second }, { c: second }]) {
      expect(run(...arrange({ ...arrangement, sizes: [8, 8, 8] }))).toEqual([]);
      expect(counts).toMatchObject({ matmul: 1, allocate: 0 });
      expect(run(...arrange({ ...arrangement, sizes: [16, 8, 16] }))).toEqual(["gemm 16×8×16"]);
    }
  });
});

describe("epilogues", () => {
  const [a, b] = arrange({});
  const bias = viewOf("float32", [5, 7], { repeats: [0] }, "numbers");
  const product = productByDefinition(a, b);
  const biases = valuesOf(bias);

  it("are computed in place, by one map", () => {
    const { run, counts } = setUp();
    const [, , c] = arrange({});
    const expr = op("max", op("add", input(0, "float32"), input(1, "float32")), input(0, "float32"));
    run(a, b, c, { expr, inputs: [bias], scalars: [] });
    expect(valuesOf(c)).toEqual(product.map((v, i) => Math.max(v + biases[i], v)));
    expect(counts).toEqual({ matmul: 0, map: 1, allocate: 0, free: 0 });
  });

  it("with another element type need a buffer for the product, and one map", () => {
    const { run, counts } = setUp();
    const c = viewOf("float64", [5, 7], { steps: [1, 2] }, NaN);
    const expr = cast(op("add", input(0, "float32"), input(1, "float32")), "float64");
    run(a, b, c, { expr, inputs: [bias], scalars: [] });
    expect(valuesOf(c)).toEqual(product.map((v, i) => v + biases[i]));
    expect(counts).toEqual({ matmul: 0, map: 1, allocate: 1, free: 1 });
  });
});

it("operands of any layout give the product of the definition", () => {
  const size = fc.integer({ min: 1, max: 6 });
  const lie = (rank: number, repeats: boolean): fc.Arbitrary<Lie> =>
    fc.record({
      order: fc.shuffledSubarray([0, 1, 2, 3].slice(0, rank), { minLength: rank }),
      steps: fc.array(fc.constantFrom(1, 1, 1, 2), { minLength: rank, maxLength: rank }),
      backward: fc.subarray([0, 1, 2, 3].slice(0, rank), { maxLength: 1 }),
      repeats: repeats ? fc.subarray([0, 1, 2, 3].slice(0, rank)) : fc.constant([]),
      before: fc.integer({ min: 0, max: 3 }),
    });
  const arrangement = fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 2 }).chain((batch) =>
    fc.record({
      batch: fc.constant(batch),
      sizes: fc.tuple(size, size, size),
      a: lie(batch.length + 2, true),
      b: lie(batch.length + 2, true),
      c: lie(batch.length + 2, false),
    }),
  );
  const { run } = setUp();
  fc.assert(
    fc.property(arrangement, (arrangement) => {
      const [a, b, c] = arrange(arrangement);
      run(a, b, c);
      expect(valuesOf(c)).toEqual(productByDefinition(a, b));
      // Nothing else was written.
      const written = Array.from(c.buffer.values).filter((value) => !Number.isNaN(value));
      expect(written).toHaveLength(valuesOf(c).length);
    }),
    { numRuns: 3000 },
  );
});
