/**
 * The mask of a parameter: where it is, how it is applied, and how it is removed.
 *
 * @module
 */
import { noGrad } from "@lucid/autograd";
import { ArgumentError, describeValue, equalShapes, formatShape, ShapeError } from "@lucid/backend";
import { owned } from "@lucid/tensor/extend";
import { mul, onesLike, type RemoveHook, type Tensor, to } from "@lucid/tensor/functions";
import { assertTensor } from "../../internal/checks.js";
import type { AnyModule, Module } from "../../module/module.js";
import { Buffer, type Parameter } from "../../module/parameter.js";
import { fieldsOf, parameterOf } from "../internal/fields.js";

const pruned = new WeakMap<object, Map<string, RemoveHook>>();

/** The parameter that a mask is made for: the original one, if there is a mask already. */
export function originalOf(operation: string, module: AnyModule, name: string): Parameter {
  return parameterOf(operation, module, pruned.get(module)?.has(name) === true ? `${name}_orig` : name);
}

/** The mask of a parameter, or undefined if there is none. */
export function maskOf(module: AnyModule, name: string): Tensor | undefined {
  return pruned.get(module)?.has(name) === true ? (fieldsOf("prune", module)[`${name}_mask`] as Tensor) : undefined;
}

/**
 * Multiplies a parameter by a mask, before every call anew. If it has a mask, the new one is joined to it: what either
 * sets to 0 is 0.
 */
export function applyMask(operation: string, module: AnyModule, name: string, mask: Tensor): void {
  const fields = fieldsOf(operation, module);
  const original = originalOf(operation, module, name);
  const before = maskOf(module, name);
  const joined = noGrad(() =>
    owned(() => (before === undefined ? to(mask, original.dtype) : mul(before, to(mask, original.dtype)))),
  );
  const buffer = new Buffer(joined);
  if (before !== undefined) {
    fields[`${name}_mask`] = buffer;
    refresh(fields, name);
    return;
  }
  delete fields[name];
  fields[`${name}_orig`] = original;
  fields[`${name}_mask`] = buffer;
  refresh(fields, name);
  const removeHook = (module as unknown as Module).registerForwardPreHook((of) =>
    refresh(fieldsOf(operation, of), name),
  );
  const known = pruned.get(module) ?? new Map<string, RemoveHook>();
  known.set(name, removeHook);
  pruned.set(module, known);
}

function refresh(fields: Record<string, unknown>, name: string): void {
  fields[name] = mul(fields[`${name}_orig`] as Tensor, fields[`${name}_mask`] as Tensor);
}

/**
 * Gives a parameter a mask of ones, which changes nothing yet. The parameter is then called `<name>_orig`, and its mask
 * `<name>_mask`, also in state dicts.
 *
 * @param module - the module that has the parameter.
 * @param name - of the parameter.
 * @returns the module.
 * @throws ArgumentError if there is no such parameter.
 *
 * @example
 * ```ts
 * Object.keys(utils.prune.identity(new Linear(2, 3), "weight").stateDict()); // → ["bias", "weight_orig", "weight_mask"]
 * ```
 *
 * Source: torch.nn.utils.utils.prune.identity.
 */
export function identity<M extends AnyModule>(module: M, name: string): M {
  const original = originalOf("identity", module, name);
  applyMask("identity", module, name, onesLike(original.detach()));
  return module;
}

/**
 * Prunes a parameter by a mask of one's own.
 *
 * @param module - the module that has the parameter.
 * @param name - of the parameter.
 * @param mask - 1 where elements stay and 0 where they become 0, of the parameter's shape.
 * @returns the module.
 * @throws ArgumentError if there is no such parameter; ShapeError if the mask has another shape.
 *
 * @example
 * ```ts
 * const layer = Object.assign(new Linear(2, 1), { weight: new Parameter([[1, 2]]) });
 * utils.prune.customFromMask(layer, "weight", tensor([[0, 1]]));
 * layer.weight.detach(); // → Tensor([[0, 2]])
 * ```
 *
 * Source: torch.nn.utils.utils.prune.custom_from_mask.
 */
export function customFromMask<M extends AnyModule>(module: M, name: string, mask: Tensor): M {
  assertTensor("customFromMask", "mask", mask);
  const original = originalOf("customFromMask", module, name);
  if (!equalShapes(mask.shape, original.shape)) {
    throw new ShapeError(
      "customFromMask",
      `the mask is ${formatShape(mask.shape)}, the parameter ${formatShape(original.shape)}`,
      [mask.shape, original.shape],
      { rule: "the shapes are equal" },
    );
  }
  applyMask("customFromMask", module, name, mask);
  return module;
}

/**
 * Makes pruning permanent: the parameter gets its masked value and its name back, and the mask is gone.
 *
 * @param module - the module.
 * @param name - of the parameter.
 * @returns the module.
 * @throws ArgumentError unless the parameter is pruned.
 *
 * @example
 * ```ts
 * const layer = utils.prune.l1Unstructured(new Linear(2, 3), "weight", 0.5);
 * Object.keys(utils.prune.remove(layer, "weight").stateDict()); // → ["bias", "weight"]
 * ```
 *
 * Source: torch.nn.utils.utils.prune.remove.
 */
export function remove<M extends AnyModule>(module: M, name: string): M {
  const fields = fieldsOf("remove", module);
  const removeHook = pruned.get(module)?.get(name);
  if (removeHook === undefined) {
    throw new ArgumentError("remove", `${describeValue(name)} is not pruned`);
  }
  const original = fields[`${name}_orig`] as Parameter;
  noGrad(() => mul.writeInto(original, [original, fields[`${name}_mask`] as Tensor]));
  removeHook();
  pruned.get(module)!.delete(name);
  for (const field of [name, `${name}_orig`, `${name}_mask`]) delete fields[field];
  fields[name] = original;
  return module;
}

/**
 * Whether a module, or one inside it, has a parameter that is pruned.
 *
 * @param module - the module.
 *
 * @example
 * ```ts
 * utils.prune.isPruned(new Linear(2, 3)); // → false
 * ```
 *
 * Source: torch.nn.utils.prune.is_pruned.
 */
export function isPruned(module: AnyModule): boolean {
  fieldsOf("isPruned", module);
  return module.modules().some((inner) => (pruned.get(inner)?.size ?? 0) > 0);
}
