/**
 * What `vjp`, `jacobian` and their relatives have in common: their arguments, and the gradients that they ask for.
 *
 * @module
 */
import {
  ArgumentError,
  AutogradError,
  checkOptions,
  describeValue,
  formatShape,
  type OptionNames,
} from "@lucid/backend";
import { assertFunction, asUser, refusePromise, viewed } from "@lucid/tensor/extend";
import { Tensor, zeros } from "@lucid/tensor/functions";
import { enableGrad, noGrad } from "../modes.js";
import { gradAsync, gradientsOf } from "../tensor-gradients.js";
import { type Steps, take } from "../waiting.js";

/** A tensor, or a list of tensors. */
export type Tensors = Tensor | readonly Tensor[];

/** A result in the structure of what was given: a tensor for a tensor, a list for a list. */
export type Like<T extends Tensors> = T extends Tensor ? Tensor : readonly Tensor[];

/** A function of tensors. */
export type FunctionOfTensors<Out extends Tensors = Tensors> = (...inputs: Tensor[]) => Out;

/** Options of `vjp`, `jacobian`, `hessian`, `hvp` and `vhp`. */
export interface DerivativeOptions {
  /** Whether the results are recorded, so that they can be differentiated again; default false. */
  readonly createGraph?: boolean | undefined;
  /**
   * Whether it is an error that a result does not depend on an input; default false: the derivative is zero.
   */
  readonly strict?: boolean | undefined;
}

const OPTIONS: OptionNames<DerivativeOptions> = { createGraph: true, strict: true };

/** A function that is being differentiated. */
export interface Question {
  readonly operation: string;
  readonly createGraph: boolean;
  readonly strict: boolean;
  /** The tensors that the function got. */
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  /** Whether single tensors were given and returned. */
  readonly single: { readonly input: boolean; readonly output: boolean };
}

const isTensors = (value: unknown): value is Tensors =>
  value instanceof Tensor || (Array.isArray(value) && value.length > 0 && value.every((one) => one instanceof Tensor));

/** Calls the function with inputs of its own. */
export function ask(operation: string, fn: FunctionOfTensors, given: Tensors, options: DerivativeOptions): Question {
  assertFunction(operation, fn);
  checkOptions(operation, options, OPTIONS);
  if (!isTensors(given)) {
    throw new ArgumentError(operation, `the inputs are ${describeValue(given)}`, {
      rule: "pass a tensor, or a list of tensors",
    });
  }
  const { createGraph = false, strict = false } = options;
  const inputs = (given instanceof Tensor ? [given] : given).map((input) => separate(input, createGraph));
  const result: unknown = enableGrad(() => asUser(() => fn(...inputs)));
  refusePromise(operation, result);
  if (!isTensors(result)) {
    throw new AutogradError(operation, `the function returned ${describeValue(result)}`, {
      rule: "it returns a tensor or a list of tensors",
    });
  }
  const outputs = result instanceof Tensor ? [result] : result;
  const single = { input: given instanceof Tensor, output: result instanceof Tensor };
  return { operation, createGraph, strict, inputs, outputs, single };
}

/** Makes a tensor with the value of an input. It is connected to the input if the results are recorded. */
function separate(input: Tensor, createGraph: boolean): Tensor {
  if (createGraph && input.requiresGrad) return enableGrad(() => viewed(input, input.shape));
  const leaf = noGrad(() => input.detach());
  leaf.requiresGrad = true;
  return leaf;
}

/** @throws AutogradError unless the function returned a single number. */
export function singleNumber({ operation, outputs }: Question): Tensor {
  const [output, ...others] = outputs as readonly [Tensor, ...Tensor[]];
  if (others.length === 0 && output.numel() === 1) return output;
  const found = others.length > 0 ? `${outputs.length} tensors` : `a tensor ${formatShape(output.shape)}`;
  throw new AutogradError(operation, `the function returned ${found}`, {
    rule: "second derivatives are those of a single number",
    remedy: "reduce the result, for example with sum()",
  });
}

/**
 * Computes the gradients of some tensors with respect to all inputs. A gradient that does not exist is null.
 *
 * @param vectors - the gradients of the outputs; null stands for 1.
 * @param retainGraph - whether the graph is needed once more.
 */
export function* gradientSteps(
  operation: string,
  outputs: readonly Tensor[],
  inputs: readonly Tensor[],
  vectors: readonly (Tensor | null)[],
  createGraph: boolean,
  retainGraph: boolean,
): Steps<readonly (Tensor | null)[]> {
  const places = outputs.map((_, i) => i).filter((i) => outputs[i]!.requiresGrad);
  if (places.length === 0) return inputs.map(() => null);
  const roots = places.map((i) => outputs[i]!);
  const options = { gradOutputs: places.map((i) => vectors[i]!), createGraph, retainGraph, allowUnused: true };
  return yield* take<readonly (Tensor | null)[]>({
    now: () => gradientsOf(roots, inputs, options, operation),
    later: () => gradAsync(roots, inputs, { ...options, allowUnused: true }),
  });
}

/** Puts zeros in the place of gradients that do not exist. @throws AutogradError if that is not allowed. */
export function settled(
  { operation, strict, inputs }: Question,
  gradients: readonly (Tensor | null)[],
  what: string,
): readonly Tensor[] {
  return gradients.map((gradient, i) => {
    if (gradient !== null) return gradient;
    const { shape, dtype, backend } = inputs[i]!;
    if (!strict) return zeros(shape, { dtype, backend });
    throw new AutogradError(operation, `${what} does not depend on input ${i} ${formatShape(shape)}`, {
      rule: "with { strict: true } everything depends on every input",
      remedy: "leave out strict to get zeros",
    });
  });
}

/** Detaches the results unless they are to be recorded. */
export function finished({ createGraph }: Question, tensors: readonly Tensor[]): readonly Tensor[] {
  return createGraph ? tensors : tensors.map((tensor) => noGrad(() => tensor.detach()));
}

/** A tensor in place of a list with one, where a single tensor was given. */
export const structured = <T>(list: readonly T[], single: boolean): T | readonly T[] => (single ? list[0]! : list);

/** Checks the vectors of a product: one for each tensor, in its shape. Undefined stands for 1. */
export function vectorsFor(
  operation: string,
  vectors: unknown,
  tensors: readonly Tensor[],
  what: string,
): readonly (Tensor | null)[] {
  if (vectors === undefined || vectors === null) {
    if (tensors.length === 1 && tensors[0]!.numel() === 1) return [null];
    throw new ArgumentError(operation, "there is no vector", {
      rule: `only a single number needs none`,
      remedy: `pass a tensor in the shape of each ${what}`,
    });
  }
  if (!isTensors(vectors)) {
    throw new ArgumentError(operation, `the vector is ${describeValue(vectors)}`, {
      rule: "it is a tensor, or a list of tensors",
    });
  }
  const list = vectors instanceof Tensor ? [vectors] : vectors;
  if (list.length !== tensors.length) {
    throw new ArgumentError(operation, `there are ${list.length} vectors for ${tensors.length} ${what}s`, {
      rule: `there is one vector for each ${what}`,
    });
  }
  list.forEach((vector, i) => {
    if (formatShape(vector.shape) === formatShape(tensors[i]!.shape)) return;
    throw new ArgumentError(
      operation,
      `vector ${i} is ${formatShape(vector.shape)}, the ${what} ${formatShape(tensors[i]!.shape)}`,
      { rule: `a vector has the shape of its ${what}` },
    );
  });
  return list;
}
