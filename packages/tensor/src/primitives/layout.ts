/**
 * Changes of layout that need no copy.
 *
 * @module
 */
import {
  collapse,
  contiguousStrides,
  equalShapes,
  formatShape,
  isContiguous,
  ShapeError,
  type View,
} from "@lucid/backend";

/** A view of other elements of the same buffer. */
export function withLayout(view: View, shape: readonly number[], strides: readonly number[], offset: number): View {
  return { buffer: view.buffer, dtype: view.dtype, shape, strides, offset };
}

/**
 * The shape that arrays of these shapes broadcast to.
 *
 * @throws ShapeError if they do not: aligned at the last axis, sizes must be equal or 1.
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
        rule: `aligned at the last axis, sizes must be equal or 1 (${first} ≠ ${second})`,
      });
    }
    shape[rank - i] = first === 1 ? second : first;
  }
  return shape;
}

/** The shape that some inputs broadcast to; the very array of the first where all shapes are equal. @throws ShapeError */
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

/** The view repeated along new and size-1 axes (stride 0) so that it has `shape`, to which it must broadcast. */
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

/** Strides that give the elements `shape` (of equal size) in the same row-major order, or undefined where only a copy can. */
export function reshapeStrides(
  view: Pick<View, "shape" | "strides">,
  shape: readonly number[],
): readonly number[] | undefined {
  if (isContiguous(view)) return contiguousStrides(shape);
  // What is left are runs that cannot be joined: every new axis must divide the rest of one run, from the last on.
  const runs = collapse(view.shape, [view.strides]);
  const steps = runs.strides[0]!;
  const strides = new Array<number>(shape.length);
  let run = runs.shape.length;
  let rest = 1;
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = shape[axis]!;
    if (size === 1) {
      // As in row-major order, so that contiguous stays recognisable.
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
