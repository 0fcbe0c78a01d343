/**
 * Averaged stochastic gradient descent.
 *
 * @module
 */
import { add, mul, neg, sub } from "@lucid/tensor/functions";
import { type Algorithm, defineAlgorithm } from "../algorithm.js";
import type { ParametersToOptimize } from "../groups.js";
import { Optimizer } from "../optimizer.js";
import { flag, nonNegative, real, type SomeOptions } from "../options.js";

/** Options of {@link ASGD}, for all parameters or for one group. */
export interface ASGDOptions {
  /** Learning rate; default 0.01. */
  lr: number;
  /** Decay of the parameters; default 1e-4. */
  lambd: number;
  /** Power with which the learning rate falls; default 0.75. */
  alpha: number;
  /** The update at which averaging begins; default 1e6. */
  t0: number;
  /** Factor of the L2 penalty ½λ‖θ‖²; default 0. */
  weightDecay: number;
  /** Whether to climb instead of descend; default false. */
  maximize: boolean;
}

const asgd: Algorithm<ASGDOptions> = /* @__PURE__ */ defineAlgorithm({
  name: "ASGD",
  options: {
    lr: nonNegative(1e-2),
    lambd: real(1e-4),
    alpha: real(0.75),
    t0: real(1e6),
    weightDecay: nonNegative(0),
    maximize: flag(false),
  },
  counted: true,
  state: { ax: {} },
  numbers: {
    // The numbers of the next update, as PyTorch keeps them.
    eta: {
      initial: ({ lr }: ASGDOptions) => lr,
      next: ({ lr, lambd, alpha }: ASGDOptions, step) => lr / (1 + lambd * lr * step) ** alpha,
    },
    mu: { initial: () => 1, next: ({ t0 }: ASGDOptions, step) => 1 / Math.max(1, step - t0) },
  },
  terms: ({ lambd, weightDecay, maximize }: ASGDOptions, _step, _numbers, before) => ({
    maximize,
    decays: weightDecay !== 0,
    weightDecay,
    kept: 1 - lambd * before.eta!,
    stepSize: -before.eta!,
    mu: before.mu!,
    // Where mu is 1, the average is the parameter itself, to the bit.
    keptAverage: before.mu === 1 ? 0 : 1,
  }),
  update({ parameter, gradient, state, terms }) {
    const { weightDecay, kept, stepSize, mu, keptAverage } = terms;
    let g = terms.maximize ? neg(gradient) : gradient;
    if (terms.decays) g = add(g, mul(parameter, weightDecay));
    const moved = add(mul(parameter, kept), mul(g, stepSize));
    const before = mul(state.ax, keptAverage);
    return { parameter: moved, state: { ax: add(before, mul(sub(moved, before), mu)) } };
  },
});

/**
 * Averaged stochastic gradient descent. The averages of the parameters are the state tensors `ax`. (torch.optim.ASGD)
 */
export class ASGD extends Optimizer<ASGDOptions> {
  /**
   * Averaged stochastic gradient descent. The averages of the parameters are the state tensors `ax`.
   * (torch.optim.ASGD)
   *
   *     g ← ±∇ + weightDecay·θ
   *     θ ← (1 − λη)·θ − η·g
   *     a ← a + μ·(θ − a)
   *     η ← lr / (1 + λ·lr·t)^α          (η = lr at first)
   *     μ ← 1 / max(1, t − t₀)           (μ = 1 at first)
   *
   * @param parameters - tensors, or groups `{ params, lr?, … }` with options of their own.
   * @throws ArgumentError for no parameters, one that is not a leaf or in two groups, or an invalid option.
   *
   * @example
   * ```ts
   * const w = tensor([1, 2], { requiresGrad: true });
   * const optimizer = new ASGD([w], { lr: 0.1, lambd: 0 });
   * w.square().sum().backward();
   * optimizer.step();
   * w.detach(); // → Tensor([0.8, 1.6])
   * optimizer.stateDict().state[0].ax; // → Tensor([0.8, 1.6])
   * ```
   */
  constructor(parameters: ParametersToOptimize<ASGDOptions>, options?: SomeOptions<ASGDOptions>) {
    super(asgd, parameters, options);
  }
}
