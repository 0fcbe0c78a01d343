/**
 * The view primitives, which give another layout to the same memory. Each is a pure function of layouts, so it can be
 * applied again after its base was written.
 *
 * @module
 */
import {
  type Attributes,
  contiguousStrides,
  formatShape,
  ShapeError,
  type TensorType,
  type View,
} from "@lucid/backend";
import { type Call, dispatch, type Primitive } from "../dispatch/call.js";
import { type Tensor, tensorOf } from "../tensor/tensor.js";
import { broadcastView, reshapeStrides, withLayout } from "./layout.js";
import { addViewStep, type ViewName, type ViewStep } from "./view-steps.js";

/** A primitive whose result shares the memory of its input. */
export interface ViewPrimitive<A extends Attributes = Attributes> extends Primitive<A> {
  readonly name: ViewName;
  readonly view: true;
  /** Returns the layout of the result. */
  apply(layout: View, attributes: A): View;
  /**
   * Returns the attributes of one step that does what two steps do, one after the other. It is undefined if there is
   * none.
   */
  join(first: A, second: A): Attributes | undefined;
}

function viewPrimitive<A extends Attributes>(
  name: ViewName,
  apply: (layout: View, attributes: A) => View,
  join: (first: A, second: A) => Attributes | undefined = () => undefined,
): ViewPrimitive<A> {
  const primitive: ViewPrimitive<A> = {
    name,
    view: true,
    apply,
    join,
    infer([x]: readonly TensorType[], attributes: A): readonly TensorType[] {
      const { shape, dtype } = x!;
      const layout = { buffer: { dtype, length: 0 }, dtype, shape, strides: contiguousStrides(shape), offset: 0 };
      return [{ shape: apply(layout, attributes).shape, dtype }];
    },
    run({ inputs, attributes }: Call<A, number>): readonly Tensor[] {
      const parent = inputs[0]!;
      const result = tensorOf({ storage: parent.storage, layout: apply(parent.layout, attributes) });
      // A view of a leaf must never be written in place, so its origin is the leaf itself.
      const origin = parent.gradientState?.requiresGrad === true && parent.isLeaf ? undefined : parent.origin;
      const base = origin?.base ?? parent;
      result.origin = { base, steps: addViewStep(base.layout, origin?.steps, primitive, attributes, result.layout) };
      return [result];
    },
  };
  return primitive;
}

/** Attributes that consist of a shape. */
export type ShapeAttributes = { readonly shape: readonly number[] };

/** Gives the elements another shape in row-major order. It throws if that needs a copy. */
export const reshapeView: ViewPrimitive<ShapeAttributes> = /* @__PURE__ */ viewPrimitive(
  "reshape",
  (layout, { shape }) => {
    const strides = reshapeStrides(layout, shape);
    if (strides === undefined) {
      throw new ShapeError(
        "view",
        `${formatShape(layout.shape)} with strides ${formatShape(layout.strides)} has no view of shape ${formatShape(shape)}`,
        [layout.shape, shape],
        {
          rule: "a view cannot move elements",
          remedy: "use reshape(), which copies where it must",
        },
      );
    }
    return withLayout(layout, shape, strides, layout.offset);
  },
  (_, second) => second,
);

/** Attributes of {@link permuteView}. */
export type PermuteAttributes = { readonly axes: readonly number[] };

/** Changes the order of the axes: axis i of the result is axis `axes[i]` of the input. */
export const permuteView: ViewPrimitive<PermuteAttributes> = /* @__PURE__ */ viewPrimitive(
  "permute",
  (layout, { axes }) => withLayout(layout, permuted(layout.shape, axes), permuted(layout.strides, axes), layout.offset),
  (first, second) => ({ axes: permuted(first.axes, second.axes) }),
);

function permuted(list: readonly number[], positions: readonly number[]): readonly number[] {
  const items = new Array<number>(positions.length);
  for (let i = 0; i < positions.length; i++) items[i] = list[positions[i]!]!;
  return items;
}

