/**
 * The contract: what a backend is. Implement this interface, run `testBackend` of `@lucid/backend-conformance`, and the
 * whole framework works on it, training included.
 *
 * The framework infers shapes and element types, checks every argument, allocates outputs and broadcasts inputs (with
 * stride 0) before it calls; a backend only fills buffers. Every view may have any strides (0 and negative included),
 * any offset, rank 0, and axes of size 0; an `axis` is always in 0 … rank − 1. Outputs never have stride 0, never
 * overlap each other and, except in `map`, no input; they may be slices of larger buffers, whose other elements must
 * stay as they are.
 *
 * A buffer holds only values of its element type. A typed array sees to that when it is written; where memory does not
 * (an array of numbers, a u32 for a bool), every member brings what it stores into the type first:
 * `dtypes[dtype].wrap`.
 *
 * Elements of float16 and bfloat16 are only stored: expressions cast them to float32 as soon as they read them, and a cast is
 * the last thing that happens to a value of such a type. No scalar operation, constant or scalar has one of these types.
 *
 * Lists in a call (of views, numbers, axes) are the caller's to use again once the member has returned. Only `exprs` of
 * a map, and expressions themselves, never change, and may be cache keys.
 *
 * @module
 */
import type { DType, TypedArray } from "./dtype.js";
import type { Expr } from "./expr/node.js";
import type { ScalarOp } from "./expr/operations.js";
import type { KernelTable } from "./fused/kernel.js";
import type { Outcome } from "./outcome.js";
import type { DeviceBuffer, View } from "./view.js";

/** What a backend can do, as data. A missing field has its default. */
export interface Capabilities {
  /**
   * The element types that it can hold; default all but the storage types float16 and bfloat16. Creating a tensor of another
   * type, or casting to one, throws.
   */
  readonly dtypes?: readonly DType[];
  /** The number of threads that it computes on; default 1. */
  readonly threads?: number;
  /** Texts for people that say why the backend is slower than it could be, such as missing shared memory. */
  readonly notes?: readonly string[];
  readonly limits?: Limits;
  readonly precision?: Precision;
}

/** What one call may ask of the backend. The framework splits larger calls. A missing field means no limit. */
export interface Limits {
  /** The most views in one call, inputs and outputs together; 4 or more. */
  readonly views?: number;
  /** The most outputs of a `map`; 1 or more. */
  readonly outputs?: number;
  /** The most elements in a buffer. */
  readonly bufferElements?: number;
  /**
   * The most positions in one call: of the domain of `map` and `reduce`, and of the largest output or source of other
   * members. One line of a `scan` or `sort` may be longer.
   */
  readonly callElements?: number;
}

/**
 * Says where results are less accurate than the contract asks. The conformance suite takes its tolerances from here.
 */
export interface Precision {
  /** Whether subnormal numbers are kept; default true. If not, they may be treated as 0 in operands and results. */
  readonly subnormals?: boolean;
  /** Whether a·b + c may be rounded once instead of twice; default false. */
  readonly contraction?: boolean;
  /** The largest error in units in the last place of float32, by operation. */
  readonly ulp?: Readonly<Partial<Record<ScalarOp, number>>>;
}

/**
 * How `reduce` combines elements. The results of `argmax` and `argmin` are int32: the row-major position, within the
 * reduced axes, of the first extreme value.
 */
export type ReduceOp = "sum" | "prod" | "max" | "min" | "any" | "all" | "argmax" | "argmin";

/** How `scan` combines elements. */
export type ScanOp = "sum" | "prod" | "max" | "min";

/**
 * How `scatter` combines an element with the one in the output. With `set`, the last duplicate in row-major order is
 * kept. `add` is what reductions and scans call `sum`.
 */
export type ScatterMode = "set" | "add" | "prod" | "max" | "min";

