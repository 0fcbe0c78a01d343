/**
 * Resampling of sequences, images and volumes.
 *
 * @module
 */
import { ArgumentError, checkOptions, describeValue, formatShape, ShapeError } from "@lucid/backend";
import { callGather, fusedReduce, owned } from "@lucid/tensor/extend";
import { elementwise, expand, type Formula, mul, reshape, Tensor } from "@lucid/tensor/functions";
import { assertChoice, assertFlag, assertFloatingTensor } from "../../internal/checks.js";
import { type Axis, antialiasedTaps, areaTaps, cubicTaps, linearTaps, nearestTaps, type Taps } from "./taps.js";

/** How new elements are made of the old ones. */
export type InterpolationMode = "nearest" | "nearest-exact" | "linear" | "bilinear" | "trilinear" | "bicubic" | "area";

/** What a mode does along a dimension, and how many dimensions it resamples; undefined for any number. */
interface Mode {
  readonly dimensions?: number;
  readonly taps: (axis: Axis, antialias: boolean) => Taps;
  /** Whether the option alignCorners has a meaning. */
  readonly aligns?: true;
}

const linear = (axis: Axis, antialias: boolean): Taps =>
  antialias ? antialiasedTaps(axis, "linear") : linearTaps(axis);

const modes: Readonly<Record<InterpolationMode, Mode>> = {
  nearest: { taps: (axis) => nearestTaps(axis, 0) },
  "nearest-exact": { taps: (axis) => nearestTaps(axis, 0.5) },
  linear: { dimensions: 1, taps: linear, aligns: true },
  bilinear: { dimensions: 2, taps: linear, aligns: true },
  trilinear: { dimensions: 3, taps: linear, aligns: true },
  bicubic: {
    dimensions: 2,
    taps: (axis, antialias) => (antialias ? antialiasedTaps(axis, "cubic") : cubicTaps(axis)),
    aligns: true,
  },
  area: { taps: areaTaps },
};

/** Options of `interpolate`. */
export interface InterpolateOptions {
  /** The new sizes, or one for all dimensions. Either this or `scaleFactor` is given. */
  readonly size?: number | readonly number[] | null;
  /** The factors of the sizes, or one for all dimensions. */
  readonly scaleFactor?: number | readonly number[] | null;
  /** How new elements are made; default "nearest". */
  readonly mode?: InterpolationMode;
  /** Whether the corner elements keep their values; for the linear and cubic modes; default null, which means no. */
  readonly alignCorners?: boolean | null;
  /** Whether positions follow from the ratio of the sizes instead of `scaleFactor`; default null, which means no. */
  readonly recomputeScaleFactor?: boolean | null;
  /** Whether shrinking averages over as many elements as it leaves out; for "bilinear" and "bicubic"; default false. */
  readonly antialias?: boolean;
}

const NAMES = {
  size: true,
  scaleFactor: true,
  mode: true,
  alignCorners: true,
  recomputeScaleFactor: true,
  antialias: true,
} as const;

const weighted = /* @__PURE__ */ elementwise((x: Formula, weight: Formula) => mul(x, weight), { name: "interpolate" });

/** Resamples one dimension. */
function resampled(x: Tensor, dim: number, { count, indices, weights }: Taps): Tensor {
  const { backend, dtype, shape } = x;
  const to = indices.length / count;
  const index = new Tensor(indices, { dtype: "int32", backend });
  const lined = shape.map((size, axis) => (axis === dim ? indices.length : size));
  const column = reshape(
    index,
    shape.map((_, axis) => (axis === dim ? indices.length : 1)),
  );
  const found = callGather(x, expand(column, lined), dim, "interpolate");
  if (weights === undefined) return found;
  const split = reshape(found, [...shape.slice(0, dim), to, count, ...shape.slice(dim + 1)]);
  const factors = reshape(new Tensor(weights, { dtype, backend }), [to, count, ...shape.slice(dim + 1).map(() => 1)]);
  return fusedReduce(weighted, [split, factors], { dim: dim + 1 });
}

/** Numbers for all resampled dimensions. @throws ArgumentError unless they are right. */
function listOf(
  name: string,
  value: unknown,
  dimensions: number,
  isRight: (x: unknown) => boolean,
  rule: string,
): readonly number[] {
  const list: unknown = typeof value === "number" ? new Array<number>(dimensions).fill(value) : value;
  if (Array.isArray(list) && list.length === dimensions && [...list].every(isRight)) return list as readonly number[];
  throw new ArgumentError("interpolate", `${name} is ${describeValue(value)} for ${dimensions} dimensions`, { rule });
}

