/**
 * The rules of gather and scatter, which are each other's transposes.
 *
 * @module
 */
import { AutogradError, cast, type Expr, input, op, type ScatterMode } from "@lucid/backend";
import {
  callGather,
  callMap,
  callScatter,
  div,
  type GatherAttributes,
  mul,
  type ScatterAttributes,
  type Tensor,
} from "@lucid/tensor/core";
import type { Rule, RuleContext, Saves } from "../rule.js";
import { zerosOf } from "./product.js";

export const gatherRule: Rule<GatherAttributes> = {
  saves: (): Saves => ({ inputs: [1], outputs: [] }),

  gradients({
    attributes: { axis },
    inputTypes,
    gradient,
    input: saved,
  }: RuleContext<GatherAttributes>): readonly (Tensor | undefined)[] {
    const arrived = gradient(0);
    return [callScatter("add", zerosOf(arrived, inputTypes[0]!.shape), arrived, saved(1), axis)];
  },
};

type Context = RuleContext<ScatterAttributes>;

/** What a mode's rule reads besides the index, and its gradients for base and source. */
interface ModeRule {
  readonly readsValues: boolean;
  gradients(context: Context, arrived: Tensor, index: Tensor): readonly [base: Tensor, source: Tensor];
}

const equality = (dtype: Tensor["dtype"]): Expr => cast(op("eq", input(0, dtype), input(1, dtype)), dtype);

/** Where two tensors are equal, as 1 and 0. */
function matches(a: Tensor, b: Tensor): Tensor {
  return callMap("scatter", [a, b], [equality(a.dtype)])[0]!;
}

/** Extremes that tie share the gradient evenly. */
const extreme: ModeRule = {
  readsValues: true,
  gradients({ attributes: { axis }, input: saved, output }, arrived, index) {
    const result = output(0);
    const ofBase = matches(saved(0), result);
    const ofSource = matches(saved(1), callGather(result, index, axis));
    const share = div(arrived, callScatter("add", ofBase, ofSource, index, axis));
    return [mul(share, ofBase), mul(callGather(share, index, axis), ofSource)];
  },
};

const modes: Readonly<Record<ScatterMode, ModeRule>> = {
  set: {
    readsValues: false,
    gradients({ attributes: { axis } }, arrived, index) {
      const gone = zerosOf(arrived, index.shape);
      return [callScatter("set", arrived, gone, index, axis), callGather(arrived, index, axis)];
    },
  },
  add: {
    readsValues: false,
    gradients: ({ attributes: { axis } }, arrived, index) => [arrived, callGather(arrived, index, axis)],
  },
  max: extreme,
  min: extreme,
  prod: {
    readsValues: false,
    gradients() {
      throw new AutogradError("scatter", "the mode prod has no derivative", {
        remedy: "use the mode add, max, min or set",
      });
    },
  },
};

export const scatterRule: Rule<ScatterAttributes> = {
  saves: ({ mode }: ScatterAttributes): Saves =>
    modes[mode].readsValues ? { inputs: [0, 1, 2], outputs: [0] } : { inputs: [2], outputs: [] },

  gradients(context: Context): readonly (Tensor | undefined)[] {
    return modes[context.attributes.mode].gradients(context, context.gradient(0), context.input(2));
  },
};
