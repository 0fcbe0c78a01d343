import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { specials, trees } from "../../test/arbitrary.js";
import { build, type Environment, evaluate } from "../../test/evaluate.js";
import { ArgumentError, DTypeError } from "../errors.js";
import { cast, constant, index, input, op, random, scalar } from "./build.js";
import type { Expr } from "./node.js";
import { rowMajorIndex, type Substitution, substitute, substituteAll } from "./substitute.js";

const int = (value: number): Expr => constant(value, "int32");
const key = scalar(0, "int32");

function positions(shape: readonly number[]): number[][] {
  return shape.reduce<number[][]>(
    (all, size) => all.flatMap((position) => Array.from({ length: size }, (_, i) => [...position, i])),
    [[]],
  );
}

/** A change of domain: where the inner expression stands for every outer position, as an expression and in numbers. */
interface Change {
  readonly name: string;
  readonly inner: readonly number[];
  readonly outer: readonly number[];
  readonly index: readonly Expr[];
  readonly at: (position: readonly number[]) => readonly number[];
}

const changes: readonly Change[] = [
  { name: "nothing", inner: [2, 3], outer: [2, 3], index: [index(0), index(1)], at: (p) => p },
  {
    name: "permute",
    inner: [2, 3, 4],
    outer: [4, 2, 3],
    index: [index(1), index(2), index(0)],
    at: ([a, b, c]) => [b!, c!, a!],
  },
  {
    name: "slice with a step",
    inner: [3, 8],
    outer: [3, 3],
    index: [index(0), op("add", op("mul", index(1), int(2)), int(3))],
    at: ([a, b]) => [a!, 3 + 2 * b!],
  },
  { name: "flip", inner: [5], outer: [5], index: [op("sub", int(4), index(0))], at: ([a]) => [4 - a!] },
  {
    name: "broadcast an axis of size 1",
    inner: [1, 3],
    outer: [4, 3],
    index: [int(0), index(1)],
    at: ([, b]) => [0, b!],
  },
  { name: "broadcast a scalar", inner: [], outer: [2, 3], index: [], at: () => [] },
  {
    name: "batch axis in front",
    inner: [2, 3],
    outer: [5, 2, 3],
    index: [index(1), index(2)],
    at: ([, b, c]) => [b!, c!],
  },
  {
    name: "batch axis inside",
    inner: [2, 3],
    outer: [2, 5, 3],
    index: [index(0), index(2)],
    at: ([a, , c]) => [a!, c!],
  },
  {
    name: "reshape",
    inner: [6, 2],
    outer: [3, 4],
    index: [
      op("div", op("add", op("mul", index(0), int(4)), index(1)), int(2)),
      op("rem", op("add", op("mul", index(0), int(4)), index(1)), int(2)),
    ],
    at: ([a, b]) => [(4 * a! + b!) >> 1, (4 * a! + b!) & 1],
  },
];

/** Every expression below, in its own domain and inlined into the outer one, gives the same numbers. */
function expectSameThrough(change: Change, expr: Expr, inputs: readonly number[], scalars: readonly number[]): void {
  // Inputs differ from position to position; outside, the view is followed by whoever reads them.
  const at = (i: number, position: readonly number[]): number =>
    i === 0 ? position.reduce((sum, p) => sum * 7 + p, 1) : inputs[i]!;
  const inlined = substitute(expr, { index: change.index, shape: change.inner });
  for (const position of positions(change.outer)) {
    const innerPosition = change.at(position);
    const inner: Environment = { shape: change.inner, position: innerPosition, inputs: at, scalars };
    const outer: Environment = {
      shape: change.outer,
      position,
      inputs: (i) => at(i, innerPosition),
      scalars,
    };
    const expected = evaluate(expr, inner);
    const got = evaluate(inlined, outer);
    if (!Object.is(got, expected)) {
      throw new Error(`${change.name} at [${position}]: ${expr} is ${expected}, but ${inlined} is ${got}`);
    }
  }
}

