/**
 * Adafactor.
 *
 * @module
 */
import { dtypes } from "@lucid/backend";
import {
  add,
  div,
  elementwise,
  maximum,
  mean,
  mul,
  neg,
  rsqrt,
  sqrt,
  square,
  sub,
  type Tensor,
} from "@lucid/tensor/functions";
import { type Algorithm, defineAlgorithm } from "../algorithm.js";
import type { ParametersToOptimize } from "../groups.js";
import { Optimizer } from "../optimizer.js";
import { flag, nonNegative, type Option, positive, type SomeOptions } from "../options.js";

/** Options of {@link Adafactor}, for all parameters or for one group. */
export interface AdafactorOptions {
  /** The largest relative length of a step; default 0.01. */
  lr: number;
  /** Power of t with which new gradients count less; default −0.8. */
  beta2Decay: number;
  /**
   * The smallest root of the mean square that the gradient is divided by (null: the precision of the parameter's element
   * type), and the smallest scale of a parameter; default [null, 0.001].
   */
  eps: readonly [number | null, number];
  /** The largest root of the mean square of a step before it is scaled; default 1. */
  d: number;
  /** Share of θ that decays at lr; default 0. */
  weightDecay: number;
  /** Whether to climb instead of descend; default false. */
  maximize: boolean;
}

const isNonNegative = (value: unknown): boolean => typeof value === "number" && value >= 0;

const beta2Decay: Option<number> = {
  initial: -0.8,
  rule: "a number ≤ 0",
  accepts: (value) => typeof value === "number" && value <= 0,
};

const smallest: Option<readonly [number | null, number]> = {
  initial: [null, 1e-3],
  rule: "two numbers ≥ 0, of which the first may be null",
  accepts: (value) =>
    Array.isArray(value) &&
    value.length === 2 &&
    (value[0] === null || isNonNegative(value[0])) &&
    isNonNegative(value[1]),
};

/** a + (b − a)·share. */
const towards = /* @__PURE__ */ elementwise((a, b, share) => add(a, mul(sub(b, a), share)));

/** Returns the root of the mean square of all elements. */
const rootMeanSquare = (x: Tensor): Tensor => sqrt(mean(square(x)));

/** A shape with one dimension, counted from the last, reduced to 1. */
const reduced = (shape: readonly number[], dim: number): readonly number[] =>
  shape.map((size, i) => (i === shape.length + dim ? 1 : size));

/** Returns the new averages of the squared gradient, and what they say about every element. */
function averaged(squares: Tensor, state: Readonly<Record<string, Tensor>>, share: Tensor, eps: number): Averages {
  if (squares.shape.length < 2) {
    const variance = towards(state.variance!, squares, share);
    return { averages: { variance }, estimate: variance };
  }
  const rowVar = towards(state.rowVar!, mean(squares, -1, true), share);
  const colVar = towards(state.colVar!, mean(squares, -2, true), share);
  const estimate = div(mul(rowVar, colVar), maximum(mean(rowVar, -2, true), eps));
  return { averages: { rowVar, colVar }, estimate };
}

interface Averages {
  /** The new values of the state tensors. */
  readonly averages: Readonly<Record<string, Tensor>>;
  /** The mean square of the gradient, for every element. */
  readonly estimate: Tensor;
}

const adafactor: Algorithm<AdafactorOptions> = /* @__PURE__ */ defineAlgorithm({
  name: "Adafactor",
  options: {
    lr: nonNegative(1e-2),
    beta2Decay,
    eps: smallest,
    d: positive(1),
    weightDecay: nonNegative(0),
    maximize: flag(false),
  },
  counted: true,
  state: {
    rowVar: { used: (_: AdafactorOptions, { length }) => length > 1, shape: (shape) => reduced(shape, -1) },
    colVar: { used: (_: AdafactorOptions, { length }) => length > 1, shape: (shape) => reduced(shape, -2) },
    variance: { used: (_: AdafactorOptions, { length }) => length < 2, shape: (shape) => shape },
  },
  terms: ({ lr, beta2Decay: decay, eps, d, weightDecay, maximize }: AdafactorOptions, step: number) => ({
    maximize,
    share: step ** decay,
    rho: Math.min(lr, 1 / Math.sqrt(step)),
    smallestScale: eps[1],
    d,
    kept: 1 - lr * weightDecay,
  }),
  whole({ parameter, gradient, state, terms, options }): { readonly direction: Tensor; readonly step: Tensor } {
    const { share, rho, smallestScale, d } = terms;
    const eps = options.eps[0] ?? dtypes[parameter.dtype].epsilon;
    const { averages, estimate } = averaged(square(gradient), state, share, eps);
    const direction = mul(rsqrt(maximum(estimate, eps * eps)), terms.maximize ? neg(gradient) : gradient);
    const longest = mul(maximum(rootMeanSquare(parameter), smallestScale), rho);
    return { ...averages, direction, step: div(longest, maximum(div(rootMeanSquare(direction), d), 1)) };
  },
  update: ({ parameter, terms, whole }) => ({
    parameter: sub(mul(parameter, terms.kept), mul(whole.direction, whole.step)),
  }),
});

/**
 * Adafactor: steps relative to the size of the parameter, with averages of the squared gradient for rows and columns
 * alone. (torch.optim.Adafactor; Shazeer and Stern 2018, Adafactor: Adaptive Learning Rates with Sublinear Memory Cost)
 */
export class Adafactor extends Optimizer<AdafactorOptions> {
  /**
   * Adafactor: steps relative to the size of the parameter, with averages of the squared gradient for rows and columns
   * alone. (torch.optim.Adafactor; Shazeer and Stern 2018, Adafactor: Adaptive Learning Rates with Sublinear Memory
   * Cost)
   *
   *     r ← r + t^β·(mean of g² over each row − r)
   *     c ← c + t^β·(mean of g² over each column − c)
   *     v = r·c / max(mean of r, ε₁)
   *     u = ±g / √max(v, ε₁²)
   *     θ ← (1 − lr·λ)·θ − min(lr, 1/√t)·max(RMS(θ), ε₂) / max(1, RMS(u)/d)·u
   *
   * with the root mean square RMS of all elements. The last two dimensions of a parameter are rows and columns; for a
   * parameter with fewer dimensions, v is a moving average of g² itself.
   *
   * @param parameters - tensors, or groups `{ params, lr?, … }` with options of their own.
   * @throws ArgumentError for no parameters, one that is not a leaf or in two groups, or an invalid option.
   *
   * @example
   * ```ts
   * const w = tensor([[1, 1], [1, 1]], { requiresGrad: true });
   * const optimizer = new Adafactor([w], { lr: 0.25 });
   * w.square().sum().backward();
   * optimizer.step();
   * w.detach(); // → Tensor([[0.75, 0.75], [0.75, 0.75]])
   * ```
   */
  constructor(parameters: ParametersToOptimize<AdafactorOptions>, options?: SomeOptions<AdafactorOptions>) {
    super(adafactor, parameters, options);
  }
}
