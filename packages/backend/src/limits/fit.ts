/**
 * Splitting of expressions that read more inputs than a call may bind. Some parts are computed first.
 *
 * @module
 */
import { input } from "../expr/build.js";
import { type Expr, inOrder, operandsOf } from "../expr/node.js";
import { substitute } from "../expr/substitute.js";

/** A step of a computation: an expression over inputs and over the results of earlier steps. */
export interface Step {
  readonly expr: Expr;
  /**
   * `input(i)` of the expression reads `reads[i]`, which is an input of the call or, from `inputs` on, an earlier step.
   */
  readonly reads: readonly number[];
}

/** Returns the inputs that expressions read, in ascending order. */
export function inputsRead(exprs: readonly Expr[]): readonly number[] {
  const read = new Set<number>();
  for (const node of inOrder(exprs)) if (node.kind === "input") read.add(node.index);
  return [...read].sort((a, b) => a - b);
}

/** Returns the expression with the inputs that it reads numbered from 0 on. */
function renumbered(expr: Expr): Step {
  const reads = inputsRead([expr]);
  const inputs: (Expr | undefined)[] = [];
  for (const node of inOrder([expr])) {
    if (node.kind === "input") inputs[node.index] = input(reads.indexOf(node.index), node.dtype);
  }
  return { expr: substitute(expr, { inputs }), reads };
}

/**
 * Splits an expression until no step reads more than `most` inputs, which is 3 or more. The last step is the value of
 * the expression. Steps are numbered from `first` on, after the inputs of the call and the steps before.
 */
export function fit(expr: Expr, most: number, first: number): readonly Step[] {
  const steps: Step[] = [];
  let rest = expr;
  while (inputsRead([rest]).length > most) {
    const next = first + steps.length;
    const part = bestPart(rest, most, next);
    steps.push(renumbered(part));
    rest = replaced(rest, part, input(next, part.dtype));
  }
  steps.push(renumbered(rest));
  return steps;
}

/**
 * Returns the part to compute first: the one that leaves the fewest inputs, and of several such parts the largest.
 */
function bestPart(expr: Expr, most: number, next: number): Expr {
  let best: Expr | undefined;
  let fewest = Infinity;
  for (const node of inOrder([expr])) {
    const read = inputsRead([node]).length;
    if (operandsOf(node).length === 0 || read === 0 || read > most) continue;
    const left = inputsRead([replaced(expr, node, input(next, node.dtype))]).length;
    // A node comes after its parts, so of several such parts the largest is found last.
    if (left <= fewest) {
      best = node;
      fewest = left;
    }
  }
  return best!;
}

const replaced = (expr: Expr, part: Expr, by: Expr): Expr => substitute(expr, { nodes: new Map([[part, by]]) });
