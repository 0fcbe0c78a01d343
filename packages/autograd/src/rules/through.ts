/**
 * Gradients through expressions: what the rules of map and reduce share.
 *
 * @module
 */
import { type Expr, equalShapes, inOrder, input, substitute, type TensorType } from "@lucid/backend";
import {
  broadcastShapes,
  callGenerate,
  callMap,
  callReduce,
  callView,
  dispatch,
  expandView,
  map,
  reshapeView,
  type Tensor,
} from "@lucid/tensor/core";

/** Gradient expressions at every position of a domain, with the tensors that they read. */
export interface PositionGradients {
  /** What errors call the operation. */
  readonly name: string;
  /** By wanted input; undefined where the derivative is zero. */
  readonly exprs: readonly (Expr | undefined)[];
  /** `input(j)` of the expressions. */
  readonly sources: readonly Tensor[];
  readonly scalars: readonly number[];
  readonly domain: readonly number[];
  /** Types of the wanted inputs. */
  readonly types: readonly TensorType[];
}

/** What a rule needs to know about an expression. */
interface Reading {
  /** Whether it depends on positions in the domain. */
  readonly positional: boolean;
  /** The inputs that it reads, ascending. */
  readonly inputs: readonly number[];
}

const readings = new WeakMap<Expr, Reading>();

function readingOf(expr: Expr): Reading {
  let reading = readings.get(expr);
  if (reading === undefined) {
    const nodes = inOrder([expr]);
    const inputs = new Set<number>();
    for (const node of nodes) if (node.kind === "input") inputs.add(node.index);
    const positional = nodes.some(({ kind }) => kind === "index" || kind === "random");
    reading = { positional, inputs: [...inputs].sort((x, y) => x - y) };
    readings.set(expr, reading);
  }
  return reading;
}

const lists = new WeakMap<Expr, readonly [Expr]>();

/** The expression alone in a list that is always the same one, so that what is remembered by lists is found. */
export function alone(expr: Expr): readonly [Expr] {
  let list = lists.get(expr);
  if (list === undefined) {
    list = [expr];
    lists.set(expr, list);
  }
  return list;
}

/** The axes of `domain` along which a tensor of `shape` was broadcast. */
export function broadcastAxes(shape: readonly number[], domain: readonly number[]): readonly number[] {
  const missing = domain.length - shape.length;
  const axes: number[] = [];
  for (let axis = 0; axis < domain.length; axis++) {
    if (axis < missing || (shape[axis - missing] === 1 && domain[axis] !== 1)) axes.push(axis);
  }
  return axes;
}

/** A view of other shape for the same elements; the tensor must be contiguous or gain and lose axes of size 1 only. */
export function reshaped(x: Tensor, shape: readonly number[]): Tensor {
  return equalShapes(x.shape, shape) ? x : callView(reshapeView, x, { shape });
}

/** The tensor broadcast to `shape`. */
export function expanded(x: Tensor, shape: readonly number[]): Tensor {
  return equalShapes(x.shape, shape) ? x : callView(expandView, x, { shape });
}

/** A gradient of a broadcast tensor summed to the shape that it had. */
export function sumTo(gradient: Tensor, shape: readonly number[]): Tensor {
  const axes = broadcastAxes(shape, gradient.shape);
  if (axes.length === 0) return gradient;
  return sumOver("sum", input(0, gradient.dtype), [gradient], [], axes, shape, gradient.ndim);
}

/** The sum over `axes` of a domain of some rank, as a tensor of `shape`, which may keep some of them with size 1. */
function sumOver(
  name: string,
  value: Expr,
  inputs: readonly Tensor[],
  scalars: readonly number[],
  axes: readonly number[],
  shape: readonly number[],
  rank: number,
): Tensor {
  const keepdim = shape.length + axes.length !== rank;
  const sum = callReduce(inputs, { op: "sum", value, finish: undefined, scalars, axes, keepdim, name });
  return keepdim ? reshaped(sum, shape) : sum;
}

/**
 * Computes gradient expressions: one map for all inputs that fill the domain, one reduction for each that was
 * broadcast, so that a gradient of the domain's size is never made for it; and a view where the gradient is the same
 * along an axis.
 */
export function computeGradients(gradients: PositionGradients): readonly (Tensor | undefined)[] {
  const { exprs, types, domain } = gradients;
  const results = new Array<Tensor | undefined>(exprs.length).fill(undefined);
  const together: number[] = [];
  for (let i = 0; i < exprs.length; i++) {
    const expr = exprs[i];
    if (expr === undefined) continue;
    const { shape } = types[i]!;
    if (!equalShapes(shape, domain)) {
      results[i] = reduceGradient(expr, gradients, broadcastAxes(shape, domain), shape);
    } else if (smallerDomain(expr, gradients)) results[i] = expanded(computeSmall(expr, gradients), shape);
    else together.push(i);
  }
  if (together.length > 0) {
    const { name, scalars, sources } = gradients;
    // All of them are the list itself, by whose identity kernels are found.
    const whole = together.length === exprs.length;
    const chosen = (whole ? exprs : together.map((i) => exprs[i]!)) as readonly Expr[];
    const computed = dispatch(map, sources, { exprs: chosen, scalars, shape: domain, name });
    for (let k = 0; k < together.length; k++) results[together[k]!] = computed[k];
  }
  return results;
}

/** Whether an expression varies over less than the domain, or is nothing but a tensor. */
function smallerDomain(expr: Expr, { sources, domain, name }: PositionGradients): boolean {
  if (expr.kind === "input") return true;
  const { positional, inputs } = readingOf(expr);
  if (positional) return false;
  for (let i = 0; i < inputs.length; i++) if (equalShapes(sources[inputs[i]!]!.shape, domain)) return false;
  const shape = broadcastShapes(name, [[], ...inputs.map((i) => sources[i]!.shape)]);
  return !equalShapes(shape, domain);
}

/** The value of an expression over no more than the tensors it reads. */
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
  // One of the sources must span the domain for the reduction to run over all of it.
  let whole = false;
  for (let i = 0; i < sources.length && !whole; i++) whole = equalShapes(sources[i]!.shape, domain);
  const inputs = whole ? sources : [expanded(sources[0]!, domain), ...sources.slice(1)];
  return sumOver(name, expr, inputs, scalars, axes, shape, domain.length);
}
