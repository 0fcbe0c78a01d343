/**
 * Transforms along several dimensions. Between two of them, the elements need not be brought into order: the copy that
 * lines up the next dimension does it.
 *
 * @module
 */
import { reshaped, viewed } from "@lucid/tensor/extend";
import type { Tensor } from "@lucid/tensor/functions";
import { permuted } from "../internal/views.js";
import { fromReal, toReal } from "./real.js";
import { stages } from "./stages.js";

/** Complex numbers in any order of axes. */
export interface Grid {
  readonly tensor: Tensor;
  /** The axes of the tensor that together are a dimension, for every dimension. */
  readonly dims: readonly (readonly number[])[];
  /** The axis of the two parts. */
  readonly pair: number;
}

/** A transform along one dimension. */
export interface Step {
  readonly dim: number;
  /** The number of elements along the dimension, of the real numbers where one side is real. */
  readonly length: number;
  /** The sign of the exponent: −1 forward, 1 backward. */
  readonly sign: number;
  /** What the result is multiplied by. */
  readonly scale: number;
}

/** Complex numbers whose parts lie along the last axis. */
export function fromPairs(x: Tensor): Grid {
  const pair = x.ndim - 1;
  return { tensor: x, dims: x.shape.slice(0, pair).map((_, axis) => [axis]), pair };
}

function sizesOf({ tensor, dims }: Grid): readonly number[] {
  return dims.map((axes) => axes.reduce((size, axis) => size * tensor.shape[axis]!, 1));
}

/** The complex numbers as pairs on a last axis. */
export function toPairs(operation: string, grid: Grid): Tensor {
  const pairs = permuted(grid.tensor, [...grid.dims.flat(), grid.pair]);
  return reshaped(operation, pairs, [...sizesOf(grid), 2]);
}

const product = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1);

/** The list without one item. */
const without = <T>(list: readonly T[], position: number): readonly T[] => list.filter((_, i) => i !== position);

/** Brings one dimension to the end: `[batch, 2, length]`. */
function linedUp(operation: string, grid: Grid, dim: number): Tensor {
  const sizes = sizesOf(grid);
  const axes = [...without(grid.dims, dim).flat(), grid.pair, ...grid.dims[dim]!];
  return reshaped(operation, permuted(grid.tensor, axes), [product(without(sizes, dim)), 2, sizes[dim]!]);
}

/** The dimensions of a grid whose first axes are all dimensions but one, and that one's axes. */
function dimsAround(rank: number, dim: number, own: readonly number[]): readonly (readonly number[])[] {
  return Array.from({ length: rank }, (_, i) => (i === dim ? own : [i < dim ? i : i - 1]));
}

/** Transforms complex numbers. */
export function complexStep(operation: string, grid: Grid, { dim, sign, scale }: Step): Grid {
  const others = without(sizesOf(grid), dim);
  const { tensor, axes, pair } = stages(linedUp(operation, grid, dim), sign, scale);
  const shift = others.length - 1;
  return {
    tensor: viewed(tensor, [...others, ...tensor.shape.slice(1)]),
    dims: dimsAround(
      grid.dims.length,
      dim,
      axes.map((axis) => axis + shift),
    ),
    pair: pair + shift,
  };
}

/** Transforms real numbers to the first half of their spectrum. */
export function fromRealStep(operation: string, x: Tensor, { dim, sign, scale }: Step): Grid {
  const others = without(x.shape, dim);
  const axes = [...without([...x.shape.keys()], dim), dim];
  const lines = reshaped(operation, permuted(x, axes), [product(others), x.shape[dim]!]);
  const half = reshaped(operation, fromReal(lines, sign, scale), [...others, 2, Math.floor(x.shape[dim]! / 2) + 1]);
  return { tensor: half, dims: dimsAround(x.ndim, dim, [others.length + 1]), pair: others.length };
}

/** Transforms the first half of a spectrum to real numbers. */
export function toRealStep(operation: string, grid: Grid, { dim, length, sign, scale }: Step): Tensor {
  const others = without(sizesOf(grid), dim);
  const lines = viewed(toReal(linedUp(operation, grid, dim), length, sign, scale), [...others, length]);
  return permuted(lines, dimsAround(grid.dims.length, dim, [others.length]).flat());
}
