/**
 * The parameters that the functions of `utils` take.
 *
 * @module
 */
import { ArgumentError, describeValue } from "@lucid/backend";
import { Tensor } from "@lucid/tensor/functions";

/** Parameters: a list of tensors, anything else that can be iterated, or one tensor. */
export type Parameters = Iterable<Tensor> | Tensor;

/** The parameters as a list. @throws ArgumentError for anything that is not a tensor. */
export function listOfTensors(operation: string, parameters: Parameters): readonly Tensor[] {
  const given: unknown = parameters;
  if (given instanceof Tensor) return [given];
  if (given !== null && typeof (given as Partial<Iterable<unknown>> | undefined)?.[Symbol.iterator] === "function") {
    const list = [...(given as Iterable<unknown>)];
    if (list.every((item) => item instanceof Tensor)) return list as readonly Tensor[];
  }
  throw new ArgumentError(operation, `the parameters are ${describeValue(given)}`, {
    rule: "they are a list of tensors, as parameters() gives it",
  });
}
