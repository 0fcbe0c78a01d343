/**
 * The primitive of all reductions.
 *
 * @module
 */
import {
  ArgumentError,
  type Expr,
  formatShape,
  isStorageType,
  type ReduceOp,
  type TensorType,
  type View,
  withinLimits,
} from "@lucid/backend";
import { type Call, dispatch, type Primitive } from "../dispatch/call.js";
import type { Scalar } from "../dispatch/scalar.js";
import { allocate, type Tensor } from "../tensor/tensor.js";
import { broadcastInputs, broadcastView, withLayout } from "./layout.js";
import { accumulatedValue, finishOf } from "./storage-types.js";

/** Attributes of {@link reduce}. */
export interface ReduceAttributes {
  readonly op: ReduceOp;
  /** The value to reduce: an expression of the inputs, which broadcast. */
  readonly value: Expr;
  /** An expression that is applied to the accumulated value, `input(0)`. */
  readonly finish: Expr | undefined;
  /** The axes to reduce, ascending and not negative. */
  readonly axes: readonly number[];
  /** Whether the reduced axes stay, with size 1. */
  readonly keepdim: boolean;
  /** The name of the operation in errors. */
  readonly name: string;
  readonly [name: string]: undefined | string | boolean | Expr | readonly number[];
}

/** Computes `output = finish(op over axes of value(inputs…))`. */
export const reduce: Primitive<ReduceAttributes> = {
  name: "reduce",

  infer(inputs: readonly TensorType[], attributes: ReduceAttributes): readonly TensorType[] {
    const domain = broadcastInputs(attributes.name, inputs);
    assertSomething(attributes, domain);
    return [{ shape: reducedShape(domain, attributes.axes, attributes.keepdim), dtype: resultType(attributes) }];
  },

  run({ inputs, scalars, attributes, targets, backend }: Call<ReduceAttributes, number>): readonly Tensor[] {
    const { op, axes, keepdim, name } = attributes;
    let { value, finish } = attributes;
    if (isStorageType(value.dtype)) {
      if (!POSITIONAL.has(op)) finish = finishOf(finish, value.dtype);
      value = accumulatedValue(value);
    }
    const shape = broadcastInputs(name, inputs);
    assertSomething(attributes, shape);
    const views = new Array<View>(inputs.length);
    for (let i = 0; i < inputs.length; i++) views[i] = broadcastView(inputs[i]!.layout, shape);
    const result = targets?.[0] ?? allocate(backend, reducedShape(shape, axes, keepdim), resultType(attributes));
    const output = keepdim ? result.layout : withKeptAxes(result.layout, shape, axes);
    withinLimits(backend).reduce({ op, value, finish, shape, inputs: views, scalars, axes, output });
    if (targets !== undefined) result.storage.version++;
    return [result];
  },
};

const POSITIONAL: ReadonlySet<ReduceOp> = new Set<ReduceOp>(["argmax", "argmin"]);
const WITHOUT_IDENTITY: ReadonlySet<ReduceOp> = new Set<ReduceOp>(["max", "min", "argmax", "argmin"]);

function resultType({ op, value, finish }: ReduceAttributes): TensorType["dtype"] {
  return finish?.dtype ?? (POSITIONAL.has(op) ? "int32" : value.dtype);
}

function assertSomething({ op, axes, name }: ReduceAttributes, shape: readonly number[]): void {
  if (!WITHOUT_IDENTITY.has(op) || !axes.some((axis) => shape[axis] === 0)) return;
  throw new ArgumentError(name, `nothing to choose from: shape ${formatShape(shape)}, axes ${formatShape(axes)}`, {
    rule: "the extreme of no elements is not defined",
  });
}

function reducedShape(shape: readonly number[], axes: readonly number[], keepdim: boolean): readonly number[] {
  const reduced = new Array<number>(keepdim ? shape.length : shape.length - axes.length);
  let next = 0;
  for (let axis = 0; axis < shape.length; axis++) {
    if (!axes.includes(axis)) reduced[next++] = shape[axis]!;
    else if (keepdim) reduced[next++] = 1;
  }
  return reduced;
}

/** Returns the view of the result with the reduced axes put back, with size 1. */
function withKeptAxes(view: View, domain: readonly number[], axes: readonly number[]): View {
  const strides = new Array<number>(domain.length);
  const shape = new Array<number>(domain.length);
  let next = 0;
  for (let axis = 0; axis < domain.length; axis++) {
    const gone = axes.includes(axis);
    shape[axis] = gone ? 1 : domain[axis]!;
    strides[axis] = gone ? 1 : view.strides[next++]!;
  }
  return withLayout(view, shape, strides, view.offset);
}

/** Reduces the value of an expression over some axes. */
export function callReduce(
  inputs: readonly Tensor[],
  attributes: ReduceAttributes,
  scalars?: readonly Scalar[],
): Tensor {
  return dispatch(reduce, inputs, attributes, scalars)[0]!;
}
