/**
 * Dropout of elements and of whole channels, as layers.
 *
 * @module
 */
import { readArguments } from "@lucid/tensor/extend";
import type { Tensor } from "@lucid/tensor/functions";
import { alphaDropout, featureAlphaDropout } from "../../functional/alpha-dropout.js";
import { dropout1d, dropout2d, dropout3d } from "../../functional/channel-dropout.js";
import { dropout } from "../../functional/dropout.js";
import { assertFraction } from "../../internal/checks.js";
import { LibraryModule } from "../../module/library-module.js";

/** Options of {@link Dropout} and its kin. */
export interface DropoutOptions {
  /** The probability with which an element becomes 0; default 0.5. */
  readonly p?: number;
}

/** The probability that the caller gave, by position or in the options; default 0.5. */
function probabilityOf(operation: string, argument: number | DropoutOptions | undefined): number {
  const { p = 0.5 } = readArguments<DropoutOptions>(operation, [argument], ["p"], { p: true });
  assertFraction(operation, "p", p);
  return p;
}

/**
 * Sets random elements to 0 in training and enlarges the others, so that the mean stays the same. Every call draws
 * anew. After `eval()` the input passes unchanged.
 */
export class Dropout extends LibraryModule {
  /** The probability with which an element becomes 0. */
  readonly p: number;

  /**
   * Sets random elements to 0 in training and enlarges the others, so that the mean stays the same. Every call draws
   * anew. After `eval()` the input passes unchanged.
   *
   *     y = 0 with probability p, else x / (1 − p)
   *
   * Shapes: `(*) → (*)`, where `*` is any shape.
   *
   * @param p - the probability with which an element becomes 0, by position or as `{ p }`; default 0.5.
   * @throws ArgumentError unless 0 ≤ p ≤ 1.
   *
   * @example
   * ```ts
   * new Dropout({ p: 1 })(tensor([1, 2])); // → Tensor([0, 0])
   * new Dropout(0.5).eval()(tensor([1, 2])); // → Tensor([1, 2])
   * ```
   *
   * Source: torch.nn.Dropout.
   */
  constructor(p?: number | DropoutOptions) {
    super();
    this.p = probabilityOf("Dropout", p);
  }

  forward(input: Tensor): Tensor {
    return dropout(input, { p: this.p, training: this.training });
  }
}

/**
 * Sets random channels of sequences to 0 in training and enlarges the others, so that the mean stays the same. After
 * `eval()` the input passes unchanged.
 */
export class Dropout1d extends LibraryModule {
  /** The probability with which a channel becomes 0. */
  readonly p: number;

  /**
   * Sets random channels of sequences to 0 in training and enlarges the others, so that the mean stays the same.
   * After `eval()` the input passes unchanged.
   *
   *     y[n, c] = 0 with probability p, else x[n, c] / (1 − p)
   *
   * Shapes: `(batch, channels, length) → (batch, channels, length)`; `(channels, length) → (channels, length)`.
   *
   * @param p - the probability with which a channel becomes 0, by position or as `{ p }`; default 0.5.
   * @throws ArgumentError unless 0 ≤ p ≤ 1.
   *
   * @example
   * ```ts
   * new Dropout1d(1)(tensor([[1, 2]])); // → Tensor([[0, 0]])
   * ```
   *
   * Source: torch.nn.Dropout1d.
   */
  constructor(p?: number | DropoutOptions) {
    super();
    this.p = probabilityOf("Dropout1d", p);
  }

  forward(input: Tensor): Tensor {
    return dropout1d(input, { p: this.p, training: this.training });
  }
}

/**
 * Sets random channels of images to 0 in training and enlarges the others, so that the mean stays the same. After
 * `eval()` the input passes unchanged.
 */
export class Dropout2d extends LibraryModule {
  /** The probability with which a channel becomes 0. */
  readonly p: number;

  /**
   * Sets random channels of images to 0 in training and enlarges the others, so that the mean stays the same. After
   * `eval()` the input passes unchanged.
   *
   *     y[n, c] = 0 with probability p, else x[n, c] / (1 − p)
   *
   * Shapes: `(batch, channels, height, width) → (batch, channels, height, width)`; a tensor of three dimensions
   * counts as a batch of sequences.
   *
   * @param p - the probability with which a channel becomes 0, by position or as `{ p }`; default 0.5.
   * @throws ArgumentError unless 0 ≤ p ≤ 1.
   *
   * @example
   * ```ts
   * new Dropout2d(1)(tensor([[[1, 2]]])); // → Tensor([[[0, 0]]])
   * ```
   *
   * Source: torch.nn.Dropout2d.
   */
  constructor(p?: number | DropoutOptions) {
    super();
    this.p = probabilityOf("Dropout2d", p);
  }

