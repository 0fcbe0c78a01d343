/**
 * The contract: what a backend is. Implement this interface, run `testBackend` of `@lucid/backend-conformance`, and the
 * whole framework works on it, training included.
 *
 * The framework infers shapes and element types, checks every argument, allocates outputs and broadcasts inputs (with
 * stride 0) before it calls; a backend only fills buffers. Every view may have any strides (0 and negative included), any
 * offset, rank 0, and axes of size 0; an `axis` is always in 0 … rank − 1. Outputs never have stride 0, never overlap each
 * other and, except in `map`, no input; they may be slices of larger buffers, whose other elements must stay as they are.
 *
 * A buffer holds only values of its element type. A typed array sees to that when it is written; where memory does not (an
 * array of numbers, a u32 for a bool), every member brings what it stores into the type first: `dtypes[dtype].wrap`.
 *
 * Lists in a call (of views, numbers, axes) are the caller's to use again once the member has returned. Only `exprs` of a
 * map, and expressions themselves, never change, and may be cache keys.
 *
 * @module
 */
import type { DType, TypedArray } from "./dtype.js";
import type { Expr } from "./expr/node.js";
import type { KernelTable } from "./fused.js";
import type { DeviceBuffer, View } from "./view.js";

/** What a backend can do, as data. A missing field means the default. */
export interface Capabilities {
  /** Element types it can hold; default all. Others throw at creation and cast. */
  readonly dtypes?: readonly DType[];
  /** Threads it computes on; default 1. */
  readonly threads?: number;
  /** Why it runs below its best (no shared memory, no SIMD …), as text for people. */
  readonly notes?: readonly string[];
}

/** How `reduce` combines elements. `argmax` and `argmin` give the row-major int32 position of the first extreme within the reduced axes. */
export type ReduceOp = "sum" | "prod" | "max" | "min" | "any" | "all" | "argmax" | "argmin";

/** How `scan` combines elements. */
export type ScanOp = "sum" | "prod" | "max" | "min";

/**
 * How `scatter` combines an element with what is there. `set`: of duplicates, the last in row-major order stays. `add` is
 * what reductions and scans call `sum`.
 */
export type ScatterMode = "set" | "add" | "prod" | "max" | "min";

/** Element-wise work: every output position gets the value of its expression there. */
export interface MapCall<B extends DeviceBuffer = DeviceBuffer> {
  /** One per output, of the output's element type. The array is never changed. */
  readonly exprs: readonly Expr[];
  /** Views of the domain's shape; `input(i)` reads `inputs[i]`. May be empty. */
  readonly inputs: readonly View<B>[];
  /** Numbers for `scalar(i)`. */
  readonly scalars: readonly number[];
  /**
   * Views of the domain's shape, at least one. An output may be the identical view of an input; otherwise it does not
   * overlap any. Every expression sees the inputs as they were before the call.
   */
  readonly outputs: readonly View<B>[];
}

/** Element-wise work followed by a reduction over some axes. */
export interface ReduceCall<B extends DeviceBuffer = DeviceBuffer> {
  readonly op: ReduceOp;
  /**
   * What is reduced, at every position of the domain: bool for any and all; int32, float32 or float64 for sum and prod;
   * any type for the others.
   */
  readonly value: Expr;
  /**
   * Applied to the result: an expression of `input(0)` = the accumulated value, rounded to its type (that of `value`; int32
   * for argmax and argmin), and of the call's scalars; it names no positions. The output has its element type.
   */
  readonly finish: Expr | undefined;
  /** The domain. */
  readonly shape: readonly number[];
  /** Views of the domain's shape. */
  readonly inputs: readonly View<B>[];
  readonly scalars: readonly number[];
  /**
   * The reduced axes, ascending; with none, every element is its own result (argmax: 0). Reducing an axis of size 0 gives
   * the identity: sum 0, prod 1, any false, all true, max −∞ or the type's lowest value (bool: 0), min ∞ or its highest
   * (bool: 1). The framework never asks for the argmax or argmin of nothing.
   */
  readonly axes: readonly number[];
  /** The domain's shape with 1 in place of every reduced axis. */
  readonly output: View<B>;
}

