/**
 * Layers that move elements between channels and pixels.
 *
 * @module
 */
import type { Tensor } from "@lucid/tensor/functions";
import { channelShuffle, pixelShuffle, pixelUnshuffle } from "../../functional/shuffling.js";
import { assertFactor } from "../../internal/checks.js";
import { LibraryModule } from "../../module/library-module.js";

/** Moves channels into space: r² channels of a pixel become r × r pixels of one channel (Shi and others 2016). */
export class PixelShuffle extends LibraryModule {
  /** The factor by which height and width grow. */
  readonly upscaleFactor: number;

  /**
   * Moves channels into space: r² channels of a pixel become r × r pixels of one channel (Shi and others 2016).
   *
   * Shapes: `(…, channels · r², height, width) → (…, channels, height · r, width · r)`.
   *
   * @param upscaleFactor - r, the factor by which height and width grow.
   * @throws ArgumentError unless `upscaleFactor` is an integer above 0.
   *
   * @example
   * ```ts
   * new PixelShuffle(2)(tensor([[[1]], [[2]], [[3]], [[4]]])); // → Tensor([[[1, 2], [3, 4]]])
   * ```
   *
   * Source: torch.nn.PixelShuffle.
   */
  constructor(upscaleFactor: number) {
    super();
    assertFactor("PixelShuffle", "upscaleFactor", upscaleFactor);
    this.upscaleFactor = upscaleFactor;
  }

  forward(input: Tensor): Tensor {
    return pixelShuffle(input, this.upscaleFactor);
  }
}

/**
 * Moves space into channels: r × r pixels of a channel become r² channels of one pixel. It undoes {@link
 * PixelShuffle}.
 */
export class PixelUnshuffle extends LibraryModule {
  /** The factor by which height and width shrink. */
  readonly downscaleFactor: number;

  /**
   * Moves space into channels: r × r pixels of a channel become r² channels of one pixel. It undoes {@link
   * PixelShuffle}.
   *
   * Shapes: `(…, channels, height · r, width · r) → (…, channels · r², height, width)`.
   *
   * @param downscaleFactor - r, the factor by which height and width shrink.
   * @throws ArgumentError unless `downscaleFactor` is an integer above 0.
   *
   * @example
   * ```ts
   * new PixelUnshuffle(2)(tensor([[[1, 2], [3, 4]]])); // → Tensor([[[1]], [[2]], [[3]], [[4]]])
   * ```
   *
   * Source: torch.nn.PixelUnshuffle.
   */
  constructor(downscaleFactor: number) {
    super();
    assertFactor("PixelUnshuffle", "downscaleFactor", downscaleFactor);
    this.downscaleFactor = downscaleFactor;
  }

  forward(input: Tensor): Tensor {
    return pixelUnshuffle(input, this.downscaleFactor);
  }
}

/** Mixes the channels of groups: with two groups, the channels 0 1 2 3 become 0 2 1 3 (Zhang and others 2017). */
export class ChannelShuffle extends LibraryModule {
  /** Into how many groups the channels are divided. */
  readonly groups: number;

  /**
   * Mixes the channels of groups: with two groups, the channels 0 1 2 3 become 0 2 1 3 (Zhang and others 2017).
   *
   * Shapes: `(batch, channels, …) → (batch, channels, …)`.
   *
   * @param groups - into how many groups the channels are divided.
   * @throws ArgumentError unless `groups` is an integer above 0.
   *
   * @example
   * ```ts
   * new ChannelShuffle(2)(tensor([[[1], [2], [3], [4]]])); // → Tensor([[[1], [3], [2], [4]]])
   * ```
   *
   * Source: torch.nn.ChannelShuffle.
   */
  constructor(groups: number) {
    super();
    assertFactor("ChannelShuffle", "groups", groups);
    this.groups = groups;
  }

  forward(input: Tensor): Tensor {
    return channelShuffle(input, this.groups);
  }
}
