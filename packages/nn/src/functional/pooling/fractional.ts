/**
 * Max pooling whose windows lie at random distances.
 *
 * @module
 */
import {
  ArgumentError,
  checkOptions,
  DTypeError,
  describeValue,
  dtypes,
  equalShapes,
  formatShape,
  type OptionNames,
  ShapeError,
} from "@lucid/backend";
import { owned } from "@lucid/tensor/extend";
import {
  add,
  arange,
  elementwise,
  type Formula,
  lt,
  mul,
  narrow,
  rand,
  reshape,
  sub,
  type Tensor,
  to,
  trunc,
  where,
} from "@lucid/tensor/functions";
import { assertFlag, assertFloatingTensor, assertTensor } from "../../internal/checks.js";
import { placesOf, poolAt } from "../internal/adaptive.js";
import type { Pooled } from "../internal/pool.js";
import { isUnbatched, type Sizes, sizesOf } from "../internal/spatial.js";

/** Options of `fractionalMaxPool2d` and `fractionalMaxPool3d`. */
export interface FractionalMaxPoolOptions<Indices extends boolean = boolean> {
  /** How many windows there are along each axis. */
  readonly outputSize?: Sizes | null | undefined;
  /** How many windows there are for each element of an axis, between 0 and 1; used where there is no `outputSize`. */
  readonly outputRatio?: number | readonly number[] | null | undefined;
  /** Whether the positions are returned too; default false. */
  readonly returnIndices?: Indices;
  /** The random numbers in [0, 1) that are used, `(batch, channels, axes)`; default (and null): they are drawn. */
  readonly randomSamples?: Tensor | null | undefined;
}

const optionNames: OptionNames<FractionalMaxPoolOptions> = {
  outputSize: true,
  outputRatio: true,
  returnIndices: true,
  randomSamples: true,
};

/** Where window i begins, by the random number of its line. The last window ends with the axis. */
const startOf = /* @__PURE__ */ elementwise(
  (i: Formula, sample: Formula, distance: Formula, last: Formula, final: Formula) =>
    where(lt(i, final), sub(trunc(mul(add(i, sample), distance)), trunc(mul(sample, distance))), last),
  { name: "fractionalMaxPool" },
);

/**
 * Returns the ratios of output and input.
 *
 * @throws ArgumentError unless they are numbers between 0 and 1, one for all axes or one for each.
 */
export function ratiosOf(operation: string, value: unknown, axes: number): readonly number[] {
  const list: unknown = typeof value === "number" ? new Array(axes).fill(value) : value;
  const isRatio = (ratio: unknown): boolean => typeof ratio === "number" && ratio > 0 && ratio < 1;
  if (Array.isArray(list) && list.length === axes && [...list].every(isRatio)) return [...(list as readonly number[])];
  throw new ArgumentError(operation, `outputRatio is ${describeValue(value)}`, {
    rule: `outputRatio is a number between 0 and 1, or a list of ${axes} of them`,
  });
}

function pool<Indices extends boolean>(
  operation: string,
  axes: number,
  input: Tensor,
  kernelSize: Sizes,
  options: FractionalMaxPoolOptions<Indices> | undefined,
): Pooled<Indices> {
  checkOptions(operation, options, optionNames);
  const { outputSize, outputRatio, randomSamples } = options ?? {};
  const returnIndices = (options?.returnIndices ?? false) as Indices;
  assertFloatingTensor(operation, "input", input);
  assertFlag(operation, "returnIndices", returnIndices);
  const unbatched = isUnbatched(operation, input, axes);
  const kernel = sizesOf(operation, "kernelSize", kernelSize, axes, 1);
  const space = input.shape.slice(-axes);
  const sizes = outputSize ?? undefined;
  if (sizes === undefined && (outputRatio === undefined || outputRatio === null)) {
    throw new ArgumentError(operation, "neither outputSize nor outputRatio is given", {
      rule: "one of them is needed",
    });
  }
  const windows =
    sizes === undefined
      ? ratiosOf(operation, outputRatio, axes).map((ratio, axis) => Math.floor(space[axis]! * ratio))
      : sizesOf(operation, "outputSize", sizes, axes, 1);
  if (windows.some((count, axis) => count < 1 || count + kernel[axis]! - 1 > space[axis]!)) {
    throw new ShapeError(
      operation,
      `the input ${formatShape(input.shape)} has no ${formatShape(windows)} windows of ${formatShape(kernel)}`,
      [input.shape, windows, kernel],
      {
        rule: "along each axis, windows and elements of a window are at most one more than the size, and at least one",
      },
    );
  }
  const [batch, channels] = unbatched ? [1, input.shape[0]!] : (input.shape as unknown as readonly [number, number]);
  const drawn = [batch, channels, axes];
  if (randomSamples !== undefined && randomSamples !== null) {
    assertTensor(operation, "tensor randomSamples", randomSamples);
    if (randomSamples.dtype !== input.dtype) {
      throw new DTypeError(operation, `randomSamples is ${randomSamples.dtype}`, [randomSamples.dtype, input.dtype], {
        rule: `it has the type of the input, ${input.dtype}`,
      });
    }
    if (!equalShapes(randomSamples.shape, drawn)) {
      throw new ShapeError(operation, `randomSamples is ${formatShape(randomSamples.shape)}`, [randomSamples.shape], {
        rule: `it is ${formatShape(drawn)}`,
      });
    }
  }
  return owned(() => {
    const { backend } = input;
    const dtype = dtypes[input.dtype].compute;
    const samples = randomSamples ? to(randomSamples.detach(), dtype) : rand(drawn, { dtype, backend });
    const lines = batch * channels;
    const tables = windows.map((count, axis) => {
      const size = kernel[axis]!;
      // For images, PyTorch takes the first number for the last axis; for volumes, the first for the first.
      const which = axes === 2 ? 1 - axis : axis;
      const sample = reshape(narrow(samples, 2, which, 1), [lines, 1]);
      const room = space[axis]! - size;
      const distance = count > 1 ? room / (count - 1) : 0;
      const starts = to(startOf(arange(count, { dtype, backend }), sample, distance, room, count - 1), "int32");
      const taps = arange(size, { dtype: "int32", backend });
      return reshape(add(reshape(starts, [lines, count, 1]), taps), [lines, count * size]);
    });
    return poolAt(input, space, windows, placesOf(tables, space, windows, kernel), returnIndices);
  });
}

