/**
 * The primitive behind every element-wise operation.
 *
 * @module
 */
import {
  ArgumentError,
  type Backend,
  type DType,
  type Expr,
  equalShapes,
  formatShape,
  input,
  isContiguous,
  mayOverlap,
  overlapsItself,
  ShapeError,
  sameView,
  type TensorType,
  type View,
} from "@lucid/backend";
import { type Call, dispatch, type Primitive } from "../dispatch/call.js";
import { allocate, type Tensor } from "../tensor/tensor.js";
import { broadcastInputs, broadcastShapes, broadcastView } from "./layout.js";

/** No call-time numbers. */
const NO_SCALARS: readonly number[] = [];
const NO_COPIES: readonly Tensor[] = [];

/** The expression that copies an element of this type. */
export function identityExpr(dtype: DType): Expr {
  return input(0, dtype);
}

/** Attributes of {@link map}. */
export interface MapAttributes {
  /** One expression per output; `input(i)` is the i-th tensor, broadcast. */
  readonly exprs: readonly Expr[];
  /** Numbers for `scalar(i)`. */
  readonly scalars: readonly number[];
  /** The domain, where it is more than what the inputs broadcast to. */
  readonly shape: readonly number[] | undefined;
  /** What errors call the operation. */
  readonly name: string;
  readonly [name: string]: undefined | string | readonly Expr[] | readonly number[];
}

/** `outputs[k][p] = exprs[k](inputs[0][p], …)` at every position p; inputs broadcast. */
export const map: Primitive<MapAttributes> = {
  name: "map",

  infer(inputs: readonly TensorType[], { exprs, shape, name }: MapAttributes): readonly TensorType[] {
    const domain = domainOf(name, inputs, shape);
    return exprs.map((expr) => ({ shape: domain, dtype: expr.dtype }));
  },

  run({ inputs, attributes, targets, backend }: Call<MapAttributes>): readonly Tensor[] {
    const { exprs, scalars } = attributes;
    const shape = domainOf(attributes.name, inputs, attributes.shape);
    const views = new Array<View>(inputs.length);
    for (let i = 0; i < inputs.length; i++) {
      const { layout } = inputs[i]!;
      views[i] = layout.shape === shape ? layout : broadcastView(layout, shape);
    }
    const results = targets ?? allocateLike(backend, exprs, shape, inputs);
    const outputs = new Array<View>(results.length);
    for (let k = 0; k < results.length; k++) outputs[k] = results[k]!.layout;
    if (targets === undefined) {
      backend.map({ exprs, inputs: views, scalars, outputs });
      return results;
    }
    const copies = prepareTargets(attributes.name, shape, targets, views, backend);
    try {
      backend.map({ exprs, inputs: views, scalars, outputs });
    } finally {
      release(copies);
    }
    for (let k = 0; k < targets.length; k++) targets[k]!.storage.version++;
    return results;
  },
};

function domainOf(
  name: string,
  inputs: readonly TensorType[],
  given: readonly number[] | undefined,
): readonly number[] {
  const domain = given ?? broadcastInputs(name, inputs);
  if (given === undefined) return domain;
  for (let i = 0; i < inputs.length; i++) {
    const { shape } = inputs[i]!;
    if (shape === domain || equalShapes(shape, domain)) continue;
    const shapes = [domain, shape];
    if (!equalShapes(broadcastShapes(name, shapes), domain)) {
      throw new ShapeError(name, `${formatShape(shape)} does not broadcast to ${formatShape(domain)}`, shapes, {
        rule: "an in-place operation keeps the shape of the tensor it writes to",
      });
    }
  }
  return domain;
}

function allocateLike(
  backend: Backend,
  exprs: readonly Expr[],
  shape: readonly number[],
  inputs: readonly Tensor[],
): readonly Tensor[] {
  let strides: readonly number[] | undefined;
  for (let i = 0; i < inputs.length; i++) {
    const { layout } = inputs[i]!;
    if (layout.shape === shape && isContiguous(layout)) strides = layout.strides;
  }
  const results = new Array<Tensor>(exprs.length);
  for (let k = 0; k < exprs.length; k++) results[k] = allocate(backend, shape, exprs[k]!.dtype, strides);
  return results;
}

/**
 * Makes in-place writing safe: a target that names an element twice is refused, and an input that overlaps a target
 * otherwise than element by element is replaced by a copy. Returns the copies, to be released after the call.
 *
 * @internal
 */
export function prepareTargets(
  name: string,
  shape: readonly number[],
  targets: readonly Tensor[],
  views: View[],
  backend: Backend,
): readonly Tensor[] {
  let copies = NO_COPIES;
  for (const { layout } of targets) {
    if (layout.shape !== shape && !equalShapes(layout.shape, shape)) {
      throw new ShapeError(
        name,
        `the result ${formatShape(shape)} does not fit into ${formatShape(layout.shape)}`,
        [shape, layout.shape],
        {
          rule: "an in-place operation keeps the shape of the tensor it writes to",
        },
      );
    }
    if (!isContiguous(layout) && overlapsItself(layout)) {
      throw new ArgumentError(
        name,
        `cannot write in place: some elements of ${formatShape(layout.shape)} share memory`,
        {
          rule: "an expanded or self-overlapping view cannot be written",
          remedy: "write to a clone()",
        },
      );
    }
    for (let i = 0; i < views.length; i++) {
      const view = views[i]!;
      if (view === layout || view.buffer !== layout.buffer) continue;
      if (!sameView(view, layout) && mayOverlap(view, layout)) {
        const copy = copyView(view, backend);
        copies = [...copies, copy];
        views[i] = copy.layout;
      }
    }
  }
  return copies;
}

/** The elements of a view in a buffer of their own, copied below all transforms. @internal */
export function copyView(view: View, backend: Backend): Tensor {
  const copy = allocate(backend, view.shape, view.dtype);
  backend.map({ exprs: [identityExpr(view.dtype)], inputs: [view], scalars: [], outputs: [copy.layout] });
  return copy;
}

/** Frees copies that made a call safe. @internal */
export function release(copies: readonly Tensor[]): void {
  for (const { storage } of copies) storage.release();
}

/** Computes expressions element by element over broadcast tensors. */
export function callMap(
  name: string,
  inputs: readonly Tensor[],
  exprs: readonly Expr[],
  scalars: readonly number[] = NO_SCALARS,
): readonly Tensor[] {
  return dispatch(map, inputs, { exprs, scalars, shape: undefined, name });
}

/** Computes expressions and writes them into `targets`, whose shape is the domain. */
export function callMapInto(
  name: string,
  targets: readonly Tensor[],
  inputs: readonly Tensor[],
  exprs: readonly Expr[],
  scalars: readonly number[] = NO_SCALARS,
): void {
  dispatch(map, inputs, { exprs, scalars, shape: targets[0]!.shape, name }, targets);
}

/** Computes an expression of positions, random bits and numbers over a new tensor. */
export function callGenerate(
  name: string,
  backend: Backend,
  shape: readonly number[],
  expr: Expr,
  scalars: readonly number[] = NO_SCALARS,
): Tensor {
  return dispatch(map, [], { exprs: [expr], scalars, shape, name }, undefined, backend)[0]!;
}
