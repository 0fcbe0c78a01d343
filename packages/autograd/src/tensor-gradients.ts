/**
 * `grad` and `gradAsync` of tensors: the gradients of tensors with respect to tensors.
 *
 * @module
 */
import {
  ArgumentError,
  AutogradError,
  checkOptions,
  DisposedError,
  describeValue,
  formatShape,
  type OptionNames,
} from "@lucid/backend";
import { owned, ownedAsync } from "@lucid/tensor/extend";
import { add, mul, sum, Tensor } from "@lucid/tensor/functions";
import { type GradientsFound, type GradientsOptions, gradientsAt, gradientsAtAsync } from "./engine.js";
import type { Edge } from "./graph.js";
import { enableGrad } from "./modes.js";
import { requireEdge } from "./recorder.js";
import { checkGiven, seedOf } from "./seed.js";

type Tensors = Tensor | readonly Tensor[];

/** Options of `grad` with tensors. */
export interface GradOptions {
  /** The gradient of each output, null for an output that is a single number; default: 1 for each. */
  readonly gradOutputs?: Tensor | null | readonly (Tensor | null)[] | undefined;
  /**
   * Whether the saved values are kept, so that gradients can be computed again; default: the value of `createGraph`.
   */
  readonly retainGraph?: boolean | undefined;
  /** Whether the gradients are recorded, so that they can be differentiated again; default false. */
  readonly createGraph?: boolean | undefined;
  /**
   * Whether the gradient of an input that the outputs do not depend on is null, instead of an error; default false.
   */
  readonly allowUnused?: boolean | undefined;
}

const NAMES: OptionNames<GradOptions> = { gradOutputs: true, retainGraph: true, createGraph: true, allowUnused: true };

/** The arguments of `grad`, after their checks. */
interface Question {
  readonly root: Tensor;
  readonly edge: Edge;
  readonly wanted: readonly Tensor[];
  readonly edges: readonly Edge[];
  readonly createGraph: boolean;
  readonly allowUnused: boolean;
  readonly options: GradientsOptions;
}

function questionOf(outputs: Tensors, inputs: Tensors, options: GradOptions, operation = "grad"): Question {
  checkOptions("grad", options, NAMES);
  const { createGraph = false, retainGraph, allowUnused = false } = options;
  const roots = listOf("output", outputs);
  const wanted = listOf("input", inputs);
  const given = givenFor(roots, options.gradOutputs);
  const edges = wanted.map((tensor) => requireEdge("grad", tensor));
  const [root, edge, gradient] = rootOf(roots, given);
  const chained = edges.length > 1;
  return {
    root,
    edge,
    wanted,
    edges,
    createGraph,
    allowUnused,
    options: { operation, gradient, retainGraph, chained },
  };
}

function answerOf({ wanted, allowUnused }: Question, { gradients }: GradientsFound): readonly (Tensor | null)[] {
  return gradients.map((result, i) => {
    if (result !== undefined) return result;
    if (allowUnused) return null;
    throw new AutogradError("grad", `the outputs do not depend on input ${i} ${formatShape(wanted[i]!.shape)}`, {
      rule: "the outputs depend on every input",
      remedy: "pass { allowUnused: true } to get null for it",
    });
  });
}

/** Computes the gradients for `grad`, or for another function that is named in errors. @internal */
export function gradientsOf(
  outputs: Tensors,
  inputs: Tensors,
  given: GradOptions = {},
  operation?: string,
): readonly (Tensor | null)[] {
  return owned(() => {
    const question = questionOf(outputs, inputs, given, operation);
    const { edge, root, edges, createGraph, options } = question;
    return answerOf(question, gradientsAt(edge, root, edges, createGraph, options));
  });
}

/**
 * Computes gradients as `grad` does for tensors, for graphs that cross to backends which cannot be read synchronously.
 *
 * @param outputs - the tensors to differentiate: single numbers, or tensors whose gradients are given in `gradOutputs`.
 * @param inputs - the tensors with respect to which gradients are computed.
 * @param options - `gradOutputs`, `retainGraph`, `createGraph`, `allowUnused`.
 * @throws what `grad` throws, as a rejection.
 *
 * @example
 * ```ts
 * const x = tensor([1, 2], { requiresGrad: true });
 * await gradAsync(x.pow(3).sum(), [x]); // → [Tensor([3, 12])]
 * ```
 */
export function gradAsync(
  outputs: Tensors,
  inputs: Tensors,
  options: GradOptions & { readonly allowUnused: true },
): Promise<readonly (Tensor | null)[]>;
export function gradAsync(outputs: Tensors, inputs: Tensors, options?: GradOptions): Promise<readonly Tensor[]>;
export async function gradAsync(
  outputs: Tensors,
  inputs: Tensors,
  given: GradOptions = {},
): Promise<readonly (Tensor | null)[]> {
  return ownedAsync(async (step) => {
    const question = step(() => questionOf(outputs, inputs, given));
    const { edge, root, edges, createGraph, options } = question;
    return answerOf(question, await gradientsAtAsync(edge, root, edges, createGraph, options));
  });
}

function listOf(what: string, tensors: unknown): readonly Tensor[] {
  const list: readonly unknown[] = Array.isArray(tensors) ? tensors : [tensors];
  if (list.length === 0) throw new ArgumentError("grad", `there is no ${what}`);
  list.forEach((tensor, i) => {
    if (!(tensor instanceof Tensor)) {
      throw new ArgumentError("grad", `${what} ${i} is ${describeValue(tensor)}`, {
        rule: "gradients of tensors are taken with respect to tensors",
        remedy: "grad(loss, [w, b])",
      });
    }
    if (tensor.disposed || tensor.storage.freed) throw new DisposedError("grad", `${what} ${i} was disposed`);
  });
  return list as readonly Tensor[];
}

/** Returns the gradients that were given for the outputs; undefined stands for 1. */
function givenFor(roots: readonly Tensor[], gradOutputs: GradOptions["gradOutputs"]): readonly (Tensor | undefined)[] {
  const list = gradOutputs === undefined || gradOutputs === null ? roots.map(() => null) : gradOutputs;
  const given: readonly unknown[] = Array.isArray(list) ? list : [list];
  if (given.length !== roots.length) {
    throw new ArgumentError("grad", `there are ${given.length} gradients for ${roots.length} outputs`, {
      rule: "gradOutputs has one gradient for each output",
    });
  }
  return given.map((gradient) => {
    checkGiven(gradient ?? undefined);
    return (gradient ?? undefined) as Tensor | undefined;
  });
}

/**
 * Returns one root for all outputs, with its gradient. For several outputs it is the sum of their products with their
 * gradients.
 */
function rootOf(
  roots: readonly Tensor[],
  given: readonly (Tensor | undefined)[],
): readonly [Tensor, Edge, Tensor | undefined] {
  const [first] = roots as readonly [Tensor];
  if (roots.length === 1) return [first, requireEdge("grad", first), given[0]];
  const total = enableGrad(() =>
    owned(() => roots.map((root, i) => sum(mul(root, seedOf(root, given[i])))).reduce((a, b) => add(a, b))),
  );
  return [total, requireEdge("grad", total), undefined];
}
