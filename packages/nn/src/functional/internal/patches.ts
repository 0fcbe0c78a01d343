/**
 * How the patches of an image lie in it.
 *
 * @module
 */
import { ArgumentError, checkOptions, describeValue, formatShape, ShapeError } from "@lucid/backend";

/** A number for both dimensions of an image, or one for its height and one for its width. */
export type Pair = number | readonly [height: number, width: number];

/** Options of `unfold` and `fold`. */
export interface FoldOptions {
  /** The distance between the elements of a patch; default 1. */
  readonly dilation?: Pair;
  /** How many zeros are added on both sides; default 0. */
  readonly padding?: Pair;
  /** The distance from one patch to the next; default 1. */
  readonly stride?: Pair;
}

const NAMES = { dilation: true, padding: true, stride: true } as const;

/** The numbers for height and width. */
export type Two = readonly [number, number];

/** The two numbers of a pair. @throws ArgumentError unless they are integers of the least value at least. */
export function pairOf(operation: string, name: string, value: unknown, least: number): Two {
  const both: unknown = typeof value === "number" ? [value, value] : value;
  const isRight = (size: unknown): boolean => Number.isInteger(size) && (size as number) >= least;
  if (Array.isArray(both) && both.length === 2 && [...both].every(isRight)) return both as unknown as Two;
  throw new ArgumentError(operation, `${name} is ${describeValue(value)}`, {
    rule: `${name} is an integer, ${least} or above, or a list of two`,
  });
}

/** How patches lie in an image. */
export interface Geometry {
  readonly kernel: Two;
  readonly dilation: Two;
  readonly padding: Two;
  readonly stride: Two;
}

export function geometryOf(operation: string, kernelSize: Pair, options: FoldOptions | undefined): Geometry {
  checkOptions(operation, options, NAMES);
  const { dilation = 1, padding = 0, stride = 1 } = options ?? {};
  return {
    kernel: pairOf(operation, "kernelSize", kernelSize, 1),
    dilation: pairOf(operation, "dilation", dilation, 1),
    padding: pairOf(operation, "padding", padding, 0),
    stride: pairOf(operation, "stride", stride, 1),
  };
}

/** How many patches fit along the two dimensions of an image. @throws ShapeError unless one fits. */
export function patchesIn(operation: string, sizes: Two, { kernel, dilation, padding, stride }: Geometry): Two {
  const counts = sizes.map((size, i) => {
    const extent = dilation[i]! * (kernel[i]! - 1) + 1;
    return Math.floor((size + 2 * padding[i]! - extent) / stride[i]!) + 1;
  });
  if (counts.every((count) => count > 0)) return counts as unknown as Two;
  throw new ShapeError(
    operation,
    `no patch of ${formatShape(kernel)} fits an image of ${formatShape(sizes)}`,
    [sizes],
    {
      rule: "with its dilation, a patch is no larger than the image with its padding",
    },
  );
}
