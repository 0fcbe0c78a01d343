/**
 * Changes of layout that need no copy.
 *
 * @module
 */
import { contiguousStrides, equalShapes, formatShape, ShapeError, type View } from "@lucid/backend";

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

/** The view repeated along new and size-1 axes (stride 0) so that it has `shape`, to which it must broadcast. */
export function broadcastView(view: View, shape: readonly number[]): View {
  if (equalShapes(view.shape, shape)) return view;
  const missing = shape.length - view.shape.length;
  const strides = shape.map((size, axis) =>
    axis < missing || (view.shape[axis - missing] === 1 && size !== 1) ? 0 : view.strides[axis - missing]!,
  );
  return withLayout(view, shape, strides, view.offset);
}

/** Strides that give the elements `shape` in the same row-major order, or undefined where only a copy can. */
export function reshapeStrides(
  view: Pick<View, "shape" | "strides">,
  shape: readonly number[],
): readonly number[] | undefined {
  const from: { size: number; stride: number }[] = [];
  for (let axis = 0; axis < view.shape.length; axis++) {
    const size = view.shape[axis]!;
    if (size === 0) return contiguousStrides(shape);
    if (size !== 1) from.push({ size, stride: view.strides[axis]! });
  }
  const strides = new Array<number>(shape.length).fill(0);
  let axis = shape.length - 1;
  // Match groups of axes of equal size from the last one; inside a group the old axes must run in one stride.
  for (let i = from.length - 1; i >= 0; ) {
    let { size, stride } = from[i]!;
    let i0 = i - 1;
    let taken = 1;
    let step = stride;
    while (axis >= 0 && taken < size) {
      const next = shape[axis]!;
      strides[axis] = step;
      step *= next;
      taken *= next;
      axis--;
      while (taken > size) {
        const outer = from[i0];
        if (outer === undefined || outer.stride !== stride * size) return undefined;
        size *= outer.size;
        i0--;
      }
    }
    if (taken !== size) return undefined;
    i = i0;
  }
  for (; axis >= 0; axis--) strides[axis] = 1;
  return fixOnes(shape, strides);
}

/** Gives axes of size 1 the stride that row-major order would, so that contiguous stays recognisable. */
function fixOnes(shape: readonly number[], strides: number[]): readonly number[] {
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1) continue;
    strides[axis] = axis === shape.length - 1 ? 1 : strides[axis + 1]! * shape[axis + 1]!;
  }
  return strides;
}