/** Repeats the elements along new leading axes and axes of size 1. */
export const expandView: ViewPrimitive<ShapeAttributes> = /* @__PURE__ */ viewPrimitive(
  "expand",
  (layout, { shape }) => broadcastView(layout, shape),
  (_, second) => second,
);

/** Attributes of {@link sliceView}, each with one entry per axis. */
export type SliceAttributes = {
  readonly starts: readonly number[];
  readonly steps: readonly number[];
  readonly sizes: readonly number[];
};

/** Selects `sizes[a]` elements of every axis a, from `starts[a]` in steps of `steps[a]`, which may be negative. */
export const sliceView: ViewPrimitive<SliceAttributes> = /* @__PURE__ */ viewPrimitive(
  "slice",
  (layout, { starts, steps, sizes }) => {
    let { offset } = layout;
    const strides = layout.strides.map((stride, axis) => {
      if (sizes[axis]! > 0) offset += starts[axis]! * stride;
      return stride * steps[axis]!;
    });
    return withLayout(layout, sizes, strides, offset);
  },
  (first, second) => ({
    starts: first.starts.map((start, axis) => start + first.steps[axis]! * second.starts[axis]!),
    steps: first.steps.map((step, axis) => step * second.steps[axis]!),
    sizes: second.sizes,
  }),
);

/** Attributes of {@link diagonalView}. */
export type DiagonalAttributes = { readonly offset: number; readonly axis1: number; readonly axis2: number };

/** Selects the diagonal of two axes, as a new last axis. A positive offset lies above the main diagonal. */
export const diagonalView: ViewPrimitive<DiagonalAttributes> = /* @__PURE__ */ viewPrimitive(
  "diagonal",
  (layout, { offset, axis1, axis2 }) => {
    const { shape, strides } = layout;
    const rows = shape[axis1]! + Math.min(offset, 0);
    const columns = shape[axis2]! - Math.max(offset, 0);
    const size = Math.max(0, Math.min(rows, columns));
    const start = size === 0 ? 0 : offset >= 0 ? offset * strides[axis2]! : -offset * strides[axis1]!;
    const rest = (sizes: readonly number[]): number[] => sizes.filter((_, axis) => axis !== axis1 && axis !== axis2);
    return withLayout(
      layout,
      [...rest(shape), size],
      [...rest(strides), strides[axis1]! + strides[axis2]!],
      layout.offset + start,
    );
  },
);

/** Attributes of {@link unfoldView}. */
export type UnfoldAttributes = { readonly axis: number; readonly size: number; readonly step: number };

/** Takes windows of `size` along an axis, `step` apart. The positions within a window become a new last axis. */
export const unfoldView: ViewPrimitive<UnfoldAttributes> = /* @__PURE__ */ viewPrimitive(
  "unfold",
  (layout, { axis, size, step }) => {
    const windows = Math.floor((layout.shape[axis]! - size) / step) + 1;
    const shape = layout.shape.map((length, i) => (i === axis ? windows : length));
    const strides = layout.strides.map((stride, i) => (i === axis ? stride * step : stride));
    return withLayout(layout, [...shape, size], [...strides, layout.strides[axis]!], layout.offset);
  },
);

/** The view primitives by name. */
export const viewPrimitives: Readonly<Record<ViewName, ViewPrimitive<never>>> = {
  reshape: reshapeView,
  permute: permuteView,
  expand: expandView,
  slice: sliceView,
  diagonal: diagonalView,
  unfold: unfoldView,
};

/** Returns the layout that a chain of views gives. */
export function applyViews(layout: View, steps: readonly ViewStep[]): View {
  let result = layout;
  for (const { view, attributes } of steps) result = viewPrimitives[view].apply(result, attributes as never);
  return result;
}

/** Applies a view primitive to a tensor. */
export function callView<A extends Attributes>(view: ViewPrimitive<A>, x: Tensor, attributes: A): Tensor {
  return dispatch(view, [x], attributes)[0]!;
}
