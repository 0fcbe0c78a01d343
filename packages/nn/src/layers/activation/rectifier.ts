/**
 * Activation layers that are made of straight lines, or of a line and an exponential function.
 *
 * @module
 */
import { ArgumentError } from "@lucid/backend";
import { readArguments } from "@lucid/tensor/extend";
import type { Tensor } from "@lucid/tensor/functions";
import { rrelu } from "../../functional/activation/random.js";
import {
  celu,
  elu,
  hardsigmoid,
  hardswish,
  hardtanh,
  leakyRelu,
  relu6,
  selu,
  threshold,
} from "../../functional/activation/rectifier.js";
import { assertNumber } from "../../internal/checks.js";
import { LibraryModule } from "../../module/library-module.js";

/**
 * The rectified linear unit of every element, limited to 6.
 *
 *     relu6(x) = min(max(x, 0), 6)
 *
 * Shapes: `(*) → (*)`, where `*` is any shape.
 *
 * @example
 * ```ts
 * new ReLU6()(tensor([-1, 3, 8])); // → Tensor([0, 3, 6])
 * ```
 *
 * Source: torch.nn.ReLU6.
 */
export class ReLU6 extends LibraryModule {
  forward(input: Tensor): Tensor {
    return relu6(input);
  }
}

/** Options of {@link Hardtanh}. */
export interface HardtanhOptions {
  /** The lower end of the interval; default −1. */
  readonly minVal?: number;
  /** The upper end of the interval; default 1. */
  readonly maxVal?: number;
}

/** Limits every element to an interval. */
export class Hardtanh extends LibraryModule {
  /** The lower end of the interval. */
  readonly minVal: number;
  /** The upper end of the interval. */
  readonly maxVal: number;

  /**
   * Limits every element to an interval.
   *
   *     hardtanh(x) = min(max(x, minVal), maxVal)
   *
   * Shapes: `(*) → (*)`, where `*` is any shape.
   *
   * @param minVal - the lower end of the interval, by position or in the options; default −1.
   * @param maxVal - the upper end of the interval, by position or in the options; default 1.
   * @throws ArgumentError unless both are numbers and `minVal` is below `maxVal`, or for an unknown option.
   *
   * @example
   * ```ts
   * new Hardtanh({ maxVal: 2 })(tensor([-2, 0.5, 3])); // → Tensor([-1, 0.5, 2])
   * ```
   *
   * Source: torch.nn.Hardtanh.
   */
  constructor(minVal?: number | HardtanhOptions, maxVal?: number | HardtanhOptions) {
    super();
    const given = readArguments<HardtanhOptions>("Hardtanh", [minVal, maxVal], ["minVal", "maxVal"], {
      minVal: true,
      maxVal: true,
    });
    this.minVal = given.minVal ?? -1;
    assertNumber("Hardtanh", "minVal", this.minVal);
    this.maxVal = given.maxVal ?? 1;
    assertNumber("Hardtanh", "maxVal", this.maxVal);
    if (!(this.minVal < this.maxVal)) {
      throw new ArgumentError("Hardtanh", `the interval is ${this.minVal} … ${this.maxVal}`, {
        rule: "minVal is below maxVal",
      });
    }
  }

  forward(input: Tensor): Tensor {
    return hardtanh(input, this.minVal, this.maxVal);
  }
}

/**
 * The logistic function of every element, approximated by three straight lines.
 *
 *     hardsigmoid(x) = min(max(x / 6 + 1/2, 0), 1)
 *
 * Shapes: `(*) → (*)`, where `*` is any shape.
 *
 * @example
 * ```ts
 * new Hardsigmoid()(tensor([-4, 0, 1.5])); // → Tensor([0, 0.5, 0.75])
 * ```
 *
 * Source: torch.nn.Hardsigmoid.
 */
export class Hardsigmoid extends LibraryModule {
  forward(input: Tensor): Tensor {
    return hardsigmoid(input);
  }
}

