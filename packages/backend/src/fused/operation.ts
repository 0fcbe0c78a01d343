/**
 * Fused operations: larger pieces of work (a softmax, a convolution) that a backend *may* compute in one kernel. An
 * operation is an object that core and backends share. The object itself is its identity: two operations with the same
 * name are two operations. Anybody can define one. If a backend has no kernel for an operation, it never sees it.
 *
 * @module
 */
import type { DType } from "../dtype.js";
import type { Expr } from "../expr/node.js";

/** Plain data that belongs to a call. It can be compared and printed, so calls can be recorded and replayed. */
export type Attribute =
  | number
  | string
  | boolean
  | null
  | undefined
  | Expr
  | readonly Attribute[]
  | { readonly [name: string]: Attribute };

/** The named attributes of a call. */
export type Attributes = { readonly [name: string]: Attribute };

/** The shape and the element type of a tensor. */
export interface TensorType {
  readonly shape: readonly number[];
  readonly dtype: DType;
}

/** The types of a call's inputs; undefined for an optional input that is absent. */
export type InputTypes = readonly (TensorType | undefined)[];

/** The part of a fused operation that core and backends share. The object is its identity. */
export interface FusedOperation<A extends Attributes = Attributes> {
  /** The name in errors and reports. Operations are never looked up by name. */
  readonly name: string;
  /**
   * The names of the inputs in order. An input whose name ends in "?" is optional: the caller may pass undefined in its
   * place. Without this list, the operation takes any number of inputs, and none of them is optional.
   */
  readonly inputs?: readonly string[];
  /** Returns the types of the outputs, and throws if the inputs or the attributes do not fit. It reads no values. */
  infer(inputs: InputTypes, attributes: A): readonly TensorType[];
}
