/**
 * The arguments that the transforms share.
 *
 * @module
 */
import { ArgumentError, closestName, describeValue, formatShape, type OptionNames, ShapeError } from "@lucid/backend";
import { readArguments } from "@lucid/tensor/extend";
import { assertCount, dimOf, dimsOf } from "./checks.js";

/**
 * What a result is multiplied by: "backward" (the default) divides the inverse transforms by the number of elements n,
 * "forward" the others, and "ortho" divides both by √n.
 */
export type Norm = "backward" | "ortho" | "forward";

/** Options of transforms along one dimension. */
export interface FftOptions {
  /** The number of elements that are transformed: the input is cut, or zeros are added. Default: those that there are. */
  readonly n?: number | null;
  /** The dimension; the axis of pairs is not counted. Default −1. */
  readonly dim?: number;
  /** How the result is normalized; default "backward". */
  readonly norm?: Norm | null;
}

/** The optional arguments of a transform along one dimension. */
export type FftArguments =
  | readonly [n?: number | null | undefined, dim?: number | undefined, norm?: Norm | null | undefined]
  | readonly [options: FftOptions];

/** Options of transforms along several dimensions. */
export interface FftnOptions {
  /**
   * The number of elements along each transformed dimension: the input is cut, or zeros are added. −1 takes those that
   * there are, which is the default.
   */
  readonly s?: readonly number[] | null;
  /** The dimensions; the axis of pairs is not counted. */
  readonly dim?: number | readonly number[] | null;
  /** How the result is normalized; default "backward". */
  readonly norm?: Norm | null;
}

/** The optional arguments of a transform along several dimensions. */
export type FftnArguments =
  | readonly [
      s?: readonly number[] | null | undefined,
      dim?: number | readonly number[] | null | undefined,
      norm?: Norm | null | undefined,
    ]
  | readonly [options: FftnOptions];

const oneNames: OptionNames<FftOptions> = { n: true, dim: true, norm: true };
const manyNames: OptionNames<FftnOptions> = { s: true, dim: true, norm: true };
const norms: readonly Norm[] = ["backward", "ortho", "forward"];

/** Which dimensions are transformed, with how many elements. */
export interface Plan {
  readonly dims: readonly number[];
  /** The lengths; undefined where nothing is said about them. */
  readonly lengths: readonly (number | undefined)[];
  readonly norm: Norm;
}

function checkedNorm(operation: string, norm: unknown): Norm {
  if (norm === undefined || norm === null) return "backward";
  if (norms.includes(norm as Norm)) return norm as Norm;
  const closest = typeof norm === "string" ? closestName(norm, norms) : undefined;
  throw new ArgumentError(operation, `norm is ${describeValue(norm)}`, {
    rule: 'norm is "backward", "ortho" or "forward"',
    ...(closest !== undefined && { remedy: `did you mean ${JSON.stringify(closest)}?` }),
  });
}

/** Reads the arguments of a transform along one dimension of `rank`. */
export function readOne(operation: string, args: readonly unknown[], rank: number): Plan {
  const given = readArguments<FftOptions>(operation, args, ["n", "dim", "norm"], oneNames);
  const { n, dim = -1, norm } = given;
  if (n !== undefined && n !== null) assertCount(operation, "n", n, 1);
  return {
    dims: [dimOf(operation, dim, rank)],
    lengths: [n ?? undefined],
    norm: checkedNorm(operation, norm),
  };
}

/**
 * Reads the arguments of a transform along several dimensions.
 *
 * @param otherwise - the dimensions if none are given; undefined stands for all, or the last ones if `s` is given.
 */
export function readMany(
  operation: string,
  args: readonly unknown[],
  shape: readonly number[],
  otherwise: readonly number[] | undefined,
): Plan {
  const given = readArguments<FftnOptions>(operation, args, ["s", "dim", "norm"], manyNames);
  const rank = shape.length;
  const s = given.s ?? undefined;
  const dim = given.dim ?? otherwise;
  if (s !== undefined && !Array.isArray(s)) {
    throw new ArgumentError(operation, `s is ${describeValue(s)}`, { rule: "s is a list of integers" });
  }
  if (s !== undefined && dim === undefined && s.length > rank) {
    throw new ArgumentError(operation, `s has ${s.length} sizes for the dimensions ${formatShape(shape)}`, {
      rule: "s has at most as many sizes as there are dimensions; the axis of pairs is not counted",
    });
  }
  const all = [...shape.keys()];
  const dims = dim === undefined ? all.slice(s === undefined ? 0 : rank - s.length) : dimsOf(operation, dim, rank);
  if (s !== undefined && s.length !== dims.length) {
    throw new ArgumentError(operation, `s has ${s.length} sizes and dim ${dims.length} dimensions`, {
      rule: "there is one size for each dimension",
    });
  }
  const lengths = dims.map((_, i) => {
    const length: unknown = s?.[i];
    if (length === undefined && s === undefined) return undefined;
    if (length === -1) return undefined;
    assertCount(operation, "a size in s", length, 1);
    return length;
  });
  return { dims, lengths, norm: checkedNorm(operation, given.norm) };
}

/** @throws ShapeError unless there is something to transform. */
export function assertElements(operation: string, length: number, shape: readonly number[]): void {
  if (length >= 1) return;
  throw new ShapeError(operation, `a transform of ${length} elements of ${formatShape(shape)}`, [shape], {
    rule: "at least one element is needed",
    remedy: "say how many elements are transformed: n or s",
  });
}

/** @throws ArgumentError unless a plan has a dimension. */
export function assertSomeDims(operation: string, { dims }: Plan): void {
  if (dims.length > 0) return;
  throw new ArgumentError(operation, "there is no dimension to transform", { rule: "at least one is needed" });
}

/** What a transform of `length` elements is multiplied by. */
export function scaleOf(norm: Norm, sign: number, length: number): number {
  if (norm === "ortho") return 1 / Math.sqrt(length);
  return (norm === "forward") === sign < 0 ? 1 / length : 1;
}
