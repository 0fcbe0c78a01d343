/**
 * LAMB.
 *
 * @module
 */
import {
  add,
  div,
  elementwise,
  eq,
  type Formula,
  logicalOr,
  mul,
  sqrt,
  square,
  sum,
  where,
} from "@lucid/tensor/functions";
import { type Algorithm, defineAlgorithm } from "../algorithm.js";
import type { ParametersToOptimize } from "../groups.js";
import { Optimizer } from "../optimizer.js";
import { decayRates, flag, nonNegative, type SomeOptions } from "../options.js";

/** Options of {@link LAMB}, for all parameters or for one group. */
export interface LAMBOptions {
  /** Learning rate; default 0.001. */
  lr: number;
  /** Factors of the moving averages of the gradient and of its square; default [0.9, 0.999]. */
  betas: readonly [number, number];
  /** Added to the denominator; default 1e-6. */
  eps: number;
  /** Share of θ in the direction; default 0. */
  weightDecay: number;
  /** Whether to climb instead of descend; default false. */
  maximize: boolean;
}

/** The numbers of an update, as formulas. */
interface Numbers {
  readonly beta1: Formula;
  readonly share1: Formula;
  readonly beta2: Formula;
  readonly share2: Formula;
  /** √(1 − β₂ᵗ) / (1 − β₁ᵗ). */
  readonly scale: Formula;
  /** ε·√(1 − β₂ᵗ). */
  readonly floor: Formula;
  readonly weightDecay: Formula;
}

/** Computes the new averages, and the direction of the step: m̂ / (√v̂ + ε) + λθ. */
function moved(
  parameter: Formula,
  gradient: Formula,
  averages: readonly [Formula, Formula],
  { beta1, share1, beta2, share2, scale, floor, weightDecay }: Numbers,
): { readonly expAvg: Formula; readonly expAvgSq: Formula; readonly direction: Formula } {
  const expAvg = add(mul(averages[0], beta1), mul(gradient, share1));
  const expAvgSq = add(mul(averages[1], beta2), mul(mul(gradient, share2), gradient));
  const adapted = div(mul(expAvg, scale), add(sqrt(expAvgSq), floor));
  return { expAvg, expAvgSq, direction: add(adapted, mul(parameter, weightDecay)) };
}

const squaredDirection = /* @__PURE__ */ elementwise(
  (p, g, m, v, beta1, share1, beta2, share2, scale, floor, weightDecay) =>
    square(moved(p, g, [m, v], { beta1, share1, beta2, share2, scale, floor, weightDecay }).direction),
);

/** The ratio of two norms, given their squares; 1 where one of them is 0. */
const trustRatio = /* @__PURE__ */ elementwise((parameter, direction) =>
  where(logicalOr(eq(parameter, 0), eq(direction, 0)), 1, sqrt(div(parameter, direction))),
);

const lamb: Algorithm<LAMBOptions> = /* @__PURE__ */ defineAlgorithm({
  name: "LAMB",
  options: {
    lr: nonNegative(1e-3),
    betas: decayRates(0.9, 0.999),
    eps: nonNegative(1e-6),
    weightDecay: nonNegative(0),
    maximize: flag(false),
  },
  counted: true,
  state: { expAvg: {}, expAvgSq: {} },
  terms({ lr, betas, eps, weightDecay, maximize }: LAMBOptions, step: number) {
    const root = Math.sqrt(1 - betas[1] ** step);
    return {
      beta1: betas[0],
      share1: maximize ? betas[0] - 1 : 1 - betas[0],
      beta2: betas[1],
      share2: 1 - betas[1],
      scale: root / (1 - betas[0] ** step),
      floor: eps * root,
      weightDecay,
      stepSize: -lr,
    };
  },
  whole({ parameter, gradient, state, terms }) {
    const { beta1, share1, beta2, share2, scale, floor, weightDecay } = terms;
    const { expAvg, expAvgSq } = state;
    const squares = squaredDirection(
      parameter,
      gradient,
      expAvg,
      expAvgSq,
      beta1,
      share1,
      beta2,
      share2,
      scale,
      floor,
      weightDecay,
    );
    return { ratio: trustRatio(sum(square(parameter)), sum(squares)) };
  },
  update({ parameter, gradient, state, terms, whole }) {
    const { expAvg, expAvgSq, direction } = moved(parameter, gradient, [state.expAvg, state.expAvgSq], terms);
    return {
      parameter: add(parameter, mul(direction, mul(whole.ratio, terms.stepSize))),
      state: { expAvg, expAvgSq },
    };
  },
});

/**
 * LAMB: Adam whose step is as long as the parameter, for large batches. (You et al. 2020, Large Batch Optimization for
 * Deep Learning)
 */
export class LAMB extends Optimizer<LAMBOptions> {
  /**
   * LAMB: Adam whose step is as long as the parameter, for large batches. (You et al. 2020, Large Batch Optimization
   * for Deep Learning)
   *
   *     g ← ±∇
   *     m ← β₁m + (1 − β₁)·g        v ← β₂v + (1 − β₂)·g²
   *     r ← m̂ / (√v̂ + ε) + λθ       m̂ = m / (1 − β₁ᵗ), v̂ = v / (1 − β₂ᵗ)
   *     θ ← θ − lr·‖θ‖/‖r‖·r
   *
   * The norms are those of the whole parameter. Where one of them is 0, their ratio counts as 1.
   *
   * @param parameters - tensors, or groups `{ params, lr?, … }` with options of their own.
   * @throws ArgumentError for no parameters, one that is not a leaf or in two groups, or an invalid option.
   *
   * @example
   * ```ts
   * const w = tensor([3, 4], { requiresGrad: true });
   * const optimizer = new LAMB([w], { lr: 0.1 });
   * w.square().sum().backward();
   * optimizer.step();
   * w.detach(); // → Tensor([2.6464, 3.6464])
   * ```
   */
  constructor(parameters: ParametersToOptimize<LAMBOptions>, options?: SomeOptions<LAMBOptions>) {
    super(lamb, parameters, options);
  }
}
