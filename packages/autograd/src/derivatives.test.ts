import {
  constant,
  type DType,
  type Expr,
  gt,
  input,
  op,
  type ScalarOp,
  scalar,
  scalarOperations,
  withDerivative,
} from "@lucid/backend";
import { describe, expect, it } from "vitest";
import { type Call, evaluate, expectClose, gradientsAt, secondAt } from "../test/evaluate.js";
import { derivatives } from "./derivatives.js";

const x = input(0, "float64");
const y = input(1, "float64");
const z = input(2, "float64");
const number = (value: number): Expr => constant(value, "float64");

/** Five-point central difference. */
function difference(f: (at: number) => number, at: number): number {
  const h = 1e-3 * Math.max(1, Math.abs(at));
  return (8 * (f(at + h) - f(at - h)) - (f(at + 2 * h) - f(at - 2 * h))) / (12 * h);
}

const replaced = (values: readonly number[], i: number, value: number): readonly number[] =>
  values.map((old, k) => (k === i ? value : old));

/** First and second derivatives of `root` against differences, by every input. */
function checkByDifferences(root: Expr, point: readonly number[], scalars: readonly number[] = []): void {
  const at = (inputs: readonly number[]): Call => ({ inputs, scalars });
  const all = point.map((_, i) => i);
  const gradients = gradientsAt([root], all, at(point));
  const doubled = gradientsAt([root], all, at(point), [2]);
  for (const i of all) {
    const what = `d(${root})/dx${i} at ${point}`;
    expectClose(
      gradients[i]!,
      difference((v) => evaluate(root, at(replaced(point, i, v))), point[i]!),
      1e-8,
      what,
    );
    expectClose(doubled[i]!, 2 * gradients[i]!, 1e-14, `twice ${what}`);
    expectClose(gradientsAt([root], [i], at(point))[0]!, gradients[i]!, 1e-13, `alone ${what}`);
    for (const j of all) {
      const slope = (v: number) => gradientsAt([root], [i], at(replaced(point, j, v)))[0]!;
      expectClose(secondAt(root, i, j, at(point)), difference(slope, point[j]!), 1e-7, `${what}, then x${j}`);
    }
  }
}

describe("derivatives of operations", () => {
  const wide = [-2.3, -0.7, 0.4, 1.9];
  const inner = [-0.8, -0.3, 0.2, 0.7];
  const positive = [0.3, 1, 2.5, 7];
  const pairs = [
    [1.3, 0.7],
    [-1.1, 2.4],
    [0.6, -1.7],
    [-2.2, -0.9],
  ];
  const positiveBase = [
    [1.3, 0.7],
    [0.4, -2.5],
    [2.2, 3],
  ];
  /** Points for every operation; null where nothing is to be differentiated. */
  const points = {
    neg: wide,
    abs: wide,
    sign: null,
    floor: null,
    ceil: null,
    round: null,
    trunc: null,
    sqrt: positive,
    exp: wide,
    exp2: wide,
    expm1: wide,
    log: positive,
    log1p: [-0.6, ...positive],
    log2: positive,
    log10: positive,
    sin: wide,
    cos: wide,
    tan: inner,
    asin: inner,
    acos: inner,
    atan: wide,
    sinh: wide,
    cosh: wide,
    tanh: wide,
    asinh: wide,
    acosh: [1.3, 2, 5],
    atanh: inner,
    erf: wide,
    not: null,
    add: pairs,
    sub: pairs,
    mul: pairs,
    div: pairs,
    rem: [
      [7.3, 3.1],
      [-7.3, 3.1],
      [7.3, -3.1],
      [-7.3, -3.1],
    ],
    pow: positiveBase,
    atan2: pairs,
    min: pairs,
    max: pairs,
    eq: null,
    lt: null,
    le: null,
    and: null,
    or: null,
    xor: null,
    shl: null,
    shr: null,
    ushr: null,
    where: pairs,
  } satisfies Record<ScalarOp, readonly (number | readonly number[])[] | null>;

  for (const [name, list] of Object.entries(points) as [ScalarOp, readonly (number | readonly number[])[] | null][]) {
    if (list === null) {
      it(`${name} has none`, () => expect(derivatives[name]).toBe(null));
      continue;
    }
    it(`${name} agrees with differences, first and second order`, () => {
      const { arity } = scalarOperations[name];
      const root =
        arity === 1 ? op(name, x) : arity === 2 ? op(name, x, y) : op(name, gt(x, y), op("sin", x), op("mul", x, y));
      for (const point of list) checkByDifferences(root, typeof point === "number" ? [point] : point);
    });
  }

  it("of compositions agree with finite differences in first and second order", () => {
    const s = scalar(0, "float64");
    const half = number(0.5);
    const logistic = op("div", number(1), op("add", number(1), op("exp", op("neg", x))));
    const gelu = op("mul", op("mul", x, half), op("add", op("erf", op("mul", x, number(Math.SQRT1_2))), number(1)));
    const huber = op(
      "where",
      op("le", op("abs", x), s),
      op("mul", half, op("mul", x, x)),
      op("mul", s, op("sub", op("abs", x), op("mul", half, s))),
    );
    const reciprocal = op("div", number(3), op("add", op("mul", x, x), number(1)));
    const swish = op("div", x, op("add", op("exp", op("neg", op("mul", x, s))), number(1)));
    const roots = [logistic, gelu, huber, reciprocal, swish, op("pow", x, number(3)), op("pow", number(3), x)];
    for (const root of roots) for (const at of [-1.9, -0.4, 0.3, 2.6]) checkByDifferences(root, [at], [0.9]);

    const three = op("div", op("tanh", op("mul", x, y)), op("add", op("exp", z), op("max", op("mul", x, x), y)));
    for (const point of [
      [0.3, 0.8, -0.5],
      [-1.2, 0.4, 0.9],
    ])
      checkByDifferences(three, point);
  });
});

