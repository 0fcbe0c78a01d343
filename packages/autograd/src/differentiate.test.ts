import {
  cast,
  constant,
  type Expr,
  ge,
  gt,
  index,
  inOrder,
  input,
  op,
  operandsOf,
  philox,
  random,
  scalar,
  substitute,
  withDerivative,
} from "@lucid/backend";
import { describe, expect, it } from "vitest";
import { evaluate, expectClose, gradientsAt } from "../test/evaluate.js";
import { differentiate, type ExprGradient } from "./differentiate.js";

const x = input(0, "float64");
const y = input(1, "float64");
const z = input(2, "float64");
const number = (value: number): Expr => constant(value, "float64");

describe("the gradient of a choice", () => {
  const zero = number(0);
  const positive = gt(x, zero);
  const root = op("sqrt", x);
  const at = (expr: Expr, ...inputs: number[]): readonly number[] =>
    gradientsAt(
      [expr],
      inputs.map((_, i) => i),
      { inputs },
    );

  it("contains no NaN or ∞ of the other branch", () => {
    const guardedRoot = op("where", positive, root, zero);
    expect(at(guardedRoot, -1)).toEqual([0]);
    expect(at(guardedRoot, 0)).toEqual([0]);
    expect(at(guardedRoot, 4)).toEqual([0.25]);
    expect(at(op("mul", number(3), op("exp", guardedRoot)), -1)).toEqual([0]);
  });

  it("contains none in nested and repeated choices", () => {
    const inside = op("where", positive, op("log", x), op("where", op("lt", x, number(-1)), op("neg", x), zero));
    expect(at(inside, 2)).toEqual([0.5]);
    expect(at(inside, 0)).toEqual([0]);
    expect(at(inside, -0.5)).toEqual([0]);
    expect(at(inside, -3)).toEqual([-1]);
    const outside = op("where", positive, op("where", gt(x, number(1)), root, op("log", x)), op("mul", x, x));
    expect(at(outside, 4)).toEqual([0.25]);
    expect(at(outside, 0.5)).toEqual([2]);
    expect(at(outside, -3)).toEqual([-6]);
    expect(at(outside, 0)).toEqual([0]);
  });

  it("contains none in a part that two choices share", () => {
    const c = gt(y, zero);
    const d = gt(z, zero);
    const shared = op("sqrt", x);
    const sum = op("add", op("where", c, shared, zero), op("where", d, op("mul", shared, number(2)), zero));
    // (c, d) at x = 4: √x′ = 1/4, once and twice.
    expect(at(sum, 4, 1, 1)).toEqual([0.75, 0, 0]);
    expect(at(sum, 4, 1, -1)).toEqual([0.25, 0, 0]);
    expect(at(sum, 4, -1, 1)).toEqual([0.5, 0, 0]);
    expect(at(sum, -4, -1, -1)).toEqual([0, 0, 0]);
    expect(at(sum, 0, -1, -1)).toEqual([0, 0, 0]);
    expect(at(sum, 0, 1, -1)).toEqual([Number.POSITIVE_INFINITY, 0, 0]);
    // Under a third condition, and beside a path of its own.
    const under = op("add", op("where", gt(x, number(-2)), sum, x), op("mul", x, number(10)));
    expect(at(under, 4, 1, 1)).toEqual([10.75, 0, 0]);
    expect(at(under, -1, -1, -1)).toEqual([10, 0, 0]);
    expect(at(under, -4, 1, 1)).toEqual([11, 0, 0]);
  });

  it("contains none of the operand that min and max did not choose", () => {
    expect(at(op("max", root, number(1)), 0)).toEqual([0]);
    expect(at(op("min", op("log", x), y), 0, -Infinity)).toEqual([Number.POSITIVE_INFINITY, 0.5]);
    expect(at(op("pow", root, y), 0, 0)[0]).toBe(0);
  });

  it("is one choice for two branches", () => {
    const leaky = op("where", positive, x, op("mul", x, scalar(0, "float64")));
    expect(String(differentiate([leaky], [0]).exprs[0])).toBe("where(0 < x0, x1, x1 * s0)");
    const low = op("lt", x, number(-1));
    const high = gt(x, number(1));
    const clamp = op("where", low, number(-1), op("where", high, number(1), x));
    expect(String(differentiate([clamp], [0]).exprs[0])).toBe("where(x0 < -1 | 1 < x0, 0, x1)");
    const three = op("where", low, op("mul", x, number(2)), op("where", high, op("mul", x, number(3)), x));
    expect(String(differentiate([three], [0]).exprs[0])).toBe("where(x0 < -1, x1 * 2, where(1 < x0, x1 * 3, x1))");
  });
});

