/**
 * The rules of gather and scatter. Each is the transpose of the other.
 *
 * @module
 */
import { cast, type Expr, input, op, type ScatterMode } from "@lucid/backend";
import {
  callGather,
  callMap,
  callScatter,
  type GatherAttributes,
  type Rule,
  type RuleContext,
  type Saves,
  type ScatterAttributes,
} from "@lucid/tensor/extend";
import { div, eq, gt, mul, type Tensor, to, where } from "@lucid/tensor/functions";
import { isGradEnabled } from "../modes.js";
import { expandedZeros } from "../zeros.js";
import { scatteredProductGradient } from "./scattered-product.js";

export const gatherRule: Rule<GatherAttributes> = {
  saves: (): Saves => ({ inputs: [1], outputs: [] }),

  gradients({
    attributes: { axis },
    inputTypes,
    gradient,
    input: saved,
  }: RuleContext<GatherAttributes>): readonly (Tensor | undefined)[] {
    const arrived = gradient(0);
    return [callScatter("add", expandedZeros(arrived, inputTypes[0]!.shape), arrived, saved(1), axis)];
  },
};

type Context = RuleContext<ScatterAttributes>;

/** What the rule of a mode reads besides the index, and the gradients that it gives the base and the source. */
interface ModeRule {
  readonly readsValues: boolean;
  gradients(context: Context, arrived: Tensor, index: Tensor): readonly [base: Tensor, source: Tensor];
}

const equality = (dtype: Tensor["dtype"]): Expr => cast(op("eq", input(0, dtype), input(1, dtype)), dtype);

/** Returns 1 where two tensors are equal and 0 elsewhere. */
function matches(a: Tensor, b: Tensor): Tensor {
  return callMap("scatter", [a, b], [equality(a.dtype)])[0]!;
}

/** The rule of the modes max and min. Elements that tie share the gradient evenly. */
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

/** Returns 1 where an element is 0 and the element itself elsewhere. */
const withoutZeros = (x: Tensor): Tensor => where(eq(x, 0), 1, x);

/**
 * The rule of the mode prod: the product of all other factors. It is the result divided by the factor, unless the factor
 * is the only 0 of its product; then it is the product without it. Division loses the derivative where two factors are 0,
 * so a gradient that is differentiated again is computed without it.
 */
const product: ModeRule = {
  readsValues: true,
  gradients({ attributes: { axis }, input: saved, output }, arrived, index) {
    const [base, source] = [saved(0), saved(1)];
    if (isGradEnabled()) return scatteredProductGradient(base, source, arrived, index, axis);
    const nonzeroBase = withoutZeros(base);
    const ofBase = mul(arrived, div(callScatter("prod", nonzeroBase, source, index, axis), nonzeroBase));
    const zeros = to(eq(source, 0), base.dtype);
    const zerosOfBase = to(eq(base, 0), base.dtype);
    const count = callGather(callScatter("add", zerosOfBase, zeros, index, axis), index, axis);
    const isOnlyZero = gt(mul(zeros, to(eq(count, 1), base.dtype)), 0);
    const others = callScatter("prod", base, where(isOnlyZero, 1, source), index, axis);
    const quotient = div(callGather(mul(arrived, output(0)), index, axis), withoutZeros(source));
    return [ofBase, where(isOnlyZero, callGather(mul(arrived, others), index, axis), quotient)];
  },
};

const modes: Readonly<Record<ScatterMode, ModeRule>> = {
  set: {
    readsValues: false,
    gradients({ attributes: { axis } }, arrived, index) {
      const gone = expandedZeros(arrived, index.shape);
      return [callScatter("set", arrived, gone, index, axis), callGather(arrived, index, axis)];
    },
  },
  add: {
    readsValues: false,
    gradients: ({ attributes: { axis } }, arrived, index) => [arrived, callGather(arrived, index, axis)],
  },
  max: extreme,
  min: extreme,
  prod: product,
};

export const scatterRule: Rule<ScatterAttributes> = {
  saves: ({ mode }: ScatterAttributes): Saves =>
    modes[mode].readsValues ? { inputs: [0, 1, 2], outputs: [0] } : { inputs: [2], outputs: [] },

  gradients(context: Context): readonly (Tensor | undefined)[] {
    return modes[context.attributes.mode].gradients(context, context.gradient(0), context.input(2));
  },
};
