/**
 * Weight normalization.
 *
 * @module
 */
import { noGrad } from "@lucid/autograd";
import { ArgumentError, checkOptions, describeValue } from "@lucid/backend";
import { fusedReduce, op, owned } from "@lucid/tensor/extend";
import {
  type Elementwise,
  elementwise,
  type Formula,
  mul,
  type RemoveHook,
  square,
  type Tensor,
} from "@lucid/tensor/functions";
import { lengthOf } from "../functional/internal/formulas.js";
import { assertInteger } from "../internal/checks.js";
import type { AnyModule, Module } from "../module/module.js";
import { Parameter } from "../module/parameter.js";
import { fieldsOf, parameterOf } from "./internal/fields.js";

/** Options of `weightNorm`. */
export interface WeightNormOptions {
  /** The name of the parameter; default "weight". */
  readonly name?: string;
  /** The dimension whose slices have a length each; null means one length for all; default 0. */
  readonly dim?: number | null;
}

const squareOf: Elementwise<[x: Formula]> = /* @__PURE__ */ elementwise((x: Formula) => square(x), {
  name: "weightNorm",
});
const scaled: Elementwise<[direction: Formula, length: Formula, norm: Formula]> = /* @__PURE__ */ elementwise(
  (direction: Formula, length: Formula, norm: Formula) => mul(direction, op("div", length, norm)),
  { name: "weightNorm" },
);

/** The lengths of the slices along a dimension, with size 1 in the others. */
function lengthsOf(direction: Tensor, dim: number | null): Tensor {
  if (dim === null) return lengthOf(fusedReduce(squareOf, [direction]));
  const axis = dim < 0 ? dim + direction.ndim : dim;
  const others = direction.shape.map((_, i) => i).filter((i) => i !== axis);
  const squares =
    others.length === 0 ? squareOf(direction) : fusedReduce(squareOf, [direction], { dim: others, keepdim: true });
  return lengthOf(squares);
}

/** What is remembered about a weight that is normalized. */
interface Normalized {
  readonly dim: number | null;
  readonly remove: RemoveHook;
}

const normalized = new WeakMap<object, Map<string, Normalized>>();

function compute(direction: Tensor, lengths: Tensor, dim: number | null): Tensor {
  return owned(() => scaled(direction, lengths, lengthsOf(direction, dim)));
}

/**
 * Replaces a parameter of a module by its direction and its length, which are trained separately (Salimans and Kingma
 * 2016). Before every call the weight is computed anew.
 *
 *     weight = g · v / ‖v‖
 *
 * The new parameters are called `weight_g` and `weight_v`, as in PyTorch's state dicts.
 *
 * @param module - the module that has the parameter.
 * @param options - `name` (default "weight") of the parameter; `dim` (default 0): the dimension whose slices have a
 * length each, null for one length.
 * @returns the module.
 * @throws ArgumentError if there is no such parameter or dimension, if it is normalized already, or for an unknown
 * option.
 *
 * @example
 * ```ts
 * const layer = utils.weightNorm(new Linear(20, 40));
 * layer.namedParameters().map(([name]) => name); // → ["bias", "weight_g", "weight_v"]
 * ```
 *
 * Source: torch.nn.utils.weight_norm.
 */
export function weightNorm<M extends AnyModule>(module: M, options?: WeightNormOptions): M {
  checkOptions("weightNorm", options, { name: true, dim: true });
  const { name = "weight", dim = 0 } = options ?? {};
  const fields = fieldsOf("weightNorm", module);
  const known = normalized.get(module) ?? new Map<string, Normalized>();
  if (known.has(name)) {
    throw new ArgumentError("weightNorm", `${describeValue(name)} is normalized already`);
  }
  const weight = parameterOf("weightNorm", module, name);
  if (dim !== null) {
    assertInteger("weightNorm", "dim", dim);
    if (dim < -weight.ndim || dim >= weight.ndim) {
      throw new ArgumentError("weightNorm", `dim is ${dim}`, { rule: `the parameter has ${weight.ndim} dimensions` });
    }
  }
  const lengths = new Parameter(noGrad(() => owned(() => lengthsOf(weight, dim))));
  const direction = new Parameter(weight.detach());
  const refresh = (of: AnyModule): void => {
    const its = fieldsOf("weightNorm", of);
    its[name] = compute(its[`${name}_v`] as Tensor, its[`${name}_g`] as Tensor, dim);
  };
  delete fields[name];
  fields[`${name}_g`] = lengths;
  fields[`${name}_v`] = direction;
  refresh(module);
  const remove = (module as unknown as Module).registerForwardPreHook(refresh);
  known.set(name, { dim, remove });
  normalized.set(module, known);
  return module;
}

/**
 * Makes a weight that {@link weightNorm} replaced a parameter again, with the value that it has.
 *
 * @param module - the module.
 * @param name - of the parameter; default "weight".
 * @returns the module.
 * @throws ArgumentError unless the parameter is normalized.
 *
 * @example
 * ```ts
 * const layer = utils.removeWeightNorm(utils.weightNorm(new Linear(20, 40)));
 * layer.namedParameters().map(([name]) => name); // → ["bias", "weight"]
 * ```
 *
 * Source: torch.nn.utils.remove_weight_norm.
 */
export function removeWeightNorm<M extends AnyModule>(module: M, name = "weight"): M {
  const fields = fieldsOf("removeWeightNorm", module);
  const found = normalized.get(module)?.get(name);
  if (found === undefined) {
    throw new ArgumentError("removeWeightNorm", `${describeValue(name)} is not normalized`, {
      rule: "weightNorm has replaced it",
    });
  }
  const [direction, lengths] = [fields[`${name}_v`] as Tensor, fields[`${name}_g`] as Tensor];
  const weight = new Parameter(noGrad(() => compute(direction, lengths, found.dim)));
  found.remove();
  normalized.get(module)!.delete(name);
  for (const field of [name, `${name}_g`, `${name}_v`]) delete fields[field];
  fields[name] = weight;
  return module;
}
