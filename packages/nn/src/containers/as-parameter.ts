/**
 * The values that containers of parameters take.
 *
 * @module
 */
import { ArgumentError, describeValue } from "@lucid/backend";
import { Tensor } from "@lucid/tensor/functions";
import { Parameter } from "../module/parameter.js";

/** A parameter; a tensor becomes one. @throws ArgumentError for anything else. */
export function asParameter(owner: string, value: unknown): Parameter {
  if (value instanceof Parameter) return value;
  if (value instanceof Tensor) return new Parameter(value);
  throw new ArgumentError(owner, `${describeValue(value)} is not a parameter`, {
    rule: `a ${owner} holds parameters; tensors become parameters`,
  });
}