/** An element-wise call: every position of an output gets the value of the output's expression at this position. */
export interface MapCall<B extends DeviceBuffer = DeviceBuffer> {
  /** One expression per output, of the output's element type. The array is never changed. */
  readonly exprs: readonly Expr[];
  /** Views of the domain's shape; `input(i)` reads `inputs[i]`. May be empty. */
  readonly inputs: readonly View<B>[];
  /** `scalar(i)` reads `scalars[i]`. */
  readonly scalars: readonly number[];
  /**
   * Views of the domain's shape, at least one. An output may be the identical view of an input; otherwise it does not
   * overlap any. Every expression sees the inputs as they were before the call.
   */
  readonly outputs: readonly View<B>[];
}

/** A call that computes element-wise values and reduces them over some axes. */
export interface ReduceCall<B extends DeviceBuffer = DeviceBuffer> {
  readonly op: ReduceOp;
  /**
   * The value to reduce, at every position of the domain. Its type is bool for any and all, it is int32, float32 or
   * float64 for sum and prod, and it is any type for the others, but never float16 or bfloat16.
   */
  readonly value: Expr;
  /**
   * An expression that is applied to every result. `input(0)` is the accumulated value, rounded to its type (that of
   * `value`, or int32 for argmax and argmin). It may read the call's scalars, but no positions. The output has the type
   * of this expression.
   */
  readonly finish: Expr | undefined;
  /** The domain. */
  readonly shape: readonly number[];
  /** Views of the domain's shape. */
  readonly inputs: readonly View<B>[];
  readonly scalars: readonly number[];
  /**
   * The reduced axes, ascending. Without any, every element is its own result, and argmax and argmin give 0. Reducing
   * an axis of size 0 gives the identity: 0 for sum, 1 for prod, false for any, true for all, −∞ or the type's lowest
   * value for max (bool: 0), and ∞ or the type's highest value for min (bool: 1). The framework never calls argmax or
   * argmin without elements.
   */
  readonly axes: readonly number[];
  /** The domain's shape with 1 in place of every reduced axis. */
  readonly output: View<B>;
}

/** What is computed with a matrix product before it is stored. */
export interface Epilogue<B extends DeviceBuffer = DeviceBuffer> {
  /** Here `input(0)` is the product and `input(1 + i)` is `inputs[i]`. It may read scalars, but no positions. */
  readonly expr: Expr;
  /** Views of the product's shape. */
  readonly inputs: readonly View<B>[];
  readonly scalars: readonly number[];
}

/**
 * A backend computes on buffers of type `B`. Calls take effect in order. A member that throws leaves every buffer that
 * existed before unchanged. Where a device is lost, every pending and every later call but `free` and `memory` throws
 * `DeviceLostError`, or rejects with it.
 */
export interface Backend<B extends DeviceBuffer = DeviceBuffer> {
  /** The name that errors and reports show. */
  readonly name: string;
  readonly capabilities: Capabilities;

  /**
   * Makes a buffer of `length` elements with undefined contents. Throws `OutOfMemoryError` if there is no room. The
   * error's counts of bytes are for its message; they are 0 if the backend does not count.
   */
  allocate(dtype: DType, length: number): B;
  /** Frees a buffer that the framework no longer needs. The backend itself reclaims buffers that become unreachable. */
  free(buffer: B): void;
  /**
   * Copies host values into the buffer from position `start`. The array has the buffer's host type, with bool as 0 and
   * 1.
   */
  write(buffer: B, start: number, values: TypedArray): void;
  /** Returns a copy of `length` elements from position `start`, in the host array of the buffer's element type. */
  read(buffer: B, start: number, length: number): Promise<TypedArray>;
  /** Does the same synchronously. Leave it out if the device cannot. */
  readSync?(buffer: B, start: number, length: number): TypedArray;
  /**
   * Resolves when the device has done all that it was asked before. Without it, a read of no elements does the same.
   */
  synchronize?(): Promise<void>;
  /**
   * Returns the buffer's elements themselves, for work on the host. Several such arrays may be taken one after another;
   * all stay valid until any other member is called. An array may be a part of a larger memory, which its `.buffer`
   * shows. It is therefore for packages that extend a backend, and nobody else should get it. Leave this member out if
   * elements are not in host memory.
   */
  hostView?(buffer: B): TypedArray;

