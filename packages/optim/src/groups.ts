/**
 * Parameter groups: which tensors are optimized with which options, and the state of each parameter.
 *
 * @module
 */
import {
  ArgumentError,
  constant,
  DTypeError,
  describeValue,
  formatShape,
  overlapsItself,
  ShapeError,
} from "@lucid/backend";
import { callGenerate, isFloating } from "@lucid/tensor/extend";
import { Tensor } from "@lucid/tensor/functions";
import type { Algorithm } from "./algorithm.js";
import { completeOptions, type SomeOptions } from "./options.js";

/** Parameters with their own options. An option that is left out is the one of the whole optimizer. */
export type GroupOfParameters<O> = SomeOptions<O> & {
  readonly params: Tensor | Iterable<Tensor>;
  /** The learning rate with which a schedule starts; default: `lr` when the schedule is made. */
  readonly initialLr?: number | undefined;
};

/**
 * The parameters of an optimizer: tensors or groups of them, in a list or in an iterator such as `model.parameters()`.
 */
export type ParametersToOptimize<O> = Iterable<Tensor | GroupOfParameters<O>>;

/** A parameter group of an optimizer. Its options may be changed between steps. */
export type ParameterGroup<O> = O & {
  readonly params: readonly Tensor[];
  initialLr?: number;
};

/** What parameter groups are checked by: an algorithm, or a part of one. */
export type GroupRules<O> = Pick<Algorithm<O>, "name" | "options" | "conflict" | "refuse">;

/** The state of one parameter. */
export interface ParameterState {
  /** The number of updates so far, if the algorithm counts them. */
  step: number;
  /** The numbers of the last update; empty before the first one. */
  numbers: Readonly<Record<string, number>>;
  /** The state tensors, by position of their names in the algorithm; undefined until an update has written them. */
  readonly tensors: (Tensor | undefined)[];
  /** State tensors that a step has allocated but not written yet. */
  readonly pending: (Tensor | undefined)[];
  /** The gradient of the last update and its version, if that update was part of a step which could not be finished. */
  applied: { readonly gradient: Tensor; readonly version: number } | undefined;
}

/** Makes the state of a parameter that was never updated. */
export function newState(): ParameterState {
  return { step: 0, numbers: {}, tensors: [], pending: [], applied: undefined };
}

/** Makes a tensor of one value, with the element type and on the backend of another. */
export function filledLike(
  { backend, shape: same, dtype }: Tensor,
  value: number,
  shape: readonly number[] = same,
): Tensor {
  return callGenerate("full", backend, shape, constant(value, dtype));
}

/** Returns the name of a parameter in errors. */
export function parameterName(group: number, index: number): string {
  return `paramGroups[${group}].params[${index}]`;
}

const isIterable = (value: unknown): value is Iterable<unknown> =>
  typeof value === "object" &&
  value !== null &&
  typeof (value as Partial<Iterable<unknown>>)[Symbol.iterator] === "function";

/** Returns the groups that were given, or a single group of all the tensors given. */
export function listGroups<O>(operation: string, parameters: ParametersToOptimize<O>): readonly GroupOfParameters<O>[] {
  if (parameters instanceof Tensor || !isIterable(parameters)) {
    const isModule = typeof (parameters as { parameters?: unknown } | null | undefined)?.parameters === "function";
    const found = parameters instanceof Tensor ? "a tensor" : isModule ? "a module" : describeValue(parameters);
    throw new ArgumentError(operation, `the parameters are ${found}`, {
      rule: "parameters are an iterable of tensors or of groups { params, lr, … }",
      ...(parameters instanceof Tensor && { remedy: "pass a list: [tensor]" }),
      ...(isModule && { remedy: "pass those of the module: module.parameters()" }),
    });
  }
  const given: unknown[] = [];
  for (const item of parameters as Iterable<unknown>) {
    if (typeof item !== "object" || item === null) checkParameter(operation, item, parameterName(0, given.length));
    given.push(item);
  }
  if (given.length === 0) {
    throw new ArgumentError(operation, "the parameter list is empty", {
      rule: "there must be something to optimize",
      remedy: "an iterator yields its values once: call model.parameters() again for every use",
    });
  }
  const first: unknown = given[0];
  const ofGroups = !(first instanceof Tensor) && typeof first === "object" && first !== null && "params" in first;
  return ofGroups ? (given as GroupOfParameters<O>[]) : ([{ params: given }] as unknown as GroupOfParameters<O>[]);
}