/**
 * An approximation of {@link SiLU} by a parabola between two straight lines.
 *
 *     hardswish(x) = x · min(max(x + 3, 0), 6) / 6
 *
 * Shapes: `(*) → (*)`, where `*` is any shape.
 *
 * @example
 * ```ts
 * new Hardswish()(tensor([-4, -1, 4])); // → Tensor([0, -0.3333, 4])
 * ```
 *
 * Source: torch.nn.Hardswish.
 */
export class Hardswish extends LibraryModule {
  forward(input: Tensor): Tensor {
    return hardswish(input);
  }
}

/** Options of {@link LeakyReLU}. */
export interface LeakyReLUOptions {
  /** The slope for negative numbers; default 0.01. */
  readonly negativeSlope?: number;
}

/** Lets negative numbers pass with a small slope. */
export class LeakyReLU extends LibraryModule {
  /** The slope for negative numbers. */
  readonly negativeSlope: number;

  /**
   * Lets negative numbers pass with a small slope.
   *
   *     leakyRelu(x) = x where x > 0, else negativeSlope · x
   *
   * Shapes: `(*) → (*)`, where `*` is any shape.
   *
   * @param negativeSlope - the slope for negative numbers, by position or in the options; default 0.01.
   * @throws ArgumentError for a `negativeSlope` that is not a number, or an unknown option.
   *
   * @example
   * ```ts
   * new LeakyReLU(0.5)(tensor([-1, 2])); // → Tensor([-0.5, 2])
   * ```
   *
   * Source: torch.nn.LeakyReLU.
   */
  constructor(negativeSlope?: number | LeakyReLUOptions) {
    super();
    const given = readArguments<LeakyReLUOptions>("LeakyReLU", [negativeSlope], ["negativeSlope"], {
      negativeSlope: true,
    });
    this.negativeSlope = given.negativeSlope ?? 0.01;
    assertNumber("LeakyReLU", "negativeSlope", this.negativeSlope);
  }

  forward(input: Tensor): Tensor {
    return leakyRelu(input, this.negativeSlope);
  }
}

/** Replaces numbers up to a threshold by a value. */
export class Threshold extends LibraryModule {
  /** What an element must exceed to be kept. */
  readonly threshold: number;
  /** What stands in the place of the others. */
  readonly value: number;

  /**
   * Replaces numbers up to a threshold by a value.
   *
   *     threshold(x) = value where x ≤ threshold, else x
   *
   * Shapes: `(*) → (*)`, where `*` is any shape.
   *
   * @param threshold - what an element must exceed to be kept.
   * @param value - what stands in the place of the others.
   * @throws ArgumentError for a `threshold` that is not a number or a `value` that is not a number.
   *
   * @example
   * ```ts
   * new Threshold(1, 20)(tensor([0.5, 2])); // → Tensor([20, 2])
   * ```
   *
   * Source: torch.nn.Threshold.
   */
  constructor(threshold: number, value: number) {
    super();
    assertNumber("Threshold", "threshold", threshold);
    this.threshold = threshold;
    assertNumber("Threshold", "value", value);
    this.value = value;
  }

  forward(input: Tensor): Tensor {
    return threshold(input, this.threshold, this.value);
  }
}

/** Options of {@link ELU}. */
export interface ELUOptions {
  /** The factor for negative numbers; default 1. */
  readonly alpha?: number;
}

/** The exponential linear unit of every element. */
export class ELU extends LibraryModule {
  /** The factor for negative numbers. */
  readonly alpha: number;

  /**
   * The exponential linear unit of every element.
   *
   *     elu(x) = x where x > 0, else alpha · (eˣ − 1)
   *
   * Shapes: `(*) → (*)`, where `*` is any shape.
   *
   * @param alpha - the factor for negative numbers, by position or in the options; default 1.
   * @throws ArgumentError for a `alpha` that is not a number, or an unknown option.
   *
   * @example
   * ```ts
   * new ELU()(tensor([-1, 2])); // → Tensor([-0.6321, 2])
   * ```
   *
   * Source: torch.nn.ELU.
   */
  constructor(alpha?: number | ELUOptions) {
    super();
    const given = readArguments<ELUOptions>("ELU", [alpha], ["alpha"], { alpha: true });
    this.alpha = given.alpha ?? 1;
    assertNumber("ELU", "alpha", this.alpha);
  }

