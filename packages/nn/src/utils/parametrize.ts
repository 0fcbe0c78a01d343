/**
 * Parametrizations: a tensor of a module becomes the result of a function of another one, which is trained.
 *
 * Source: torch.nn.utils.parametrize.
 *
 * @module
 */
import { noGrad } from "@lucid/autograd";
import { ArgumentError, checkOptions, describeValue, equalShapes, formatShape, ShapeError } from "@lucid/backend";
import { asUser } from "@lucid/tensor/extend";
import { Tensor } from "@lucid/tensor/functions";
import { assertFlag } from "../internal/checks.js";
import { isModule } from "../module/call-state.js";
import { type AnyModule, Module } from "../module/module.js";
import { Buffer, Parameter } from "../module/parameter.js";
import { fieldsOf, tensorOf } from "./internal/fields.js";

/** A module that makes a tensor of another one. With `rightInverse`, values can be assigned to the tensor. */
export interface Parametrization {
  (x: Tensor): Tensor;
  /** Returns a tensor of which the parametrization makes x. */
  rightInverse?(x: Tensor): Tensor;
}

/** The parametrizations of one tensor, in their order, and the tensor that they begin with. */
export class ParametrizationList extends Module<[], Tensor> {
  /** The tensor that is trained, or that was a buffer. */
  original: Parameter | Buffer;
  /** The parametrizations, applied one after another. */
  readonly steps: (AnyModule & Parametrization)[] = [];

  static readonly stateNames: Readonly<Record<string, string>> = { steps: "" };

  /** @internal */
  constructor(original: Parameter | Buffer) {
    super();
    this.original = original;
  }

  /** Returns the tensor that the parametrizations make. */
  forward(): Tensor {
    return this.steps.reduce<Tensor>((x, step) => step(x), this.original);
  }
}

/** The lists of a module by the names of its tensors. */
type Lists = Record<string, ParametrizationList>;

/** A field that holds the lists. */
const FIELD = "parametrizations";

function listsOf(module: AnyModule): Lists | undefined {
  const value = fieldsOf("parametrize", module)[FIELD];
  return typeof value === "object" && value !== null && !(value instanceof Tensor) ? (value as Lists) : undefined;
}

function listFor(module: AnyModule, name: string): ParametrizationList | undefined {
  const lists = listsOf(module);
  return lists !== undefined && Object.hasOwn(lists, name) ? lists[name] : undefined;
}

/** Results that are kept while `cached` runs. */
let kept: Map<ParametrizationList, Tensor> | undefined;

function computed(list: ParametrizationList): Tensor {
  if (kept === undefined) return asUser(() => list());
  let value = kept.get(list);
  if (value === undefined) {
    value = asUser(() => list());
    kept.set(list, value);
  }
  return value;
}

/** The tensor of which the parametrizations make `value`. @throws ArgumentError if one has no `rightInverse`. */
function invert(steps: readonly (AnyModule & Parametrization)[], value: Tensor): Tensor {
  return [...steps].reverse().reduce((x, step) => {
    if (typeof step.rightInverse === "function") return step.rightInverse(x);
    throw new ArgumentError("parametrize", `${step.constructor.name} has no rightInverse`, {
      rule: "a tensor can be assigned to only if all its parametrizations have one",
    });
  }, value);
}

/** Options of `registerParametrization`. */
export interface RegisterParametrizationOptions {
  /** Whether the shape and the type may change, and no check is made; default false. */
  readonly unsafe?: boolean;
}

/**
 * Makes a tensor of a module the result of a parametrization. Every access computes it anew; see {@link cached}.
 *
 * The tensor that is trained is found at `module.parametrizations.<name>.original`, also in state dicts. Several
 * parametrizations of one tensor are applied one after another. If the parametrization has `rightInverse`, the original
 * becomes the right inverse of the tensor; otherwise the tensor itself.
 *
 * @param module - the module that has the tensor.
 * @param name - of the parameter or buffer.
 * @param parametrization - a module that makes a tensor of the same shape and type.
 * @param options - `unsafe` (default false): whether the shape and the type may change.
 * @returns the module.
 * @throws ArgumentError if there is no such tensor, or the parametrization is no module; ShapeError if it changes the
 * shape or the type.
 *
 * @example
 * ```ts
 * class Symmetric extends Module {
 *   forward(x: Tensor): Tensor {
 *     return x.triu().add(x.triu(1).t());
 *   }
 * }
 * const layer = new Linear(3, 3);
 * utils.parametrize.registerParametrization(layer, "weight", new Symmetric());
 * equal(layer.weight, layer.weight.t()); // → true
 * Object.keys(layer.stateDict()); // → ["bias", "parametrizations.weight.original"]
 * ```
 *
 * Source: torch.nn.utils.parametrize.register_parametrization.
 */
