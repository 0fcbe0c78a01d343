/**
 * Muon.
 *
 * @module
 */
import { add, clamp, div, matmul, mul, neg, sqrt, square, sum, type Tensor, transpose } from "@lucid/tensor/functions";
import { type Algorithm, defineAlgorithm } from "../algorithm.js";
import type { ParametersToOptimize } from "../groups.js";
import { Optimizer } from "../optimizer.js";
import { flag, nonNegative, type Option, type SomeOptions } from "../options.js";

/** Options of {@link Muon}, for all parameters or for one group. */
export interface MuonOptions {
  /** Learning rate; default 0.001. */
  lr: number;
  /** Share of θ that decays at lr; default 0.1. */
  weightDecay: number;
  /** Factor of the moving average of the gradient; default 0.95. */
  momentum: number;
  /** Whether the direction is that at the place where momentum leads; default true. */
  nesterov: boolean;
  /** The coefficients a, b, c of an iteration; default [3.4445, −4.775, 2.0315]. */
  nsCoefficients: readonly [number, number, number];
  /** The smallest norm that the direction is divided by; default 1e-7. */
  eps: number;
  /** Number of iterations; default 5. */
  nsSteps: number;
  /**
   * How the learning rate is adjusted to a matrix (A, B): "original" multiplies it by √max(1, A/B), "match_rms_adamw" by
   * 0.2·√max(A, B), so that learning rates of AdamW can be used; default null, which is "original".
   */
  adjustLrFn: "original" | "match_rms_adamw" | null;
  /** Whether to climb instead of descend; default false. */
  maximize: boolean;
}

const coefficients: Option<readonly [number, number, number]> = {
  initial: [3.4445, -4.775, 2.0315],
  rule: "three numbers",
  accepts: (value) =>
    Array.isArray(value) && value.length === 3 && value.every((item) => typeof item === "number" && item === item),
};

const steps: Option<number> = {
  initial: 5,
  rule: "an integer from 1 to 99",
  accepts: (value) => Number.isInteger(value) && (value as number) >= 1 && (value as number) < 100,
};

const adjustment: Option<MuonOptions["adjustLrFn"]> = {
  initial: null,
  rule: '"original", "match_rms_adamw" or null',
  accepts: (value) => value === null || value === "original" || value === "match_rms_adamw",
};

/** Brings all singular values of a matrix near to 1, by the iteration x ← a·x + (b·x·xᵀ + c·(x·xᵀ)²)·x. */
function orthogonalized(matrix: Tensor, { nsCoefficients: [a, b, c], nsSteps, eps }: Readonly<MuonOptions>): Tensor {
  const tall = matrix.shape[0]! > matrix.shape[1]!;
  let x = tall ? transpose(matrix, 0, 1) : matrix;
  x = div(x, clamp(sqrt(sum(square(x))), { min: eps }));
  for (let i = 0; i < nsSteps; i++) {
    const product = matmul(x, transpose(x, 0, 1));
    const polynomial = add(mul(product, b), mul(matmul(product, product), c));
    x = add(mul(x, a), matmul(polynomial, x));
  }
  return tall ? transpose(x, 0, 1) : x;
}

/** Returns the factor of the learning rate for a matrix. */
function adjusted([rows, columns]: readonly number[], { adjustLrFn }: Readonly<MuonOptions>): number {
  if (adjustLrFn === "match_rms_adamw") return 0.2 * Math.sqrt(Math.max(rows!, columns!));
  return Math.sqrt(Math.max(1, rows! / columns!));
}

const muon: Algorithm<MuonOptions> = /* @__PURE__ */ defineAlgorithm({
  name: "Muon",
  options: {
    lr: nonNegative(1e-3),
    weightDecay: nonNegative(0.1),
    momentum: nonNegative(0.95),
    nesterov: flag(true),
    nsCoefficients: coefficients,
    eps: nonNegative(1e-7),
    nsSteps: steps,
    adjustLrFn: adjustment,
    maximize: flag(false),
  },
  refuse: (shape: readonly number[]) =>
    shape.length === 2 ? undefined : "only matrices can be made orthogonal; give other parameters to AdamW",
  counted: false,
  state: { momentumBuffer: {} },
  terms: ({ lr, weightDecay, momentum, nesterov, maximize }: MuonOptions) => ({
    maximize,
    nesterov,
    momentum,
    share: 1 - momentum,
    kept: 1 - lr * weightDecay,
    stepSize: -lr,
  }),
  whole({ parameter, gradient, state, terms, options }) {
    const g = terms.maximize ? neg(gradient) : gradient;
    const average = (a: Tensor, b: Tensor): Tensor => add(mul(a, terms.momentum), mul(b, terms.share));
    const buffer = average(state.momentumBuffer, g);
    const direction = orthogonalized(terms.nesterov ? average(buffer, g) : buffer, options);
    return { direction: mul(direction, adjusted(parameter.shape, options)) };
  },
  update({ parameter, gradient, state, terms, whole }) {
    const { momentum, share, kept, stepSize } = terms;
    const g = terms.maximize ? neg(gradient) : gradient;
    return {
      parameter: add(mul(parameter, kept), mul(whole.direction, stepSize)),
      state: { momentumBuffer: add(mul(state.momentumBuffer, momentum), mul(g, share)) },
    };
  },
});

/**
 * Muon: momentum whose direction is made nearly orthogonal, for the weight matrices of hidden layers.
 * (torch.optim.Muon; Jordan 2024, Muon: An optimizer for hidden layers in neural networks)
 */
export class Muon extends Optimizer<MuonOptions> {
  /**
   * Muon: momentum whose direction is made nearly orthogonal, for the weight matrices of hidden layers.
   * (torch.optim.Muon; Jordan 2024, Muon: An optimizer for hidden layers in neural networks)
   *
   *     g ← ±∇
   *     b ← μb + (1 − μ)·g
   *     x ← μb + (1 − μ)·g                      (without nesterov: x ← b)
   *     x ← x / ‖x‖, and `nsSteps` times x ← a·x + (b·x·xᵀ + c·(x·xᵀ)²)·x
   *     θ ← (1 − lr·λ)·θ − lr·s·x               s = √max(1, rows / columns)
   *
   * Biases, embeddings and the last layer belong to another optimizer, such as AdamW. The iteration is computed in the
   * parameter's element type; PyTorch computes it in bfloat16.
   *
   * @param parameters - matrices, or groups `{ params, lr?, … }` with options of their own.
   * @throws ArgumentError for no parameters, one that is not a leaf or in two groups, or an invalid option; ShapeError
   * for a parameter that is not a matrix.
   *
   * @example
   * ```ts
   * // The gradient is diagonal, so the direction is nearly the unit matrix.
   * const w = tensor([[1, 0], [0, 2]], { requiresGrad: true });
   * const optimizer = new Muon([w], { lr: 0.5, weightDecay: 0, nsCoefficients: [1.5, -0.5, 0], nsSteps: 20 });
   * w.square().sum().backward();
   * optimizer.step();
   * w.detach(); // → Tensor([[0.5, 0], [0, 1.5]])
   * ```
   */
  constructor(parameters: ParametersToOptimize<MuonOptions>, options?: SomeOptions<MuonOptions>) {
    super(muon, parameters, options);
  }
}