  forward(input: Tensor): Tensor {
    return elu(input, this.alpha);
  }
}

/** Options of {@link CELU}. */
export interface CELUOptions {
  /** The factor and the width for negative numbers; default 1. */
  readonly alpha?: number;
}

/** The continuously differentiable exponential linear unit of every element. */
export class CELU extends LibraryModule {
  /** The factor and the width for negative numbers. */
  readonly alpha: number;

  /**
   * The continuously differentiable exponential linear unit of every element.
   *
   *     celu(x) = x where x > 0, else alpha · (e^(x / alpha) − 1)
   *
   * Shapes: `(*) → (*)`, where `*` is any shape.
   *
   * @param alpha - the factor and the width for negative numbers, by position or in the options; default 1.
   * @throws ArgumentError for a `alpha` that is not a number, or an unknown option.
   *
   * @example
   * ```ts
   * new CELU({ alpha: 2 })(tensor([-2, 2])); // → Tensor([-1.2642, 2])
   * ```
   *
   * Source: torch.nn.CELU.
   */
  constructor(alpha?: number | CELUOptions) {
    super();
    const given = readArguments<CELUOptions>("CELU", [alpha], ["alpha"], { alpha: true });
    this.alpha = given.alpha ?? 1;
    assertNumber("CELU", "alpha", this.alpha);
  }

  forward(input: Tensor): Tensor {
    return celu(input, this.alpha);
  }
}

/**
 * The scaled exponential linear unit of every element. Its two constants keep the mean and the variance of
 * activations near 0 and 1 (Klambauer and others 2017).
 *
 *     selu(x) = scale · x where x > 0, else scale · alpha · (eˣ − 1)
 *
 * alpha is 1.6732632423543772 and scale is 1.0507009873554805.
 *
 * Shapes: `(*) → (*)`, where `*` is any shape.
 *
 * @example
 * ```ts
 * new SELU()(tensor([-1, 1])); // → Tensor([-1.1113, 1.0507])
 * ```
 *
 * Source: torch.nn.SELU.
 */
export class SELU extends LibraryModule {
  forward(input: Tensor): Tensor {
    return selu(input);
  }
}

/** Options of {@link RReLU}. */
export interface RReLUOptions {
  /** The smallest slope; default 1 / 8. */
  readonly lower?: number;
  /** The largest slope; default 1 / 3. */
  readonly upper?: number;
}

/**
 * Lets negative numbers pass with a slope that is drawn for each of them in training. After `eval()` the slope is the
 * mean of its bounds (Xu and others 2015).
 */
export class RReLU extends LibraryModule {
  /** The smallest slope. */
  readonly lower: number;
  /** The largest slope. */
  readonly upper: number;

  /**
   * Lets negative numbers pass with a slope that is drawn for each of them in training. After `eval()` the slope is
   * the mean of its bounds (Xu and others 2015).
   *
   *     rrelu(x) = x where x > 0, else a · x, with a uniform between lower and upper
   *
   * Shapes: `(*) → (*)`, where `*` is any shape.
   *
   * @param lower - the smallest slope, by position or in the options; default 1 / 8.
   * @param upper - the largest slope, by position or in the options; default 1 / 3.
   * @throws ArgumentError for a `lower` that is not a number or a `upper` that is not a number, or an unknown option.
   *
   * @example
   * ```ts
   * new RReLU(0.25, 0.75).eval()(tensor([-2, 3])); // → Tensor([-1, 3])
   * ```
   *
   * Source: torch.nn.RReLU.
   */
  constructor(lower?: number | RReLUOptions, upper?: number | RReLUOptions) {
    super();
    const given = readArguments<RReLUOptions>("RReLU", [lower, upper], ["lower", "upper"], {
      lower: true,
      upper: true,
    });
    this.lower = given.lower ?? 1 / 8;
    assertNumber("RReLU", "lower", this.lower);
    this.upper = given.upper ?? 1 / 3;
    assertNumber("RReLU", "upper", this.upper);
  }

  forward(input: Tensor): Tensor {
    return rrelu(input, { lower: this.lower, upper: this.upper, training: this.training });
  }
}