describe("substitute through a change of domain", () => {
  for (const change of changes) {
    it(`keeps every number: ${change.name}`, () => {
      const bits = random(key, int(5));
      const uniform = op("mul", cast(bits, "float64"), constant(2 ** -32, "float64"));
      expectSameThrough(change, bits, [], [17]);
      expectSameThrough(change, op("add", uniform, input(0, "float64")), [], [17]);
      expectSameThrough(change, random(key, key, input(0, "int32")), [], [-3]);
      const rank = change.inner.length;
      if (rank > 0) expectSameThrough(change, random(index(rank - 1), int(1), op("shl", index(0), int(2))), [], []);
      fc.assert(
        fc.property(
          fc.constantFrom("float32", "int32", "bool").chain((dtype) => trees(dtype, 3, { rank, random: true })),
          specials,
          specials,
          (tree, inputs, scalars) => expectSameThrough(change, build(tree), inputs, scalars),
        ),
        { numRuns: 60 },
      );
    });
  }

  it("requires the inner shape if random bits are drawn by position", () => {
    expect(() => substitute(random(key, key), { index: [index(1)] })).toThrow(ArgumentError);
    expect(() => substitute(random(key, key), { index: [index(1)] })).toThrow(
      "[substitute] random bits are drawn by position, but the inner domain's shape is not given · pass { shape }",
    );
    // With a counter, or without a change of domain, there is nothing to ask.
    expect(substitute(random(key, key, index(0)), { index: [index(1)] })).toBe(random(key, key, index(1)));
    expect(substitute(random(key, key), { scalars: [int(3)] })).toBe(random(int(3), int(3)));
  });
});

describe("substitute for inputs and scalars", () => {
  const x = input(0, "float32");
  const y = input(1, "float32");

  it("inlines one expression into another", () => {
    const gelu = op("mul", x, op("erf", x));
    expect(substitute(gelu, { inputs: [op("add", x, y)] })).toBe(
      op("mul", op("add", x, y), op("erf", op("add", x, y))),
    );
    // All at once: what comes in is not replaced again.
    expect(substitute(op("sub", x, y), { inputs: [y, x] })).toBe(op("sub", y, x));
    expect(substitute(op("sub", x, y), { inputs: [undefined, x] })).toBe(op("sub", x, x));
    expect(substitute(op("mul", x, scalar(1, "float32")), { scalars: [undefined, scalar(0, "float32")] })).toBe(
      op("mul", x, scalar(0, "float32")),
    );
    expect(substitute(x, {})).toBe(x);
  });

  it("simplifies the result", () => {
    expect(substitute(op("mul", x, scalar(0, "float32")), { scalars: [constant(1, "float32")] })).toBe(x);
    expect(substitute(cast(x, "float64"), { inputs: [constant(0.1, "float32")] })).toBe(
      constant(0.10000000149011612, "float64"),
    );
  });

  it("refuses what does not fit", () => {
    expect(() => substitute(op("add", x, y), { inputs: [input(0, "int32")] })).toThrow(DTypeError);
  });

  it("keeps parts shared among several roots, and takes linear time", () => {
    let root: Expr = x;
    for (let i = 0; i < 60; i++) root = op("add", root, root);
    const by: Substitution = { inputs: [op("exp", y)] };
    const [first, second] = substituteAll([root, op("neg", root)], by);
    expect(second).toBe(op("neg", first!));
  });

  it("computes the same as evaluation in two steps", () => {
    fc.assert(
      fc.property(
        trees("float64", 3),
        trees("float64", 3),
        trees("float64", 2),
        specials,
        specials,
        (outer, first, second, inputs, scalars) => {
          const inner = [build(first), build(second)];
          const inlined = substitute(onlyFloat64(build(outer)), { inputs: inner });
          const at = (values: readonly number[]): Environment => ({
            shape: [],
            position: [],
            inputs: (i) => values[i]!,
            scalars,
          });
          const between = inner.map((expr) => evaluate(expr, at(inputs)));
          const expected = evaluate(onlyFloat64(build(outer)), at([between[0]!, between[1]!, inputs[2]!]));
          expect(Object.is(evaluate(inlined, at(inputs)), expected)).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });
});

/** The expression with inputs of other types read as casts of the float64 ones, so that one list can replace them. */
function onlyFloat64(expr: Expr): Expr {
  switch (expr.kind) {
    case "input":
      return cast(input(expr.index, "float64"), expr.dtype);
    case "cast":
      return cast(onlyFloat64(expr.operand), expr.dtype);
    case "operation":
      return op(expr.op, ...expr.args.map(onlyFloat64));
    default:
      return expr;
  }
}

describe("rowMajorIndex", () => {
  it("counts positions in row-major order", () => {
    for (const shape of [[], [5], [2, 3], [2, 1, 3], [2, 3, 4]]) {
      const expr = rowMajorIndex(shape);
      const got = positions(shape).map((position) => evaluate(expr, { shape, position, inputs: () => 0, scalars: [] }));
      expect(got).toEqual(got.map((_, i) => i));
    }
  });

  it("is as short as it can be", () => {
    expect(
      [rowMajorIndex([]), rowMajorIndex([4]), rowMajorIndex([2, 3]), rowMajorIndex([2, 3], [index(1), index(0)])].map(
        String,
      ),
    ).toEqual(["0", "i0", "i0 * 3 + i1", "i1 * 3 + i0"]);
  });
});
