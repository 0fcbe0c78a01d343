/**
 * Derivative rules: how the gradients of a call's inputs follow from those of its outputs.
 *
 * @module
 */
import type { Attributes, Backend, TensorType } from "@lucid/backend";
import type { Tensor } from "../tensor/tensor.js";
import type { Scalar } from "./scalar.js";

/** The positions of the inputs and outputs that a rule reads in the backward pass. Only their values are kept. */
export interface Saves {
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

/** What a recorded call keeps about each input. */
export interface InputType extends TensorType {
  readonly strides: readonly number[];
}

/** The arguments of a rule in the backward pass. */
export interface RuleContext<A extends Attributes = Attributes> {
  /** The function that the user called, for errors: `backward` or `grad`. Its asynchronous form ends in `Async`. */
  readonly operation: string;
  readonly attributes: A;
  /** The numbers of the call. */
  readonly scalars: readonly Scalar[];
  /** For each input, whether it needs a gradient. */
  readonly wanted: readonly boolean[];
  /** The type of each input. In rules of fused operations, an optional input that was absent has no type. */
  readonly inputTypes: readonly InputType[];
  readonly outputTypes: readonly TensorType[];
  /** The backend of the inputs. */
  readonly backend: Backend;
  /** The gradient of each output, undefined if none arrived. At least one arrived. */
  readonly gradients: readonly (Tensor | undefined)[];
  /** Returns a saved input. */
  input(index: number): Tensor;
  /** Returns a saved output. */
  output(index: number): Tensor;
  /** Returns the gradient of an output, or zeros if none arrived. */
  gradient(index: number): Tensor;
}

/**
 * The derivative rule of a primitive or of a fused operation: its vector-Jacobian product, written with tensor
 * operations, so that recording it gives the next derivative.
 */
export interface Rule<A extends Attributes = Attributes> {
  /** Returns which values `gradients` will read. */
  saves(attributes: A, wanted: readonly boolean[], inputs: readonly TensorType[]): Saves;
  /** Returns the gradient of each input, in the input's shape and type; undefined for an input that has none. */
  gradients(context: RuleContext<A>): readonly (Tensor | undefined)[];
  /** Does the same for `backwardAsync`, where the rule may have to wait for a device. */
  gradientsAsync?(context: RuleContext<A>): Promise<readonly (Tensor | undefined)[]>;
}
