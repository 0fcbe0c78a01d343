/**
 * Stochastic gradient descent.
 *
 * @module
 */
import { add, mul, neg } from "@lucid/tensor/functions";
import { type Algorithm, defineAlgorithm } from "../algorithm.js";
import type { ParametersToOptimize } from "../groups.js";
import { Optimizer } from "../optimizer.js";
import { flag, nonNegative, real, type SomeOptions } from "../options.js";

/** Options of {@link SGD}, for all parameters or for one group. */
export interface SGDOptions {
  /** Learning rate; default 0.001. */
  lr: number;
  /** How much of the last update is kept; default 0. */
  momentum: number;
  /** Share of the gradient that does not enter the momentum; default 0. */
  dampening: number;
  /** Factor of the L2 penalty ½λ‖θ‖²; default 0. */
  weightDecay: number;
  /** Whether the gradient is that at the place where momentum leads; default false. */
  nesterov: boolean;
  /** Whether to climb instead of descend; default false. */
  maximize: boolean;
}

const sgd: Algorithm<SGDOptions> = /* @__PURE__ */ defineAlgorithm({
  name: "SGD",
  options: {
    lr: nonNegative(1e-3),
    momentum: nonNegative(0),
    dampening: real(0),
    weightDecay: nonNegative(0),
    nesterov: flag(false),
    maximize: flag(false),
  },
  conflict: ({ nesterov, momentum, dampening }) =>
    nesterov && (momentum <= 0 || dampening !== 0)
      ? `nesterov needs momentum > 0 and dampening = 0: momentum ${momentum}, dampening ${dampening}`
      : undefined,
  counted: false,
  state: { momentumBuffer: { used: ({ momentum }) => momentum !== 0 } },
  terms: ({ lr, momentum, dampening, weightDecay, nesterov, maximize }: SGDOptions) => ({
    maximize,
    nesterov,
    decays: weightDecay !== 0,
    moves: momentum !== 0,
    weightDecay,
    momentum,
    share: 1 - dampening,
    stepSize: -lr,
  }),
  update({ parameter, gradient, state, terms, first }) {
    const { weightDecay, momentum, share, stepSize } = terms;
    let direction = terms.maximize ? neg(gradient) : gradient;
    if (terms.decays) direction = add(direction, mul(parameter, weightDecay));
    if (!terms.moves) return { parameter: add(parameter, mul(direction, stepSize)) };
    // The buffer begins with the first direction, without dampening.
    const momentumBuffer = first ? direction : add(mul(state.momentumBuffer, momentum), mul(direction, share));
    direction = terms.nesterov ? add(direction, mul(momentumBuffer, momentum)) : momentumBuffer;
    return { parameter: add(parameter, mul(direction, stepSize)), state: { momentumBuffer } };
  },
});

/**
 * Stochastic gradient descent, with momentum if wanted. (torch.optim.SGD)
 */
export class SGD extends Optimizer<SGDOptions> {
  /**
   * Stochastic gradient descent, with momentum if wanted. (torch.optim.SGD)
   *
   *     g ← ±∇ + λθ
   *     b ← μb + (1 − dampening)·g        (b ← g at first)
   *     θ ← θ − lr·b                      (nesterov: θ − lr·(g + μb); without momentum: θ − lr·g)
   *
   * @param parameters - tensors, or groups `{ params, lr?, … }` with options of their own.
   * @throws ArgumentError for no parameters, one that is not a leaf or in two groups, or an invalid option.
   *
   * @example
   * ```ts
   * const w = tensor([1, 2], { requiresGrad: true });
   * const optimizer = new SGD([w], { lr: 0.1 });
   * w.square().sum().backward();
   * optimizer.step();
   * w.detach(); // → Tensor([0.8, 1.6])
   * ```
   */
  constructor(parameters: ParametersToOptimize<SGDOptions>, options?: SomeOptions<SGDOptions>) {
    super(sgd, parameters, options);
  }
}