describe("random graphs", () => {
  /** Value and slope in one direction, forward, taking only the branch that is chosen: an independent way to the same number. */
  function forward(root: Expr, inputs: readonly number[], direction: number): readonly [value: number, slope: number] {
    const known = new Map<Expr, readonly [number, number]>();
    for (const expr of inOrder([root])) {
      const [a, b, c] = operandsOf(expr).map((operand) => known.get(operand)!) as [number, number][];
      const dual = (): readonly [number, number] => {
        if (expr.kind === "input") return [inputs[expr.index]!, expr.index === direction ? 1 : 0];
        if (expr.kind === "constant") return [expr.value, 0];
        if (expr.kind !== "operation") throw new Error(`not in these graphs: ${expr}`);
        switch (expr.op) {
          case "add":
            return [a![0] + b![0], a![1] + b![1]];
          case "sub":
            return [a![0] - b![0], a![1] - b![1]];
          case "mul":
            return [a![0] * b![0], a![1] * b![0] + a![0] * b![1]];
          case "div":
            return [a![0] / b![0], (a![1] * b![0] - a![0] * b![1]) / (b![0] * b![0])];
          case "sin":
            return [Math.sin(a![0]), Math.cos(a![0]) * a![1]];
          case "sqrt":
            return [Math.sqrt(a![0]), a![1] / (2 * Math.sqrt(a![0]))];
          case "log":
            return [Math.log(a![0]), a![1] / a![0]];
          case "lt":
            return [a![0] < b![0] ? 1 : 0, 0];
          case "not":
            return [1 - a![0], 0];
          case "where":
            return a![0] === 1 ? b! : c!;
          case "max":
            return a![0] === b![0]
              ? [a![0], (a![1] + b![1]) / 2]
              : a![0] > b![0]
                ? a!
                : b![0] > a![0]
                  ? b!
                  : [NaN, NaN];
          default:
            throw new Error(`not in these graphs: ${expr}`);
        }
      };
      known.set(expr, dual());
    }
    return known.get(root)!;
  }

  it("agree with forward accumulation through the chosen branches only", () => {
    let draws = 0;
    const below = (n: number): number => (philox(1, 2, draws++) >>> 0) % n;
    let compared = 0;
    for (let graph = 0; graph < 600; graph++) {
      const parts: Expr[] = [x, y, z, number(0), number(-1), number(2)];
      const pick = (): Expr => parts[parts.length - 1 - below(Math.min(parts.length, 9))]!;
      const size = 4 + below(24);
      for (let i = 0; i < size; i++) {
        const binary = (["add", "sub", "mul", "mul", "div", "max"] as const)[below(6)]!;
        const unary = (["sqrt", "log", "sin"] as const)[below(3)]!;
        const condition = op("lt", parts[below(Math.min(parts.length, 8))]!, parts[below(6)]!);
        const choice = below(2) === 0 ? condition : op("not", condition);
        const next = [op(binary, pick(), pick()), op(unary, pick()), op("where", choice, pick(), pick())];
        parts.push(next[below(3)]!, op("where", choice, next[below(2)]!, number(0)));
      }
      const root = op("add", pick(), op("add", pick(), pick()));
      for (const inputs of [
        [0.5, -0.3, 1.7],
        [-1.2, 0, 0.4],
        [2.5, 1.1, -0.6],
      ]) {
        const gradients = gradientsAt([root], [0, 1, 2], { inputs });
        for (const [i, gradient] of gradients.entries()) {
          const [value, slope] = forward(root, inputs, i);
          if (!Number.isFinite(value) || !Number.isFinite(slope) || Math.abs(slope) > 1e6) continue;
          expectClose(gradient, slope, 1e-8, `graph ${graph} by x${i} at ${inputs}`);
          compared++;
        }
      }
    }
    expect(compared).toBeGreaterThan(1500);
  });
});

