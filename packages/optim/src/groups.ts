/**
 * Parameter groups: which tensors are optimized, with which options, and what is remembered of each.
 *
 * @module
 */
import { ArgumentError, constant, DTypeError, formatShape, overlapsItself } from "@lucid/backend";
import { callGenerate, isFloating, Tensor } from "@lucid/tensor/core";
import type { Algorithm } from "./algorithm.js";
import { completeOptions, type SomeOptions, show } from "./options.js";

/** Parameters with options of their own; what is left out is as for the whole optimizer. */
export type GroupOfParameters<O> = SomeOptions<O> & {
  readonly params: Tensor | Iterable<Tensor>;
  /** The learning rate that a schedule starts from; by default `lr` when the schedule is made. */
  readonly initialLr?: number | undefined;
};

/** What an optimizer takes: tensors, or groups of them; iterators such as `model.parameters()` too. */
export type ParametersToOptimize<O> = Iterable<Tensor | GroupOfParameters<O>>;

/** A parameter group of an optimizer. Its options may be changed between steps. */
export type ParameterGroup<O> = O & {
  readonly params: readonly Tensor[];
  initialLr?: number;
};

/** What is remembered of one parameter. */
export interface ParameterState {
  /** Updates so far, where the algorithm counts them. */
  step: number;
  /** State tensors by position of their names in the algorithm; undefined until an update has written them. */
  readonly tensors: (Tensor | undefined)[];
  /** State tensors that a step has allocated and not written. */
  readonly pending: (Tensor | undefined)[];
}

/** The state of a parameter that was never updated. */
export function newState(): ParameterState {
  return { step: 0, tensors: [], pending: [] };
}

/** A tensor of zeros like another. */
export function zerosLike({ backend, shape, dtype }: Tensor): Tensor {
  return callGenerate("zeros", backend, shape, constant(0, dtype));
}

/** How errors name a parameter. */
export function parameterName(group: number, index: number): string {
  return `paramGroups[${group}].params[${index}]`;
}

const isIterable = (value: unknown): value is Iterable<unknown> =>
  typeof value === "object" &&
  value !== null &&
  typeof (value as Partial<Iterable<unknown>>)[Symbol.iterator] === "function";

/** The groups that an optimizer is made of: those given, or a single one of all the tensors given. */
export function listGroups<O>(operation: string, parameters: ParametersToOptimize<O>): readonly GroupOfParameters<O>[] {
  if (parameters instanceof Tensor || !isIterable(parameters)) {
    const isModule = typeof (parameters as { parameters?: unknown } | null | undefined)?.parameters === "function";
    const found = parameters instanceof Tensor ? "a tensor" : isModule ? "a module" : show(parameters);
    throw new ArgumentError(operation, `the parameters are ${found}`, {
      rule: "parameters are an iterable of tensors or of groups { params, lr, … }",
      ...(parameters instanceof Tensor && { remedy: "pass a list: [tensor]" }),
      ...(isModule && { remedy: "pass those of the module: module.parameters()" }),
    });
  }
  const given = [...parameters];
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
 * A parameter group, complete and checked.
 *
 * @param taken - the parameters of the groups before it.
 */
export function makeGroup<O>(
  algorithm: Algorithm<O>,
  defaults: O,
  given: GroupOfParameters<O>,
  index: number,
  taken: ReadonlySet<Tensor>,
): ParameterGroup<O> {
  const operation = algorithm.name;
  if (typeof given !== "object" || given === null || !("params" in given)) {
    throw new ArgumentError(operation, `paramGroups[${index}] is ${show(given)}`, {
      rule: "a group is { params, lr?, … }",
    });
  }
  const where = `paramGroups[${index}].`;
  const options = completeOptions(operation, algorithm.options, given, defaults, where, ["params", "initialLr"]);
  const conflict = algorithm.conflict?.(options);
  if (conflict !== undefined) throw new ArgumentError(operation, conflict);
  const { initialLr } = given;
  if (initialLr !== undefined && !(typeof initialLr === "number" && initialLr >= 0)) {
    throw new ArgumentError(operation, `invalid ${where}initialLr: ${show(initialLr)}`, {
      rule: "initialLr must be a number ≥ 0",
    });
  }
  const { params } = given;
  if (!(params instanceof Tensor) && !isIterable(params)) {
    throw new ArgumentError(operation, `${where}params is ${show(params)}`, {
      rule: "it must be a tensor or an iterable of tensors",
    });
  }
  const tensors = params instanceof Tensor ? [params] : [...params];
  const seen = new Set(taken);
  tensors.forEach((tensor, i) => {
    checkParameter(operation, tensor, parameterName(index, i));
    if (seen.has(tensor)) {
      throw new ArgumentError(operation, `${parameterName(index, i)} ${formatShape(tensor.shape)} was given before`, {
        rule: "a parameter belongs to one group, once",
      });
    }
    seen.add(tensor);
  });
  return { params: tensors, ...options, ...(initialLr === undefined ? undefined : { initialLr }) };
}

function checkParameter(operation: string, value: unknown, name: string): asserts value is Tensor {
  if (!(value instanceof Tensor)) {
    throw new ArgumentError(operation, `${name} is ${show(value)}`, { rule: "only tensors can be optimized" });
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
