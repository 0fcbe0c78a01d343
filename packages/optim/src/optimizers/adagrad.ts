/**
 * Adagrad.
 *
 * @module
 */
import { add, div, mul, neg, sqrt } from "@lucid/tensor/functions";
import { type Algorithm, defineAlgorithm } from "../algorithm.js";
import type { ParametersToOptimize } from "../groups.js";
import { Optimizer } from "../optimizer.js";
import { flag, nonNegative, type SomeOptions } from "../options.js";

/** Options of {@link Adagrad}, for all parameters or for one group. */
export interface AdagradOptions {
  /** Learning rate; default 0.01. */
  lr: number;
  /** Decay of the learning rate: it is divided by 1 + (t − 1)·lrDecay; default 0. */
  lrDecay: number;
  /** Factor of the L2 penalty ½λ‖θ‖²; default 0. */
  weightDecay: number;
  /** The value that the sum of squares starts from; default 0. */
  initialAccumulatorValue: number;
  /** Added to the denominator; default 1e-10. */
  eps: number;
  /** Whether to climb instead of descend; default false. */
  maximize: boolean;
}

const adagrad: Algorithm<AdagradOptions> = /* @__PURE__ */ defineAlgorithm({
  name: "Adagrad",
  options: {
    lr: nonNegative(1e-2),
    lrDecay: nonNegative(0),
    weightDecay: nonNegative(0),
    initialAccumulatorValue: nonNegative(0),
    eps: nonNegative(1e-10),
    maximize: flag(false),
  },
  counted: true,
  state: { sum: { initial: ({ initialAccumulatorValue }: AdagradOptions) => initialAccumulatorValue } },
  terms: ({ lr, lrDecay, weightDecay, eps, maximize }: AdagradOptions, step: number) => ({
    maximize,
    decays: weightDecay !== 0,
    weightDecay,
    stepSize: -(lr / (1 + (step - 1) * lrDecay)),
    eps,
  }),
  update({ parameter, gradient, state, terms }) {
    const { weightDecay, stepSize, eps } = terms;
    let g = terms.maximize ? neg(gradient) : gradient;
    if (terms.decays) g = add(g, mul(parameter, weightDecay));
    const sum = add(state.sum, mul(g, g));
    return { parameter: add(parameter, div(mul(g, stepSize), add(sqrt(sum), eps))), state: { sum } };
  },
});

/**
 * Adagrad: steps divided by the root of the sum of all squared gradients. (torch.optim.Adagrad)
 */
export class Adagrad extends Optimizer<AdagradOptions> {
  /**
   * Adagrad: steps divided by the root of the sum of all squared gradients. (torch.optim.Adagrad)
   *
   *     g ← ±∇ + λθ
   *     s ← s + g²                          (s = initialAccumulatorValue at first)
   *     θ ← θ − lrₜ·g / (√s + ε)            lrₜ = lr / (1 + (t − 1)·lrDecay)
   *
   * @param parameters - tensors, or groups `{ params, lr?, … }` with options of their own.
   * @throws ArgumentError for no parameters, one that is not a leaf or in two groups, or an invalid option.
   *
   * @example
   * ```ts
   * const w = tensor([1, 2], { requiresGrad: true });
   * const optimizer = new Adagrad([w], { lr: 0.1 });
   * w.square().sum().backward();
   * optimizer.step();
   * w.detach(); // → Tensor([0.9, 1.9])
   * ```
   */
  constructor(parameters: ParametersToOptimize<AdagradOptions>, options?: SomeOptions<AdagradOptions>) {
    super(adagrad, parameters, options);
  }
}