/**
 * Resamples sequences, images and volumes to another size.
 *
 * - "nearest" takes the nearest element, "nearest-exact" without PyTorch's old rounding.
 * - "linear", "bilinear" and "trilinear" interpolate between the 2, 4 and 8 nearest elements.
 * - "bicubic" interpolates between the 16 nearest elements by Keys' cubic convolution.
 * - "area" takes the mean over the elements that a new one covers.
 *
 * Every dimension is resampled by itself, one after another.
 *
 * Shapes: `(batch, channels, length) → (batch, channels, length′)`; in the same way `(batch, channels, height, width)`
 * and `(batch, channels, depth, height, width)`.
 *
 * @param input - the tensor.
 * @param options - `size` or `scaleFactor`; `mode` (default "nearest"), `alignCorners`, `recomputeScaleFactor`,
 * `antialias` (default false).
 * @throws ArgumentError unless exactly one of `size` and `scaleFactor` is given, for options that do not fit the mode,
 * or an unknown option; ShapeError if the mode does not resample so many dimensions; DTypeError unless the input holds
 * floating-point numbers.
 *
 * @example
 * ```ts
 * const x = tensor([[[1, 2]]]);
 * functional.interpolate(x, { scaleFactor: 2 }); // → Tensor([[[1, 1, 2, 2]]])
 * functional.interpolate(x, { size: 4, mode: "linear" }); // → Tensor([[[1, 1.25, 1.75, 2]]])
 * ```
 *
 * Source: torch.nn.functional.interpolate.
 */
export function interpolate(input: Tensor, options?: InterpolateOptions): Tensor {
  const name = "interpolate";
  checkOptions(name, options, NAMES);
  const { size, scaleFactor, mode = "nearest", antialias = false } = options ?? {};
  const { alignCorners = null, recomputeScaleFactor = null } = options ?? {};
  assertFloatingTensor(name, "input", input);
  assertMode(name, { mode, alignCorners, recomputeScaleFactor, antialias });
  const dimensions = input.ndim - 2;
  const { taps, dimensions: wanted } = modes[mode];
  if (dimensions < 1 || dimensions > 3 || (wanted !== undefined && wanted !== dimensions)) {
    throw new ShapeError(name, `the input is ${formatShape(input.shape)} for the mode "${mode}"`, [input.shape], {
      rule: `it has ${wanted === undefined ? "three to five dimensions" : `${wanted + 2} dimensions`}, the first of them batch and channels`,
    });
  }
  if (antialias && dimensions !== 2) throw antialiasError(name, mode);
  const from = input.shape.slice(2);
  const { to, factors } = targetOf(name, from, size, scaleFactor, recomputeScaleFactor === true);
  if (to.some((length) => length < 1) || from.some((length) => length < 1)) {
    throw new ShapeError(name, `the sizes ${formatShape(from)} would become ${formatShape(to)}`, [from, to], {
      rule: "no size is 0",
    });
  }
  const round = input.dtype === "float64" ? (value: number): number => value : Math.fround;
  return owned(() => {
    let x = input;
    for (let i = 0; i < dimensions; i++) {
      const axis = { from: from[i]!, to: to[i]!, factor: factors?.[i], alignCorners: alignCorners === true, round };
      const isSame = axis.from === axis.to && (axis.factor === undefined || axis.factor === 1);
      if (!isSame) x = resampled(x, i + 2, taps(axis, antialias));
    }
    return x === input ? mul(input, 1) : x;
  });
}

function antialiasError(operation: string, mode: InterpolationMode): ArgumentError {
  return new ArgumentError(operation, `antialias is true for the mode "${mode}"`, {
    rule: 'it is for images in the modes "bilinear" and "bicubic"',
  });
}

/** @throws ArgumentError unless the options have right values and fit the mode. */
function assertMode(operation: string, options: InterpolateOptions): void {
  const { mode = "nearest", alignCorners = null, recomputeScaleFactor = null, antialias = false } = options;
  assertChoice(operation, "mode", mode, Object.keys(modes) as InterpolationMode[]);
  if (alignCorners !== null) assertFlag(operation, "alignCorners", alignCorners);
  if (recomputeScaleFactor !== null) assertFlag(operation, "recomputeScaleFactor", recomputeScaleFactor);
  assertFlag(operation, "antialias", antialias);
  if (alignCorners !== null && modes[mode].aligns !== true) {
    throw new ArgumentError(operation, `alignCorners is ${alignCorners} for the mode "${mode}"`, {
      rule: "it is for the linear and cubic modes",
    });
  }
  if (antialias && mode !== "bilinear" && mode !== "bicubic") throw antialiasError(operation, mode);
}

/** The new sizes, and the factors where they count. */
function targetOf(
  operation: string,
  from: readonly number[],
  size: unknown,
  scaleFactor: unknown,
  recompute: boolean,
): { readonly to: readonly number[]; readonly factors: readonly number[] | undefined } {
  const [hasSize, hasFactor] = [size !== undefined && size !== null, scaleFactor !== undefined && scaleFactor !== null];
  if (hasSize === hasFactor || (hasSize && recompute)) {
    throw new ArgumentError(
      operation,
      hasSize ? "size and a factor are given" : "neither size nor scaleFactor is given",
      {
        rule: "exactly one of size and scaleFactor is given; recomputeScaleFactor goes with scaleFactor",
      },
    );
  }
  if (hasSize) {
    const rule = "sizes are integers: one for all, or one for each resampled dimension";
    return { to: listOf("size", size, from.length, Number.isInteger, rule), factors: undefined };
  }
  const isFactor = (x: unknown): boolean => typeof x === "number" && x > 0 && Number.isFinite(x);
  const rule = "factors are numbers above 0: one for all, or one for each resampled dimension";
  const factors = listOf("scaleFactor", scaleFactor, from.length, isFactor, rule);
  return { to: from.map((length, i) => Math.floor(length * factors[i]!)), factors: recompute ? undefined : factors };
}