describe("gradients at special points are PyTorch's", () => {
  const NONE = Number.NaN;
  const unary: readonly (readonly [op: ScalarOp, at: readonly number[], gradient: readonly number[]])[] = [
    ["abs", [0, -0, NONE, -Infinity, 2], [0, 0, 0, -1, 1]],
    ["sqrt", [0, -0, -1, Infinity, 2], [Infinity, -Infinity, NONE, 0, 0.35355339059327373]],
    ["exp", [-Infinity, Infinity, NONE, -100], [0, Infinity, NONE, 3.720075976020836e-44]],
    ["exp2", [-Infinity, 0, -100], [0, 0.6931471805599453, 5.4679671230791056e-31]],
    ["expm1", [-Infinity, 0, 0.5, -100], [0, 1, 1.6487212707001282, 0]],
    ["log", [0, -0, -2, Infinity], [Infinity, -Infinity, -0.5, 0]],
    ["log1p", [-1, -2, 2, Infinity], [Infinity, -1, 0.3333333333333333, 0]],
    ["log2", [0, -1, 100], [Infinity, -1.4426950408889634, 0.014426950408889633]],
    ["log10", [0, 2, 1e308], [Infinity, 0.21714724095162594, 0]],
    ["sin", [0, 2, Infinity], [1, -0.4161468365471424, NONE]],
    ["cos", [0, 2, Infinity], [0, -0.9092974268256817, NONE]],
    ["tan", [0, 1, Infinity], [1, 3.42551882081476, NONE]],
    ["asin", [1, -1, 0.5, 2], [Infinity, Infinity, 1.1547005383792517, NONE]],
    ["acos", [1, -1, 0.5, 2], [-Infinity, -Infinity, -1.1547005383792517, NONE]],
    ["atan", [0.5, -Infinity, 1e200], [0.8, 0, 0]],
    ["sinh", [0, -Infinity, 2], [1, Infinity, 3.7621956910836314]],
    ["cosh", [0, -Infinity, 2], [0, -Infinity, 3.626860407847019]],
    ["tanh", [0, 2, Infinity, NONE], [1, 0.07065082485316443, 0, NONE]],
    ["asinh", [0, 0.5, -Infinity], [1, 0.8944271909999159, 0]],
    ["acosh", [1, -1, 0.5, 2, -Infinity], [Infinity, Infinity, NONE, 0.5773502691896258, 0]],
    ["atanh", [1, -1, 2, Infinity], [Infinity, Infinity, -0.3333333333333333, 0]],
    ["erf", [0, 1, Infinity, NONE], [1.1283791670955126, 0.4151074974205947, 0, NONE]],
  ];
  for (const [name, at, expected] of unary) {
    it(name, () => {
      const actual = at.map((value) => gradientsAt([op(name, x)], [0], { inputs: [value] })[0]!);
      for (const [i, value] of expected.entries()) expectClose(actual[i]!, value, 1e-14, `${name} at ${at[i]}`);
    });
  }

  /** a, b, gradient by a, gradient by b. */
  const binary: Partial<Record<ScalarOp, readonly (readonly [number, number, number, number])[]>> = {
    max: [
      [1, 1, 0.5, 0.5],
      [NONE, 1, 1, 1],
      [1, NONE, 1, 1],
      [NONE, NONE, 1, 1],
      [0, -0, 0.5, 0.5],
      [2, 1, 1, 0],
      [Infinity, Infinity, 0.5, 0.5],
      [1, 2, 0, 1],
    ],
    min: [
      [1, 1, 0.5, 0.5],
      [NONE, 1, 1, 1],
      [1, NONE, 1, 1],
      [2, 1, 0, 1],
      [1, 2, 1, 0],
    ],
    pow: [
      [0, 0, 0, 0],
      [0, 1, 1, 0],
      [0, 2, 0, 0],
      [0, -1, -Infinity, -Infinity],
      [0, 0.5, Infinity, 0],
      [-2, 2, -4, NONE],
      [-2, 0, 0, NONE],
      [2, 0, 0, 0.6931471805599453],
      [2, 3, 12, 5.545177444479562],
      [NONE, 0, 0, NONE],
      [NONE, 2, NONE, NONE],
      [-0, 0, 0, 0],
      [Infinity, 0, 0, Infinity],
      [1, NONE, NONE, 0],
      [0, NONE, NONE, NONE],
      [-2, 3, 12, NONE],
    ],
    atan2: [
      [0, 0, NONE, NONE],
      [0, 1, 1, 0],
      [1, 0, 0, -1],
      [-1, 0, 0, 1],
      [0, -1, -1, 0],
      [Infinity, Infinity, NONE, NONE],
    ],
    rem: [
      [7, 3, 1, -2],
      [-7, 3, 1, 3],
      [7, -3, 1, 3],
      [-7, -3, 1, -2],
      [6, 3, 1, -2],
      [1, 0.1, 1, -9],
      [5.5, 2, 1, -2],
      [1, 0, 1, -Infinity],
      [NONE, 1, 1, NONE],
      [Infinity, 2, 1, NONE],
    ],
    div: [
      [1, 0, Infinity, -Infinity],
      [0, 0, Infinity, NONE],
      [1, Infinity, 0, 0],
      [Infinity, Infinity, 0, NONE],
      [-0, -2, -0.5, 0],
    ],
  };
  for (const [name, rows] of Object.entries(binary) as [ScalarOp, (typeof binary)[ScalarOp]][]) {
    it(name, () => {
      for (const [a, b, da, db] of rows!) {
        const [actualA, actualB] = gradientsAt([op(name, x, y)], [0, 1], { inputs: [a, b] });
        expectClose(actualA!, da, 1e-14, `${name}(${a}, ${b}) by the first`);
        expectClose(actualB!, db, 1e-14, `${name}(${a}, ${b}) by the second`);
      }
    });
  }

  it("for the reciprocal of a literal numerator", () => {
    const root = op("div", number(2), x);
    for (const [at, expected] of [
      [0, -Infinity],
      [4, -0.125],
      [Infinity, 0],
    ] as const)
      expectClose(gradientsAt([root], [0], { inputs: [at] })[0]!, expected, 0, `2 / ${at}`);
  });

  it("for sigmoid and SiLU, where the chain rule would compute 0 · ∞", () => {
    const partials = ([v]: readonly Expr[]): readonly Expr[] => {
      const value = logistic(v!);
      return [op("mul", value, op("sub", constant(1, v!.dtype), value))];
    };
    const logistic = (v: Expr): Expr => {
      const one = constant(1, v.dtype);
      return withDerivative(op("div", one, op("add", one, op("exp", op("neg", v)))), [v], partials);
    };
    const sigmoid = (dtype: DType): Expr => logistic(input(0, dtype));
    const at = [0, 1, -2, -100, -1000, 1000];
    const expected = [0.25, 0.19661193324148185, 0.1049935854035065, 3.7200759760208356e-44, 0, 0];
    for (const [i, value] of at.entries()) {
      const [actual] = gradientsAt([sigmoid("float64")], [0], { inputs: [value] });
      expectClose(actual!, expected[i]!, 1e-15, `sigmoid′(${value})`);
    }
    expect(gradientsAt([sigmoid("float64")], [0], { inputs: [-100] })[0]! / 3.7200759760208356e-44).toBeCloseTo(1, 12);
    expect(gradientsAt([sigmoid("float32")], [0], { inputs: [-100] })).toEqual([0]);
    expectClose(secondAt(sigmoid("float64"), 0, 0, { inputs: [1] }), -0.09085774767294841, 1e-14, "sigmoid″(1)");
    expectClose(secondAt(sigmoid("float64"), 0, 0, { inputs: [-2] }), 0.07996250105615306, 1e-14, "sigmoid″(−2)");

    const silus = [op("mul", x, sigmoid("float64"))];
    const values = [0.5, 0.9276705118714869, 0.07232948812851325, 1, 0];
    for (const silu of silus) {
      for (const [i, value] of [0, 1, -1, 100, -1000].entries()) {
        expectClose(gradientsAt([silu], [0], { inputs: [value] })[0]!, values[i]!, 1e-14, `silu′(${value})`);
      }
    }
  });

  it("for second derivatives", () => {
    const power = (e: number, at: number): number => secondAt(op("pow", x, y), 0, 0, { inputs: [at, e] });
    expect([0, 2, -2].map((at) => power(2, at))).toEqual([2, 2, 2]);
    expect([0, 2, -2].map((at) => power(3, at))).toEqual([0, 12, -12]);
    expect([0, 2, -2].map((at) => power(1, at))).toEqual([0, 0, 0]);
    expect([2, -2].map((at) => power(0, at) + 0)).toEqual([0, 0]);
    expect(power(0.5, 0)).toBe(-Infinity);
    expect(power(0.5, 2)).toBeCloseTo(-0.08838834764831845, 14);
    const exponent = [0, 1, 2].map((e) => secondAt(op("pow", x, y), 1, 1, { inputs: [2, e] }));
    for (const [i, value] of [0.4804530139182014, 0.9609060278364028, 1.9218120556728056].entries()) {
      expect(exponent[i]).toBeCloseTo(value, 13);
    }
    expect([0, 1, -1].map((at) => secondAt(op("abs", x), 0, 0, { inputs: [at] }))).toEqual([0, 0, 0]);
    const gelu = op(
      "mul",
      op("mul", x, number(0.5)),
      op("add", number(1), op("erf", op("mul", x, number(0.5 ** 0.5)))),
    );
    for (const [i, value] of [0.7978845608028654, 0.24197072451914328, -0.10798193302637607].entries()) {
      expect(secondAt(gelu, 0, 0, { inputs: [[0, 1, -2][i]!] })).toBeCloseTo(value, 13);
    }
  });

  it("for thresholds as in relu, leaky relu and clamp", () => {
    const at = [0, 1, -1, Number.NaN];
    const of = (root: Expr, scalars?: readonly number[]): readonly number[] =>
      at.map((value) => gradientsAt([root], [0], { inputs: [value], ...(scalars && { scalars }) })[0]!);
    expect(of(op("where", op("le", x, number(0)), number(0), x))).toEqual([0, 1, 0, 1]);
    expect(of(op("where", gt(x, number(0)), x, op("mul", x, scalar(0, "float64"))), [0.1])).toEqual([0.1, 1, 0.1, 0.1]);
    const low = op("lt", x, number(-1));
    const high = gt(x, number(1));
    const clamp = op("where", low, number(-1), op("where", high, number(1), x));
    expect([-1, 1, -2, 2, 0].map((v) => gradientsAt([clamp], [0], { inputs: [v] })[0])).toEqual([1, 1, 0, 0, 1]);
  });
});
