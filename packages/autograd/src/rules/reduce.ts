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
import { differentiate, type ExprGradient } from "../adjoint.js";
import type { Rule, RuleContext, Saves } from "../rule.js";
import { domainOf, positionsOf, spread } from "./map.js";
import { productGradient } from "./product.js";
import { alone, computeGradients, expanded, reshaped } from "./through.js";

type Context = RuleContext<ReduceAttributes>;

/** Position 0 alone, as a list that is always the same one. */
const FIRST: readonly number[] = [0];

/** What the gradient of the accumulated value becomes at each position, as a tensor or folded into the expression. */
interface Reduction {
  /** Whether the rule reads the accumulated value. */
  readonly readsResult: boolean;
  /** The gradient of `value` at every position; `inputs` are the reduction's, `gradient` and `result` have its reduced axes with size 1. */
  value(context: Context, inputs: readonly Tensor[], gradient: Tensor, result: Tensor | undefined): ValueGradient;
}

/** An expression over the reduction's inputs and further tensors. */
interface ValueGradient {
  readonly expr: Expr;
  readonly further: readonly Tensor[];
}

const sum: Reduction = {
  readsResult: false,
  value: (_context, inputs, gradient) => ({ expr: input(inputs.length, gradient.dtype), further: [gradient] }),
};

/** Extremes that tie share the gradient evenly, and so do NaNs, as in PyTorch's max of everything. */
const extreme: Reduction = {
  readsResult: true,
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
  value({ attributes }) {
    throw new AutogradError(attributes.name, `${attributes.op} has no derivative`);
  },
};

const reductions: Readonly<Record<ReduceOp, Reduction>> = {
  sum,
  prod: product,
  max: extreme,
  min: extreme,
  any: none,
  all: none,
  argmax: none,
  argmin: none,
};

const finishReads = (finish: Expr | undefined, kind: "input" | "output"): boolean =>
  finish !== undefined && differentiate(alone(finish), FIRST).sources.some((source) => source.kind === kind);

/** The accumulated value again, where only what `finish` made of it was kept. */
function accumulated({ attributes }: Context, inputs: readonly Tensor[]): Tensor {
  return callReduce(inputs, { ...attributes, finish: undefined, keepdim: true });
}

export const reduceRule: Rule<ReduceAttributes> = {
  saves({ op: name, value, finish }: ReduceAttributes, wanted: readonly boolean[]): Saves {
    const { readsResult } = reductions[name];
    const read = new Set<number>();
    const needsInputs = readsResult || name === "prod" || finishReads(finish, "input");
    for (const { kind, index } of differentiate(alone(value), positionsOf(wanted)).sources) {
      if (kind === "input") read.add(index);
    }
    // A derivative that reads the value itself computes it again from the inputs.
    const readsValue = differentiate(alone(value), positionsOf(wanted)).sources.some(
      (source) => source.kind === "output",
    );
    const inputs = needsInputs || readsValue ? wanted.map((_, i) => i) : [...read];
    return { inputs, outputs: (readsResult && finish === undefined) || finishReads(finish, "output") ? [0] : [] };
  },

  gradients(context: Context): readonly (Tensor | undefined)[] {
    const { attributes, wanted, inputTypes } = context;
    const { value, finish, scalars, axes, name } = attributes;
    const positions = positionsOf(wanted);
    const reduction = reductions[attributes.op];
    const domain = domainOf(name, inputTypes);
    const kept = domain.map((size, axis) => (axes.includes(axis) ? 1 : size));
    const through = differentiate(alone(value), positions);
    const flat = finish !== undefined && differentiate(alone(finish), FIRST).exprs[0] === undefined;
    if (flat || through.exprs.every((expr) => expr === undefined)) return [];
    const saved = reduceRule.saves(attributes, wanted, inputTypes);
    // Inputs that nothing reads are stood for by the gradient, so that positions stay; no expression names them.
    const inputs = inputTypes.map((_, i) => (saved.inputs.includes(i) ? context.input(i) : undefined));

    let gradient = reshaped(context.gradient(0), kept);
    let result: Tensor | undefined;
    if (finish === undefined) {
      if (reduction.readsResult) result = reshaped(context.output(0), kept);
    } else {
      const readsAccumulated = reduction.readsResult || finishReads(finish, "input");
      if (readsAccumulated) result = accumulated(context, inputs as readonly Tensor[]);
      gradient = throughFinish(context, finish, gradient, result, kept);
    }
    const standing = inputs.map((tensor) => tensor ?? gradient);
    const at = reduction.value(context, standing, gradient, result);
    const exprs = folded(through, value, at.expr, inputTypes);
    const results = computeGradients({
      name,
      exprs,
      sources: [...standing, ...at.further],
      scalars,
      domain,
      types: positions.map((i) => inputTypes[i]!),
    });
    return spread(wanted, results);
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

/** The gradient of the accumulated value. */
function throughFinish(
  { attributes, output }: Context,
  finish: Expr,
  gradient: Tensor,
  result: Tensor | undefined,
  kept: readonly number[],
): Tensor {
  const { exprs, sources } = differentiate(alone(finish), FIRST);
  const [expr] = exprs;
  const tensors = sources.map(({ kind }) =>
    kind === "gradient" ? gradient : kind === "input" ? result! : reshaped(output(0), kept),
  );
  return callMap(attributes.name, tensors, [expr!], attributes.scalars)[0]!;
}