/**
 * Chooses the largest element of each of a given number of windows of images. The windows lie at random distances, other
 * ones for each channel of each image, and the last one ends with the axis.
 *
 * Shapes: `(batch, channels, height, width) → (batch, channels, height′, width′)`; also without the batch.
 *
 * @param input - images.
 * @param kernelSize - the size of a window: a number for both axes, or a list with one for each.
 * @param options - `outputSize`: how many windows there are along each axis; or `outputRatio`: how many for each element
 * of an axis, between 0 and 1; `returnIndices` (default false): whether `{ values, indices }` is returned, with the int32
 * positions in the image; `randomSamples`: the random numbers in [0, 1) that are used, `(batch, channels, 2)`.
 * @throws ArgumentError unless one of `outputSize` and `outputRatio` is given, for sizes that are not integers, or an
 * unknown option; ShapeError if the windows do not fit; DTypeError unless the input holds floating-point numbers.
 *
 * @example
 * ```ts
 * functional.fractionalMaxPool2d(zeros([20, 16, 50, 32]), 3, { outputSize: [13, 12] }).shape; // → [20, 16, 13, 12]
 * functional.fractionalMaxPool2d(zeros([20, 16, 50, 32]), 3, { outputRatio: 0.5 }).shape; // → [20, 16, 25, 16]
 * ```
 *
 * Source: torch.nn.functional.fractional_max_pool2d (Graham 2014).
 */
export function fractionalMaxPool2d<Indices extends boolean = false>(
  input: Tensor,
  kernelSize: Sizes,
  options?: FractionalMaxPoolOptions<Indices>,
): Pooled<Indices> {
  return pool("fractionalMaxPool2d", 2, input, kernelSize, options);
}

/**
 * Chooses the largest element of each of a given number of windows of volumes. The windows lie at random distances, other
 * ones for each channel of each volume, and the last one ends with the axis.
 *
 * Shapes: `(batch, channels, depth, height, width) → (batch, channels, depth′, height′, width′)`; also without the batch.
 *
 * @param input - volumes.
 * @param kernelSize - the size of a window: a number for all axes, or a list with one for each.
 * @param options - `outputSize`: how many windows there are along each axis; or `outputRatio`: how many for each element
 * of an axis, between 0 and 1; `returnIndices` (default false): whether `{ values, indices }` is returned, with the int32
 * positions in the volume; `randomSamples`: the random numbers in [0, 1) that are used, `(batch, channels, 3)`.
 * @throws ArgumentError unless one of `outputSize` and `outputRatio` is given, for sizes that are not integers, or an
 * unknown option; ShapeError if the windows do not fit; DTypeError unless the input holds floating-point numbers.
 *
 * @example
 * ```ts
 * functional.fractionalMaxPool3d(zeros([2, 3, 8, 9, 10]), 2, { outputSize: [4, 5, 6] }).shape; // → [2, 3, 4, 5, 6]
 * ```
 *
 * Source: torch.nn.functional.fractional_max_pool3d (Graham 2014).
 */
export function fractionalMaxPool3d<Indices extends boolean = false>(
  input: Tensor,
  kernelSize: Sizes,
  options?: FractionalMaxPoolOptions<Indices>,
): Pooled<Indices> {
  return pool("fractionalMaxPool3d", 3, input, kernelSize, options);
}
