/**
 * Pooling into a given number of windows: window i of n along an axis of size s goes from ⌊i · s / n⌋ to
 * ⌈(i + 1) · s / n⌉.
 *
 * @module
 */
import { ArgumentError, describeValue, formatShape, ShapeError } from "@lucid/backend";
import { callFused, fusedMaxPoolAt, fusedReduce, owned } from "@lucid/tensor/extend";
import {
  add,
  div,
  elementwise,
  type Formula,
  indexSelect,
  mul,
  reshape,
  type Tensor,
  tensor,
  to,
  where,
} from "@lucid/tensor/functions";
import { assertFlag, assertFloatingTensor } from "../../internal/checks.js";
import { type Pooled, poolAverages, pooled, poolMaxima } from "./pool.js";
import { isUnbatched } from "./spatial.js";

/** How many windows there are: for all axes, or for each; null keeps the size of an axis. */
export type OutputSizes = number | readonly (number | null)[];

/** @throws ArgumentError unless the sizes are integers, 0 or above, or null, one for all axes or one for each. */
export function outputSizesOf(operation: string, value: unknown, axes: number): readonly (number | null)[] {
  const list: unknown = typeof value === "number" ? new Array(axes).fill(value) : value;
  const isSize = (size: unknown): boolean => size === null || (Number.isInteger(size) && (size as number) >= 0);
  if (Array.isArray(list) && [...list].every(isSize)) {
    if (list.length === axes) return [...(list as readonly (number | null)[])];
    if (list.length === 1) return new Array<number | null>(axes).fill(list[0] as number | null);
  }
  throw new ArgumentError(operation, `outputSize is ${describeValue(value)}`, {
    rule: `outputSize is an integer, 0 or above, or a list of ${axes} of them; null keeps a size`,
  });
}

/** The windows along one axis: the positions of their elements, of which each window has as many as the longest. */
interface AxisWindows {
  readonly longest: number;
  readonly positions: Int32Array;
  /** How many elements each window really has. The others repeat its last one. */
  readonly counts: readonly number[];
}

function windowsAlong(size: number, count: number): AxisWindows {
  const bounds = Array.from(
    { length: count },
    (_, i) => [Math.floor((i * size) / count), Math.ceil(((i + 1) * size) / count)] as const,
  );
  const counts = bounds.map(([start, end]) => end - start);
  const longest = Math.max(1, ...counts);
  const positions = new Int32Array(count * longest);
  for (const [i, [start, end]] of bounds.entries()) {
    for (let k = 0; k < longest; k++) positions[i * longest + k] = Math.min(start + k, end - 1);
  }
  return { longest, positions, counts };
}

/** The sizes of the input's space and of the output's. */
function sizesOfBoth(
  operation: string,
  axes: number,
  input: Tensor,
  outputSize: unknown,
): readonly [space: readonly number[], windows: readonly number[]] {
  assertFloatingTensor(operation, "input", input);
  const wanted = outputSizesOf(operation, outputSize, axes);
  isUnbatched(operation, input, axes);
  const space = input.shape.slice(-axes);
  if (input.shape.slice(-axes - 1).some((size) => size < 1)) {
    throw new ShapeError(operation, `the input is ${formatShape(input.shape)}`, [input.shape], {
      rule: "channels and the axes of the space have at least one element",
    });
  }
  return [space, space.map((size, axis) => wanted[axis] ?? size)];
}

/** Whether all windows along every axis have one size and none overlaps. */
const isRegular = (space: readonly number[], windows: readonly number[]): boolean =>
  space.every((size, axis) => windows[axis]! > 0 && size % windows[axis]! === 0);

const kept = /* @__PURE__ */ elementwise((x: Formula, isOwn: Formula) => where(isOwn, x, 0), {
  name: "adaptiveAvgPool",
});

