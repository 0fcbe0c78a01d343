/**
 * The rules of reduce, by operation. The reduced value is an expression, for which no tensor is made. The rules make
 * none either: they combine the derivatives of the value and of the reduction into one expression.
 *
 * @module
 */
import {
  AutogradError,
  cast,
  constant,
  dtypes,
  type Expr,
  input,
  listOf,
  op,
  type ReduceOp,
  substitute,
  type TensorType,
} from "@lucid/backend";
import {
  callMap,
  callReduce,
  type ReduceAttributes,
  type Rule,
  type RuleContext,
  type Saves,
  viewed,
} from "@lucid/tensor/extend";
import type { Tensor } from "@lucid/tensor/functions";
import { differentiate, type ExprGradient, type GradientSource } from "../differentiate.js";
import { broadcastTo, computeGradients } from "./compute-gradients.js";
import { domainOf, spread, typesAt } from "./map.js";
import { planned, positionsOf } from "./plans.js";
import { productGradient } from "./product.js";

type Context = RuleContext<ReduceAttributes>;

/** The list with only position 0. It is always the same object. */
const FIRST: readonly number[] = [0];

const NONE: readonly number[] = [];

/**
 * How the gradient of the accumulated value becomes the gradient of the value at each position: as a tensor, or as part
 * of the expression.
 */
interface Reduction {
  /** Whether the rule reads the accumulated value. */
  readonly readsResult: boolean;
  /** Whether the rule reads all inputs, whatever their derivatives read. */
  readonly readsInputs: boolean;
  /**
   * The gradient of `value` at every position; `inputs` are the reduction's, `gradient` and `result` broadcast to its
   * domain.
   */
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

/**
 * The rule of max and min. Elements that tie share the gradient evenly, and so do NaNs, as in PyTorch's max of all
 * elements.
 */
const extreme: Reduction = {
  readsResult: true,
  readsInputs: true,
  value({ attributes, scalars }, inputs, gradient, result) {
    const { value, axes, name } = attributes;
    // The result was rounded into its type, so the values are compared as rounded ones.
    const { compute } = dtypes[value.dtype];
    const rounded = cast(value, compute);
    const unordered = op("not", op("eq", rounded, rounded));
    const chosen = op("or", op("eq", rounded, cast(input(inputs.length, value.dtype), compute)), unordered);
    const finish = cast(input(0, "int32"), value.dtype);
    const count = callReduce(
      [...inputs, result!],
      { op: "sum", value: cast(chosen, "int32"), finish, axes, keepdim: true, name },
      scalars,
    );
    const quotient = op("div", input(0, value.dtype), input(1, value.dtype));
    const share = callMap(name, [gradient, count], [quotient])[0]!;
    const expr = op("where", chosen, input(inputs.length + 1, value.dtype), constant(0, value.dtype));
    return { expr, further: [result!, share] };
  },
};

const product: Reduction = {
  readsResult: false,
  readsInputs: true,
  value({ attributes, scalars, inputTypes }, inputs, gradient) {
    const { value, axes, name } = attributes;
    const domain = domainOf(name, inputTypes);
    const plain = value.kind === "input";
    const factors = broadcastTo(plain ? inputs[value.index]! : callMap(name, inputs, [value], scalars)[0]!, domain);
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

/** What depends only on the expressions and on the inputs that want a gradient. */
interface Plan {
  readonly positions: readonly number[];
  /** The derivative of the value, and the derivative of what `finish` computes from the accumulated value. */
  readonly through: ExprGradient;
  readonly after: ExprGradient | undefined;
  /** Whether all derivatives are zero. */
  readonly vanishes: boolean;
  readonly readsAccumulated: boolean;
  readonly saves: Saves;
  /** For each input, whether it is saved. */
  readonly saved: readonly boolean[];
}

const reads = (gradient: ExprGradient | undefined, kind: GradientSource["kind"]): boolean =>
  gradient?.sources.some((source) => source.kind === kind) === true;

/** Remembers the plans of a reduction, by value and finish. */
function plansOf({ readsResult, readsInputs }: Reduction): Planned {
  return planned((value, finish, wanted) => {
    const positions = positionsOf(wanted);
    const through = differentiate(listOf(value), positions);
    const after = finish === undefined ? undefined : differentiate(listOf(finish), FIRST);
    // If a derivative reads the value or the accumulated value, that is computed again from all inputs.
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

/** Computes the accumulated value again, where only the result of `finish` was kept. */
function accumulated({ attributes, scalars }: Context, inputs: readonly Tensor[]): Tensor {
  return callReduce(inputs, { ...attributes, finish: undefined, keepdim: true }, scalars);
}

/** Puts the reduced axes back with size 1, so that the result broadcasts to the domain. */
function withReducedAxes(x: Tensor, domain: readonly number[], axes: readonly number[]): Tensor {
  // Broadcasting adds leading axes by itself.
  if (axes.length === 0 || axes[axes.length - 1] === axes.length - 1) return x;
  return viewed(
    x,
    domain.map((size, axis) => (axes.includes(axis) ? 1 : size)),
  );
}

export const reduceRule: Rule<ReduceAttributes> = {
  saves({ op: name, value, finish }: ReduceAttributes, wanted: readonly boolean[]): Saves {
    return reductions[name].plan(value, finish, wanted).saves;
  },

  gradients(context: Context): readonly (Tensor | undefined)[] {
    const { attributes, scalars, wanted, inputTypes } = context;
    const { value, finish, axes, name } = attributes;
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
    // The gradient takes the places of inputs that no expression reads, so that the positions of the others stay the
    // same.
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

/** Computes the gradients of the value's inputs. `incoming` takes the place of the gradient of the value. */
function folded(
  through: ExprGradient,
  value: Expr,
  incoming: Expr,
  types: readonly TensorType[],
): readonly (Expr | undefined)[] {
  let known = foldings.get(through);
  if (known === undefined) {
    known = new WeakMap();
    foldings.set(through, known);
  }
  let exprs = known.get(incoming);
  if (exprs === undefined) {
    const inputs = through.sources.map(({ kind, index }) =>
      kind === "input" ? input(index, types[index]!.dtype) : kind === "output" ? value : incoming,
    );
    exprs = through.exprs.map((expr) => (expr === undefined ? undefined : substitute(expr, { inputs })));
    known.set(incoming, exprs);
  }
  return exprs;
}