export function registerParametrization<M extends AnyModule>(
  module: M,
  name: string,
  parametrization: AnyModule & Parametrization,
  options?: RegisterParametrizationOptions,
): M {
  const operation = "registerParametrization";
  checkOptions(operation, options, { unsafe: true });
  const { unsafe = false } = options ?? {};
  assertFlag(operation, "unsafe", unsafe);
  const fields = fieldsOf(operation, module);
  if (!isModule(parametrization)) {
    throw new ArgumentError(operation, `the parametrization is ${describeValue(parametrization)}`, {
      rule: "it is a module",
    });
  }
  const before = tensorOf(operation, module, name);
  const known = listFor(module, name);
  if (known === undefined && !(before instanceof Parameter || before instanceof Buffer)) {
    throw new ArgumentError(operation, `${JSON.stringify(name)} is a plain tensor`, {
      rule: "parameters and buffers can be parametrized",
    });
  }
  // Everything that can fail comes before the module changes.
  const value = noGrad(() => {
    const inverse = typeof parametrization.rightInverse === "function" ? parametrization.rightInverse(before) : before;
    if (!unsafe) assertSame(operation, before, parametrization(inverse));
    return inverse;
  });
  if (known !== undefined) {
    if (value !== before)
      known.original = holding(
        known.original,
        noGrad(() => invert(known.steps, value)),
      );
    known.steps.push(parametrization);
    return module;
  }
  const held = before as Parameter | Buffer;
  const list = new ParametrizationList(value === before ? held : holding(held, value));
  list.steps.push(parametrization);
  delete fields[name];
  const lists = listsOf(module) ?? {};
  lists[name] = list;
  fields[FIELD] = lists;
  Object.defineProperty(module, name, {
    configurable: true,
    enumerable: false,
    // The list is looked up, because a copy of the module has a list of its own.
    get(this: AnyModule) {
      return computed(listFor(this, name)!);
    },
    set(this: AnyModule, next: Tensor) {
      const own = listFor(this, name)!;
      own.original = holding(
        own.original,
        noGrad(() => invert(own.steps, next)),
      );
      kept?.delete(own);
    },
  });
  return module;
}

/** A parameter or buffer, as the one before it was, with another value. */
function holding(before: Parameter | Buffer, value: Tensor): Parameter | Buffer {
  const data = value.detach();
  return before instanceof Parameter
    ? new Parameter(data, { requiresGrad: before.requiresGrad })
    : new Buffer(data, { persistent: before.persistent });
}

function assertSame(operation: string, before: Tensor, after: Tensor): void {
  if (equalShapes(before.shape, after.shape) && before.dtype === after.dtype) return;
  throw new ShapeError(
    operation,
    `${before.dtype} ${formatShape(before.shape)} would become ${after.dtype} ${formatShape(after.shape)}`,
    [before.shape, after.shape],
    { rule: "a parametrization keeps shape and type", remedy: "pass { unsafe: true } if it is meant" },
  );
}

/**
 * Whether a module has a parametrization, of one of its tensors or of any.
 *
 * @param module - the module.
 * @param name - the name of the tensor; by default, whether any tensor of the module has a parametrization.
 *
 * @example
 * ```ts
 * utils.parametrize.isParametrized(new Linear(2, 2), "weight"); // → false
 * ```
 *
 * Source: torch.nn.utils.parametrize.is_parametrized.
 */
export function isParametrized(module: AnyModule, name?: string): boolean {
  const lists = listsOf(module);
  if (lists === undefined) return false;
  return name === undefined ? Object.keys(lists).length > 0 : Object.hasOwn(lists, name);
}

/** Options of `removeParametrizations`. */
export interface RemoveParametrizationsOptions {
  /** Whether the tensor keeps the value that the parametrizations made, instead of the original; default true. */
  readonly leaveParametrized?: boolean;
}

/**
 * Makes a tensor a field of its module again.
 *
 * @param module - the module.
 * @param name - of the tensor.
 * @param options - `leaveParametrized` (default true): whether it keeps the value that the parametrizations made.
 * @returns the module.
 * @throws ArgumentError unless the tensor has a parametrization.
 *
 * @example
 * ```ts
 * class Doubled extends Module {
 *   forward(x: Tensor): Tensor {
 *     return x.mul(2);
 *   }
 * }
 * const layer = new Linear(1, 1);
 * init.ones_(layer.weight);
 * utils.parametrize.registerParametrization(layer, "weight", new Doubled());
 * utils.parametrize.removeParametrizations(layer, "weight");
 * layer.weight.detach(); // → Tensor([[2]])
 * ```
 *
 * Source: torch.nn.utils.utils.parametrize.remove_parametrizations.
 */
export function removeParametrizations<M extends AnyModule>(
  module: M,
  name: string,
  options?: RemoveParametrizationsOptions,
): M {
  const operation = "removeParametrizations";
  checkOptions(operation, options, { leaveParametrized: true });
  const { leaveParametrized = true } = options ?? {};
  assertFlag(operation, "leaveParametrized", leaveParametrized);
  const fields = fieldsOf(operation, module);
  const list = listFor(module, name);
  if (list === undefined) {
    throw new ArgumentError(operation, `${describeValue(name)} has no parametrization`);
  }
  const { original } = list;
  const held = leaveParametrized
    ? holding(
        original,
        noGrad(() => list()),
      )
    : original;
  const lists = listsOf(module)!;
  delete lists[name];
  if (Object.keys(lists).length === 0) delete fields[FIELD];
  delete fields[name];
  fields[name] = held;
  return module;
}

/**
 * Runs a function in which every parametrized tensor is computed once, at its first access. Calls may be nested.
 *
 * @param run - the function; it does not wait.
 * @returns what the function returns.
 *
 * @example
 * ```ts
 * utils.parametrize.cached(() => 1 + 1); // → 2
 * ```
 *
 * Source: torch.nn.utils.utils.parametrize.cached.
 */
export function cached<R>(run: () => R): R {
  if (typeof run !== "function") throw new ArgumentError("cached", `${describeValue(run)} is not a function`);
  const outer = kept;
  kept ??= new Map();
  try {
    return run();
  } finally {
    kept = outer;
  }
}
