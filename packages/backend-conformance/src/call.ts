/**
 * Calls of the contract's members over operands.
 *
 * @module
 */
import type { Expr, ReduceOp } from "@lucid/backend";
import type { Operand, Session } from "./session.js";

const views = (operands: readonly Operand[]) => operands.map((operand) => operand.view);

/** Calls `map`. */
export function map(
  { backend }: Session,
  exprs: readonly Expr[],
  inputs: readonly Operand[],
  outputs: readonly Operand[],
  scalars: readonly number[] = [],
): void {
  backend.map({ exprs, inputs: views(inputs), scalars, outputs: views(outputs) });
}

/** The arguments of {@link reduce}. */
export interface Reduction {
  readonly op: ReduceOp;
  readonly value: Expr;
  readonly finish?: Expr;
  readonly shape: readonly number[];
  readonly inputs: readonly Operand[];
  readonly scalars?: readonly number[];
  readonly axes: readonly number[];
  readonly output: Operand;
}

/** Calls `reduce`. */
export function reduce({ backend }: Session, call: Reduction): void {
  const { op, value, finish, shape, inputs, scalars = [], axes, output } = call;
  backend.reduce({ op, value, finish, shape, inputs: views(inputs), scalars, axes, output: output.view });
}
