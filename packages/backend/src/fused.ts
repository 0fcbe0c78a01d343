/**
 * Fused operations: larger pieces of work (a softmax, a convolution) that a backend *may* do in one kernel. They are
 * objects, open to third parties; a backend that has no kernel for one never hears of it.
 *
 * @module
 */
import type { DType } from "./dtype.js";
import type { Expr } from "./expr/node.js";
import type { DeviceBuffer, View } from "./view.js";

/** Plain data that goes with a call: hashable, so that calls can be recorded, compared and replayed. */
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

/** Shape and element type of a tensor, without its values. */
export interface TensorType {
  readonly shape: readonly number[];
  readonly dtype: DType;
}

/** A fused operation as a backend sees it; the object itself is its identity. */
export interface FusedOperation<A extends Attributes = Attributes> {
  readonly name: string;
  /** Types of the outputs; throws where the inputs do not fit. */
  infer(inputs: readonly TensorType[], attributes: A): readonly TensorType[];
}

/** A kernel for a fused operation: fills the outputs, whose types are those of `infer`. They overlap no input. */
export type Kernel<B extends DeviceBuffer = DeviceBuffer, A extends Attributes = Attributes> = KernelMethod<
  B,
  A
>["run"];

/** Written as a method so that a kernel over a backend's own buffers is a kernel over buffers. */
interface KernelMethod<B extends DeviceBuffer, A extends Attributes> {
  run(inputs: readonly View<B>[], attributes: A, outputs: readonly View<B>[]): void;
}

/** Finds kernels by operation; a `Map` will do. */
export interface KernelTable<B extends DeviceBuffer = DeviceBuffer> {
  get(operation: FusedOperation): Kernel<B> | undefined;
}