describe("the tensors that a gradient reads", () => {
  const x32 = input(0, "float32");
  const y32 = input(1, "float32");
  const one = constant(1, "float32");
  const show = ({ exprs, sources }: ExprGradient): string =>
    `${exprs.join("; ")} of ${sources.map(({ kind, index }) => kind + index).join(" ")}`;
  const gradient = (root: Expr, wanted: readonly number[] = [0]): string => show(differentiate([root], wanted));

  it("include the output where that is enough", () => {
    expect(gradient(op("exp", x32))).toBe("x1 * x0 of output0 gradient0");
    expect(gradient(op("tanh", x32))).toBe("x1 * (1 - x0 * x0) of output0 gradient0");
    expect(gradient(op("sqrt", x32))).toBe("x1 / (x0 * 2) of output0 gradient0");
    expect(gradient(op("expm1", x32))).toBe("x1 * (x0 + 1) of output0 gradient0");
    expect(gradient(op("tan", x32))).toBe("x1 * (x0 * x0 + 1) of output0 gradient0");
    expect(gradient(op("div", one, x32))).toBe("-(x1 * x0 * x0) of output0 gradient0");
    const partials = ([v]: readonly Expr[]): readonly Expr[] => [op("mul", sigmoid(v!), op("sub", one, sigmoid(v!)))];
    const sigmoid = (v: Expr): Expr =>
      withDerivative(op("div", one, op("add", one, op("exp", op("neg", v)))), [v], partials);
    expect(gradient(sigmoid(x32))).toBe("x1 * (x0 * (1 - x0)) of output0 gradient0");
    const relu = "of output0 gradient0";
    const zero = constant(0, "float32");
    expect(gradient(op("where", op("le", x32, zero), zero, x32))).toBe(`where(x0 <= 0, 0, x1) ${relu}`);
    expect(gradient(op("where", gt(x32, zero), x32, zero))).toBe(`where(0 < x0, x1, 0) ${relu}`);
  });

  it("are the operands where these are needed in any case", () => {
    expect(gradient(op("add", x32, y32), [0, 1])).toBe("x0; x0 of gradient0");
    expect(gradient(op("sub", x32, y32), [0, 1])).toBe("x0; -x0 of gradient0");
    expect(gradient(op("mul", x32, y32), [0, 1])).toBe("x2 * x1; x2 * x0 of input0 input1 gradient0");
    expect(gradient(op("mul", x32, y32), [1])).toBe("x1 * x0 of input0 gradient0");
    expect(gradient(op("mul", x32, scalar(1, "float32")))).toBe("x0 * s1 of gradient0");
    expect(gradient(op("div", x32, y32), [0])).toBe("x1 / x0 of input1 gradient0");
    expect(gradient(op("div", x32, y32), [0, 1])).toBe("x2 / x1; -(x2 / x1 * (x0 / x1)) of input0 input1 gradient0");
    expect(gradient(op("log", x32))).toBe("x1 / x0 of input0 gradient0");
    // The square root reads x; reading y as well would be a third tensor.
    const length = op("sqrt", op("add", op("mul", x32, x32), scalar(0, "float32")));
    expect(differentiate([length], [0]).sources).toEqual([
      { kind: "input", index: 0 },
      { kind: "gradient", index: 0 },
    ]);
  });

  it("are listed for the inputs in the order asked; an input without derivative has undefined", () => {
    expect(gradient(op("mul", x32, y32), [1, 0])).toBe("x2 * x0; x2 * x1 of input0 input1 gradient0");
    expect(differentiate([op("floor", x32)], [0])).toEqual({ exprs: [undefined], sources: [] });
    expect(differentiate([op("lt", x32, y32)], [0, 1])).toEqual({ exprs: [undefined, undefined], sources: [] });
    expect(differentiate([op("exp", x32)], [1, 0]).exprs.map(String)).toEqual(["undefined", "x1 * x0"]);
    expect(gradient(x32)).toBe("x0 of gradient0");
  });

  it("are remembered", () => {
    const roots = [op("mul", op("exp", x32), y32)];
    const first = differentiate(roots, [0, 1]);
    expect(differentiate(roots, [0, 1])).toBe(first);
    expect(differentiate(roots, [0, 1], [true])).toBe(first);
    expect(differentiate([...roots], [0, 1])).toBe(first);
    expect(differentiate(roots, [1, 0])).not.toBe(first);
    expect(differentiate(roots, [0, 1], [false]).exprs).toEqual([undefined, undefined]);
  });
});

