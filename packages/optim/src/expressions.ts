/**
 * Compilation of the formulas of an algorithm to the expressions of one kernel.
 *
 * @module
 */
import { type DType, type Expr, input, scalar } from "@lucid/backend";
import { formulaOf } from "@lucid/tensor/extend";
import type { Formula } from "@lucid/tensor/functions";
import type { Algorithm, Terms, UpdateInputs } from "./algorithm.js";

/**
 * Returns the expressions of an update: the new values of the parameter and of each state tensor in `stateNames`. They
 * read `input(0)` = the parameter, `input(1)` = its gradient, then the state tensors, then the tensors in `wholeNames`.
 * The terms that are numbers are scalars, in their order.
 */
export function updateExpressions<O>(
  algorithm: Algorithm<O>,
  terms: Terms,
  stateNames: readonly string[],
  wholeNames: readonly string[],
  first: boolean,
  dtype: DType,
): readonly Expr[] {
  let next = 0;
  const take = (): Formula => formulaOf(input(next++, dtype));
  const parameter = take();
  const gradient = take();
  const state: Record<string, Formula> = {};
  for (const name of stateNames) state[name] = take();
  const whole: Record<string, Formula> = {};
  for (const name of wholeNames) whole[name] = take();
  const seen: Record<string, Formula | boolean> = {};
  let numbers = 0;
  for (const [name, value] of Object.entries(terms)) {
    seen[name] = typeof value === "boolean" ? value : formulaOf(scalar(numbers++, dtype));
  }
  const inputs = { parameter, gradient, state, terms: seen, whole, first } as UpdateInputs;
  const outputs = algorithm.update(inputs);
  return [outputs.parameter.as(dtype), ...stateNames.map((name) => (outputs.state?.[name] ?? state[name]!).as(dtype))];
}
