/**
 * Computing gradients from expressions, for the rules of map and reduce.
 *
 * @module
 */
import { type Expr, equalShapes, inOrder, input, partsOf, substitute, type TensorType } from "@lucid/backend";
import {
  callGenerate,
  callMap,
  callReduce,
  callView,
  commonShape,
  dispatch,
  expandView,
  map,
  type Scalar,
  viewed,
} from "@lucid/tensor/extend";
import type { Tensor } from "@lucid/tensor/functions";

/** Gradient expressions at every position of a domain, with the tensors that they read. */
export interface PositionGradients {
  /** The name of the operation in errors. */
  readonly name: string;
  /** The expression for each wanted input; undefined where the derivative is zero. */
  readonly exprs: readonly (Expr | undefined)[];
  /** The tensors that are `input(j)` in the expressions. */
  readonly sources: readonly Tensor[];
  readonly scalars: readonly Scalar[];
  readonly domain: readonly number[];
  /** The types of the wanted inputs. */
  readonly types: readonly TensorType[];
}

/** What a rule needs to know about an expression. */
interface Reading {
  /** Whether the expression depends on positions in the domain. */
  readonly positional: boolean;
  /** The inputs that the expression reads, in ascending order. */
  readonly inputs: readonly number[];
}

const readings = new WeakMap<Expr, Reading>();

function readingOf(expr: Expr): Reading {
  let reading = readings.get(expr);
  if (reading === undefined) {
    const nodes = inOrder([expr], partsOf);
    const inputs = new Set<number>();
    for (const node of nodes) if (node.kind === "input") inputs.add(node.index);
    const positional = nodes.some(({ kind }) => kind === "index" || kind === "random");
    reading = { positional, inputs: [...inputs].sort((x, y) => x - y) };
    readings.set(expr, reading);
  }
  return reading;
}

/** Returns the axes of `domain` along which a tensor of `shape` was broadcast. */
export function broadcastAxes(shape: readonly number[], domain: readonly number[]): readonly number[] {
  const missing = domain.length - shape.length;
  const axes: number[] = [];
  for (let axis = 0; axis < domain.length; axis++) {
    if (axis < missing || (shape[axis - missing] === 1 && domain[axis] !== 1)) axes.push(axis);
  }
  return axes;
}

/** Broadcasts the tensor to `shape`. A tensor that has this shape is returned itself. */
export function broadcastTo(x: Tensor, shape: readonly number[]): Tensor {
  return equalShapes(x.shape, shape) ? x : callView(expandView, x, { shape });
}

/** Sums the gradient of a broadcast tensor to the shape that the tensor had. */
export function sumTo(gradient: Tensor, shape: readonly number[]): Tensor {
  const axes = broadcastAxes(shape, gradient.shape);
  if (axes.length === 0) return gradient;
  return sumOver("sum", input(0, gradient.dtype), [gradient], [], axes, shape, gradient.ndim);
}

/** Sums over `axes` of the last axes of a domain. The result has `shape`, which may keep some of them with size 1. */
function sumOver(
  name: string,
  value: Expr,
  inputs: readonly Tensor[],
  scalars: readonly Scalar[],
  axes: readonly number[],
  shape: readonly number[],
  rank: number,
): Tensor {
  const keepdim = shape.length + axes.length !== rank;
  const sum = callReduce(inputs, { op: "sum", value, finish: undefined, axes, keepdim, name }, scalars);
  return keepdim && !equalShapes(sum.shape, shape) ? viewed(sum, shape) : sum;
}

/**
 * Computes gradient expressions. One map computes the gradients of all inputs that fill the domain. For each input that
 * was broadcast there is one reduction, so that no gradient of the domain's size is made for it. A gradient that is the
 * same along an axis is a view.
 */
export function computeGradients(gradients: PositionGradients): readonly (Tensor | undefined)[] {
  const { exprs, types, domain } = gradients;
  const results = new Array<Tensor | undefined>(exprs.length).fill(undefined);
  const whole: number[] = [];
  for (let i = 0; i < exprs.length; i++) {
    const expr = exprs[i];
    if (expr === undefined) continue;
    const { shape } = types[i]!;
    if (!equalShapes(shape, domain)) {
      results[i] = reduceGradient(expr, gradients, broadcastAxes(shape, domain), shape);
    } else if (smallerDomain(expr, gradients)) results[i] = broadcastTo(computeSmall(expr, gradients), shape);
    else whole.push(i);
  }
  if (whole.length > 0) {
    const { name, scalars, sources } = gradients;
    // Kernels are found by the identity of the list, so the list is not copied if it contains all expressions.
    const all = whole.length === exprs.length;
    const chosen = (all ? exprs : whole.map((i) => exprs[i]!)) as readonly Expr[];
    const computed = dispatch(map, sources, { exprs: chosen, shape: domain, name }, scalars);
    for (let k = 0; k < whole.length; k++) results[whole[k]!] = computed[k];
  }
  return results;
}

/** Whether an expression varies over fewer positions than the domain has, or is only a tensor. */
function smallerDomain(expr: Expr, { sources, domain, name }: PositionGradients): boolean {
  if (expr.kind === "input") return true;
  const { positional, inputs } = readingOf(expr);
  if (positional) return false;
  for (let i = 0; i < inputs.length; i++) if (equalShapes(sources[inputs[i]!]!.shape, domain)) return false;
  const shape = commonShape(name, [[], ...inputs.map((i) => sources[i]!.shape)]);
  return !equalShapes(shape, domain);
}

/** Computes an expression only over the shape to which the tensors that it reads broadcast. */
function computeSmall(expr: Expr, { sources, scalars, name }: PositionGradients): Tensor {
  if (expr.kind === "input") return sources[expr.index]!;
  const read = readingOf(expr).inputs;
  const renumbered = substitute(expr, { inputs: renumbering(read, sources) });
  if (read.length > 0)
    return callMap(
      name,
      read.map((i) => sources[i]!),
      [renumbered],
      scalars,
    )[0]!;
  const [like] = sources;
  return callGenerate(name, like!.backend, [], renumbered, scalars);
}

function renumbering(read: readonly number[], sources: readonly Tensor[]): readonly (Expr | undefined)[] {
  const inputs: (Expr | undefined)[] = [];
  read.forEach((i, j) => {
    inputs[i] = input(j, sources[i]!.dtype);
  });
  return inputs;
}

function reduceGradient(
  expr: Expr,
  gradients: PositionGradients,
  axes: readonly number[],
  shape: readonly number[],
): Tensor {
  const { sources, scalars, domain, name } = gradients;
  // The reduction runs over the whole domain only if one of the sources spans it.
  let whole = false;
  for (let i = 0; i < sources.length && !whole; i++) whole = equalShapes(sources[i]!.shape, domain);
  const inputs = whole ? sources : [broadcastTo(sources[0]!, domain), ...sources.slice(1)];
  return sumOver(name, expr, inputs, scalars, axes, shape, domain.length);
}