describe("a derivative that a formula states", () => {
  const rounded = (v: Expr): Expr => withDerivative(op("round", v), [v], passing);
  const passing = ([v]: readonly Expr[]): readonly Expr[] => [constant(1, v!.dtype)];

  it("replaces the chain rule, except for equal expressions that state none", () => {
    expect(differentiate([op("round", x)], [0]).exprs).toEqual([undefined]);
    expect(String(differentiate([rounded(x)], [0]).exprs[0])).toBe("x0");
    expect(rounded(x)).toBe(rounded(x));
    expect(rounded(x)).not.toBe(op("round", x));
  });

  it("refers to the new operand when its operand is replaced", () => {
    const inner = substitute(rounded(x), { inputs: [op("mul", x, number(3))] });
    expect(String(inner)).toBe("round(x0 * 3)");
    expect(String(differentiate([inner], [0]).exprs[0])).toBe("x0 * 3");
  });

  it("can be stated for an input, a constant, or an operation that is simplified", () => {
    const reversed = withDerivative(x, [x], ([v]) => [constant(-1, v!.dtype)]);
    expect(String(differentiate([op("mul", reversed, reversed)], [0]).exprs[0])).toMatch(/-1/);
    const flat = withDerivative(number(2), [x], ([v]) => [v]);
    expect(evaluate(differentiate([op("mul", flat, number(5))], [0]).exprs[0]!, { inputs: [7, 1] })).toBe(35);
    const negative = withDerivative(op("neg", x), [x], ([v]) => [constant(4, v!.dtype)]);
    expect(evaluate(differentiate([op("neg", negative)], [0]).exprs[0]!, { inputs: [1] })).toBe(-4);
  });

  it("stops even an infinite gradient if it is 0, as a branch that is not chosen does", () => {
    const stopped = withDerivative(x, [x], ([v]) => [op("where", op("lt", v!, number(0)), number(0), v!)]);
    const { exprs, sources } = differentiate([op("div", number(1), stopped)], [0]);
    expect(sources.length).toBeGreaterThan(0);
    expect(String(exprs[0])).toContain("where(");
  });
});

describe("expressions that were made before the table of expressions was emptied", () => {
  it("can be combined with later ones", () => {
    const old = input(0, "float64");
    const tangent = op("tanh", old);
    for (let i = 0; i < 1 << 17 && input(0, "float64") === old; i++) number(i + 0.25);
    const later = input(0, "float64");
    expect(later).not.toBe(old);
    const { exprs, sources } = differentiate([op("mul", old, later)], [0]);
    expect(sources.map(({ kind }) => kind)).toEqual(["input", "gradient"]);
    expect(evaluate(exprs[0]!, { inputs: [3, 1] })).toBe(6);
    expect(String(differentiate([tangent], [0]).exprs[0])).toBe("x1 * (1 - x0 * x0)");
  });
});

describe("several outputs and element types", () => {
  it("adds the gradients of all outputs", () => {
    const product = op("mul", x, y);
    const roots = [product, op("exp", product), gt(x, y)];
    // d/dx: 2·y + 3·y·e^(xy); d/dy: 2·x + 3·x·e^(xy), at x = 0.5, y = 2, where e^(xy) = e.
    const [dx, dy] = gradientsAt(roots, [0, 1], { inputs: [0.5, 2] }, [2, 3, Number.NaN]);
    expect(dx).toBeCloseTo(4 + 6 * Math.E, 12);
    expect(dy).toBeCloseTo(1 + 1.5 * Math.E, 12);
    expect(gradientsAt(roots, [0], { inputs: [0.5, 2] }, [2, 3, 0], [true, false, false])).toEqual([4]);
    expect(differentiate(roots, [0], [true, false, false]).sources).toEqual([
      { kind: "input", index: 1 },
      { kind: "gradient", index: 0 },
    ]);
  });

  it("counts an output that is the operand of another one, and an output that occurs twice", () => {
    const square = op("mul", x, x);
    expect(gradientsAt([square, op("mul", square, number(3))], [0], { inputs: [5] }, [1, 1])).toEqual([40]);
    expect(gradientsAt([square, square], [0], { inputs: [5] }, [1, 2])).toEqual([30]);
  });

  it("casts between floating types pass gradients on in each type; other casts stop them", () => {
    const single = input(0, "float32");
    const wide = op("mul", cast(single, "float64"), y);
    const { exprs, sources } = differentiate([wide, cast(op("exp", y), "float32")], [0, 1]);
    expect(exprs.map((expr) => expr?.dtype)).toEqual(["float32", "float64"]);
    expect(String(exprs[0])).toBe("float32(x2 * x1)");
    expect(sources.map(({ kind, index }) => kind + index)).toEqual(["input0", "input1", "gradient0", "gradient1"]);
    const inputs = [0.1, 3];
    const [d0, d1] = gradientsAt([wide, cast(op("exp", y), "float32")], [0, 1], { inputs }, [0.7, 2]);
    expect(d0).toBe(Math.fround(0.7 * 3));
    expect(d1).toBeCloseTo(0.7 * Math.fround(0.1) + 2 * Math.exp(3), 12);

    const truncated = cast(cast(x, "int32"), "float64");
    const integer = input(1, "int32");
    const mixed = op("add", op("mul", truncated, x), cast(integer, "float64"));
    expect(differentiate([mixed], [0, 1]).exprs[1]).toBe(undefined);
    expect(gradientsAt([mixed], [0], { inputs: [2.5, 7] })).toEqual([2]);
    expect(differentiate([op("add", integer, integer)], [1], [true]).exprs).toEqual([undefined]);
  });
});

