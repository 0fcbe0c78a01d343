/**
 * What a derivative rule is.
 *
 * @module
 */
import type { Attributes, Backend, TensorType } from "@lucid/backend";
import type { Tensor } from "@lucid/tensor/core";

/** Which values a rule reads in the backward pass, by position. */
export interface Saves {
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

/** What a recorded call keeps of an input in any case. */
export interface InputType extends TensorType {
  readonly strides: readonly number[];
}

/** What a rule gets. */
export interface RuleContext<A extends Attributes = Attributes> {
  readonly attributes: A;
  /** Which inputs need a gradient. */
  readonly wanted: readonly boolean[];
  readonly inputTypes: readonly InputType[];
  readonly outputTypes: readonly TensorType[];
  /** Where the inputs lived. */
  readonly backend: Backend;
  /** A saved input. */
  input(index: number): Tensor;
  /** A saved output. */
  output(index: number): Tensor;
  /** The gradient of an output; zeros where none arrived. */
  gradient(index: number): Tensor;
}

/**
 * The vector-Jacobian product of a primitive, written with tensor operations, so that recording it gives the next
 * derivative.
 */
export interface Rule<A extends Attributes = Attributes> {
  /** What to keep for `gradients`. */
  saves(attributes: A, wanted: readonly boolean[], inputs: readonly TensorType[]): Saves;
  /** By input: its gradient, of its shape and type; undefined where it has none. */
  gradients(context: RuleContext<A>): readonly (Tensor | undefined)[];
  /** The same for `backwardAsync`, where it may have to wait for a device. */
  gradientsAsync?(context: RuleContext<A>): Promise<readonly (Tensor | undefined)[]>;
}