/**
 * Makes a complete parameter group and checks it.
 *
 * @param taken - the parameters of the groups before it.
 */
export function makeGroup<O>(
  algorithm: GroupRules<O>,
  defaults: O,
  given: GroupOfParameters<O>,
  index: number,
  taken: ReadonlySet<Tensor>,
): ParameterGroup<O> {
  const operation = algorithm.name;
  if (typeof given !== "object" || given === null || !("params" in given)) {
    throw new ArgumentError(operation, `paramGroups[${index}] is ${describeValue(given)}`, {
      rule: "a group is { params, lr?, … }",
    });
  }
  const where = `paramGroups[${index}].`;
  const options = completeOptions(operation, algorithm.options, given, defaults, where, ["params", "initialLr"]);
  const conflict = algorithm.conflict?.(options);
  if (conflict !== undefined) throw new ArgumentError(operation, conflict);
  const { initialLr } = given;
  if (initialLr !== undefined && !(typeof initialLr === "number" && initialLr >= 0)) {
    throw new ArgumentError(operation, `invalid ${where}initialLr: ${describeValue(initialLr)}`, {
      rule: "initialLr must be a number ≥ 0",
    });
  }
  const { params } = given;
  if (!(params instanceof Tensor) && !isIterable(params)) {
    throw new ArgumentError(operation, `${where}params is ${describeValue(params)}`, {
      rule: "it must be a tensor or an iterable of tensors",
    });
  }
  const tensors: Tensor[] = [];
  const seen = new Set(taken);
  for (const tensor of (params instanceof Tensor ? [params] : params) as Iterable<unknown>) {
    const name = parameterName(index, tensors.length);
    checkParameter(operation, tensor, name);
    if (seen.has(tensor)) {
      throw new ArgumentError(operation, `${name} ${formatShape(tensor.shape)} was given before`, {
        rule: "a parameter belongs to one group, once",
      });
    }
    const refused = algorithm.refuse?.(tensor.shape);
    if (refused !== undefined) {
      throw new ShapeError(operation, `${name} is ${formatShape(tensor.shape)}`, [tensor.shape], { rule: refused });
    }
    seen.add(tensor);
    tensors.push(tensor);
  }
  return { params: tensors, ...options, ...(initialLr === undefined ? undefined : { initialLr }) };
}

function checkParameter(operation: string, value: unknown, name: string): asserts value is Tensor {
  if (!(value instanceof Tensor)) {
    throw new ArgumentError(operation, `${name} is ${describeValue(value)}`, { rule: "only tensors can be optimized" });
  }
  const text = `${name} ${formatShape(value.shape)}`;
  if (!value.isLeaf) {
    throw new ArgumentError(operation, `${text} was computed from other tensors`, {
      rule: "only leaves can be optimized: gradients are kept for them",
      remedy: "optimize the tensors it was computed from, or detach().requiresGrad_() it",
    });
  }
  if (!isFloating(value.dtype)) {
    throw new DTypeError(operation, `${text} is ${value.dtype}`, [value.dtype], {
      rule: "only floating tensors can be optimized",
    });
  }
  if (overlapsItself(value.layout)) {
    throw new ArgumentError(operation, `some elements of ${text} share memory`, {
      rule: "an expanded or self-overlapping view cannot be written",
      remedy: "optimize its clone()",
    });
  }
}
