/**
 * The definition of an optimization algorithm, as data and formulas. Everything else (parameter groups, state, checks,
 * state dicts) is common to all optimizers.
 *
 * @module
 */
import type { Formula, Tensor } from "@lucid/tensor/functions";
import type { OptionTable } from "./options.js";

/** The values, besides tensors, that an update is computed from: numbers, and flags that choose between formulas. */
export type Terms = Readonly<Record<string, number | boolean>>;

/** A number as a formula; a flag stays a flag. */
export type TermInFormulas<V> = V extends boolean ? boolean : Formula;

/** A number as a tensor without dimensions; a flag stays a flag. */
export type TermAsTensor<V> = V extends boolean ? boolean : Tensor;

/** A state tensor. It is kept for every parameter, in the parameter's element type. */
export interface StateTensor<O> {
  /** Whether the tensor is needed with these options, for a parameter of this shape; default: always. */
  used?(options: O, parameter: readonly number[]): boolean;
  /** The value of its elements before the first update; default 0. */
  initial?(options: O): number;
  /**
   * Its shape for a parameter of this shape; default: the same. The formulas do not see a state tensor that declares a
   * shape: {@link Algorithm.whole} reads it, and returns its new value under its name.
   */
  shape?(parameter: readonly number[]): readonly number[];
}

/** A number that is kept for every parameter. */
export interface StateNumber<O> {
  /** Its value before the first update. */
  initial(options: O): number;
  /** Its value after the update `step`, from the values before it. */
  next(options: O, step: number, numbers: Readonly<Record<string, number>>): number;
}

/** The values that the formulas of an update see, element by element. */
export interface UpdateInputs<S extends string = string, T extends Terms = Terms, W extends string = string> {
  readonly parameter: Formula;
  readonly gradient: Formula;
  /** The state tensors in use. */
  readonly state: { readonly [K in S]: Formula };
  /** The terms: numbers as formulas, flags as they are. */
  readonly terms: { readonly [K in keyof T]: TermInFormulas<T[K]> };
  /** The results of {@link Algorithm.whole}. */
  readonly whole: { readonly [K in W]: Formula };
  /** Whether a state tensor of this parameter is new. */
  readonly first: boolean;
}

/** The values that an update computes. */
export interface UpdateOutputs<S extends string = string> {
  readonly parameter: Formula;
  /** State tensors that change. */
  readonly state?: { readonly [K in S]?: Formula };
}

/** The values that {@link Algorithm.whole} sees. */
export interface WholeInputs<S extends string = string, T extends Terms = Terms, O = unknown> {
  readonly parameter: Tensor;
  readonly gradient: Tensor;
  /** The state tensors in use, before the update. */
  readonly state: { readonly [K in S]: Tensor };
  /** The terms: numbers as tensors without dimensions, flags as they are. */
  readonly terms: { readonly [K in keyof T]: TermAsTensor<T[K]> };
  /** The options, for what chooses between computations. Numbers that are computed with come as terms. */
  readonly options: Readonly<O>;
}

/**
 * An optimization algorithm. An update is one pass over each parameter, its gradient and its state.
 *
 * `O` are its options, `S` the names of its state tensors, `T` its terms, `W` the names of what it computes of whole
 * tensors.
 */
export interface Algorithm<O, S extends string = string, T extends Terms = Terms, W extends string = string> {
  /** The name of the algorithm in errors. */
  readonly name: string;
  readonly options: OptionTable<O>;
  /** Describes what is wrong with options that are right one by one; undefined if nothing is. */
  conflict?(options: O): string | undefined;
  /** Says which parameters can be optimized, for errors, if one of this shape cannot; undefined if it can. */
  refuse?(parameter: readonly number[]): string | undefined;
  /** Whether the updates of every parameter are counted. */
  readonly counted: boolean;
  readonly state: { readonly [K in S]: StateTensor<O> };
  /** Numbers that are kept for every parameter beside its count of updates. */
  readonly numbers?: Readonly<Record<string, StateNumber<O>>>;
  /**
   * The numbers and flags of an update. Numbers are handed to the kernel as they are, so that changing one compiles
   * nothing; a flag chooses another kernel.
   *
   * @param step - counts from 1; 0 if nothing is counted.
   * @param numbers - the parameter's numbers after this update.
   * @param before - its numbers before this update.
   */
  terms(
    options: O,
    step: number,
    numbers: Readonly<Record<string, number>>,
    before: Readonly<Record<string, number>>,
  ): T;
  /**
   * Tensors that depend on more than one element, such as norms and matrix products, computed before anything is
   * written. They have the parameter's element type, and broadcast to its shape in the formulas. One that has the name
   * of a state tensor with a shape of its own is the new value of that tensor.
   */
  whole?(inputs: WholeInputs<S, T, O>): { readonly [K in W]: Tensor };
  /** The formulas, written down once for every element type and combination of flags. */
  update(inputs: UpdateInputs<S, T, W>): UpdateOutputs<S>;
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
export function defineAlgorithm<O, S extends string, T extends Terms, W extends string = never>(
  algorithm: Algorithm<O, S, T, W>,
): Algorithm<O, S, T, W> {
  return algorithm;
}
