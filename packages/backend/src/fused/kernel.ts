/**
 * Kernels for fused operations, and the table in which a backend offers them.
 *
 * @module
 */
import { ArgumentError } from "../errors.js";
import type { Outcome } from "../outcome.js";
import type { DeviceBuffer, View } from "../view.js";
import type { Attributes, FusedOperation, InputTypes, TensorType } from "./operation.js";

/** A call of a fused operation, as a kernel sees it. Views may have any layout. */
export interface FusedCall<B extends DeviceBuffer = DeviceBuffer, A extends Attributes = Attributes> {
  /** The views of the inputs; undefined for an optional input that is absent. */
  readonly inputs: readonly (View<B> | undefined)[];
  /** Numbers that change from call to call, such as a learning rate. */
  readonly scalars: readonly number[];
  readonly attributes: A;
  /** The views to fill, of the types that `infer` returns. They overlap no input and not each other. */
  readonly outputs: readonly View<B>[];
  /** Contiguous working memory of the types that the kernel's `scratch` lists. Its contents are undefined. */
  readonly scratch: readonly View<B>[];
}

/** Computes calls of one fused operation. If `run` throws, the framework frees the outputs and the scratch memory. */
export interface Kernel<B extends DeviceBuffer = DeviceBuffer, A extends Attributes = Attributes> {
  /** The types of the working memory that a call needs. */
  readonly scratch?: readonly TensorType[];
  /** Fills the outputs of the call. A kernel that finds later that an index is out of range returns a `Deferred`, as `gather` does. */
  run(call: FusedCall<B, A>): Outcome;
}

/** The table in which the framework finds a backend's kernels. */
export interface KernelTable<B extends DeviceBuffer = DeviceBuffer> {
  /**
   * Returns the kernel for calls of these types, shapes and attributes. It returns undefined to decline; the framework
   * then composes the operation of the backend's other members. Operations are compared by identity.
   */
  find<A extends Attributes>(operation: FusedOperation<A>, inputs: InputTypes, attributes: A): Kernel<B, A> | undefined;
}

/** Chooses the kernel for a call of one operation, or returns undefined to decline. */
export type ChooseKernel<B extends DeviceBuffer, A extends Attributes> = (
  inputs: InputTypes,
  attributes: A,
) => Kernel<B, A> | undefined;

/** One entry of a kernel table. {@link kernelFor} makes it. */
export interface KernelEntry<B extends DeviceBuffer = DeviceBuffer, A extends Attributes = Attributes> {
  readonly operation: FusedOperation<A>;
  choose(inputs: InputTypes, attributes: A): Kernel<B, A> | undefined;
}

/**
 * Makes an entry of a kernel table: the kernel for an operation, or a function that chooses one by the types and shapes
 * of the inputs and by the attributes.
 *
 * @example
 * ```ts
 * kernelFor(softmaxOperation, ([x]) => (x?.dtype === "float32" ? float32Kernel : undefined));
 * ```
 */
export function kernelFor<B extends DeviceBuffer, A extends Attributes>(
  operation: FusedOperation<A>,
  kernel: Kernel<B, A> | ChooseKernel<B, A>,
): KernelEntry<B, A> {
  return { operation, choose: typeof kernel === "function" ? kernel : () => kernel };
}

/**
 * Makes a table of kernels, for the member `fused` of a backend.
 *
 * @throws ArgumentError if two entries are for one operation.
 *
 * @example
 * ```ts
 * const softmaxKernel = { run() {} };
 * const table = kernelTable(kernelFor(softmaxOperation, softmaxKernel));
 * table.find(softmaxOperation, [{ shape: [2, 3], dtype: "float32" }], { axis: 1 }) === softmaxKernel; // → true
 * table.find(layerNormOperation, [{ shape: [2, 3], dtype: "float32" }], { axes: 1, eps: 1e-5 }); // → undefined
 * ```
 */
export function kernelTable<B extends DeviceBuffer>(...entries: readonly KernelEntry<B>[]): KernelTable<B> {
  const table = new Map<FusedOperation, KernelEntry<B>>();
  for (const entry of entries) {
    if (table.has(entry.operation)) {
      throw new ArgumentError("kernelTable", `there are two entries for the operation ${entry.operation.name}`, {
        rule: "a table has at most one entry for an operation",
      });
    }
    table.set(entry.operation, entry);
  }
  return { find: (operation, inputs, attributes) => table.get(operation)?.choose(inputs, attributes) };
}
