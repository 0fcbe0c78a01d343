/**
 * The rectified linear unit with learned slopes as a layer.
 *
 * @module
 */
import type { Backend, DType } from "@lucid/backend";
import { readArguments } from "@lucid/tensor/extend";
import { full, type Tensor } from "@lucid/tensor/functions";
import { prelu } from "../../functional/activation/rectifier.js";
import { assertCount, assertNumber } from "../../internal/checks.js";
import { LibraryModule } from "../../module/library-module.js";
import { Parameter } from "../../module/parameter.js";

/** Options of {@link PReLU}. */
export interface PReLUOptions {
  /** The number of slopes: 1 for all channels, or the number of channels; default 1. */
  readonly numParameters?: number;
  /** The value with which the slopes begin; default 0.25. */
  readonly init?: number;
  /** The type of the slopes; default float32. */
  readonly dtype?: DType;
  /** Where the slopes are stored; by default on the default backend. */
  readonly backend?: Backend;
}

/** Lets negative numbers pass with a slope that is learned: one for all, or one for every channel. */
export class PReLU extends LibraryModule {
  /** The number of slopes. */
  readonly numParameters: number;
  /** The slopes, `(numParameters)`. */
  weight: Parameter;

  /**
   * Lets negative numbers pass with a slope that is learned: one for all, or one for every channel.
   *
   *     prelu(x) = x where x > 0, else weight · x
   *
   * Channels are the second dimension. Weight decay of the slopes is not advised.
   *
   * Shapes: `(batch, channels, …) → (batch, channels, …)`; with one slope `(*) → (*)`.
   *
   * @param numParameters - the number of slopes, by position or in the options; default 1.
   * @param init - the value with which they begin, by position or in the options; default 0.25.
   * @param options - besides these two `dtype` (default float32) of the slopes, and the `backend` on which they are
   * stored.
   * @throws ArgumentError for a `numParameters` that is not an integer, 0 or above, an `init` that is not a number, or
   * an unknown option; DTypeError for a `dtype` that is not floating.
   *
   * @example
   * ```ts
   * new PReLU()(tensor([-1, 2])).detach(); // → Tensor([-0.25, 2])
   * new PReLU(3).weight.shape; // → [3]
   * ```
   *
   * Source: torch.nn.PReLU.
   */
  constructor(numParameters?: number | PReLUOptions, init?: number | PReLUOptions, options?: PReLUOptions) {
    super();
    const given = readArguments<PReLUOptions>("PReLU", [numParameters, init, options], ["numParameters", "init"], {
      numParameters: true,
      init: true,
      dtype: true,
      backend: true,
    });
    const { numParameters: count = 1, init: value = 0.25, ...place } = given;
    assertCount("PReLU", "numParameters", count);
    assertNumber("PReLU", "init", value);
    this.numParameters = count;
    this.weight = new Parameter(full([count], value, place));
  }

  forward(input: Tensor): Tensor {
    return prelu(input, this.weight);
  }
}