  forward(input: Tensor): Tensor {
    return dropout2d(input, { p: this.p, training: this.training });
  }
}

/**
 * Sets random channels of volumes to 0 in training and enlarges the others, so that the mean stays the same. After
 * `eval()` the input passes unchanged.
 */
export class Dropout3d extends LibraryModule {
  /** The probability with which a channel becomes 0. */
  readonly p: number;

  /**
   * Sets random channels of volumes to 0 in training and enlarges the others, so that the mean stays the same. After
   * `eval()` the input passes unchanged.
   *
   *     y[n, c] = 0 with probability p, else x[n, c] / (1 − p)
   *
   * Shapes: `(batch, channels, depth, height, width) → (batch, channels, depth, height, width)`; also without the
   * batch.
   *
   * @param p - the probability with which a channel becomes 0, by position or as `{ p }`; default 0.5.
   * @throws ArgumentError unless 0 ≤ p ≤ 1.
   *
   * @example
   * ```ts
   * new Dropout3d(1)(tensor([[[[1, 2]]]])); // → Tensor([[[[0, 0]]]])
   * ```
   *
   * Source: torch.nn.Dropout3d.
   */
  constructor(p?: number | DropoutOptions) {
    super();
    this.p = probabilityOf("Dropout3d", p);
  }

  forward(input: Tensor): Tensor {
    return dropout3d(input, { p: this.p, training: this.training });
  }
}

/**
 * Sets random elements to the negative limit of {@link SELU} in training, and scales and shifts everything so that
 * mean and variance stay the same (Klambauer and others 2017). After `eval()` the input passes unchanged.
 */
export class AlphaDropout extends LibraryModule {
  /** The probability with which an element is dropped. */
  readonly p: number;

  /**
   * Sets random elements to the negative limit of {@link SELU} in training, and scales and shifts everything so that
   * mean and variance stay the same (Klambauer and others 2017). After `eval()` the input passes unchanged.
   *
   *     y = a · (−1.7581 with probability p, else x) + b
   *
   * Shapes: `(*) → (*)`, where `*` is any shape.
   *
   * @param p - the probability with which an element is dropped, by position or as `{ p }`; default 0.5.
   * @throws ArgumentError unless 0 ≤ p ≤ 1.
   *
   * @example
   * ```ts
   * new AlphaDropout(0.5).eval()(tensor([1, 2])); // → Tensor([1, 2])
   * ```
   *
   * Source: torch.nn.AlphaDropout.
   */
  constructor(p?: number | DropoutOptions) {
    super();
    this.p = probabilityOf("AlphaDropout", p);
  }

  forward(input: Tensor): Tensor {
    return alphaDropout(input, { p: this.p, training: this.training });
  }
}

/**
 * Sets random channels to the negative limit of {@link SELU} in training, and scales and shifts everything so that
 * mean and variance stay the same. After `eval()` the input passes unchanged.
 */
export class FeatureAlphaDropout extends LibraryModule {
  /** The probability with which a channel is dropped. */
  readonly p: number;

  /**
   * Sets random channels to the negative limit of {@link SELU} in training, and scales and shifts everything so that
   * mean and variance stay the same. After `eval()` the input passes unchanged.
   *
   *     y[n, c] = a · (−1.7581 with probability p, else x[n, c]) + b
   *
   * Shapes: `(batch, channels, …) → (batch, channels, …)`.
   *
   * @param p - the probability with which a channel is dropped, by position or as `{ p }`; default 0.5.
   * @throws ArgumentError unless 0 ≤ p ≤ 1.
   *
   * @example
   * ```ts
   * new FeatureAlphaDropout(0.5).eval()(tensor([[1, 2]])); // → Tensor([[1, 2]])
   * ```
   *
   * Source: torch.nn.FeatureAlphaDropout.
   */
  constructor(p?: number | DropoutOptions) {
    super();
    this.p = probabilityOf("FeatureAlphaDropout", p);
  }

  forward(input: Tensor): Tensor {
    return featureAlphaDropout(input, { p: this.p, training: this.training });
  }
}
