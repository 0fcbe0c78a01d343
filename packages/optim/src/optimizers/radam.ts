/**
 * RAdam.
 *
 * @module
 */
import { add, div, gt, mul, sqrt, where } from "@lucid/tensor/functions";
import { type Algorithm, defineAlgorithm } from "../algorithm.js";
import type { ParametersToOptimize } from "../groups.js";
import { Optimizer } from "../optimizer.js";
import { decayRates, flag, nonNegative, type SomeOptions } from "../options.js";
import { moments, momentTerms } from "./moments.js";

/** Options of {@link RAdam}, for all parameters or for one group. */
export interface RAdamOptions {
  /** Learning rate; default 0.001. */
  lr: number;
  /** Factors of the moving averages of the gradient and of its square; default [0.9, 0.999]. */
  betas: readonly [number, number];
  /** Added to the denominator; default 1e-8. */
  eps: number;
  /** Factor of the L2 penalty ½λ‖θ‖², or, if it is decoupled, share of θ that decays at lr; default 0. */
  weightDecay: number;
  /** Whether parameters decay directly, and not through the gradient; default false. */
  decoupledWeightDecay: boolean;
  /** Whether to climb instead of descend; default false. */
  maximize: boolean;
}

/**
 * Returns the factor that corrects the variance of a step, or 0 where the variance of so few gradients is not known.
 */
function rectification(beta2: number, step: number): number {
  const longest = 2 / (1 - beta2) - 1;
  const length = longest - (2 * step * beta2 ** step) / (1 - beta2 ** step);
  if (!(length > 5)) return 0;
  return Math.sqrt(((length - 4) * (length - 2) * longest) / ((longest - 4) * (longest - 2) * length));
}

const radam: Algorithm<RAdamOptions> = /* @__PURE__ */ defineAlgorithm({
  name: "RAdam",
  options: {
    lr: nonNegative(1e-3),
    betas: decayRates(0.9, 0.999),
    eps: nonNegative(1e-8),
    weightDecay: nonNegative(0),
    decoupledWeightDecay: flag(false),
    maximize: flag(false),
  },
  counted: true,
  state: { expAvg: {}, expAvgSq: {} },
  terms: (options: RAdamOptions, step: number) => ({
    ...momentTerms(options, options.decoupledWeightDecay),
    stepSize: -(options.lr / (1 - options.betas[0] ** step)),
    // A number, and not a flag: it changes on the way, and a recorded program keeps its flags.
    rectified: rectification(options.betas[1], step) * Math.sqrt(1 - options.betas[1] ** step),
  }),
  update(inputs) {
    const { start, expAvg, expAvgSq } = moments(inputs);
    const { stepSize, rectified, eps } = inputs.terms;
    const move = mul(expAvg, stepSize);
    const adapted = mul(move, div(rectified, add(sqrt(expAvgSq), eps)));
    return { parameter: add(start, where(gt(rectified, 0), adapted, move)), state: { expAvg, expAvgSq } };
  },
});

/**
 * RAdam: Adam whose first steps are not scaled by the gradient's square until its variance is known.
 * (torch.optim.RAdam)
 */
export class RAdam extends Optimizer<RAdamOptions> {
  /**
   * RAdam: Adam whose first steps are not scaled by the gradient's square until its variance is known.
   * (torch.optim.RAdam)
   *
   *     g ← ±∇ + λθ
   *     m ← β₁m + (1 − β₁)·g        v ← β₂v + (1 − β₂)·g²
   *     ρ∞ = 2 / (1 − β₂) − 1       ρₜ = ρ∞ − 2tβ₂ᵗ / (1 − β₂ᵗ)
   *     θ ← θ − lr·m̂·rₜ·√(1 − β₂ᵗ) / (√v + ε)     if ρₜ > 5
   *     θ ← θ − lr·m̂                              otherwise
   *
   * with m̂ = m / (1 − β₁ᵗ) and rₜ² = (ρₜ − 4)(ρₜ − 2)ρ∞ / ((ρ∞ − 4)(ρ∞ − 2)ρₜ). With `decoupledWeightDecay`, θ is
   * multiplied by 1 − lr·λ instead.
   *
   * @param parameters - tensors, or groups `{ params, lr?, … }` with options of their own.
   * @throws ArgumentError for no parameters, one that is not a leaf or in two groups, or an invalid option.
   *
   * @example
   * ```ts
   * const w = tensor([1, 2], { requiresGrad: true });
   * const optimizer = new RAdam([w], { lr: 0.1 });
   * w.square().sum().backward();
   * optimizer.step();
   * w.detach(); // → Tensor([0.8, 1.6])
   * ```
   */
  constructor(parameters: ParametersToOptimize<RAdamOptions>, options?: SomeOptions<RAdamOptions>) {
    super(radam, parameters, options);
  }
}
