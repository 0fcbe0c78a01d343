import { describe, expect, it } from "vitest";
import { cast, constant, index, input, op, random, scalar } from "./build.js";
import type { Expr } from "./node.js";
import { printExpr } from "./print.js";

const x = input(0, "float32");
const y = input(1, "float32");
const z = input(2, "float32");
const s = scalar(0, "float32");
const n = input(0, "int32");
const m = input(1, "int32");
const float = (value: number): Expr => constant(value, "float32");

describe("printExpr", () => {
  const texts: readonly (readonly [Expr, string])[] = [
    [x, "x0"],
    [s, "s0"],
    [index(2), "i2"],
    [float(0.5), "0.5"],
    [float(-0), "-0"],
    [float(NaN), "NaN"],
    [float(-Infinity), "-Infinity"],
    [op("add", x, float(1)), "x0 + 1"],
    [op("add", x, float(-1)), "x0 + -1"],
    [op("neg", x), "-x0"],
    [op("neg", op("add", x, y)), "-(x0 + x1)"],
    [op("sub", x, op("neg", y)), "x0 - -x1"],
    // Only the parentheses that are needed.
    [op("mul", op("add", x, y), z), "(x0 + x1) * x2"],
    [op("add", op("mul", x, y), z), "x0 * x1 + x2"],
    [op("sub", op("sub", x, y), z), "x0 - x1 - x2"],
    [op("sub", x, op("sub", y, z)), "x0 - (x1 - x2)"],
    [op("div", x, op("mul", y, z)), "x0 / (x1 * x2)"],
    [op("rem", op("neg", x), y), "-x0 % x1"],
    [op("lt", op("add", x, y), z), "x0 + x1 < x2"],
    [op("le", x, y), "x0 <= x1"],
    [op("eq", x, y), "x0 == x1"],
    [op("and", op("or", n, m), m), "(x0 | x1) & x1"],
    [op("or", op("and", n, m), op("xor", n, m)), "x0 & x1 | x0 ^ x1"],
    [op("shl", n, op("add", m, constant(1, "int32"))), "x0 << x1 + 1"],
    [op("ushr", op("shr", n, m), m), "x0 >> x1 >>> x1"],
    [op("not", op("lt", x, y)), "not(x0 < x1)"],
    [op("pow", x, float(2)), "pow(x0, 2)"],
    [op("where", op("lt", x, float(0)), op("mul", x, s), x), "where(x0 < 0, x0 * s0, x0)"],
    [cast(op("add", n, m), "float32"), "float32(x0 + x1)"],
    [random(scalar(0, "int32"), constant(3, "int32")), "random(s0, 3)"],
    [random(n, m, op("add", index(0), constant(1, "int32"))), "random(x0, x1, i0 + 1)"],
    // What is used more than once is named first.
    [op("mul", op("exp", x), op("add", op("exp", x), float(1))), "t0 = exp(x0); t0 * (t0 + 1)"],
    [
      op("sub", op("mul", op("exp", op("sin", x)), op("sin", x)), op("exp", op("sin", x))),
      "t0 = sin(x0); t1 = exp(t0); t1 * t0 - t1",
    ],
  ];
  for (const [expr, text] of texts) {
    it(`prints ${text}`, () => {
      expect(printExpr(expr)).toBe(text);
      expect(String(expr)).toBe(text);
      expect(`${expr}`).toBe(text);
    });
  }

  it("stays short however much is shared", () => {
    let expr: Expr = x;
    for (let i = 0; i < 40; i++) expr = op("add", expr, expr);
    const text = printExpr(expr);
    expect(text.startsWith("t0 = x0 + x0; t1 = t0 + t0; ")).toBe(true);
    expect(text.endsWith("; t38 + t38")).toBe(true);
  });
});
