/**
 * What an optimizer is: data and formulas. Everything else (parameter groups, state, checks, state dicts) is common.
 *
 * @module
 */
import { type DType, type Expr, input, scalar } from "@lucid/backend";
import { type Formula, formulaOf } from "@lucid/tensor/core";
import type { OptionTable } from "./options.js";

/** What an update is computed from, besides tensors: numbers, and flags that choose between formulas. */
export type Terms = Readonly<Record<string, number | boolean>>;

/** A flag as it is, a number as a formula. */
export type TermInFormulas<V> = V extends boolean ? boolean : Formula;

/** What the formulas of an update see, element by element. */
export interface UpdateInputs<S extends string = string, T extends Terms = Terms> {
  readonly parameter: Formula;
  readonly gradient: Formula;
  /** The state tensors in use. */
  readonly state: { readonly [K in S]: Formula };
  /** The terms: numbers as formulas, flags as they are. */
  readonly terms: { readonly [K in keyof T]: TermInFormulas<T[K]> };
  /** Whether a state tensor of this parameter is new (and zero). */
  readonly first: boolean;
}

/** What an update yields. */
export interface UpdateOutputs<S extends string = string> {
  readonly parameter: Formula;
  /** State tensors that change. */
  readonly state?: { readonly [K in S]?: Formula };
}

/**
 * An optimization algorithm. An update is one pass over each parameter, its gradient and its state.
 *
 * `O` are its options, `S` the names of its state tensors, `T` its terms.
 */
export interface Algorithm<O, S extends string = string, T extends Terms = Terms> {
  /** What errors call it. */
  readonly name: string;
  readonly options: OptionTable<O>;
  /** What is wrong with options that are right one by one; undefined if nothing. */
  conflict?(options: O): string | undefined;
  /** Whether it counts the updates of every parameter. */
  readonly counted: boolean;
  /** Its state tensors, shaped like the parameter and zero at first, and the options with which each is used. */
  readonly state: { readonly [K in S]: (options: O) => boolean };
  /**
   * The numbers and flags of an update. Numbers are handed to the kernel as they are, so that changing one compiles
   * nothing; a flag chooses another kernel. `step` counts from 1 (0 if nothing is counted).
   */
  terms(options: O, step: number): T;
  /** The formulas, written down once for every element type and combination of flags. */
  update(inputs: UpdateInputs<S, T>): UpdateOutputs<S>;
}

/**
 * Declares an algorithm, with its types inferred; the result is for {@link Optimizer}.
 *
 * @example
 * ```ts
 * // θ ← θ − lr · sign(g)
 * interface SignOptions {
 *   lr: number;
 * }
 * const signDescent = defineAlgorithm({
 *   name: "SignDescent",
 *   options: { lr: nonNegative(1e-3) },
 *   counted: false,
 *   state: {},
 *   terms: ({ lr }: SignOptions) => ({ lr }),
 *   update: ({ parameter, gradient, terms }) => ({ parameter: sub(parameter, mul(sign(gradient), terms.lr)) }),
 * });
 *
 * const w = tensor([1, 2, 3], { requiresGrad: true });
 * const optimizer = new Optimizer(signDescent, [w], { lr: 0.5 });
 * w.mul(tensor([4, 0, -2])).sum().backward();
 * optimizer.step();
 * w.detach(); // → Tensor([0.5, 2, 3.5])
 * ```
 */
export function defineAlgorithm<O, S extends string, T extends Terms>(
  algorithm: Algorithm<O, S, T>,
): Algorithm<O, S, T> {
  return algorithm;
}

/**
 * The expressions of an update: new values of the parameter and of each state tensor in `names`, computed of
 * `input(0)` = the parameter, `input(1)` = its gradient, `input(2 + i)` = the state tensor `names[i]`, and of the terms
 * that are numbers as scalars, in their order.
 */
export function updateExpressions<O>(
  algorithm: Algorithm<O>,
  terms: Terms,
  names: readonly string[],
  first: boolean,
  dtype: DType,
): readonly Expr[] {
  const state: Record<string, Formula> = {};
  names.forEach((name, i) => {
    state[name] = formulaOf(input(2 + i, dtype));
  });
  const seen: Record<string, Formula | boolean> = {};
  let numbers = 0;
  for (const [name, value] of Object.entries(terms)) {
    seen[name] = typeof value === "boolean" ? value : formulaOf(scalar(numbers++, dtype));
  }
  const parameter = formulaOf(input(0, dtype));
  const gradient = formulaOf(input(1, dtype));
  const inputs = { parameter, gradient, state, terms: seen, first } as UpdateInputs;
  const next = algorithm.update(inputs);
  return [next.parameter.as(dtype), ...names.map((name) => (next.state?.[name] ?? state[name]!).as(dtype))];
}
