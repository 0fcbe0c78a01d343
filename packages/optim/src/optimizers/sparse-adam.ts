/**
 * Adam for gradients that are zero in most rows.
 *
 * @module
 */
import { add, amax, div, elementwise, mul, ne, neg, sqrt, sub, where } from "@lucid/tensor/functions";
import { type Algorithm, defineAlgorithm } from "../algorithm.js";
import type { ParametersToOptimize } from "../groups.js";
import { Optimizer } from "../optimizer.js";
import { decayRates, flag, positive, type SomeOptions } from "../options.js";

/** Options of {@link SparseAdam}, for all parameters or for one group. */
export interface SparseAdamOptions {
  /** Learning rate; default 0.001. */
  lr: number;
  /** Factors of the moving averages of the gradient and of its square; default [0.9, 0.999]. */
  betas: readonly [number, number];
  /** Added to the denominator; default 1e-8. */
  eps: number;
  /** Whether to climb instead of descend; default false. */
  maximize: boolean;
}

const isTouched = /* @__PURE__ */ elementwise((gradient) => where(ne(gradient, 0), 1, gradient));

const sparseAdam: Algorithm<SparseAdamOptions> = /* @__PURE__ */ defineAlgorithm({
  name: "SparseAdam",
  options: { lr: positive(1e-3), betas: decayRates(0.9, 0.999), eps: positive(1e-8), maximize: flag(false) },
  counted: true,
  state: { expAvg: {}, expAvgSq: {} },
  terms: ({ lr, betas, eps, maximize }: SparseAdamOptions, step: number) => ({
    maximize,
    share1: 1 - betas[0],
    share2: 1 - betas[1],
    stepSize: -((lr * Math.sqrt(1 - betas[1] ** step)) / (1 - betas[0] ** step)),
    eps,
  }),
  whole({ gradient }) {
    const marks = isTouched(gradient);
    const dims = gradient.shape.map((_, dim) => dim).slice(1);
    return { touched: dims.length === 0 ? marks : amax(marks, dims, true) };
  },
  update({ parameter, gradient, state, terms, whole }) {
    const { share1, share2, stepSize, eps } = terms;
    const g = terms.maximize ? neg(gradient) : gradient;
    const touched = ne(whole.touched, 0);
    const expAvg = add(state.expAvg, mul(sub(g, state.expAvg), share1));
    const expAvgSq = add(state.expAvgSq, mul(sub(mul(g, g), state.expAvgSq), share2));
    const moved = add(parameter, mul(div(expAvg, add(sqrt(expAvgSq), eps)), stepSize));
    return {
      parameter: where(touched, moved, parameter),
      state: { expAvg: where(touched, expAvg, state.expAvg), expAvgSq: where(touched, expAvgSq, state.expAvgSq) },
    };
  },
});

/**
 * Adam that changes only the rows of a parameter whose gradient is not zero, such as the embeddings of the words that
 * occurred. (torch.optim.SparseAdam)
 */
export class SparseAdam extends Optimizer<SparseAdamOptions> {
  /**
   * Adam that changes only the rows of a parameter whose gradient is not zero, such as the embeddings of the words that
   * occurred. (torch.optim.SparseAdam)
   *
   *     m ← m + (1 − β₁)·(g − m)        v ← v + (1 − β₂)·(g² − v)
   *     θ ← θ − lr·√(1 − β₂ᵗ) / (1 − β₁ᵗ) · m / (√v + ε)
   *
   * in the rows, which are the slices along dimension 0, where an element of g is not zero. The gradient is a dense
   * tensor; PyTorch's is sparse, and a row that it lists is changed even if it consists of zeros.
   *
   * @param parameters - tensors, or groups `{ params, lr?, … }` with options of their own.
   * @throws ArgumentError for no parameters, one that is not a leaf or in two groups, or an invalid option.
   *
   * @example
   * ```ts
   * const w = tensor([[1, 2], [3, 4], [5, 6]], { requiresGrad: true });
   * const optimizer = new SparseAdam([w], { lr: 0.5 });
   * w.select(0, 1).sum().backward();
   * optimizer.step();
   * w.detach(); // → Tensor([[1, 2], [2.5, 3.5], [5, 6]])
   * ```
   */
  constructor(parameters: ParametersToOptimize<SparseAdamOptions>, options?: SomeOptions<SparseAdamOptions>) {
    super(sparseAdam, parameters, options);
  }
}
