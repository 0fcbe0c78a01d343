/**
 * What can be saved: tensors by name, or anything that has a state dict.
 *
 * @module
 */
import { ArgumentError, describeValue } from "@lucid/backend";
import { assertReadable } from "@lucid/tensor/extend";
import { Tensor } from "@lucid/tensor/functions";

/** Tensors by name, such as `model.stateDict()`. */
export type TensorsByName = Readonly<Record<string, Tensor>>;

/** A module, or anything else whose `stateDict()` gives its tensors by name. */
export interface HasState {
  stateDict(): TensorsByName;
}

/** @throws ArgumentError unless the value is tensors by name, or gives them. */
export function tensorsOf(operation: string, value: TensorsByName | HasState): [name: string, tensor: Tensor][] {
  const given: unknown = value;
  // Modules are functions.
  const isObject = (typeof given === "object" && given !== null) || typeof given === "function";
  const { stateDict } = (isObject ? given : {}) as Partial<HasState>;
  const state = typeof stateDict === "function" ? (given as HasState).stateDict() : given;
  if (typeof state !== "object" || state === null || Array.isArray(state) || state instanceof Tensor) {
    throw new ArgumentError(operation, `the state is ${describeValue(given)}`, {
      rule: "it is a module, or a record of tensors by name",
      remedy: "pass { name: tensor }",
    });
  }
  const named = Object.entries(state);
  for (const [name, tensor] of named) {
    if (!(tensor instanceof Tensor)) {
      throw new ArgumentError(operation, `${JSON.stringify(name)} is ${describeValue(tensor)}`, {
        rule: "a safetensors file holds tensors alone",
      });
    }
    assertReadable(tensor, operation);
  }
  return named as [string, Tensor][];
}
