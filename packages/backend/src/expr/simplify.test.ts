import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { specials, specialValues, trees } from "../../test/arbitrary.js";
import { build, type Environment, evaluate, type Tree } from "../../test/evaluate.js";
import { type DType, dtypeNames, dtypes, heldTypes } from "../dtype.js";
import { constant, input, op } from "./build.js";
import type { Expr } from "./node.js";
import { type ScalarOp, scalarOperations } from "./operations.js";

function environment(inputs: readonly number[], scalars: readonly number[]): Environment {
  return { shape: [], position: [], inputs: (i) => inputs[i]!, scalars };
}

function expectSame(tree: Tree, env: Environment): void {
  const expected = evaluate(tree, env);
  const expr = build(tree);
  const got = evaluate(expr, env);
  if (!Object.is(got, expected)) throw new Error(`${expr}: ${got}, not ${expected}`);
}

describe("simplification", () => {
  for (const dtype of dtypeNames) {
    it(`never changes a value of ${dtype}, whatever the expression`, () => {
      fc.assert(
        fc.property(trees(dtype, 4), specials, specials, (tree, inputs, scalars) => {
          expectSame(tree, environment(inputs, scalars));
        }),
        { numRuns: 1500 },
      );
    });
  }

  it("is exact for every operation with every literal, or with the same operand twice, at every special value", () => {
    let compared = 0;
    for (const name of Object.keys(scalarOperations) as ScalarOp[]) {
      const row = scalarOperations[name];
      if (row.arity === 1) continue;
      for (const dtype of heldTypes({})) {
        if (row[dtypes[dtype].kind] === undefined) continue;
        const x: Tree = { kind: "input", index: 0, dtype };
        const result: DType = row.result === "bool" ? "bool" : dtype;
        const condition: Tree = { kind: "input", index: 1, dtype: "bool" };
        const pairs: (readonly [Tree, Tree])[] = [[x, x]];
        for (const value of specialValues) {
          const literal: Tree = { kind: "constant", value, dtype };
          pairs.push([x, literal], [literal, x]);
        }
        for (const [a, b] of pairs) {
          const operands = row.arity === 3 ? [condition, a, b] : [a, b];
          const tree: Tree = { kind: "operation", op: name, operands, dtype: result };
          for (const [i, value] of specialValues.entries()) {
            expectSame(tree, environment([value, i % 2, 0], []));
            compared++;
          }
        }
      }
    }
    expect(compared).toBeGreaterThan(100_000);
  });

  it("is exact for every operation of another operation, at every special value", () => {
    const names = (Object.keys(scalarOperations) as ScalarOp[]).filter((name) => scalarOperations[name].arity === 1);
    for (const outer of names) {
      for (const inner of names) {
        for (const dtype of heldTypes({})) {
          const kind = dtypes[dtype].kind;
          if (scalarOperations[outer][kind] === undefined || scalarOperations[inner][kind] === undefined) continue;
          const x: Tree = { kind: "input", index: 0, dtype };
          const below: Tree = { kind: "operation", op: inner, operands: [x], dtype };
          const tree: Tree = { kind: "operation", op: outer, operands: [below], dtype };
          for (const value of specialValues) expectSame(tree, environment([value], []));
        }
      }
    }
  });

  const x = input(0, "float32");
  const n = input(0, "int32");
  const b = input(0, "bool");
  const float = (value: number): Expr => constant(value, "float32");
  const int = (value: number): Expr => constant(value, "int32");
  const bool = (value: number): Expr => constant(value, "bool");

  it("applies rules that are exact", () => {
    const rows: readonly (readonly [Expr, Expr])[] = [
      [op("mul", x, float(1)), x],
      [op("mul", float(1), x), x],
      [op("div", x, float(1)), x],
      [op("pow", x, float(1)), x],
      [op("add", x, float(-0)), x],
      [op("sub", x, float(0)), x],
      [op("add", n, int(0)), n],
      [op("mul", n, int(0)), int(0)],
      [op("neg", op("neg", x)), x],
      [op("not", op("not", b)), b],
      [op("abs", op("abs", x)), op("abs", x)],
      [op("max", x, x), x],
      [op("and", b, bool(1)), b],
      [op("and", b, bool(0)), bool(0)],
      [op("or", b, bool(0)), b],
      [op("or", n, n), n],
      [op("where", b, x, x), x],
      [op("where", bool(1), x, float(3)), x],
      [op("where", bool(0), x, float(3)), float(3)],
      [op("add", float(2), float(3)), float(5)],
      [op("lt", float(2), float(3)), bool(1)],
      [op("add", int(2147483647), int(1)), int(-2147483648)],
    ];
    for (const [simplified, expected] of rows) expect(simplified).toBe(expected);
  });

  it("applies no rules that are not exact", () => {
    const kept = [
      op("mul", x, float(0)),
      op("add", x, float(0)),
      op("sub", x, float(-0)),
      op("sub", x, x),
      op("div", x, x),
      op("eq", x, x),
      op("pow", x, float(0)),
      op("mul", x, float(-1)),
      op("or", n, int(1)),
    ];
    for (const expr of kept) expect(expr.kind, String(expr)).toBe("operation");
  });
});