describe("random bits and positions", () => {
  it("are constants that are drawn again under their key", () => {
    const draw = random(scalar(0, "int32"), scalar(1, "int32"));
    const keep = op("lt", cast(op("ushr", draw, constant(8, "int32")), "float64"), scalar(2, "float64"));
    const dropout = op("where", keep, op("mul", x, scalar(3, "float64")), number(0));
    const { exprs, sources } = differentiate([dropout], [0]);
    expect(sources).toEqual([{ kind: "gradient", index: 0 }]);
    expect(inOrder([exprs[0]!])).toContain(draw);
    let kept = 0;
    for (let position = 0; position < 64; position++) {
      const scalars = [7, 11, 2 ** 23, 2];
      const value = evaluate(dropout, { inputs: [1], scalars, position });
      expect(gradientsAt([dropout], [0], { inputs: [1], scalars, position })).toEqual([value]);
      kept += value / 2;
    }
    expect(kept).toBeGreaterThan(16);
    expect(kept).toBeLessThan(48);

    const noisy = op("mul", x, cast(random(scalar(0, "int32"), scalar(1, "int32"), index(0)), "float64"));
    expect(String(differentiate([noisy], [0]).exprs[0])).toBe("x0 * float64(random(s0, s1, i0))");
    expect(differentiate([random(scalar(0, "int32"), scalar(1, "int32"))], [0]).exprs).toEqual([undefined]);
  });
});

describe("the size of a gradient", () => {
  const build = (depth: number, step: (value: Expr, level: number) => Expr): Expr => {
    let value: Expr = x;
    for (let level = 0; level < depth; level++) value = step(value, level);
    return value;
  };
  const nodes = (root: Expr): number => inOrder([differentiate([root], [0]).exprs[0]!]).length;
  /** How many expressions are made while `code` runs: ids are given in order. */
  const made = (code: () => unknown): number => {
    const before = number(Math.random()).id;
    code();
    return number(Math.random()).id - before;
  };

  it("is linear for a shared chain", () => {
    const step = (value: Expr): Expr => op("add", op("mul", value, value), value);
    const [root, half] = [build(2000, step), build(1000, step)];
    expect(nodes(root)).toBeLessThan(2000 * 6);
    expect(nodes(root) / nodes(half)).toBeCloseTo(2, 1);
    // x₃ = f(f(f(x))) with f(x) = x² + x and f′ = 2x + 1: at 1 the values are 1, 2, 6, the slopes 3 · 5 · 13.
    expect(gradientsAt([build(3, step)], [0], { inputs: [1] })).toEqual([195]);
  });

  it("is linear for chains of choices", () => {
    const limit = (level: number): Expr => scalar(level, "float64");
    const pieces = (value: Expr, level: number): Expr =>
      op("where", op("lt", x, limit(level)), op("mul", x, limit(level)), value);
    const inside = (value: Expr, level: number): Expr =>
      op("where", ge(x, limit(level)), op("mul", value, x), number(0));
    const both = (value: Expr, level: number): Expr =>
      op(
        "add",
        op("where", op("lt", x, limit(level)), op("sin", value), number(0)),
        op("where", gt(x, limit(level)), value, x),
      );
    for (const step of [pieces, inside, both]) {
      const root = build(2000, step);
      expect(made(() => differentiate([root], [0]))).toBeLessThan(2000 * 60);
      const large = nodes(root);
      expect(large / nodes(build(1000, step))).toBeLessThan(2.1);
      expect(large).toBeLessThan(2000 * 20);
    }
  });
});
