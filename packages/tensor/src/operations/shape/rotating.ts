/**
 * Mirroring and rotating in a plane. All results are views.
 *
 * @module
 */
import { ArgumentError, formatShape, type OptionNames, ShapeError } from "@lucid/backend";
import { owned } from "../../memory/ownership.js";
import { callView, permuteView } from "../../primitives/views.js";
import type { Tensor } from "../../tensor/tensor.js";
import { readArguments } from "../internal/arguments.js";
import { assertInteger, assertTensor } from "../internal/checks.js";
import { distinctDims, everyDim } from "../internal/dims.js";
import { flip } from "./selecting.js";

function assertDims(operation: string, x: Tensor, least: number): void {
  assertTensor(operation, "the input", x);
  if (x.ndim >= least) return;
  throw new ShapeError(operation, `the shape is ${formatShape(x.shape)}`, [x.shape], {
    rule: `at least ${least} ${least === 1 ? "dimension is" : "dimensions are"} needed`,
  });
}

/**
 * Reverses the order of the columns.
 *
 * @throws ShapeError for fewer than two dimensions.
 *
 * @example
 * ```ts
 * fliplr(tensor([[1, 2], [3, 4]])); // → Tensor([[2, 1], [4, 3]])
 * ```
 *
 * @see torch.fliplr
 */
export function fliplr(x: Tensor): Tensor {
  assertDims("fliplr", x, 2);
  return flip(x, 1);
}

/**
 * Reverses the order of the rows.
 *
 * @throws ShapeError for a tensor without dimensions.
 *
 * @example
 * ```ts
 * flipud(tensor([[1, 2], [3, 4]])); // → Tensor([[3, 4], [1, 2]])
 * ```
 *
 * @see torch.flipud
 */
export function flipud(x: Tensor): Tensor {
  assertDims("flipud", x, 1);
  return flip(x, 0);
}

/** Options of {@link rot90}. */
export interface Rot90Options {
  /** How many times to rotate by 90 degrees; a negative number rotates the other way. Default 1. */
  readonly k?: number;
  /** The plane: from the first dimension towards the second; default `[0, 1]`. */
  readonly dims?: readonly [from: number, towards: number];
}

const rot90OptionNames: OptionNames<Rot90Options> = { k: true, dims: true };

/**
 * Rotates the elements by 90 degrees in the plane of two dimensions.
 *
 * @param k - how many times to rotate; a negative number rotates the other way. Default 1.
 * @param dims - the plane: from the first dimension towards the second; default `[0, 1]`.
 * @throws ArgumentError unless there are two different dimensions; IndexOutOfRangeError if there is no such dimension.
 *
 * @example
 * ```ts
 * rot90(tensor([[1, 2], [3, 4]])); // → Tensor([[2, 4], [1, 3]])
 * ```
 *
 * @see torch.rot90
 */
export function rot90(
  x: Tensor,
  ...args:
    | readonly [k?: number | undefined, dims?: readonly [from: number, towards: number] | undefined]
    | readonly [options: Rot90Options]
): Tensor {
  assertTensor("rot90", "the input", x);
  const { k = 1, dims = [0, 1] } = readArguments<Rot90Options>("rot90", args, ["k", "dims"], rot90OptionNames);
  assertInteger("rot90", "k", k);
  const places = distinctDims("rot90", dims, x.ndim);
  if (places.length !== 2) {
    throw new ArgumentError("rot90", `the plane has ${places.length} dims`, { rule: "a plane has two dimensions" });
  }
  const [from, towards] = places as readonly [number, number];
  return owned(() => {
    const turns = ((k % 4) + 4) % 4;
    if (turns === 0) return flip(x, []);
    if (turns === 2) return flip(x, [from, towards]);
    const axes = everyDim(x.ndim).map((dim) => (dim === from ? towards : dim === towards ? from : dim));
    return callView(permuteView, flip(x, turns === 1 ? towards : from), { axes });
  });
}
