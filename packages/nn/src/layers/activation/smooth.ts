/**
 * Smooth activation layers, and those that move numbers towards 0.
 *
 * @module
 */
import { readArguments } from "@lucid/tensor/extend";
import type { Tensor } from "@lucid/tensor/functions";
import {
  hardshrink,
  logsigmoid,
  mish,
  silu,
  softplus,
  softshrink,
  softsign,
  tanhshrink,
} from "../../functional/activation/smooth.js";
import { assertNotNegative, assertNumber } from "../../internal/checks.js";
import { LibraryModule } from "../../module/library-module.js";

/**
 * Every element times its logistic function. It is also called swish.
 *
 *     silu(x) = x · sigmoid(x)
 *
 * Shapes: `(*) → (*)`, where `*` is any shape.
 *
 * @example
 * ```ts
 * new SiLU()(tensor([-1, 0, 2])); // → Tensor([-0.2689, 0, 1.7616])
 * ```
 *
 * Source: torch.nn.SiLU.
 */
export class SiLU extends LibraryModule {
  forward(input: Tensor): Tensor {
    return silu(input);
  }
}

/**
 * The function Mish of every element.
 *
 *     mish(x) = x · tanh(log(1 + eˣ))
 *
 * Shapes: `(*) → (*)`, where `*` is any shape.
 *
 * @example
 * ```ts
 * new Mish()(tensor([-1, 0, 2])); // → Tensor([-0.3034, 0, 1.944])
 * ```
 *
 * Source: torch.nn.Mish.
 */
export class Mish extends LibraryModule {
  forward(input: Tensor): Tensor {
    return mish(input);
  }
}

/** Options of {@link Softplus}. */
export interface SoftplusOptions {
  /** How sharp the bend is; default 1. */
  readonly beta?: number;
  /** Where the function becomes linear; default 20. */
  readonly threshold?: number;
}

/** A smooth form of the rectified linear unit of every element. */
export class Softplus extends LibraryModule {
  /** How sharp the bend is. */
  readonly beta: number;
  /** Where the function becomes linear. */
  readonly threshold: number;

  /**
   * A smooth form of the rectified linear unit of every element.
   *
   *     softplus(x) = log(1 + e^(beta · x)) / beta where beta · x ≤ threshold, else x
   *
   * Shapes: `(*) → (*)`, where `*` is any shape.
   *
   * @param beta - how sharp the bend is, by position or in the options; default 1.
   * @param threshold - where the function becomes linear, by position or in the options; default 20.
   * @throws ArgumentError for a `beta` that is not a number or a `threshold` that is not a number, or an unknown
   * option.
   *
   * @example
   * ```ts
   * new Softplus()(tensor([-1, 0, 30])); // → Tensor([0.3133, 0.6931, 30])
   * ```
   *
   * Source: torch.nn.Softplus.
   */
  constructor(beta?: number | SoftplusOptions, threshold?: number | SoftplusOptions) {
    super();
    const given = readArguments<SoftplusOptions>("Softplus", [beta, threshold], ["beta", "threshold"], {
      beta: true,
      threshold: true,
    });
    this.beta = given.beta ?? 1;
    assertNumber("Softplus", "beta", this.beta);
    this.threshold = given.threshold ?? 20;
    assertNumber("Softplus", "threshold", this.threshold);
  }

  forward(input: Tensor): Tensor {
    return softplus(input, this.beta, this.threshold);
  }
}

/**
 * The logarithm of the logistic function of every element, without loss of accuracy.
 *
 *     logsigmoid(x) = log(1 / (1 + e⁻ˣ))
 *
 * Shapes: `(*) → (*)`, where `*` is any shape.
 *
 * @example
 * ```ts
 * new LogSigmoid()(tensor([-100, 0])); // → Tensor([-100, -0.6931])
 * ```
 *
 * Source: torch.nn.LogSigmoid.
 */
