/**
 * Images as columns of patches, and columns of patches as images.
 *
 * @module
 */
import { constant, type Expr, formatShape, index, op, ShapeError } from "@lucid/backend";
import { callGenerate, callScatter, callView, owned, sliceView } from "@lucid/tensor/extend";
import { expand, narrow, permute, reshape, type Tensor, unfold as windows, zeros } from "@lucid/tensor/functions";
import { assertTensor } from "../internal/checks.js";
import { type FoldOptions, type Geometry, geometryOf, type Pair, pairOf, patchesIn } from "./internal/patches.js";
import { pad } from "./padding.js";

export type { FoldOptions, Pair };

/**
 * Takes the patches of images as columns.
 *
 * Shapes: `(batch, channels, height, width) → (batch, channels · kernel height · kernel width, patches)`; also without
 * the batch.
 *
 * @param input - images.
 * @param kernelSize - the height and width of a patch, or one number for both.
 * @param options - `dilation`, `padding`, `stride`; each is one number, or one for the height and one for the width.
 * @throws ArgumentError for sizes that are not integers or an unknown option; ShapeError if no patch fits.
 *
 * @example
 * ```ts
 * functional.unfold(tensor([[[1, 2, 3], [4, 5, 6]]]), [2, 2]); // → Tensor([[1, 2], [2, 3], [4, 5], [5, 6]])
 * ```
 *
 * Source: torch.nn.functional.unfold.
 */
export function unfold(input: Tensor, kernelSize: Pair, options?: FoldOptions): Tensor {
  const name = "unfold";
  assertTensor(name, "input", input);
  const geometry = geometryOf(name, kernelSize, options);
  if (input.ndim !== 3 && input.ndim !== 4) {
    throw new ShapeError(name, `the input is ${formatShape(input.shape)}`, [input.shape], {
      rule: "it is (batch, channels, height, width) or (channels, height, width)",
    });
  }
  const leading = input.shape.slice(0, -3);
  const [channels, height, width] = input.shape.slice(-3) as unknown as readonly [number, number, number];
  const { kernel, dilation, padding, stride } = geometry;
  const [rows, columns] = patchesIn(name, [height, width], geometry);
  return owned(() => {
    const sides = [padding[1], padding[1], padding[0], padding[0]];
    let patches = sides.some((side) => side > 0) ? pad(input, sides) : input;
    const first = input.ndim - 2;
    for (const i of [0, 1]) {
      const extent = dilation[i]! * (kernel[i]! - 1) + 1;
      patches = everyNth(windows(patches, first + i, extent, stride[i]!), dilation[i]!);
    }
    // (…, channels, rows, columns, kernel height, kernel width)
    const order = leading.map((_, i) => i);
    const at = leading.length;
    const ordered = permute(patches, [...order, at, at + 3, at + 4, at + 1, at + 2]);
    return reshape(ordered, [...leading, channels * kernel[0] * kernel[1], rows * columns]);
  });
}

/** Every n-th element of the last dimension, as a view. */
function everyNth(x: Tensor, n: number): Tensor {
  if (n === 1) return x;
  const last = x.ndim - 1;
  return callView(sliceView, x, {
    starts: x.shape.map(() => 0),
    steps: x.shape.map((_, axis) => (axis === last ? n : 1)),
    sizes: x.shape.map((size, axis) => (axis === last ? Math.ceil(size / n) : size)),
  });
}

/**
 * Adds patches, which are columns, up to images. Elements of patches that overlap are added.
 *
 * Shapes: `(batch, channels · kernel height · kernel width, patches) → (batch, channels, height, width)`; also without
 * the batch.
 *
 * @param input - columns, as {@link unfold} gives them.
 * @param outputSize - height and width of the images, or one number for both.
 * @param kernelSize - the height and width of a patch, or one number for both.
 * @param options - `dilation`, `padding`, `stride`; each is one number, or one for the height and one for the width.
 * @throws ArgumentError for sizes that are not integers or an unknown option; ShapeError if the columns do not fit.
 *
 * @example
 * ```ts
 * functional.fold(tensor([[1, 2], [2, 3], [4, 5], [5, 6]]), [2, 3], 2); // → Tensor([[[1, 4, 3], [4, 10, 6]]])
 * ```
 *
 * Source: torch.nn.functional.fold.
 */
export function fold(input: Tensor, outputSize: Pair, kernelSize: Pair, options?: FoldOptions): Tensor {
  const name = "fold";
  assertTensor(name, "input", input);
  const geometry = geometryOf(name, kernelSize, options);
  const sizes = pairOf(name, "outputSize", outputSize, 1);
  const { kernel, padding } = geometry;
  const [rows, columns] = patchesIn(name, sizes, geometry);
  const area = kernel[0] * kernel[1];
  const { shape } = input;
  const fits =
    (shape.length === 2 || shape.length === 3) && shape.at(-2)! % area === 0 && shape.at(-1) === rows * columns;
  if (!fits) {
    throw new ShapeError(name, `the input is ${formatShape(shape)}`, [shape], {
      rule: `it is (batch, channels · ${area}, ${rows * columns}), also without the batch`,
    });
  }
  const leading = shape.slice(0, -2);
  const channels = shape.at(-2)! / area;
  const lines = leading.reduce((total, size) => total * size, channels);
  const [height, width] = [sizes[0] + 2 * padding[0], sizes[1] + 2 * padding[1]];
  return owned(() => {
    const { dtype, backend } = input;
    const places = callGenerate(name, backend, [kernel[0], kernel[1], rows, columns], placeExpr(geometry, width));
    const count = area * rows * columns;
    const target = expand(reshape(places, [1, count]), [lines, count]);
    const base = zeros([lines, height * width], { dtype, backend });
    const sums = callScatter("add", base, reshape(input, [lines, count]), target, 1, undefined, name);
    const images = reshape(sums, [...leading, channels, height, width]);
    const at = leading.length + 1;
    const cut = padding[0] > 0 ? narrow(images, at, padding[0], sizes[0]) : images;
    return padding[1] > 0 ? narrow(cut, at + 1, padding[1], sizes[1]) : cut;
  });
}

/** The place in an image of the element (y, x) of the patch (row, column): the dimensions 2, 3 and 0, 1. */
function placeExpr({ dilation, stride }: Geometry, width: number): Expr {
  const times = (axis: number, factor: number): Expr => op("mul", index(axis), constant(factor, "int32"));
  const y = op("add", times(0, dilation[0]), times(2, stride[0]));
  const x = op("add", times(1, dilation[1]), times(3, stride[1]));
  return op("add", op("mul", y, constant(width, "int32")), x);
}
