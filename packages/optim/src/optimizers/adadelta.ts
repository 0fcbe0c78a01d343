/**
 * Adadelta.
 *
 * @module
 */
import { add, div, mul, neg, sqrt } from "@lucid/tensor/functions";
import { type Algorithm, defineAlgorithm } from "../algorithm.js";
import type { ParametersToOptimize } from "../groups.js";
import { Optimizer } from "../optimizer.js";
import { flag, nonNegative, type SomeOptions } from "../options.js";

/** Options of {@link Adadelta}, for all parameters or for one group. */
export interface AdadeltaOptions {
  /** Factor of the step; default 1. */
  lr: number;
  /** Factor of the moving averages of the squared gradient and of the squared step; default 0.9. */
  rho: number;
  /** Added to the averages, so that the first steps are not 0; default 1e-6. */
  eps: number;
  /** Factor of the L2 penalty ½λ‖θ‖²; default 0. */
  weightDecay: number;
  /** Whether to climb instead of descend; default false. */
  maximize: boolean;
}

const adadelta: Algorithm<AdadeltaOptions> = /* @__PURE__ */ defineAlgorithm({
  name: "Adadelta",
  options: {
    lr: nonNegative(1),
    rho: {
      initial: 0.9,
      rule: "a number ρ with 0 ≤ ρ ≤ 1",
      accepts: (value) => typeof value === "number" && value >= 0 && value <= 1,
    },
    eps: nonNegative(1e-6),
    weightDecay: nonNegative(0),
    maximize: flag(false),
  },
  counted: true,
  state: { squareAvg: {}, accDelta: {} },
  terms: ({ lr, rho, eps, weightDecay, maximize }: AdadeltaOptions) => ({
    maximize,
    decays: weightDecay !== 0,
    weightDecay,
    rho,
    share: 1 - rho,
    stepSize: -lr,
    eps,
  }),
  update({ parameter, gradient, state, terms }) {
    const { weightDecay, rho, share, stepSize, eps } = terms;
    let g = terms.maximize ? neg(gradient) : gradient;
    if (terms.decays) g = add(g, mul(parameter, weightDecay));
    const squareAvg = add(mul(state.squareAvg, rho), mul(mul(g, share), g));
    const delta = mul(div(sqrt(add(state.accDelta, eps)), sqrt(add(squareAvg, eps))), g);
    const accDelta = add(mul(state.accDelta, rho), mul(mul(delta, share), delta));
    return { parameter: add(parameter, mul(delta, stepSize)), state: { squareAvg, accDelta } };
  },
});

/**
 * Adadelta: steps as large as the steps before them, relative to the gradients. (torch.optim.Adadelta)
 */
export class Adadelta extends Optimizer<AdadeltaOptions> {
  /**
   * Adadelta: steps as large as the steps before them, relative to the gradients. (torch.optim.Adadelta)
   *
   *     g ← ±∇ + λθ
   *     v ← ρv + (1 − ρ)·g²
   *     Δ ← √(u + ε) / √(v + ε) · g
   *     u ← ρu + (1 − ρ)·Δ²
   *     θ ← θ − lr·Δ
   *
   * @param parameters - tensors, or groups `{ params, lr?, … }` with options of their own.
   * @throws ArgumentError for no parameters, one that is not a leaf or in two groups, or an invalid option.
   *
   * @example
   * ```ts
   * const w = tensor([1, 2], { requiresGrad: true });
   * const optimizer = new Adadelta([w], { lr: 10 });
   * w.square().sum().backward();
   * optimizer.step();
   * w.detach(); // → Tensor([0.9684, 1.9684])
   * ```
   */
  constructor(parameters: ParametersToOptimize<AdadeltaOptions>, options?: SomeOptions<AdadeltaOptions>) {
    super(adadelta, parameters, options);
  }
}
