/**
 * The primitive of all element-wise operations.
 *
 * @module
 */
import {
  ArgumentError,
  type Backend,
  cast,
  type DType,
  type Expr,
  equalShapes,
  formatShape,
  isContiguous,
  mayOverlap,
  overlapsItself,
  ShapeError,
  sameView,
  type TensorType,
  type View,
  withinLimits,
} from "@lucid/backend";
import { type Call, dispatch, type Primitive } from "../dispatch/call.js";
import type { Scalar } from "../dispatch/scalar.js";
import { copyElements, type Elements, identityExpr } from "../memory/elements.js";
import { allocate, type Tensor } from "../tensor/tensor.js";
import { broadcastInputs, broadcastShapes, broadcastView } from "./layout.js";

const NO_COPIES: readonly Elements[] = [];

/** Attributes of {@link map}. */
export interface MapAttributes {
  /** One expression for each output; `input(i)` is the tensor at position i, broadcast. */
  readonly exprs: readonly Expr[];
  /** The shape of the outputs, if it is larger than the shape to which the inputs broadcast. */
  readonly shape: readonly number[] | undefined;
  /** The name of the operation in errors. */
  readonly name: string;
  readonly [name: string]: undefined | string | readonly Expr[] | readonly number[];
}

/** Computes `outputs[k][p] = exprs[k](inputs[0][p], …)` at every position p. The inputs broadcast. */
export const map: Primitive<MapAttributes> = {
  name: "map",

  infer(inputs: readonly TensorType[], { exprs, shape, name }: MapAttributes): readonly TensorType[] {
    const domain = domainOf(name, inputs, shape);
    return exprs.map((expr) => ({ shape: domain, dtype: expr.dtype }));
  },

  run({ inputs, scalars, attributes, targets, backend }: Call<MapAttributes, number>): readonly Tensor[] {
    const { exprs } = attributes;
    const shape = domainOf(attributes.name, inputs, attributes.shape);
    const views = new Array<View>(inputs.length);
    for (let i = 0; i < inputs.length; i++) {
      const { layout } = inputs[i]!;
      views[i] = layout.shape === shape ? layout : broadcastView(layout, shape);
    }
    if (targets !== undefined) return runInto(targets, exprs, shape, views, scalars, attributes.name, backend);
    const results = allocateLike(backend, exprs, shape, inputs);
    withinLimits(backend).map({ exprs, inputs: views, scalars, outputs: layoutsOf(results) });
    return results;
  },
};

/** Computes expressions into existing tensors. */
function runInto(
  targets: readonly Tensor[],
  exprs: readonly Expr[],
  shape: readonly number[],
  views: View[],
  scalars: readonly number[],
  name: string,
  backend: Backend,
): readonly Tensor[] {
  const copies = prepareTargets(name, shape, targets, views, backend);
  try {
    withinLimits(backend).map({ exprs, inputs: views, scalars, outputs: layoutsOf(targets) });
  } finally {
    release(copies);
  }
  for (let k = 0; k < targets.length; k++) targets[k]!.storage.version++;
  return targets;
}

function layoutsOf(tensors: readonly Tensor[]): readonly View[] {
  const layouts = new Array<View>(tensors.length);
  for (let k = 0; k < layouts.length; k++) layouts[k] = tensors[k]!.layout;
  return layouts;
}

function domainOf(
  name: string,
  inputs: readonly TensorType[],
  given: readonly number[] | undefined,
): readonly number[] {
  if (given === undefined) return broadcastInputs(name, inputs);
  for (let i = 0; i < inputs.length; i++) assertBroadcasts(name, inputs[i]!.shape, given);
  return given;
}

/** @throws ShapeError unless an input broadcasts to the domain. */
function assertBroadcasts(name: string, shape: readonly number[], domain: readonly number[]): void {
  if (shape === domain || equalShapes(shape, domain)) return;
  const shapes = [domain, shape];
  if (equalShapes(broadcastShapes(name, shapes), domain)) return;
  throw new ShapeError(name, `${formatShape(shape)} does not broadcast to ${formatShape(domain)}`, shapes, {
    rule: "an in-place operation keeps the shape of the tensor it writes to",
  });
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
 * Makes writing in place safe. A target that holds an element twice is refused. An input that overlaps a target, but
 * not element by element, is replaced by a copy. Returns the copies, which must be released after the call.
 *
 * @internal
 */
export function prepareTargets(
  name: string,
  shape: readonly number[],
  targets: readonly Pick<Elements, "layout">[],
  views: View[],
  backend: Backend,
): readonly Elements[] {
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
        const copy = copyElements(view, backend);
        copies = [...copies, copy];
        views[i] = copy.layout;
      }
    }
  }
  return copies;
}

/** Frees copies that {@link prepareTargets} made. @internal */
export function release(copies: readonly Elements[]): void {
  for (const { storage } of copies) storage.release();
}

/** Computes expressions element by element over tensors, which broadcast. */
export function callMap(
  name: string,
  inputs: readonly Tensor[],
  exprs: readonly Expr[],
  scalars?: readonly Scalar[],
): readonly Tensor[] {
  return dispatch(map, inputs, { exprs, shape: undefined, name }, scalars);
}

/** Converts the elements to `dtype`. A tensor of that type is returned itself. */
export function converted(operation: string, x: Tensor, dtype: DType): Tensor {
  return x.dtype === dtype ? x : callMap(operation, [x], [cast(identityExpr(x.dtype), dtype)])[0]!;
}

/** Computes expressions and writes them into `targets`. Their shape is the domain. */
export function callMapInto(
  name: string,
  targets: readonly Tensor[],
  inputs: readonly Tensor[],
  exprs: readonly Expr[],
  scalars?: readonly Scalar[],
): void {
  dispatch(map, inputs, { exprs, shape: targets[0]!.shape, name }, scalars, targets);
}

/** Computes an expression of positions, random bits and numbers into a new tensor. */
export function callGenerate(
  name: string,
  backend: Backend,
  shape: readonly number[],
  expr: Expr,
  scalars?: readonly Scalar[],
): Tensor {
  return dispatch(map, [], { exprs: [expr], shape, name }, scalars, undefined, backend)[0]!;
}