/** The averages of a given number of windows along `axes` axes. */
export function poolAdaptiveAverages(operation: string, axes: number, input: Tensor, outputSize: unknown): Tensor {
  const [space, windows] = sizesOfBoth(operation, axes, input, outputSize);
  if (isRegular(space, windows)) {
    const kernel = space.map((size, axis) => size / windows[axis]!);
    return poolAverages(operation, axes, input, kernel, {});
  }
  return owned(() => {
    let result = input;
    for (let axis = 0; axis < axes; axis++) {
      const dim = input.ndim - axes + axis;
      result = averagesAlong(result, dim, windowsAlong(space[axis]!, windows[axis]!));
    }
    return result;
  });
}

/** The averages of windows along one dimension. */
function averagesAlong(x: Tensor, dim: number, { longest, positions, counts }: AxisWindows): Tensor {
  const { backend } = x;
  const taken = indexSelect(x, dim, tensor(positions, { backend }));
  const split = reshape(taken, [...x.shape.slice(0, dim), counts.length, longest, ...x.shape.slice(dim + 1)]);
  const after = new Array<number>(x.ndim - dim - 1).fill(1);
  const own = counts.flatMap((count) => Array.from({ length: longest }, (_, k) => k < count));
  const isOwn = reshape(tensor(own, { dtype: "bool", backend }), [counts.length, longest, ...after]);
  const sums = fusedReduce(kept, [split, isOwn], { dim: dim + 1 });
  const divisors = reshape(tensor([...counts], { dtype: sums.dtype, backend }), [counts.length, ...after]);
  return to(div(sums, divisors), x.dtype);
}

/** The largest elements of a given number of windows along `axes` axes. */
export function poolAdaptiveMaxima<Indices extends boolean>(
  operation: string,
  axes: number,
  input: Tensor,
  outputSize: unknown,
  returnIndices: Indices,
): Pooled<Indices> {
  assertFlag(operation, "returnIndices", returnIndices);
  const [space, windows] = sizesOfBoth(operation, axes, input, outputSize);
  if (isRegular(space, windows)) {
    const kernel = space.map((size, axis) => size / windows[axis]!);
    return poolMaxima(operation, axes, input, kernel, { returnIndices });
  }
  return owned(() => {
    const along = space.map((size, axis) => windowsAlong(size, windows[axis]!));
    const tables = along.map(({ positions }) => tensor(positions, { backend: input.backend }));
    return poolAt(
      input,
      space,
      windows,
      placesOf(
        tables,
        space,
        windows,
        along.map(({ longest }) => longest),
      ),
      returnIndices,
    );
  });
}

/**
 * Joins the positions along each axis, `(lines or 1, windows · elements)` or without lines, to positions in the space:
 * `(lines or 1, …windows, …elements)`.
 */
export function placesOf(
  tables: readonly Tensor[],
  space: readonly number[],
  windows: readonly number[],
  kernel: readonly number[],
): Tensor {
  let places: Tensor | undefined;
  for (const [axis, table] of tables.entries()) {
    const lines = table.ndim === 1 ? 1 : table.shape[0]!;
    const only = (sizes: readonly number[]): readonly number[] => sizes.map((size, i) => (i === axis ? size : 1));
    const along = reshape(table, [lines, ...only(windows), ...only(kernel)]);
    places = places === undefined ? along : add(mul(places, space[axis]!), along);
  }
  return places!;
}

/** The largest elements of windows at given places, and their positions if these are asked for. */
export function poolAt<Indices extends boolean>(
  input: Tensor,
  space: readonly number[],
  windows: readonly number[],
  places: Tensor,
  returnIndices: Indices,
): Pooled<Indices> {
  const product = (sizes: readonly number[]): number => sizes.reduce((total, size) => total * size, 1);
  const outer = input.shape.slice(0, -space.length);
  const shape = [...outer, ...windows];
  const count = product(windows);
  const repeats = places.shape[0]!;
  const taps = product(places.shape.slice(1 + windows.length));
  const lines = reshape(input, [product(outer), product(space)]);
  const [values, indices] = callFused(fusedMaxPoolAt, [lines, reshape(places, [repeats, count, taps])], {});
  return pooled(reshape(values!, shape), reshape(indices!, shape), returnIndices);
}
