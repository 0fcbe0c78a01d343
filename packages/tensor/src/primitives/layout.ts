/**
 * Changes of layout that need no copy.
 *
 * @module
 */
import { contiguousStrides, equalShapes, formatShape, isContiguous, ShapeError, type View } from "@lucid/backend";
import { collapse } from "@lucid/backend/kit";

/** Makes a view with another layout of the same buffer. */
export function withLayout(view: View, shape: readonly number[], strides: readonly number[], offset: number): View {
  return { buffer: view.buffer, dtype: view.dtype, shape, strides, offset };
}

/**
 * Returns the shape to which shapes broadcast.
 *
 * @throws ShapeError if they do not: aligned at the last dimension, sizes must be equal or 1.
 */
export function broadcastShapes(operation: string, shapes: readonly (readonly number[])[]): readonly number[] {
  let result = shapes[0] ?? [];
  for (let i = 1; i < shapes.length; i++) result = broadcastTwo(operation, result, shapes[i]!, shapes);
  return result;
}

function broadcastTwo(
  operation: string,
  a: readonly number[],
  b: readonly number[],
  shapes: readonly (readonly number[])[],
): readonly number[] {
  if (equalShapes(a, b)) return a;
  const rank = Math.max(a.length, b.length);
  const shape = new Array<number>(rank);
  for (let i = 1; i <= rank; i++) {
    const first = i > a.length ? 1 : a[a.length - i]!;
    const second = i > b.length ? 1 : b[b.length - i]!;
    if (first !== second && first !== 1 && second !== 1) {
      throw new ShapeError(operation, `shapes do not broadcast: ${shapes.map(formatShape).join(" · ")}`, shapes, {
        rule: `aligned at the last dimension, sizes must be equal or 1 (${first} ≠ ${second})`,
      });
    }
    shape[rank - i] = first === 1 ? second : first;
  }
  return shape;
}

/**
 * Returns the shape to which inputs broadcast. If all shapes are equal, it is the array of the first one. @throws
 * ShapeError if they do not broadcast.
 */
export function broadcastInputs(
  operation: string,
  inputs: readonly { readonly shape: readonly number[] }[],
): readonly number[] {
  const first = inputs[0]?.shape ?? [];
  for (let i = 1; i < inputs.length; i++) {
    const { shape } = inputs[i]!;
    if (shape !== first && !equalShapes(shape, first)) {
      return broadcastShapes(
        operation,
        inputs.map((input) => input.shape),
      );
    }
  }
  return first;
}

/**
 * Repeats a view along new axes and axes of size 1 (by stride 0), so that it has `shape`. The view must broadcast to
 * it.
 */
export function broadcastView(view: View, shape: readonly number[]): View {
  if (equalShapes(view.shape, shape)) return view;
  const missing = shape.length - view.shape.length;
  const strides = new Array<number>(shape.length);
  for (let axis = 0; axis < shape.length; axis++) {
    const repeated = axis < missing || (view.shape[axis - missing] === 1 && shape[axis] !== 1);
    strides[axis] = repeated ? 0 : view.strides[axis - missing]!;
  }
  return withLayout(view, shape, strides, view.offset);
}

/**
 * Returns the strides that give the elements `shape` (with as many elements) in the same row-major order. They are
 * undefined if only a copy can have this shape.
 */
export function reshapeStrides(
  view: Pick<View, "shape" | "strides">,
  shape: readonly number[],
): readonly number[] | undefined {
  if (isContiguous(view)) return contiguousStrides(shape);
  // The runs that remain cannot be joined, so every new axis, from the last one on, must divide the rest of one run.
  const runs = collapse(view.shape, [view.strides]);
  const steps = runs.strides[0]!;
  const strides = new Array<number>(shape.length);
  let run = runs.shape.length;
  let rest = 1;
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = shape[axis]!;
    if (size === 1) {
      // An axis of size 1 gets its row-major stride, so that a contiguous layout is recognised as such.
      strides[axis] = axis === shape.length - 1 ? 1 : strides[axis + 1]! * shape[axis + 1]!;
      continue;
    }
    if (rest === 1) {
      run--;
      rest = runs.shape[run]!;
      step = steps[run]!;
    }
    if (rest % size !== 0) return undefined;
    strides[axis] = step;
    step *= size;
    rest /= size;
  }
  return strides;
}
