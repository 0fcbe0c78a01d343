/** Objects that imitate expressions are refused, so that no text of a caller's becomes code. */
import { type Expr, input, LucidError, op } from "@lucid/backend";
import { afterEach, describe, expect, it } from "vitest";
import { backends, outputOf, viewOf } from "../test/helpers.js";

const attack = "(globalThis.attacked = true, 1)";
const attacked = globalThis as { attacked?: boolean };
const x = input(0, "float32");

/** Forged expressions of every kind whose parts reach the source of a kernel. */
const forged: readonly (readonly [kind: string, parts: object])[] = [
  ["constant", { kind: "constant", value: attack, dtype: "float32", id: 1e9 }],
  ["scalar", { kind: "scalar", index: attack, dtype: "float32", id: 1e9 }],
  ["input", { kind: "input", index: attack, dtype: "float32", id: 1e9 }],
  ["operation", { kind: "operation", op: attack, args: [x], dtype: "float32", id: 1e9 }],
  ["cast", { kind: "cast", operand: x, dtype: attack, id: 1e9 }],
  ["a copy of an expression", { ...op("neg", x) }],
];

describe.each(backends)("expressions that the constructors did not make, $how", ({ backend }) => {
  afterEach(() => {
    delete attacked.attacked;
  });

  it.each(forged)("%s: every member that takes an expression refuses it", (_, parts) => {
    const expr = parts as Expr;
    const a = viewOf("float32", [2, 2], [1, 2, 3, 4]);
    const output = outputOf("float32", [2, 2]);
    const row = outputOf("float32", [2, 1]);
    const reduction = { op: "sum", shape: [2, 2], inputs: [a], scalars: [1], axes: [1], output: row } as const;
    const calls = [
      () => backend.map({ exprs: [expr], inputs: [a], scalars: [1], outputs: [output] }),
      () => backend.reduce({ ...reduction, value: expr, finish: undefined }),
      () => backend.reduce({ ...reduction, value: x, finish: expr }),
      () => backend.matmul(a, a, output, { expr, inputs: [], scalars: [1] }),
    ];
    for (const call of calls) expect(call).toThrow(LucidError);
    expect(attacked.attacked).toBe(undefined);
  });
});
