/**
 * Expressions as lines of JavaScript source. Every line is at the depth where its operands are known. So values that do not change
 * along an inner loop, such as a broadcast input or a function of scalars, are computed outside of this loop.
 *
 * @module
 */
import { type Expr, inOrder } from "@lucid/backend";
import { depthOf, type Layout } from "./layout.js";
import { pointer } from "./loop-source.js";
import type { Operands } from "@lucid/backend/kit";
import { castText, literal, operationText } from "./scalar-source.js";

/** The lines by depth (0 is before all loops), and the names that hold the roots' values. */
export interface Placed {
  readonly lines: readonly (readonly string[])[];
  readonly values: readonly string[];
}

/**
 * The lines that compute the roots, by depth. Operand `o` of the first `operands.count` is read through its array `v{o}`
 * and its pointer; `first` is read in place of input 0 where it is given.
 */
export function place(
  roots: readonly Expr[],
  operands: Operands,
  layout: Layout,
  loops: number,
  first?: string,
): Placed {
  const byDepth: string[][] = Array.from({ length: loops + 1 }, () => []);
  const names = new Map<Expr, string>();
  const depths = new Map<Expr, number>();
  const known = (operand: number): number => depthOf(layout[operand]!);
  const nameOf = (expr: Expr): string => names.get(expr)!;
  const define = (expr: Expr, depth: number, text: string): void => {
    const name = `t${names.size}`;
    byDepth[depth]!.push(`const ${name} = ${text};`);
    names.set(expr, name);
    depths.set(expr, depth);
  };
  const deepest = (parts: readonly Expr[]): number => Math.max(0, ...parts.map((part) => depths.get(part)!));
  for (const expr of inOrder(roots)) {
    switch (expr.kind) {
      case "input": {
        if (first !== undefined) {
          define(expr, 0, first);
          break;
        }
        const operand = operands.inputs.indexOf(expr.index);
        define(expr, known(operand), `v${operand}[${pointer(operand, known(operand))}]`);
        break;
      }
      case "index": {
        const operand = operands.inputs.length + operands.axes.indexOf(expr.axis);
        define(expr, known(operand), `${pointer(operand, known(operand))} | 0`);
        break;
      }
      case "scalar":
        define(expr, 0, `convert.${expr.dtype}(scalars[${expr.index}])`);
        break;
      case "constant":
        names.set(expr, literal(expr.value));
        depths.set(expr, 0);
        break;
      case "random": {
        const { key0, key1, counter } = expr;
        const operand = operands.count - 1;
        const depth = Math.max(deepest([key0, key1]), counter === undefined ? known(operand) : deepest([counter]));
        const at = counter === undefined ? `${pointer(operand, known(operand))} | 0` : nameOf(counter);
        define(expr, depth, `randomWord(${nameOf(key0)}, ${nameOf(key1)}, ${at})`);
        break;
      }
      case "cast":
        define(expr, deepest([expr.operand]), castText(nameOf(expr.operand), expr.operand.dtype, expr.dtype));
        break;
      case "operation": {
        const dtype = expr.args[expr.args.length - 1]!.dtype;
        define(expr, deepest(expr.args), operationText(expr.op, expr.args.map(nameOf), dtype, expr.dtype));
        break;
      }
    }
  }
  return { lines: byDepth, values: roots.map(nameOf) };
}
