/**
 * What Adam, AdamW, NAdam and RAdam share: running averages of the gradient and of its square, and weight decay.
 *
 * @module
 */
import { add, type Formula, mul, neg } from "@lucid/tensor/functions";
import type { UpdateInputs } from "../algorithm.js";

interface MomentOptions {
  readonly lr: number;
  readonly betas: readonly [number, number];
  readonly eps: number;
  readonly weightDecay: number;
  readonly maximize: boolean;
}

/** A type and not an interface, because it has to be assignable to `Terms`. */
type MomentTerms = {
  readonly maximize: boolean;
  readonly decoupled: boolean;
  readonly decays: boolean;
  readonly weightDecay: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly share1: number;
  readonly share2: number;
  readonly eps: number;
};

/** The terms of {@link moments}, and ε. With `decoupled`, parameters decay directly and not by their gradient. */
export function momentTerms({ lr, betas, eps, weightDecay, maximize }: MomentOptions, decoupled: boolean): MomentTerms {
  return {
    maximize,
    decoupled,
    decays: weightDecay !== 0,
    weightDecay: decoupled ? 1 - lr * weightDecay : weightDecay,
    beta1: betas[0],
    beta2: betas[1],
    share1: 1 - betas[0],
    share2: 1 - betas[1],
    eps,
  };
}

/** The parameter from which the step is taken, the gradient with its L2 penalty, and the new averages. */
interface Moments {
  readonly start: Formula;
  readonly g: Formula;
  readonly expAvg: Formula;
  readonly expAvgSq: Formula;
}

/** Computes the new averages, after weight decay. */
export function moments({
  parameter,
  gradient,
  state,
  terms: { maximize, decoupled, decays, weightDecay, beta1, beta2, share1, share2 },
}: Pick<UpdateInputs<"expAvg" | "expAvgSq", MomentTerms>, "parameter" | "gradient" | "state" | "terms">): Moments {
  let g = maximize ? neg(gradient) : gradient;
  let start = parameter;
  if (decays && decoupled) start = mul(parameter, weightDecay);
  else if (decays) g = add(g, mul(parameter, weightDecay));
  const expAvg = add(mul(state.expAvg, beta1), mul(g, share1));
  const expAvgSq = add(mul(state.expAvgSq, beta2), mul(mul(g, share2), g));
  return { start, g, expAvg, expAvgSq };
}
