import { cast, constant, type DType, index, input, op, philox, random as randomBits, scalar } from "@lucid/backend";
import { describe, expect, it } from "vitest";
import { type Case, check, counts, type Layout, random } from "../../test/products.js";

type Epilogue = NonNullable<Case["epilogue"]>;

const small = (): number => Math.floor((random() + 1) * 4.5) - 4;

/** Products of every kind of kernel, with a depth of 0 and with more than one block of depths. */
const sizes: readonly Pick<Case, "m" | "n" | "k" | "a" | "b">[] = [
  { m: 1, n: 1, k: 1 },
  { m: 5, n: 3, k: 2 },
  { m: 70, n: 1, k: 33 },
  { m: 150, n: 2, k: 40 },
  { m: 67, n: 3, k: 20, b: "columns" },
  { m: 9, n: 33, k: 3 },
  { m: 21, n: 2100, k: 1 },
  { m: 2, n: 70, k: 20 },
  { m: 1, n: 130, k: 17 },
  { m: 33, n: 50, k: 65, b: "columns" },
  { m: 64, n: 100, k: 130, a: "columns" },
  { m: 30, n: 44, k: 1100 },
  { m: 20, n: 9, k: 0 },
  { m: 1, n: 40, k: 0 },
];

const outputs: readonly Layout[] = ["rows", "columns", "gaps", "flipped"];

describe.each(["float32", "float64"] as const)("epilogues of products in %s", (dtype) => {
  const product = input(0, dtype);
  const filled = (type: DType, layout: Layout): Epilogue["inputs"][number] => ({
    dtype: type,
    layout,
    fill: type === "bool" ? () => Number(random() < 0) : type === "uint8" ? () => Math.abs(small()) : small,
  });
  const checkAll = (epilogue: Epilogue, layouts: readonly Layout[] = ["rows"]): void => {
    for (const size of sizes) for (const c of layouts) check({ dtype, ...size, c, exact: true, epilogue });
  };

  it("add a bias, in outputs of every layout", () => {
    const expr = op("add", product, input(1, dtype));
    for (const layout of ["repeatedRow", "repeatedColumn", "repeated"] as const) {
      const epilogue: Epilogue = {
        expr,
        inputs: [filled(dtype, layout)],
        scalars: [],
        value: (p, [x]) => p + x!,
      };
      checkAll(epilogue, outputs);
    }
  });

  it("read inputs of any strides and types, and scalars", () => {
    // where(mask, max(p · s₀ + x, s₁), p − y)
    const upper = op("max", op("add", op("mul", product, scalar(0, dtype)), input(1, dtype)), scalar(1, dtype));
    const expr = op("where", input(2, "bool"), upper, op("sub", product, cast(input(4, "uint8"), dtype)));
    for (const [x, mask, y] of [
      ["gaps", "rows", "columns"],
      ["both", "repeatedColumn", "gaps"],
      ["columns", "flippedColumns", "repeatedRow"],
    ] as const) {
      const epilogue: Epilogue = {
        expr,
        inputs: [filled(dtype, x), filled("bool", mask), filled(dtype, "rows"), filled("uint8", y)],
        scalars: [0.5, -3],
        value: (p, [x, mask, , y]) => (mask === 1 ? Math.max(p * 0.5 + x!, -3) : p - y!),
      };
      checkAll(epilogue, ["rows", "columns"]);
    }
  });

  it("converts to other element types", () => {
    const isBelow: Epilogue = {
      expr: op("lt", product, input(1, dtype)),
      inputs: [filled(dtype, "repeatedRow")],
      scalars: [],
      value: (p, [x]) => Number(p < x!),
    };
    checkAll(isBelow, outputs);
    const rounded: Epilogue = {
      expr: cast(op("mul", product, scalar(0, dtype)), "int32"),
      inputs: [],
      scalars: [0.25],
      value: (p) => Math.trunc(p / 4),
    };
    checkAll(rounded, outputs);
    const other = dtype === "float32" ? "float64" : "float32";
    const added: Epilogue = {
      expr: op("add", cast(product, other), input(1, other)),
      inputs: [filled(other, "columns")],
      scalars: [],
      value: (p, [x]) => p + x!,
    };
    checkAll(added, outputs);
  });

  it("computes positions, and need not read the product", () => {
    const place = op("add", op("mul", index(0), constant(3, "int32")), index(1));
    checkAll({
      expr: op("add", product, cast(place, dtype)),
      inputs: [],
      scalars: [],
      value: (p, _, [i, j]) => p + 3 * i! + j!,
    });
    checkAll({ expr: input(1, dtype), inputs: [filled(dtype, "columns")], scalars: [], value: (_, [x]) => x! });
    checkAll({ expr: cast(index(0), "int32"), inputs: [], scalars: [], value: (_, __, [i]) => i! });
  });

  it("draw random bits by position", () => {
    const draw = randomBits(scalar(0, "int32"), scalar(1, "int32"));
    const expr = op("where", op("lt", constant(0, "int32"), draw), product, constant(0, dtype));
    for (const size of sizes) {
      for (const c of outputs) {
        const value = (p: number, _: readonly number[], [i, j]: readonly number[]): number =>
          philox(5, 7, i! * size.n + j!) > 0 ? p : 0;
        check({ dtype, ...size, c, exact: true, epilogue: { expr, inputs: [], scalars: [5, 7], value } });
      }
    }
  });

  it("are applied in batches", () => {
    const expr = op("add", op("mul", product, input(1, dtype)), input(2, dtype));
    const epilogue: Epilogue = {
      expr,
      inputs: [filled(dtype, "repeatedRow"), filled(dtype, "gaps")],
      scalars: [],
      value: (p, [x, y]) => p * x! + y!,
    };
    const isPositive: Epilogue = {
      expr: op("lt", constant(0, dtype), product),
      inputs: [],
      scalars: [],
      value: (p) => Number(p > 0),
    };
    for (const c of ["rows", "columns"] as const) {
      for (const work of [epilogue, isPositive]) {
        check({ dtype, batches: [3], m: 5, n: 9, k: 11, c, exact: true, epilogue: work });
        check({ dtype, batches: [2, 3], m: 17, n: 2, k: 30, repeatB: true, c, exact: true, epilogue: work });
        check({ dtype, batches: [2, 1, 3, 2], m: 4, n: 33, k: 3, c, b: "gaps", exact: true, epilogue: work });
        check({
          dtype,
          batches: [2, 2],
          m: 40,
          n: 40,
          k: 70,
          a: "columns",
          b: "columns",
          c,
          exact: true,
          epilogue: work,
        });
        check({ dtype, batches: [4], m: 3, n: 5, k: 0, c, exact: true, epilogue: work });
      }
    }
  });

  it("are applied when products are split, too", () => {
    expect(counts.split).toBeGreaterThan(100);
  });
});
