/**
 * The stage of an update that computes with whole tensors.
 *
 * @module
 */
import { DTypeError, equalShapes, formatShape, ShapeError, scalar } from "@lucid/backend";
import { callGenerate, owned, type Scalar } from "@lucid/tensor/extend";
import type { Tensor } from "@lucid/tensor/functions";
import type { Algorithm, Terms, WholeInputs } from "./algorithm.js";

/** What an algorithm computed of whole tensors, by name. */
export type WholeResults = Readonly<Record<string, Tensor>>;

/**
 * Computes what an algorithm with a stage for whole tensors needs of them.
 *
 * @param state - the state tensors in use, by name.
 * @param settings - the terms, and the values of those that are numbers.
 */
export function computeWhole<O>(
  algorithm: Algorithm<O>,
  options: O,
  parameter: Tensor,
  gradient: Tensor,
  state: Readonly<Record<string, Tensor>>,
  { terms, scalars }: { readonly terms: Terms; readonly scalars: readonly Scalar[] },
): WholeResults {
  return owned(() => {
    const { backend, dtype } = parameter;
    const seen: Record<string, Tensor | boolean> = {};
    let number = 0;
    for (const [name, value] of Object.entries(terms)) {
      seen[name] =
        typeof value === "boolean" ? value : callGenerate(name, backend, [], scalar(0, dtype), [scalars[number++]!]);
    }
    const inputs = { parameter, gradient, state, terms: seen, options } as WholeInputs<string, Terms, O>;
    const found: WholeResults = algorithm.whole!(inputs);
    for (const [name, tensor] of Object.entries(found))
      checkResult(algorithm.name, name, tensor, parameter, state[name]);
    return found;
  });
}

/** @throws DTypeError or ShapeError if a result does not fit its parameter, or the state tensor of that name. */
function checkResult(
  operation: string,
  name: string,
  result: Tensor,
  parameter: Tensor,
  state: Tensor | undefined,
): void {
  if (result.dtype !== parameter.dtype) {
    const types = [result.dtype, parameter.dtype];
    throw new DTypeError(operation, `${name} is ${types.join(", the parameter ")}`, types, {
      rule: "what is computed of whole tensors has the parameter's element type",
    });
  }
  if (state !== undefined && !equalShapes(result.shape, state.shape)) {
    const shapes = [result.shape, state.shape];
    throw new ShapeError(operation, `${name} is ${shapes.map(formatShape).join(", its state tensor ")}`, shapes, {
      rule: "the new value of a state tensor has its shape",
    });
  }
}
