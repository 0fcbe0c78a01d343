/**
 * Layers that make probabilities, or their logarithms, of scores.
 *
 * @module
 */
import { formatShape, ShapeError } from "@lucid/backend";
import { readArguments } from "@lucid/tensor/extend";
import { logSoftmax, softmax, type Tensor } from "@lucid/tensor/functions";
import { softmin } from "../../functional/activation/gate.js";
import { assertInteger, assertTensor } from "../../internal/checks.js";
import { LibraryModule } from "../../module/library-module.js";

/** Options of `Softmax`, `LogSoftmax` and `Softmin`. */
export interface SoftmaxOptions {
  /** The dimension of the scores; negative numbers count from the last one. */
  readonly dim: number;
}

/** The dimension that the caller named, by position or in the options. */
function dimensionOf(operation: string, dim: number | SoftmaxOptions): number {
  const given = readArguments<SoftmaxOptions>(operation, [dim], ["dim"], { dim: true });
  assertInteger(operation, "dim", given.dim);
  return given.dim;
}

/** Probabilities in proportion to the exponentials of scores; along the dimension `dim` they add up to 1. */
export class Softmax extends LibraryModule {
  /** The dimension along which the results add up to 1; negative numbers count from the last one. */
  readonly dim: number;

  /**
   * Probabilities in proportion to the exponentials of scores; along the dimension `dim` they add up to 1.
   *
   *     softmax(x)[i] = exp(x[i]) / Σⱼ exp(x[j])
   *
   * Shapes: `(*) → (*)`, where `*` is any shape.
   *
   * @param dim - the dimension along which the results add up to 1; negative numbers count from the last one.
   * @throws ArgumentError unless `dim` is an integer.
   *
   * @example
   * ```ts
   * new Softmax(1)(tensor([[1, 2, 3]])); // → Tensor([[0.09, 0.2447, 0.6652]])
   * ```
   *
   * Source: torch.nn.Softmax.
   */
  constructor(dim: number | SoftmaxOptions) {
    super();
    this.dim = dimensionOf("Softmax", dim);
  }

  forward(input: Tensor): Tensor {
    return softmax(input, this.dim);
  }
}

/** The logarithm of the softmax, computed without loss of accuracy. */
export class LogSoftmax extends LibraryModule {
  /** The dimension of the softmax; negative numbers count from the last one. */
  readonly dim: number;

  /**
   * The logarithm of the softmax, computed without loss of accuracy.
   *
   *     logSoftmax(x)[i] = x[i] − log Σⱼ exp(x[j])
   *
   * Shapes: `(*) → (*)`, where `*` is any shape.
   *
   * @param dim - the dimension of the softmax; negative numbers count from the last one.
   * @throws ArgumentError unless `dim` is an integer.
   *
   * @example
   * ```ts
   * new LogSoftmax(1)(tensor([[1, 2, 3]])); // → Tensor([[-2.4076, -1.4076, -0.4076]])
   * ```
   *
   * Source: torch.nn.LogSoftmax.
   */
  constructor(dim: number | SoftmaxOptions) {
    super();
    this.dim = dimensionOf("LogSoftmax", dim);
  }

  forward(input: Tensor): Tensor {
    return logSoftmax(input, this.dim);
  }
}

/** Probabilities in proportion to the exponentials of negative scores; along the dimension `dim` they add up to 1. */
export class Softmin extends LibraryModule {
  /** The dimension along which the results add up to 1; negative numbers count from the last one. */
  readonly dim: number;

  /**
   * Probabilities in proportion to the exponentials of negative scores; along the dimension `dim` they add up to 1.
   *
   *     softmin(x)[i] = exp(−x[i]) / Σⱼ exp(−x[j])
   *
   * Shapes: `(*) → (*)`, where `*` is any shape.
   *
   * @param dim - the dimension along which the results add up to 1; negative numbers count from the last one.
   * @throws ArgumentError unless `dim` is an integer.
   *
   * @example
   * ```ts
   * new Softmin(1)(tensor([[1, 2, 3]])); // → Tensor([[0.6652, 0.2447, 0.09]])
   * ```
   *
   * Source: torch.nn.Softmin.
   */
  constructor(dim: number | SoftmaxOptions) {
    super();
    this.dim = dimensionOf("Softmin", dim);
  }

  forward(input: Tensor): Tensor {
    return softmin(input, this.dim);
  }
}

/**
 * The softmax over the channels of images: at every place the probabilities of the channels add up to 1.
 *
 *     y[…, c, h, w] = exp(x[…, c, h, w]) / Σⱼ exp(x[…, j, h, w])
 *
 * Shapes: `(batch, channels, height, width) → (batch, channels, height, width)`; `(channels, height, width) → (channels,
 * height, width)`.
 *
 * @throws ShapeError, when it is called, unless the input has three or four dimensions.
 *
 * @example
 * ```ts
 * new Softmax2d()(zeros([2, 1, 1])); // → Tensor([[[0.5]], [[0.5]]])
 * ```
 *
 * Source: torch.nn.Softmax2d.
 */
export class Softmax2d extends LibraryModule {
  forward(input: Tensor): Tensor {
    assertTensor("Softmax2d", "input", input);
    if (input.ndim !== 3 && input.ndim !== 4) {
      throw new ShapeError("Softmax2d", `the input is ${formatShape(input.shape)}`, [input.shape], {
        rule: "it is (channels, height, width) or (batch, channels, height, width)",
      });
    }
    return softmax(input, -3);
  }
}
