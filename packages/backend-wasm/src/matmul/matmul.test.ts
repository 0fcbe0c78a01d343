import { describe, expect, it } from "vitest";
import { arrays, check, DATA, type Layout, matmuls } from "../../test/products.js";

const layouts: readonly Layout[] = [
  "rows",
  "columns",
  "gaps",
  "flipped",
  "flippedColumns",
  "repeatedRow",
  "repeatedColumn",
  "both",
];

describe.each(["float32", "float64"] as const)("matmul in %s", (dtype) => {
  const thin = [1, 2, 3, 4, 5, 7, 8, 10, 17];

  it("multiplies matrices of every thin shape", () => {
    for (const m of thin) for (const n of thin) for (const k of thin) check({ dtype, m, n, k });
    for (const m of thin) check({ dtype, m, n: 131, k: 67 });
    for (const n of thin) check({ dtype, m: 131, n, k: 67 });
    for (const k of thin) check({ dtype, m: 67, n: 131, k });
  });

  it("multiplies by vectors", () => {
    for (const size of [1, 5, 31, 64, 515]) {
      for (const a of ["rows", "columns", "gaps", "flipped"] as const) {
        check({ dtype, m: 133, n: 1, k: size, a });
        check({ dtype, m: 1, n: 133, k: size, b: a });
        check({ dtype, m: 1, n: 1, k: size, a, b: a });
      }
    }
  });

  it("reads operands of any strides", () => {
    for (const a of layouts) {
      for (const b of layouts) {
        check({ dtype, m: 13, n: 21, k: 19, a, b });
        check({ dtype, m: 29, n: 50, k: 300, a, b });
        check({ dtype, m: 40, n: 3, k: 33, a, b });
        check({ dtype, m: 2, n: 40, k: 33, a, b });
      }
    }
  });

  it("writes results of any strides, and nothing else", () => {
    for (const c of ["columns", "gaps", "flipped", "flippedColumns", "both"] as const) {
      for (const [m, n, k] of [
        [13, 21, 19],
        [3, 70, 20],
        [70, 3, 20],
        [1, 9, 40],
        [9, 1, 40],
        [8, 8, 700],
      ] as const) {
        check({ dtype, m, n, k, c });
        check({ dtype, m, n, k, c, a: "columns", b: "columns" });
      }
    }
  });

  it("crosses the borders of blocks", () => {
    check({ dtype, m: 37, n: 41, k: 1025 });
    check({ dtype, m: 37, n: 41, k: 513, b: "columns" });
    check({ dtype, m: 601, n: 17, k: 513, a: "gaps" });
    check({ dtype, m: 13, n: 1101, k: 513 });
    check({ dtype, m: 3, n: 300, k: 130 });
    check({ dtype, m: 130, n: 130, k: 130, a: "columns" });
    check({ dtype, m: 1, n: 4100, k: 15, b: "rows" });
    // Wide tiles, in blocks whose columns are not all of them.
    check({ dtype, m: 1, n: 8224, k: 16 });
    check({ dtype, m: 2, n: 8200, k: 20 });
    check({ dtype, m: 1, n: 544, k: 1000 });
    check({ dtype, m: 5, n: 4200, k: 2 });
  });

  it("multiplies batches", () => {
    check({ dtype, batches: [3], m: 5, n: 9, k: 11 });
    check({ dtype, batches: [2, 3], m: 5, n: 9, k: 11, a: "columns", b: "gaps" });
    check({ dtype, batches: [2, 1, 3], m: 17, n: 2, k: 30, repeatB: true });
    check({ dtype, batches: [2, 3], m: 4, n: 9, k: 7, repeatB: true, c: "columns" });
    check({ dtype, batches: [0], m: 4, n: 4, k: 4 });
    check({ dtype, batches: [2], m: 1, n: 20, k: 20 });
  });

  it("multiplies batches whose axes do not merge", () => {
    // Batches [2, 3] of 2×2 matrices in a buffer whose batch axes are swapped: a[i, j] is the identity times 1 + i + 10·j.
    const values = arrays[dtype];
    const bytes = values.BYTES_PER_ELEMENT;
    const start = DATA / bytes;
    values.fill(0, start, start + 100);
    for (let i = 0; i < 2; i++) {
      for (let j = 0; j < 3; j++) {
        const at = start + j * 8 + i * 4;
        values[at] = values[at + 3] = 1 + i + 10 * j;
      }
    }
    values.set([1, 2, 3, 4], start + 24);
    const a = { address: start * bytes, strides: [4, 8, 2, 1] };
    const b = { address: (start + 24) * bytes, strides: [0, 0, 2, 1] };
    const c = { address: (start + 28) * bytes, strides: [12, 4, 2, 1] };
    for (const { alone } of matmuls) alone(dtype, a, b, c, [2, 3, 2, 2], 2);
    const factors = [1, 11, 21, 2, 12, 22];
    expect([...values.subarray(start + 28, start + 52)]).toEqual(factors.flatMap((f) => [f, 2 * f, 3 * f, 4 * f]));
  });

  it("gives zeros for a depth of 0, and nothing for empty results", () => {
    for (const c of ["rows", "columns", "gaps"] as const) {
      for (const size of [1, 3, 20]) check({ dtype, m: size, n: 20, k: 0, c });
      check({ dtype, m: 20, n: 1, k: 0, c });
    }
    check({ dtype, batches: [2, 2], m: 3, n: 5, k: 0 });
    check({ dtype, m: 0, n: 5, k: 4 });
    check({ dtype, m: 5, n: 0, k: 4 });
  });

  it("lets NaN and infinities affect only their own results", () => {
    const values = arrays[dtype];
    const bytes = values.BYTES_PER_ELEMENT;
    const start = DATA / bytes;
    for (const [m, n] of [
      [7, 7],
      [7, 1],
      [1, 7],
      [7, 3],
    ] as const) {
      const k = 21;
      values.fill(1, start, start + m * k + k * n);
      const row = m > 2 ? 2 : 0;
      values[start + row * k + 5] = Number.NaN;
      const a = { address: start * bytes, strides: [k, 1] };
      const b = { address: (start + m * k) * bytes, strides: [n, 1] };
      const c = { address: (start + m * k + k * n) * bytes, strides: [n, 1] };
      for (const { alone } of matmuls) alone(dtype, a, b, c, [m, n], k);
      const expected = Array.from({ length: m * n }, (_, i) => (Math.floor(i / n) === row ? Number.NaN : k));
      const result = [...values.subarray(start + m * k + k * n, start + m * k + k * n + m * n)];
      expect(result).toEqual(expected);
    }
  });
});
