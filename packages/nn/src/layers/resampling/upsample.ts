/**
 * Layers that resample sequences, images and volumes.
 *
 * @module
 */
import { checkOptions } from "@lucid/backend";
import { readArguments } from "@lucid/tensor/extend";
import type { Tensor } from "@lucid/tensor/functions";
import {
  type InterpolateOptions,
  type InterpolationMode,
  interpolate,
} from "../../functional/interpolate/interpolate.js";
import { LibraryModule } from "../../module/library-module.js";

export type { InterpolationMode };

/** Options of {@link Upsample}. */
export type UpsampleOptions = Pick<
  InterpolateOptions,
  "size" | "scaleFactor" | "mode" | "alignCorners" | "recomputeScaleFactor"
>;

/** Options of {@link UpsamplingNearest2d} and {@link UpsamplingBilinear2d}. */
export type Upsampling2dOptions = Pick<InterpolateOptions, "size" | "scaleFactor">;

type Sizes = number | readonly number[] | null;

/** Resamples sequences, images and volumes to another size. */
export class Upsample extends LibraryModule {
  /** The new sizes, or null where a factor is given. */
  readonly size: Sizes;
  /** The factors of the sizes, or null where sizes are given. */
  readonly scaleFactor: Sizes;
  /** How new elements are made. */
  readonly mode: InterpolationMode;
  /** Whether the corner elements keep their values. */
  readonly alignCorners: boolean | null;
  /** Whether positions follow from the ratio of the sizes instead of the factor. */
  readonly recomputeScaleFactor: boolean | null;

  /**
   * Resamples sequences, images and volumes to another size, as {@link functional.interpolate} does.
   *
   * Shapes: `(batch, channels, length) → (batch, channels, length′)`; in the same way `(batch, channels, height, width)`
   * and `(batch, channels, depth, height, width)`.
   *
   * @param options - `size`: the new sizes, or one for all; `scaleFactor`: the factors of the sizes, or one for all;
   * `mode` (default "nearest"): "nearest", "nearest-exact", "linear", "bilinear", "bicubic", "trilinear" or "area";
   * `alignCorners` (default null): whether the corner elements keep their values; `recomputeScaleFactor` (default null).
   * @throws ArgumentError for an unknown option. The values are checked when the layer is called.
   *
   * @example
   * ```ts
   * new Upsample({ scaleFactor: 2 })(tensor([[[1, 2]]])); // → Tensor([[[1, 1, 2, 2]]])
   * ```
   *
   * Source: torch.nn.Upsample.
   */
  constructor(options?: UpsampleOptions) {
    super();
    checkOptions("Upsample", options, {
      size: true,
      scaleFactor: true,
      mode: true,
      alignCorners: true,
      recomputeScaleFactor: true,
    });
    const { size = null, scaleFactor = null, mode = "nearest" } = options ?? {};
    this.size = size;
    this.scaleFactor = scaleFactor;
    this.mode = mode;
    this.alignCorners = options?.alignCorners ?? null;
    this.recomputeScaleFactor = options?.recomputeScaleFactor ?? null;
  }

  forward(input: Tensor): Tensor {
    const { size, scaleFactor, mode, alignCorners, recomputeScaleFactor } = this;
    return interpolate(input, { size, scaleFactor, mode, alignCorners, recomputeScaleFactor });
  }
}

/** The arguments of a layer that resamples images, by position or in the options. */
function sizesOf(
  operation: string,
  size: Sizes | Upsampling2dOptions | undefined,
  scaleFactor: Sizes | Upsampling2dOptions | undefined,
): { readonly size: Sizes; readonly scaleFactor: Sizes } {
  const args = [size ?? undefined, scaleFactor ?? undefined];
  const given = readArguments<Upsampling2dOptions>(operation, args, ["size", "scaleFactor"], {
    size: true,
    scaleFactor: true,
  });
  return { size: given.size ?? null, scaleFactor: given.scaleFactor ?? null };
}

/** Resamples images by the nearest elements. */
export class UpsamplingNearest2d extends LibraryModule {
  /** Height and width, or null where a factor is given. */
  readonly size: Sizes;
  /** The factors of height and width, or null where sizes are given. */
  readonly scaleFactor: Sizes;

  /**
   * Resamples images by the nearest elements.
   *
   * Shapes: `(batch, channels, height, width) → (batch, channels, height′, width′)`.
   *
   * @param size - height and width, or one number for both; by position or in the options.
   * @param scaleFactor - the factors, or one for both; by position or in the options.
   * @throws ArgumentError for an unknown option. The values are checked when the layer is called.
   *
   * @example
   * ```ts
   * new UpsamplingNearest2d({ scaleFactor: 2 })(tensor([[[[1, 2]]]])); // → Tensor([[[[1, 1, 2, 2], [1, 1, 2, 2]]]])
   * ```
   *
   * Source: torch.nn.UpsamplingNearest2d.
   */
  constructor(size?: Sizes | Upsampling2dOptions, scaleFactor?: Sizes | Upsampling2dOptions) {
    super();
    const given = sizesOf("UpsamplingNearest2d", size, scaleFactor);
    this.size = given.size;
    this.scaleFactor = given.scaleFactor;
  }

  forward(input: Tensor): Tensor {
    const { size, scaleFactor } = this;
    return interpolate(input, { size, scaleFactor });
  }
}

/** Resamples images by bilinear interpolation; the corner elements keep their values. */
export class UpsamplingBilinear2d extends LibraryModule {
  /** Height and width, or null where a factor is given. */
  readonly size: Sizes;
  /** The factors of height and width, or null where sizes are given. */
  readonly scaleFactor: Sizes;

  /**
   * Resamples images by bilinear interpolation; the corner elements keep their values.
   *
   * Shapes: `(batch, channels, height, width) → (batch, channels, height′, width′)`.
   *
   * @param size - height and width, or one number for both; by position or in the options.
   * @param scaleFactor - the factors, or one for both; by position or in the options.
   * @throws ArgumentError for an unknown option. The values are checked when the layer is called.
   *
   * @example
   * ```ts
   * new UpsamplingBilinear2d([1, 3])(tensor([[[[1, 2]]]])); // → Tensor([[[[1, 1.5, 2]]]])
   * ```
   *
   * Source: torch.nn.UpsamplingBilinear2d.
   */
  constructor(size?: Sizes | Upsampling2dOptions, scaleFactor?: Sizes | Upsampling2dOptions) {
    super();
    const given = sizesOf("UpsamplingBilinear2d", size, scaleFactor);
    this.size = given.size;
    this.scaleFactor = given.scaleFactor;
  }

  forward(input: Tensor): Tensor {
    const { size, scaleFactor } = this;
    return interpolate(input, { size, scaleFactor, mode: "bilinear", alignCorners: true });
  }
}
