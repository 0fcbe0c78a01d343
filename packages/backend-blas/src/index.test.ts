/** The library at work. */
import { createCpuBackend } from "@lucid/backend-cpu";
import { type Tensor, tensor } from "@lucid/tensor";
import { expect, it } from "vitest";
import { type BlasBackend, createBlasBackend } from "./index.js";
import { describeWithBlas } from "../test/available.js";
import { type CpuView, countingBase, type Lie, productByDefinition, valuesOf, viewOf } from "../test/helpers.js";

type MemoryClass = new (type: {
  initial: number;
  maximum: number;
  shared: boolean;
}) => { readonly buffer: ArrayBufferLike };

const types = ["float32", "float64"] as const;

describeWithBlas("products by the library", () => {
  it.each(types)("of %s, by the definition, in any number of threads", (dtype) => {
    const { base, counts } = countingBase();
    for (const threads of [1, 2]) {
      const backend = createBlasBackend(base, { threads });
      // Large enough for several threads; small whole numbers are exact in any order.
      const a = viewOf(dtype, [150, 170], { order: [1, 0] }, "numbers");
      const b = viewOf(dtype, [170, 190], { steps: [2, 1], before: 3 }, "numbers");
      const c = viewOf(dtype, [150, 190], { before: 5 }, NaN);
      backend.matmul(a, b, c);
      expect(valuesOf(c)).toEqual(productByDefinition(a, b));
      expect([c.buffer.values[4], c.buffer.values[5 + 150 * 190]]).toEqual([NaN, NaN]);
    }
    expect(counts).toEqual({ matmul: 0, map: 0, allocate: 0, free: 0 });
  });

  it("in shared WebAssembly memory, where it lies", () => {
    const { Memory } = (globalThis as unknown as { WebAssembly: { Memory: MemoryClass } }).WebAssembly;
    const memory = new Memory({ initial: 4, maximum: 4, shared: true });
    const { base, counts } = countingBase();
    const backend = createBlasBackend(base);
    const moved = (view: CpuView, start: number): CpuView => {
      const values = new Float32Array(memory.buffer, start, view.buffer.length);
      values.set(view.buffer.values);
      return { ...view, buffer: { ...view.buffer, values } };
    };
    const a = moved(viewOf("float32", [20, 30], {}, "numbers"), 64);
    const b = moved(viewOf("float32", [30, 40], { order: [1, 0] }, "numbers"), 8192);
    const c = moved(viewOf("float32", [20, 40], {}, NaN), 65536);
    backend.matmul(a, b, c);
    expect(valuesOf(c)).toEqual(productByDefinition(a, b));
    expect([...new Float32Array(memory.buffer, 65536, 20 * 40)]).toEqual(productByDefinition(a, b));
    expect(counts).toEqual({ matmul: 0, map: 0, allocate: 0, free: 0 });
  });

  const vectors: readonly (readonly [string, readonly [number, number, number], Lie, Lie, Lie])[] = [
    ["matrix by vector", [300, 200, 1], {}, {}, {}],
    ["transposed matrix by vector", [300, 200, 1], { order: [1, 0] }, {}, {}],
    [
      "matrix by steps, backward",
      [300, 200, 1],
      {},
      { steps: [3, 1], backward: [0] },
      { steps: [2, 1], backward: [0] },
    ],
    ["vector by matrix", [1, 200, 300], {}, {}, {}],
    ["vector by transposed matrix", [1, 200, 300], {}, { order: [1, 0] }, {}],
    [
      "steps by matrix, backward",
      [1, 200, 300],
      { steps: [1, 2], backward: [1] },
      {},
      { steps: [1, 3], backward: [1] },
    ],
  ];
  it.each(vectors)(
    "%s: the previous contents of the result do not matter, not even NaN",
    (_, [m, k, n], lieA, lieB, lieC) => {
      const { base, counts } = countingBase();
      const backend = createBlasBackend(base);
      for (const dtype of types) {
        const a = viewOf(dtype, [m, k], lieA, "numbers");
        const b = viewOf(dtype, [k, n], lieB, "numbers");
        const c = viewOf(dtype, [m, n], lieC, NaN);
        backend.matmul(a, b, c);
        expect(valuesOf(c)).toEqual(productByDefinition(a, b));
      }
      expect(counts.matmul).toBe(0);
    },
  );

  it.each([
    ["matrix by vector", [40, 30, 1]],
    ["vector by matrix", [1, 30, 40]],
    ["matrix by matrix", [40, 30, 20]],
  ] as const)("%s: NaN and infinities affect only their own results, zero times infinity included", (_, [m, k, n]) => {
    const backend = createBlasBackend(createCpuBackend());
    const fill = (view: CpuView, at: number, special: number): CpuView => {
      view.buffer.values.fill(0);
      view.buffer.values[at] = special;
      return view;
    };
    for (const special of [NaN, Infinity, -Infinity]) {
      const [a, b] = [viewOf("float32", [m, k], {}, "numbers"), viewOf("float32", [k, n], {}, "numbers")];
      const c = viewOf("float32", [m, n], {}, 7);
      // Zeros by numbers of which one is special: NaN in its row, or its column; zeros elsewhere.
      backend.matmul(fill(viewOf("float32", [m, k], {}, 0), 3, special), b, c);
      expect(valuesOf(c)).toEqual(productByDefinition(fill(viewOf("float32", [m, k], {}, 0), 3, special), b));
      backend.matmul(a, fill(viewOf("float32", [k, n], {}, 0), 5, special), c);
      expect(valuesOf(c)).toEqual(productByDefinition(a, fill(viewOf("float32", [k, n], {}, 0), 5, special)));
    }
  });
});

describeWithBlas("tensors", () => {
  const cpu = createCpuBackend();
  const numbers = (rows: number, columns: number): number[][] =>
    Array.from({ length: rows }, (_, i) => Array.from({ length: columns }, (_, j) => ((i * 5 + j * 3) % 7) - 3));
  const product = (a: readonly number[][], b: readonly number[][]): number[][] =>
    a.map((row) => b[0].map((_, j) => row.reduce((sum, value, p) => sum + value * b[p][j], 0)));

  it("of the base and of the backend that extends it can be mixed; the library computes the product", () => {
    const { base, counts } = countingBase();
    const blas: BlasBackend = createBlasBackend(base);
    const [left, right] = [numbers(12, 9), numbers(9, 11)];
    const a: Tensor = tensor(left, { backend: base });
    const b: Tensor = tensor(right, { backend: blas });
    for (const result of [a.matmul(b), b.t().matmul(a.t()).t()]) {
      expect(result.arraySync()).toEqual(product(left, right));
      expect(result.backend).toBe(blas);
    }
    expect(counts.matmul).toBe(0);
    // Of the base alone, it is the base's.
    a.matmul(tensor(right, { backend: base }));
    expect(counts.matmul).toBe(1);
  });

  it("of the base are used without a copy of their elements", () => {
    const blas = createBlasBackend(cpu);
    const moved = tensor(numbers(4, 5), { backend: cpu }).to(blas);
    expect(moved.backend).toBe(blas);
    expect(moved.arraySync()).toEqual(numbers(4, 5));
  });
});