  /**
   * Copies a view of another backend into `target`, which has the same shape and element type. Returns false if that is
   * not possible; nothing has changed then, and the framework reads and writes instead. Leave this member out if it
   * never is.
   */
  copyFrom?(source: Backend, view: View, target: View<B>): boolean;

  /**
   * Results are exact where IEEE 754 defines them: arithmetic, rounding, sqrt, comparisons and casts, subnormal numbers
   * included. Other results are within 2 ulp in float32 and 4 ulp in float64, with the special values of C's Annex F.
   */
  map(call: MapCall<B>): void;
  /**
   * float32 sums must be as accurate as pairwise summation, and finite if Σ|x| is within the type's range; beyond this
   * range a partial sum may or may not overflow. A product of n factors may have an error of n roundings if no partial
   * product leaves the range. A sum that is zero may have either sign, as in `matmul` and `scan`. If a value is NaN, it
   * is the result of max and min, and the first one is the position for argmax and argmin.
   */
  reduce(call: ReduceCall<B>): void;
  /**
   * `[…, m, k] · […, k, n] → […, m, n]` with equal batch axes, in float32 or float64. The product of float16 or bfloat16
   * factors is accumulated in float32 and has this type. For k = 0 the product is zero. The epilogue is applied last, and
   * the output has its element type. A zero may have either sign.
   */
  matmul(a: View<B>, b: View<B>, output: View<B>, epilogue?: Epilogue<B>): void;
  /**
   * `output[…, i, …] = source[…, index[…, i, …], …]` along `axis`. The int32 index has the output's shape, and the
   * source has the same shape on all axes but `axis`. Throws `IndexOutOfRangeError` before writing anything if an index
   * is < 0 or ≥ size. A device that cannot look at once stores 0 for that element instead, and returns a {@link
   * Deferred}. The framework then refuses to read what was computed from the output.
   */
  gather(source: View<B>, index: View<B>, axis: number, output: View<B>): Outcome;
  /**
   * `output[…, index[…, i, …], …] ∘= source[…, i, …]`, the reverse of `gather`. Source and index have one shape, and
   * elements of `output` that no index names are unchanged. add and prod are not called for bool, and float16 and
   * bfloat16 are called with set alone. The result does not depend on the number of threads. A device that checks later skips elements whose index is out of range.
   */
  scatter(mode: ScatterMode, source: View<B>, index: View<B>, axis: number, output: View<B>): Outcome;
  /**
   * Computes running results along `axis`, each including its own element. After a NaN, max and min are NaN. A sum that
   * is zero may have either sign. `x` and `output` have one shape and element type; sum and prod are not called for
   * uint8 or bool, and nothing is for float16 or bfloat16.
   */
  scan(op: ScanOp, x: View<B>, axis: number, output: View<B>): void;
  /**
   * Sorts along `axis`: ascending, stable, NaN last, −0 equal to 0. `indices` (int32) gets the original position of
   * each value. It is not called for float16 or bfloat16.
   */
  sort(x: View<B>, axis: number, values: View<B>, indices: View<B>): void;

  /** Kernels for fused operations. An operation without a kernel is composed from the members above. */
  readonly fused?: KernelTable<B>;
  /** Counters for `memory()`. */
  memory?(): BackendMemory;
  /**
   * Ends the backend and frees its memory. Afterwards every member except `free`, `memory` and `close` throws
   * `BackendError`. Closing again does nothing. Leave it out if the garbage collector is enough.
   */
  close?(): void;
}

/** The counters of a backend's memory. */
export interface BackendMemory {
  /** Bytes that live buffers take on the device. */
  readonly bytes: number;
  /** Bytes of live buffers that were moved off the device to make room. */
  readonly evictedBytes: number;
  /** Bytes that have been moved off the device so far, in total. */
  readonly totalEvictedBytes: number;
}
