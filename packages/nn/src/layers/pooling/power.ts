/**
 * Layers that compute norms of windows.
 *
 * @module
 */
import { checkOptions } from "@lucid/backend";
import type { Tensor } from "@lucid/tensor/functions";
import { type Sizes, sizesOf } from "../../functional/internal/spatial.js";
import { type LPPoolOptions, lpPool1d, lpPool2d, lpPool3d } from "../../functional/pooling/power.js";
import { assertFlag, assertNumber } from "../../internal/checks.js";
import { LibraryModule } from "../../module/library-module.js";

export type { LPPoolOptions };

/** The settings of the layers. */
abstract class LPPool extends LibraryModule {
  /** The power. */
  readonly normType: number;
  /** The size of a window along each axis. */
  readonly kernelSize: readonly number[];
  /** The distance from one window to the next along each axis. */
  readonly stride: readonly number[];
  /** Whether the last window may reach beyond the input. */
  readonly ceilMode: boolean;

  constructor(axes: number, normType: number, kernelSize: Sizes, options: LPPoolOptions | undefined) {
    super();
    const name = new.target.name;
    checkOptions(name, options, { stride: true, ceilMode: true });
    assertNumber(name, "normType", normType);
    const { ceilMode = false } = options ?? {};
    assertFlag(name, "ceilMode", ceilMode);
    this.normType = normType;
    this.kernelSize = sizesOf(name, "kernelSize", kernelSize, axes, 1);
    this.stride = sizesOf(name, "stride", options?.stride ?? this.kernelSize, axes, 1);
    this.ceilMode = ceilMode;
  }
}

/** Computes the norm of each window of sequences. */
export class LPPool1d extends LPPool {
  /**
   * Computes the norm of each window of sequences, `(Σ xᵖ)^(1/p)`, as {@link functional.lpPool1d} does.
   *
   * Shapes: `(batch, channels, length) → (batch, channels, length′)`; also without the batch.
   *
   * @param normType - the power p.
   * @param kernelSize - the size of a window: a number for all axes, or a list with one for each.
   * @param options - `stride` (default: the size of a window), `ceilMode` (default false): whether the last window may
   * reach beyond the input.
   * @throws ArgumentError for sizes that are not such integers, or an unknown option.
   *
   * @example
   * ```ts
   * new LPPool1d(2, 2)(tensor([[3, 4, 6, 8]])); // → Tensor([[5, 10]])
   * ```
   *
   * Source: torch.nn.LPPool1d.
   */
  constructor(normType: number, kernelSize: Sizes, options?: LPPoolOptions) {
    super(1, normType, kernelSize, options);
  }

  forward(input: Tensor): Tensor {
    const { normType, kernelSize, stride, ceilMode } = this;
    return lpPool1d(input, normType, kernelSize, { stride, ceilMode });
  }
}

/** Computes the norm of each window of images. */
export class LPPool2d extends LPPool {
  /**
   * Computes the norm of each window of images, `(Σ xᵖ)^(1/p)`, as {@link functional.lpPool2d} does.
   *
   * Shapes: `(batch, channels, height, width) → (batch, channels, height′, width′)`; also without the batch.
   *
   * @param normType - the power p.
   * @param kernelSize - the size of a window: a number for all axes, or a list with one for each.
   * @param options - `stride` (default: the size of a window), `ceilMode` (default false): whether the last window may
   * reach beyond the input.
   * @throws ArgumentError for sizes that are not such integers, or an unknown option.
   *
   * @example
   * ```ts
   * new LPPool2d(2, 3, { stride: 2 })(zeros([4, 8, 7, 9])).shape; // → [4, 8, 3, 4]
   * ```
   *
   * Source: torch.nn.LPPool2d.
   */
  constructor(normType: number, kernelSize: Sizes, options?: LPPoolOptions) {
    super(2, normType, kernelSize, options);
  }

  forward(input: Tensor): Tensor {
    const { normType, kernelSize, stride, ceilMode } = this;
    return lpPool2d(input, normType, kernelSize, { stride, ceilMode });
  }
}

/** Computes the norm of each window of volumes. */
export class LPPool3d extends LPPool {
  /**
   * Computes the norm of each window of volumes, `(Σ xᵖ)^(1/p)`, as {@link functional.lpPool3d} does.
   *
   * Shapes: `(batch, channels, depth, height, width) → (batch, channels, depth′, height′, width′)`; also without the batch.
   *
   * @param normType - the power p.
   * @param kernelSize - the size of a window: a number for all axes, or a list with one for each.
   * @param options - `stride` (default: the size of a window), `ceilMode` (default false): whether the last window may
   * reach beyond the input.
   * @throws ArgumentError for sizes that are not such integers, or an unknown option.
   *
   * @example
   * ```ts
   * new LPPool3d(2, 2)(zeros([4, 8, 6, 6, 6])).shape; // → [4, 8, 3, 3, 3]
   * ```
   *
   * Source: torch.nn.LPPool3d. It came with PyTorch 2.3.
   */
  constructor(normType: number, kernelSize: Sizes, options?: LPPoolOptions) {
    super(3, normType, kernelSize, options);
  }

  forward(input: Tensor): Tensor {
    const { normType, kernelSize, stride, ceilMode } = this;
    return lpPool3d(input, normType, kernelSize, { stride, ceilMode });
  }
}
