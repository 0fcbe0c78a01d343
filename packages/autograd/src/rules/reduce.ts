/**
 * The rules of reduce, by operation. The reduced value is an expression that is never materialised, and neither is it
 * here: its derivative is put together with that of the reduction into one expression.
 *
 * @module
 */
import {
  AutogradError,
  cast,
  constant,
  type Expr,
  input,
  op,
  type ReduceOp,
  substitute,
  type TensorType,
} from "@lucid/backend";
import { callMap, callReduce, type ReduceAttributes, type Tensor } from "@lucid/tensor/core";
import { differentiate, type ExprGradient, type GradientSource } from "../adjoint.js";
import type { Rule, RuleContext, Saves } from "../rule.js";
import { domainOf, spread, typesAt } from "./map.js";
import { planned, positionsOf } from "./plans.js";
import { productGradient } from "./product.js";
import { alone, computeGradients, expanded, reshaped } from "./through.js";

type Context = RuleContext<ReduceAttributes>;

/** Position 0 alone, as a list that is always the same one. */
const FIRST: readonly number[] = [0];

const NONE: readonly number[] = [];

/** What the gradient of the accumulated value becomes at each position, as a tensor or folded into the expression. */
interface Reduction {
  /** Whether the rule reads the accumulated value. */
  readonly readsResult: boolean;
  /** Whether the rule reads all inputs, whatever their derivatives read. */
  readonly readsInputs: boolean;
  /** The gradient of `value` at every position; `inputs` are the reduction's, `gradient` and `result` broadcast to its domain. */
  value(context: Context, inputs: readonly Tensor[], gradient: Tensor, result: Tensor | undefined): ValueGradient;
}

/** An expression over the reduction's inputs and further tensors. */
interface ValueGradient {
  readonly expr: Expr;
  readonly further: readonly Tensor[];
}

const sum: Reduction = {
  readsResult: false,
  readsInputs: false,
  value: (_context, inputs, gradient) => ({ expr: input(inputs.length, gradient.dtype), further: [gradient] }),
};

/** Extremes that tie share the gradient evenly, and so do NaNs, as in PyTorch's max of everything. */
const extreme: Reduction = {
  readsResult: true,
  readsInputs: true,
  value({ attributes }, inputs, gradient, result) {
    const { value, axes, name, scalars } = attributes;
    const unordered = op("not", op("eq", value, value));
    const chosen = op("or", op("eq", value, input(inputs.length, value.dtype)), unordered);
    const count = callReduce([...inputs, result!], {
      op: "sum",
      value: cast(chosen, "int32"),
      finish: cast(input(0, "int32"), value.dtype),
      scalars,
      axes,
      keepdim: true,
      name,
    });
    const quotient = op("div", input(0, value.dtype), input(1, value.dtype));
    const share = callMap(name, [gradient, count], [quotient])[0]!;
    const expr = op("where", chosen, input(inputs.length + 1, value.dtype), constant(0, value.dtype));
    return { expr, further: [result!, share] };
  },
};

const product: Reduction = {
  readsResult: false,
  readsInputs: true,
  value({ attributes, inputTypes }, inputs, gradient) {
    const { value, axes, name, scalars } = attributes;
    const domain = domainOf(name, inputTypes);
    const plain = value.kind === "input";
    const factors = expanded(plain ? inputs[value.index]! : callMap(name, inputs, [value], scalars)[0]!, domain);
    return { expr: input(inputs.length, value.dtype), further: [productGradient(factors, axes, gradient)] };
  },
};

const none: Reduction = {
  readsResult: false,
  readsInputs: false,
  value({ attributes }) {
    throw new AutogradError(attributes.name, `${attributes.op} has no derivative`);
  },
};

/** What depends on the expressions and on the inputs wanted alone. */
interface Plan {
  readonly positions: readonly number[];
  /** The derivative of the value, and of what is made of the accumulated value. */
  readonly through: ExprGradient;
  readonly after: ExprGradient | undefined;
  /** Whether all derivatives are zero. */
  readonly vanishes: boolean;
  readonly readsAccumulated: boolean;
  readonly saves: Saves;
  /** By input: whether it is saved. */
  readonly saved: readonly boolean[];
}

const reads = (gradient: ExprGradient | undefined, kind: GradientSource["kind"]): boolean =>
  gradient?.sources.some((source) => source.kind === kind) === true;

