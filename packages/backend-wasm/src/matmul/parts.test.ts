import { constant, input, op } from "@lucid/backend";
import { describe, it } from "vitest";
import { check, type Layout } from "../../test/products.js";

// `check` compares the bits of every result with those of the same product in random pieces, by three participants.

describe.each(["float32", "float64"] as const)("a product in %s", (dtype) => {
  it("does not depend on how columns are split", () => {
    for (const a of ["rows", "columns", "gaps"] as const) {
      for (const b of ["rows", "columns", "both"] as const) {
        check({ dtype, m: 31, n: 333, k: 70, a, b });
        check({ dtype, m: 7, n: 150, k: 40, a, b });
      }
    }
    for (const m of [1, 2, 3]) for (const n of [70, 515]) check({ dtype, m, n, k: 90 });
    for (const k of [1, 4, 23]) check({ dtype, m: 1, n: 2200, k });
    check({ dtype, m: 50, n: 170, k: 1300 });
    check({ dtype, m: 150, n: 260, k: 900 });
    check({ dtype, m: 50, n: 170, k: 1300, a: "columns", b: "columns" });
  });

  it("does not depend on how rows are split", () => {
    for (const n of [1, 2, 3, 10, 17]) {
      for (const a of ["rows", "columns"] as const) {
        check({ dtype, m: 333, n, k: 70, a });
        check({ dtype, m: 333, n, k: 70, a, b: "columns" });
      }
    }
    for (const k of [1, 2, 3, 4]) check({ dtype, m: 97, n: 61, k });
    // Packed in blocks of rows; the last one has a single row.
    for (const c of ["rows", "columns"] as const) {
      check({ dtype, m: 193, n: 150, k: 700, a: "columns", b: c, c });
    }
  });

  it("does not depend on how batches are split", () => {
    for (const b of ["rows", "columns", "gaps"] as const satisfies readonly Layout[]) {
      check({ dtype, batches: [13], m: 5, n: 7, k: 9, b });
      check({ dtype, batches: [3, 4], m: 30, n: 37, k: 40, a: "columns", b, repeatB: true });
      check({ dtype, batches: [2, 3, 2], m: 9, n: 2, k: 30, b });
    }
  });

  it("does not depend on the split if it is stored apart from the output", () => {
    const epilogue = {
      expr: op("lt", constant(0.25, dtype), input(0, dtype)),
      inputs: [],
      scalars: [],
      value: (product: number): number => Number(product > 0.25),
    };
    check({ dtype, m: 60, n: 200, k: 1200, exact: true, epilogue });
    check({ dtype, m: 300, n: 2, k: 50, exact: true, epilogue });
    check({ dtype, m: 193, n: 150, k: 1200, a: "columns", exact: true, epilogue });
  });
});