/** Work to do on a product before it is stored. */
export interface Epilogue<B extends DeviceBuffer = DeviceBuffer> {
  /** An expression of `input(0)` = the product, `input(1 + i)` = `inputs[i]`, and scalars; it names no positions. */
  readonly expr: Expr;
  /** Views of the product's shape. */
  readonly inputs: readonly View<B>[];
  readonly scalars: readonly number[];
}

/**
 * A compute backend over buffers of type `B`. Calls take effect in order. A member that throws leaves every buffer that
 * existed before as it was.
 */
export interface Backend<B extends DeviceBuffer = DeviceBuffer> {
  /** Shown in errors and reports. */
  readonly name: string;
  readonly capabilities: Capabilities;

  /**
   * Room for `length` elements, contents undefined. Throws `OutOfMemoryError`, for any length that there is no room for; its
   * counts of bytes are for the message, 0 where the backend keeps none.
   */
  allocate(dtype: DType, length: number): B;
  /** The framework has no more use for the buffer. Buffers that are merely unreachable are the backend's to reclaim. */
  free(buffer: B): void;
  /** Copies host values into the buffer from position `start`: an array of the buffer's host type, bool as 0 and 1. */
  write(buffer: B, start: number, values: TypedArray): void;
  /** A copy of `length` elements from position `start`, in the host array of the buffer's element type. */
  read(buffer: B, start: number, length: number): Promise<TypedArray>;
  /** The same at once. Leave it out where the device cannot. */
  readSync?(buffer: B, start: number, length: number): TypedArray;
  /**
   * The buffer's live elements for work on the host. Several may be taken one after another; all stay valid until any other
   * member is called. Leave it out where there are none.
   */
  hostView?(buffer: B): TypedArray;

  /**
   * Results are exact where IEEE 754 defines them (arithmetic, rounding, sqrt, comparisons, casts, subnormals included),
   * elsewhere within 2 ulp in float32 and 4 ulp in float64, with the special values of C's Annex F.
   */
  map(call: MapCall<B>): void;
  /**
   * float32 sums must be as accurate as pairwise summation, and the sign of a sum that is zero is open, as in `matmul` and
   * `scan`; NaN wins max, min, argmax and argmin.
   */
  reduce(call: ReduceCall<B>): void;
  /**
   * `[…, m, k] · […, k, n] → […, m, n]`, equal batch axes, float32 or float64. k = 0 gives zeros, then the epilogue, whose
   * element type is the output's. The sign of a zero is open.
   */
  matmul(a: View<B>, b: View<B>, output: View<B>, epilogue?: Epilogue<B>): void;
  /**
   * `output[…, i, …] = source[…, index[…, i, …], …]` along `axis`. The int32 index has the output's shape; elsewhere than
   * `axis` that is also the source's. Throws `IndexOutOfRangeError` before writing anything for an index < 0 or ≥ size; a
   * backend without `readSync` may instead skip that element and reject the next `read` with this error.
   */
  gather(source: View<B>, index: View<B>, axis: number, output: View<B>): void;
  /**
   * `output[…, index[…, i, …], …] ∘= source[…, i, …]`, the mirror of `gather`: source and index have one shape, elements
   * of `output` that no index names stay (add and prod: not bool). The result does not depend on the number of threads.
   */
  scatter(mode: ScatterMode, source: View<B>, index: View<B>, axis: number, output: View<B>): void;
  /**
   * Running results along `axis`, inclusive; NaN wins max and min from there on; the sign of a sum that is zero is open.
   * `x` and `output` have one shape and element type (sum and prod: not uint8 or bool).
   */
  scan(op: ScanOp, x: View<B>, axis: number, output: View<B>): void;
  /** Ascending and stable along `axis`, NaN last, −0 equal to 0; `indices` (int32) say where each value stood. */
  sort(x: View<B>, axis: number, values: View<B>, indices: View<B>): void;

  /** Kernels for fused operations; what is missing is composed from the members above. */
  readonly fused?: KernelTable<B>;
  /** Counters for `memory()`. */
  memory?(): BackendMemory;
}

/** What a backend says about its memory. */
export interface BackendMemory {
  /** Bytes that live buffers take on the device. */
  readonly bytes: number;
  /** Bytes of live buffers that were moved off the device to make room. */
  readonly evictedBytes: number;
  /** Bytes moved off the device so far, all told. */
  readonly totalEvictedBytes: number;
}