/** Makes the plans of a reduction, by value and finish. */
function plansOf({ readsResult, readsInputs }: Reduction): Planned {
  return planned((value, finish, wanted) => {
    const positions = positionsOf(wanted);
    const through = differentiate(alone(value), positions);
    const after = finish === undefined ? undefined : differentiate(alone(finish), FIRST);
    // A derivative that reads the value or the accumulated value itself computes it again from the inputs.
    const all = readsInputs || reads(after, "input") || reads(through, "output");
    const saved = wanted.map(
      (_, i) => all || through.sources.some(({ kind, index }) => kind === "input" && index === i),
    );
    const flat = after !== undefined && after.exprs[0] === undefined;
    const readsOutput = (readsResult && finish === undefined) || reads(after, "output");
    return {
      positions,
      through,
      after,
      vanishes: flat || through.exprs.every((expr) => expr === undefined),
      readsAccumulated: readsResult || reads(after, "input"),
      saves: { inputs: positionsOf(saved), outputs: readsOutput ? FIRST : NONE },
      saved,
    };
  });
}

type Planned = (value: Expr, finish: Expr | undefined, wanted: readonly boolean[]) => Plan;

interface PlannedReduction extends Reduction {
  readonly plan: Planned;
}

const withPlans = (reduction: Reduction): PlannedReduction => ({ ...reduction, plan: plansOf(reduction) });
const extremes = withPlans(extreme);
const nothing = withPlans(none);

const reductions: Readonly<Record<ReduceOp, PlannedReduction>> = {
  sum: withPlans(sum),
  prod: withPlans(product),
  max: extremes,
  min: extremes,
  any: nothing,
  all: nothing,
  argmax: nothing,
  argmin: nothing,
};

/** The accumulated value again, where only what `finish` made of it was kept. */
function accumulated({ attributes }: Context, inputs: readonly Tensor[]): Tensor {
  return callReduce(inputs, { ...attributes, finish: undefined, keepdim: true });
}

/** What a reduction left, so that it broadcasts to the domain: the reduced axes again, with size 1. */
function withReducedAxes(x: Tensor, domain: readonly number[], axes: readonly number[]): Tensor {
  // Leading axes need not be there.
  if (axes.length === 0 || axes[axes.length - 1] === axes.length - 1) return x;
  return reshaped(
    x,
    domain.map((size, axis) => (axes.includes(axis) ? 1 : size)),
  );
}

export const reduceRule: Rule<ReduceAttributes> = {
  saves({ op: name, value, finish }: ReduceAttributes, wanted: readonly boolean[]): Saves {
    return reductions[name].plan(value, finish, wanted).saves;
  },

  gradients(context: Context): readonly (Tensor | undefined)[] {
    const { attributes, wanted, inputTypes } = context;
    const { value, finish, scalars, axes, name } = attributes;
    const reduction = reductions[attributes.op];
    const { positions, through, after, vanishes, readsAccumulated, saved } = reduction.plan(value, finish, wanted);
    if (vanishes) return [];
    const domain = domainOf(name, inputTypes);

    let gradient = withReducedAxes(context.gradient(0), domain, axes);
    const inputs = new Array<Tensor>(saved.length);
    for (let i = 0; i < saved.length; i++) if (saved[i]) inputs[i] = context.input(i);
    let result: Tensor | undefined;
    if (after === undefined) {
      if (readsAccumulated) result = withReducedAxes(context.output(0), domain, axes);
    } else {
      if (readsAccumulated) result = accumulated(context, inputs);
      const tensors = after.sources.map(({ kind }) =>
        kind === "gradient" ? gradient : kind === "input" ? result! : withReducedAxes(context.output(0), domain, axes),
      );
      gradient = callMap(name, tensors, after.exprs as readonly Expr[], scalars)[0]!;
    }
    // Inputs that nothing reads are stood for by the gradient, so that positions stay; no expression names them.
    for (let i = 0; i < saved.length; i++) if (!saved[i]) inputs[i] = gradient;
    const at = reduction.value(context, inputs, gradient, result);
    const results = computeGradients({
      name,
      exprs: folded(through, value, at.expr, inputTypes),
      sources: [...inputs, ...at.further],
      scalars,
      domain,
      types: typesAt(inputTypes, positions),
    });
    return spread(wanted.length, positions, results);
  },
};

const foldings = new WeakMap<ExprGradient, WeakMap<Expr, readonly (Expr | undefined)[]>>();

/** The gradients of the value's inputs, with `arriving` in place of the gradient that arrives at the value. */
function folded(
  through: ExprGradient,
  value: Expr,
  arriving: Expr,
  types: readonly TensorType[],
): readonly (Expr | undefined)[] {
  let known = foldings.get(through);
  if (known === undefined) {
    known = new WeakMap();
    foldings.set(through, known);
  }
  let exprs = known.get(arriving);
  if (exprs === undefined) {
    const inputs = through.sources.map(({ kind, index }) =>
      kind === "input" ? input(index, types[index]!.dtype) : kind === "output" ? value : arriving,
    );
    exprs = through.exprs.map((expr) => (expr === undefined ? undefined : substitute(expr, { inputs })));
    known.set(arriving, exprs);
  }
  return exprs;
}
