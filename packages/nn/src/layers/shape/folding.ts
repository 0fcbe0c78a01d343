/**
 * Images as columns of patches, and columns of patches as images, as layers.
 *
 * @module
 */
import type { Tensor } from "@lucid/tensor/functions";
import { type FoldOptions, fold, type Pair, unfold } from "../../functional/folding.js";
import { geometryOf, pairOf, type Two } from "../../functional/internal/patches.js";
import { LibraryModule } from "../../module/library-module.js";

export type { FoldOptions, Pair };

/** Takes the patches of images as columns. */
export class Unfold extends LibraryModule {
  /** Height and width of a patch. */
  readonly kernelSize: Two;
  /** The distance between the elements of a patch. */
  readonly dilation: Two;
  /** How many zeros are added on both sides. */
  readonly padding: Two;
  /** The distance from one patch to the next. */
  readonly stride: Two;

  /**
   * Takes the patches of images as columns.
   *
   * Shapes: `(batch, channels, height, width) → (batch, channels · kernel height · kernel width, patches)`; also
   * without the batch.
   *
   * @param kernelSize - the height and width of a patch, or one number for both.
   * @param options - `dilation` (default 1): the distance between the elements of a patch; `padding` (default 0): how
   * many zeros are added on both sides; `stride` (default 1): the distance from one patch to the next.
   * @throws ArgumentError for sizes that are not integers or an unknown option.
   *
   * @example
   * ```ts
   * new Unfold([2, 2])(tensor([[[1, 2, 3], [4, 5, 6]]])); // → Tensor([[1, 2], [2, 3], [4, 5], [5, 6]])
   * ```
   *
   * Source: torch.nn.Unfold.
   */
  constructor(kernelSize: Pair, options?: FoldOptions) {
    super();
    const { kernel, dilation, padding, stride } = geometryOf("Unfold", kernelSize, options);
    this.kernelSize = kernel;
    this.dilation = dilation;
    this.padding = padding;
    this.stride = stride;
  }

  forward(input: Tensor): Tensor {
    const { kernelSize, dilation, padding, stride } = this;
    return unfold(input, kernelSize, { dilation, padding, stride });
  }
}

/** Adds patches, which are columns, up to images. */
export class Fold extends LibraryModule {
  /** Height and width of the images. */
  readonly outputSize: Two;
  /** Height and width of a patch. */
  readonly kernelSize: Two;
  /** The distance between the elements of a patch. */
  readonly dilation: Two;
  /** How many elements on both sides are left out. */
  readonly padding: Two;
  /** The distance from one patch to the next. */
  readonly stride: Two;

  /**
   * Adds patches, which are columns, up to images. Elements of patches that overlap are added.
   *
   * Shapes: `(batch, channels · kernel height · kernel width, patches) → (batch, channels, height, width)`; also
   * without the batch.
   *
   * @param outputSize - height and width of the images, or one number for both.
   * @param kernelSize - the height and width of a patch, or one number for both.
   * @param options - `dilation` (default 1): the distance between the elements of a patch; `padding` (default 0): how
   * many elements on both sides are left out; `stride` (default 1): the distance from one patch to the next.
   * @throws ArgumentError for sizes that are not integers or an unknown option.
   *
   * @example
   * ```ts
   * new Fold([2, 3], 2)(tensor([[1, 2], [2, 3], [4, 5], [5, 6]])); // → Tensor([[[1, 4, 3], [4, 10, 6]]])
   * ```
   *
   * Source: torch.nn.Fold.
   */
  constructor(outputSize: Pair, kernelSize: Pair, options?: FoldOptions) {
    super();
    const { kernel, dilation, padding, stride } = geometryOf("Fold", kernelSize, options);
    this.outputSize = pairOf("Fold", "outputSize", outputSize, 1);
    this.kernelSize = kernel;
    this.dilation = dilation;
    this.padding = padding;
    this.stride = stride;
  }

  forward(input: Tensor): Tensor {
    const { outputSize, kernelSize, dilation, padding, stride } = this;
    return fold(input, outputSize, kernelSize, { dilation, padding, stride });
  }
}
