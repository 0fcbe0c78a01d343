/**
 * Slopes of sampled functions, by differences of neighbours.
 *
 * @module
 */
import { ArgumentError, DTypeError, describeValue, formatShape, type OptionNames, ShapeError } from "@lucid/backend";
import { owned } from "../../memory/ownership.js";
import { Tensor } from "../../tensor/tensor.js";
import { add, mul, neg, sub } from "../elementwise/arithmetic.js";
import { div } from "../elementwise/division.js";
import { readArguments } from "../internal/arguments.js";
import { assertTensor } from "../internal/checks.js";
import { type Dims, dimsOf, distinctDims } from "../internal/dims.js";
import { sliced, viewed } from "../internal/views.js";
import { cat } from "../shape/joining.js";

/** Where the samples of one dimension lie: this far apart, or at these coordinates. */
export type Spacing = number | Tensor;

/** Options of {@link gradient}. */
export interface GradientOptions {
  /** The distance between samples, or one distance or vector of coordinates for each dimension; default 1. */
  readonly spacing?: number | readonly Spacing[];
  /** The dimensions; default: all. */
  readonly dim?: Dims | null;
  /** The order of accuracy at both ends: 1 (the default) or 2. */
  readonly edgeOrder?: 1 | 2;
}

const optionNames: OptionNames<GradientOptions> = { spacing: true, dim: true, edgeOrder: true };

/** `Σ parts · weights` */
function combination(parts: readonly Tensor[], weights: readonly (Tensor | number)[]): Tensor {
  return parts.map((part, i) => mul(part, weights[i]!)).reduce((sum, term) => add(sum, term));
}

/** The weights of three neighbours for the slope at the first, the middle and the last one, by their distances. */
const weightsAt: Readonly<Record<"first" | "middle" | "last", (near: Tensor, far: Tensor) => readonly Tensor[]>> = {
  first: (near, far) => {
    const both = add(near, far);
    return [neg(div(add(near, both), mul(near, both))), div(both, mul(near, far)), neg(div(near, mul(far, both)))];
  },
  middle: (near, far) => {
    const both = add(near, far);
    return [neg(div(far, mul(near, both))), div(sub(far, near), mul(near, far)), div(near, mul(far, both))];
  },
  last: (near, far) => {
    const both = add(near, far);
    return [div(far, mul(near, both)), neg(div(both, mul(near, far))), div(add(far, both), mul(far, both))];
  },
};

/** The slopes along an axis for samples at equal distances. */
function evenSlopes(x: Tensor, axis: number, distance: number, edgeOrder: number): Tensor {
  const size = x.shape[axis]!;
  const at = (position: number, count = 1): Tensor => sliced(x, axis, position, count);
  const edge = (from: number, step: 1 | -1): Tensor => {
    if (edgeOrder === 1) return mul(sub(at(from + step), at(from)), step);
    return mul(combination([at(from), at(from + step), at(from + 2 * step)], [-1.5, 2, -0.5]), step);
  };
  const inner = mul(sub(at(Math.min(2, size - 1), size - 2), at(0, size - 2)), 0.5);
  return div(cat([edge(0, 1), inner, edge(size - 1, -1)], axis), distance);
}

/** The slopes along an axis for samples at coordinates. */
function unevenSlopes(x: Tensor, axis: number, coordinates: Tensor, edgeOrder: number): Tensor {
  const size = x.shape[axis]!;
  const shape = x.shape.map((_, i) => (i === axis ? size : 1));
  const places = viewed(coordinates, shape);
  const at = (source: Tensor, position: number, count = 1): Tensor => sliced(source, axis, position, count);
  const distances = sub(at(places, 1, size - 1), at(places, 0, size - 1));
  const three = (kind: "first" | "middle" | "last", from: number, count: number): Tensor =>
    combination(
      [at(x, from, count), at(x, from + 1, count), at(x, from + 2, count)],
      weightsAt[kind](at(distances, from, count), at(distances, from + 1, count)),
    );
  const two = (from: number): Tensor => div(sub(at(x, from + 1), at(x, from)), at(distances, from));
  const first = edgeOrder === 1 ? two(0) : three("first", 0, 1);
  const last = edgeOrder === 1 ? two(size - 2) : three("last", size - 3, 1);
  return cat(size > 2 ? [first, three("middle", 0, size - 2), last] : [first, last], axis);
}

