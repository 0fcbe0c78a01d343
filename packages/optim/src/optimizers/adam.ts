/**
 * Adam, and the algorithm that it shares with AdamW.
 *
 * @module
 */
import { op } from "@lucid/tensor/extend";
import { add, div, mul } from "@lucid/tensor/functions";
import { type Algorithm, defineAlgorithm } from "../algorithm.js";
import type { ParametersToOptimize } from "../groups.js";
import { Optimizer } from "../optimizer.js";
import { decayRates, flag, nonNegative, type SomeOptions } from "../options.js";
import { moments, momentTerms } from "./moments.js";

/** Options of {@link Adam} and `AdamW`, for all parameters or for one group. */
export interface AdamOptions {
  /** Learning rate; default 0.001. */
  lr: number;
  /** Factors of the moving averages of the gradient and of its square; default [0.9, 0.999]. */
  betas: readonly [number, number];
  /** Added to the denominator; default 1e-8. */
  eps: number;
  /** Adam: factor of the L2 penalty ½λ‖θ‖², default 0. AdamW: share of θ that decays at lr, default 0.01. */
  weightDecay: number;
  /** Whether to divide by the largest average of squares so far; default false. */
  amsgrad: boolean;
  /** Whether to climb instead of descend; default false. */
  maximize: boolean;
}

/** Adam; `decoupled` takes weight decay out of the gradient, and lets parameters decay directly. */
export function adamAlgorithm(name: string, weightDecay: number, decoupled: boolean): Algorithm<AdamOptions> {
  return defineAlgorithm({
    name,
    options: {
      lr: nonNegative(1e-3),
      betas: decayRates(0.9, 0.999),
      eps: nonNegative(1e-8),
      weightDecay: nonNegative(weightDecay),
      amsgrad: flag(false),
      maximize: flag(false),
    },
    counted: true,
    state: { expAvg: {}, expAvgSq: {}, maxExpAvgSq: { used: ({ amsgrad }) => amsgrad } },
    terms: (options: AdamOptions, step: number) => ({
      ...momentTerms(options, decoupled),
      amsgrad: options.amsgrad,
      stepSize: -(options.lr / (1 - options.betas[0] ** step)),
      correction: Math.sqrt(1 - options.betas[1] ** step),
    }),
    update(inputs) {
      const { start, expAvg, expAvgSq } = moments(inputs);
      const { state, terms } = inputs;
      const { amsgrad, stepSize, correction, eps } = terms;
      const maxExpAvgSq = amsgrad ? op("max", state.maxExpAvgSq, expAvgSq) : expAvgSq;
      const denominator = add(div(op("sqrt", maxExpAvgSq), correction), eps);
      return {
        parameter: add(start, div(mul(expAvg, stepSize), denominator)),
        state: { expAvg, expAvgSq, maxExpAvgSq },
      };
    },
  });
}

const adam: Algorithm<AdamOptions> = /* @__PURE__ */ adamAlgorithm("Adam", 0, false);

/**
 * Adam: steps scaled by running moments of the gradient. (torch.optim.Adam)
 */
export class Adam extends Optimizer<AdamOptions> {
  /**
   * Adam: steps scaled by running moments of the gradient. (torch.optim.Adam)
   *
   *     g ← ±∇ + λθ
   *     m ← β₁m + (1 − β₁)·g        v ← β₂v + (1 − β₂)·g²
   *     θ ← θ − lr·m̂ / (√v̂ + ε)     m̂ = m / (1 − β₁ᵗ), v̂ = v / (1 − β₂ᵗ)
   *
   * With `amsgrad`, the largest v so far takes v's place in the last line.
   *
   * @param parameters - tensors, or groups `{ params, lr?, … }` with options of their own.
   * @throws ArgumentError for no parameters, one that is not a leaf or in two groups, or an invalid option.
   *
   * @example
   * ```ts
   * const w = tensor([1, 2], { requiresGrad: true });
   * const optimizer = new Adam([w], { lr: 0.1 });
   * w.square().sum().backward();
   * optimizer.step();
   * w.detach(); // → Tensor([0.9, 1.9])
   * ```
   */
  constructor(parameters: ParametersToOptimize<AdamOptions>, options?: SomeOptions<AdamOptions>) {
    super(adam, parameters, options);
  }
}