export class LogSigmoid extends LibraryModule {
  forward(input: Tensor): Tensor {
    return logsigmoid(input);
  }
}

/**
 * Maps every element between −1 and 1, more slowly than {@link Tanh}.
 *
 *     softsign(x) = x / (1 + |x|)
 *
 * Shapes: `(*) → (*)`, where `*` is any shape.
 *
 * @example
 * ```ts
 * new Softsign()(tensor([-1, 0, 3])); // → Tensor([-0.5, 0, 0.75])
 * ```
 *
 * Source: torch.nn.Softsign.
 */
export class Softsign extends LibraryModule {
  forward(input: Tensor): Tensor {
    return softsign(input);
  }
}

/**
 * Every element minus its hyperbolic tangent.
 *
 *     tanhshrink(x) = x − tanh(x)
 *
 * Shapes: `(*) → (*)`, where `*` is any shape.
 *
 * @example
 * ```ts
 * new Tanhshrink()(tensor([-1, 0, 2])); // → Tensor([-0.2384, 0, 1.036])
 * ```
 *
 * Source: torch.nn.Tanhshrink.
 */
export class Tanhshrink extends LibraryModule {
  forward(input: Tensor): Tensor {
    return tanhshrink(input);
  }
}

/** Options of {@link Hardshrink}. */
export interface HardshrinkOptions {
  /** The largest size that becomes 0; default 0.5. */
  readonly lambd?: number;
}

/** Replaces numbers near 0 by 0. */
export class Hardshrink extends LibraryModule {
  /** The largest size that becomes 0. */
  readonly lambd: number;

  /**
   * Replaces numbers near 0 by 0.
   *
   *     hardshrink(x) = 0 where −lambd ≤ x ≤ lambd, else x
   *
   * Shapes: `(*) → (*)`, where `*` is any shape.
   *
   * @param lambd - the largest size that becomes 0, by position or in the options; default 0.5.
   * @throws ArgumentError for a `lambd` that is not a number, or an unknown option.
   *
   * @example
   * ```ts
   * new Hardshrink()(tensor([-1, 0.25, 2])); // → Tensor([-1, 0, 2])
   * ```
   *
   * Source: torch.nn.Hardshrink.
   */
  constructor(lambd?: number | HardshrinkOptions) {
    super();
    const given = readArguments<HardshrinkOptions>("Hardshrink", [lambd], ["lambd"], { lambd: true });
    this.lambd = given.lambd ?? 0.5;
    assertNumber("Hardshrink", "lambd", this.lambd);
  }

  forward(input: Tensor): Tensor {
    return hardshrink(input, this.lambd);
  }
}

/** Options of {@link Softshrink}. */
export interface SoftshrinkOptions {
  /** By how much, 0 or above; default 0.5. */
  readonly lambd?: number;
}

/** Moves numbers towards 0. */
export class Softshrink extends LibraryModule {
  /** By how much, 0 or above. */
  readonly lambd: number;

  /**
   * Moves numbers towards 0.
   *
   *     softshrink(x) = x − lambd where x > lambd, x + lambd where x < −lambd, else 0
   *
   * Shapes: `(*) → (*)`, where `*` is any shape.
   *
   * @param lambd - by how much, 0 or above, by position or in the options; default 0.5.
   * @throws ArgumentError for a negative `lambd`, or an unknown option.
   *
   * @example
   * ```ts
   * new Softshrink()(tensor([-1, 0.25, 2])); // → Tensor([-0.5, 0, 1.5])
   * ```
   *
   * Source: torch.nn.Softshrink.
   */
  constructor(lambd?: number | SoftshrinkOptions) {
    super();
    const given = readArguments<SoftshrinkOptions>("Softshrink", [lambd], ["lambd"], { lambd: true });
    this.lambd = given.lambd ?? 0.5;
    assertNotNegative("Softshrink", "lambd", this.lambd);
  }

  forward(input: Tensor): Tensor {
    return softshrink(input, this.lambd);
  }
}