/** The spacing of each dimension, after checks. */
function spacingsOf(x: Tensor, dims: readonly number[], spacing: unknown): readonly Spacing[] {
  const list: readonly unknown[] = Array.isArray(spacing) ? spacing : dims.map(() => spacing);
  if (list.length !== dims.length) {
    throw new ArgumentError("gradient", `${list.length} spacings for ${dims.length} dimensions`, {
      rule: "there is one for all dimensions, or one for each",
    });
  }
  return list.map((value, i): Spacing => {
    if (typeof value === "number") return value;
    if (!(value instanceof Tensor)) {
      throw new ArgumentError("gradient", `the spacing is ${describeValue(value)}`, {
        rule: "a spacing is a number, or a vector of coordinates in a list",
      });
    }
    if (value.ndim !== 1 || value.shape[0] !== x.shape[dims[i]!]) {
      throw new ShapeError("gradient", `the coordinates are ${formatShape(value.shape)}`, [value.shape, x.shape], {
        rule: `they are a vector with one for each of the ${x.shape[dims[i]!]} samples along dim ${dims[i]}`,
      });
    }
    return value;
  });
}

/**
 * Estimates the slopes of a sampled function along dimensions. Inside, it is the difference of both neighbours divided by
 * their distance, of second order of accuracy; at the ends it is that of the nearest samples.
 *
 * `(xᵢ₊₁ − xᵢ₋₁) / 2h`
 *
 * @param options - `spacing` (default 1): the distance h, or a list with a distance or a vector of coordinates for each
 * dimension; `dim` (default: all); `edgeOrder` (default 1): the order of accuracy at the ends.
 * @returns one tensor in the shape of x for each dimension.
 * @throws ShapeError if there are too few samples, or coordinates do not fit; ArgumentError for a wrong option;
 * DTypeError for bool and uint8.
 *
 * @example
 * ```ts
 * gradient(tensor([1, 4, 9, 16])); // → [Tensor([3, 4, 6, 7])]
 * gradient(tensor([1, 4, 9, 16]), { edgeOrder: 2 }); // → [Tensor([2, 4, 6, 8])]
 * gradient(tensor([0, 1, 9]), { spacing: [tensor([0, 1, 3])] }); // → [Tensor([1, 2, 4])]
 * ```
 *
 * @see torch.gradient
 */
export function gradient(x: Tensor, options?: GradientOptions): readonly Tensor[] {
  assertTensor("gradient", "the input", x);
  const given = readArguments<GradientOptions>("gradient", [options], [], optionNames);
  const { spacing = 1, dim, edgeOrder = 1 } = given;
  if (x.dtype === "bool" || x.dtype === "uint8") {
    throw new DTypeError("gradient", `is not defined for ${x.dtype}`, [x.dtype], {
      remedy: 'convert first: .to("float32")',
    });
  }
  if (edgeOrder !== 1 && edgeOrder !== 2) {
    throw new ArgumentError("gradient", `edgeOrder is ${describeValue(edgeOrder)}`, { rule: "edgeOrder is 1 or 2" });
  }
  const dims = Array.isArray(dim) ? distinctDims("gradient", dim, x.ndim) : dimsOf("gradient", dim, x.ndim);
  const spacings = spacingsOf(x, dims, spacing);
  const short = dims.find((axis) => x.shape[axis]! <= edgeOrder);
  if (short !== undefined) {
    throw new ShapeError("gradient", `${x.shape[short]} samples along dim ${short}`, [x.shape], {
      rule: `edgeOrder ${edgeOrder} needs at least ${edgeOrder + 1}`,
    });
  }
  return owned(() =>
    dims.map((axis, i) => {
      const value = spacings[i]!;
      return typeof value === "number"
        ? evenSlopes(x, axis, value, edgeOrder)
        : unevenSlopes(x, axis, value, edgeOrder);
    }),
  );
}
