/**
 * What the pooling functions share: how windows lie, and what is computed over any number of axes.
 *
 * @module
 */
import { ArgumentError, formatShape, isStorageType, type MaxPoolAttributes, ShapeError } from "@lucid/backend";
import { callFused, fusedConvolution, fusedMaxPool, isFloating, owned } from "@lucid/tensor/extend";
import {
  div,
  expand,
  mul,
  ones,
  reshape,
  type Tensor,
  tensor,
  to,
  truncDivide,
  type ValuesAndIndices,
} from "@lucid/tensor/functions";
import { assertFlag, assertFloatingTensor, assertTensor } from "../../internal/checks.js";
import { isUnbatched, type Sizes, sizesOf } from "./spatial.js";

/** The largest elements; with their positions where these are asked for. */
export type Pooled<Indices extends boolean> = Indices extends true ? ValuesAndIndices : Tensor;

/** How windows lie, as the pooling functions get it. */
export interface PoolOptions {
  readonly stride?: Sizes | null | undefined;
  readonly padding?: Sizes | undefined;
  readonly dilation?: Sizes | undefined;
  readonly ceilMode?: boolean | undefined;
}

/** How windows lie in an input. */
export interface PoolGeometry extends MaxPoolAttributes {
  readonly unbatched: boolean;
  /** The size of the input's space, and how many windows there are along each axis. */
  readonly space: readonly number[];
  readonly windows: readonly number[];
  /** The padding that was asked for. The last window may reach further. */
  readonly sides: readonly number[];
}

/** The attributes of the fused operation. */
export const windowsOfPool = ({ kernel, stride, padding, dilation }: PoolGeometry): MaxPoolAttributes => ({
  kernel,
  stride,
  padding,
  dilation,
});

/**
 * Checks how windows lie, and counts them.
 *
 * @throws ArgumentError for sizes that are not integers, or a padding of more than half a window; ShapeError if no window
 * fits.
 */
export function poolGeometry(
  operation: string,
  axes: number,
  input: Tensor,
  kernelSize: unknown,
  options: PoolOptions,
): PoolGeometry {
  const { ceilMode = false } = options;
  const kernel = sizesOf(operation, "kernelSize", kernelSize, axes, 1);
  // PyTorch writes the default of the stride as an empty list, too.
  const none = options.stride === null || (Array.isArray(options.stride) && options.stride.length === 0);
  const stride = sizesOf(operation, "stride", none ? kernel : (options.stride ?? kernel), axes, 1);
  const sides = sizesOf(operation, "padding", options.padding ?? 0, axes, 0);
  const dilation = sizesOf(operation, "dilation", options.dilation ?? 1, axes, 1);
  assertFlag(operation, "ceilMode", ceilMode);
  if (sides.some((side, axis) => side > kernel[axis]! / 2)) {
    throw new ArgumentError(operation, `padding is ${formatShape(sides)}, kernelSize ${formatShape(kernel)}`, {
      rule: "the padding is at most half of the window",
    });
  }
  const unbatched = isUnbatched(operation, input, axes);
  const space = input.shape.slice(-axes);
  const extents = kernel.map((size, axis) => dilation[axis]! * (size - 1) + 1);
  const windows = space.map((size, axis) => {
    const step = stride[axis]!;
    const room = size + 2 * sides[axis]! - extents[axis]!;
    const count = (ceilMode ? Math.ceil(room / step) : Math.floor(room / step)) + 1;
    // The last window begins in the input or in the padding before it.
    return ceilMode && (count - 1) * step >= size + sides[axis]! ? count - 1 : count;
  });
  const channels = input.shape[input.ndim - axes - 1]!;
  if (windows.some((count) => count < 1) || [...space, channels].some((size) => size < 1)) {
    throw new ShapeError(
      operation,
      `the input ${formatShape(input.shape)} has no window of ${formatShape(extents)}`,
      [input.shape, kernel],
      { rule: "with its dilation, a window is no larger than the input with its padding" },
    );
  }
  const padding = windows.map((count, axis) => {
    const reached = (count - 1) * stride[axis]! + extents[axis]! - sides[axis]!;
    return [sides[axis]!, Math.max(0, reached - space[axis]!)] as const;
  });
  return { kernel, stride, padding, dilation, unbatched, space, windows, sides };
}

/** Adds a batch where there is none. */
export const batched = (x: Tensor, unbatched: boolean): Tensor => (unbatched ? reshape(x, [1, ...x.shape]) : x);

/** Takes the batch away again. */
export const withoutBatch = (y: Tensor, unbatched: boolean): Tensor => (unbatched ? reshape(y, y.shape.slice(1)) : y);

/** Returns the elements, with their positions if these are asked for. */
export function pooled<Indices extends boolean>(values: Tensor, indices: Tensor, both: Indices): Pooled<Indices> {
  return (both ? { values, indices } : values) as Pooled<Indices>;
}

/** The largest elements of windows over `axes` axes. */
export function poolMaxima<Indices extends boolean>(
  operation: string,
  axes: number,
  input: Tensor,
  kernelSize: unknown,
  options: PoolOptions & { readonly returnIndices?: Indices },
): Pooled<Indices> {
  assertFloatingTensor(operation, "input", input);
  const both = (options.returnIndices ?? false) as Indices;
  assertFlag(operation, "returnIndices", both);
  const geometry = poolGeometry(operation, axes, input, kernelSize, options);
  const { unbatched } = geometry;
  return owned(() => {
    const [values, indices] = callFused(fusedMaxPool, [batched(input, unbatched)], windowsOfPool(geometry));
    return pooled(withoutBatch(values!, unbatched), withoutBatch(indices!, unbatched), both);
  });
}

/** Options of the averages of windows. */
export interface AverageOptions extends Omit<PoolOptions, "dilation"> {
  readonly countIncludePad?: boolean | undefined;
  readonly divisorOverride?: number | null | undefined;
}

/** The averages of windows over `axes` axes. */
export function poolAverages(
  operation: string,
  axes: number,
  input: Tensor,
  kernelSize: unknown,
  options: AverageOptions,
): Tensor {
  assertTensor(operation, "input", input);
  if (input.dtype === "bool") assertFloatingTensor(operation, "input", input);
  const { countIncludePad = true } = options;
  const divisor = options.divisorOverride ?? undefined;
  assertFlag(operation, "countIncludePad", countIncludePad);
  if (divisor !== undefined && !(Number.isInteger(divisor) && divisor !== 0)) {
    throw new ArgumentError(operation, `divisorOverride is ${String(divisor)}`, {
      rule: "it is an integer, but not 0",
    });
  }
  const geometry = poolGeometry(operation, axes, input, kernelSize, options);
  const { kernel, stride, padding, dilation, space, windows } = geometry;
  return owned(() => {
    const lines = input.shape.slice(0, -axes);
    const count = lines.reduce((product, size) => product * size, 1);
    const { dtype, backend } = input;
    const weight = expand(ones([1, 1, ...kernel.map(() => 1)], { dtype, backend }), [1, 1, ...kernel]);
    const flat = reshape(input, [count, 1, ...space]);
    const sums = callFused(fusedConvolution, [flat, weight], { stride, padding, dilation, groups: 1 })[0]!;
    return divided(reshape(sums, [...lines, ...windows]), divisor ?? countsOf(geometry, countIncludePad));
  });
}

/** How many elements each window has, along each axis. */
function countsOf(
  { kernel, stride, space, windows, sides }: PoolGeometry,
  countIncludePad: boolean,
): readonly (readonly number[])[] {
  return windows.map((count, axis) =>
    Array.from({ length: count }, (_, i) => {
      const start = i * stride[axis]! - sides[axis]!;
      const end = Math.min(start + kernel[axis]!, space[axis]! + sides[axis]!);
      return countIncludePad ? end - start : Math.min(end, space[axis]!) - Math.max(start, 0);
    }),
  );
}

/** Divides by a number, or along each axis by its counts. Of integers, the quotient is rounded towards 0. */
function divided(sums: Tensor, by: number | readonly (readonly number[])[]): Tensor {
  const quotient = isFloating(sums.dtype) ? div : truncDivide;
  if (typeof by === "number") return quotient(sums, by);
  const axes = by.length;
  let factor = 1;
  let factors: Tensor | undefined;
  for (const [axis, counts] of by.entries()) {
    if (counts.every((count) => count === counts[0])) {
      factor *= counts[0]!;
      continue;
    }
    const dtype = isStorageType(sums.dtype) ? "float32" : sums.dtype;
    const along = tensor([...counts], { dtype, backend: sums.backend });
    const shaped = reshape(
      along,
      by.map((_, i) => (i === axis ? counts.length : 1)),
    );
    factors = factors === undefined ? shaped : mul(factors, shaped);
  }
  if (factors === undefined) return quotient(sums, factor);
  const whole = factor === 1 ? factors : mul(factors, factor);
  const wide = reshape(whole, [...new Array<number>(sums.ndim - axes).fill(1), ...whole.shape]);
  return to(quotient(sums, wide), sums.dtype);
}
