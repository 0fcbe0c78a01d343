/**
 * Parts of a domain: boxes of positions, in row-major order.
 *
 * @module
 */
import { type DeviceBuffer, sizeOf, type View } from "../view.js";

/** A part of a domain: along every axis, where it starts and how long it is. */
export interface Box {
  readonly starts: readonly number[];
  readonly sizes: readonly number[];
}

/**
 * Cuts a domain into boxes of at most `most` positions, in row-major order. Axes that are `whole` are never cut, so a
 * box is larger if these axes alone have more positions.
 *
 * @example
 * ```ts
 * boxesOf([2, 3], 4).map(({ starts, sizes }) => `${starts} ${sizes}`); // → ["0,0 1,3", "1,0 1,3"]
 * ```
 */
export function boxesOf(
  shape: readonly number[],
  most: number | undefined,
  whole: readonly number[] = [],
): readonly Box[] {
  const boxes: Box[] = [];
  const cut = (starts: readonly number[], sizes: readonly number[]): void => {
    const size = sizeOf(sizes);
    const axis = sizes.findIndex((length, at) => length > 1 && !whole.includes(at));
    if (most === undefined || size <= most || axis < 0) {
      boxes.push({ starts, sizes });
      return;
    }
    const length = sizes[axis]!;
    const step = Math.max(1, Math.floor((most * length) / size));
    for (let start = 0; start < length; start += step) {
      cut(put(starts, axis, starts[axis]! + start), put(sizes, axis, Math.min(step, length - start)));
    }
  };
  cut(
    shape.map(() => 0),
    shape,
  );
  return boxes;
}

const put = (list: readonly number[], at: number, value: number): readonly number[] =>
  list.map((item, i) => (i === at ? value : item));

/** Returns the elements of a view inside a box. Axes that the box does not name are kept whole. */
export function inside<B extends DeviceBuffer>(view: View<B>, box: Box, axes?: readonly number[]): View<B> {
  const shape = [...view.shape];
  let offset = view.offset;
  for (let axis = 0; axis < shape.length; axis++) {
    if (axes !== undefined && !axes.includes(axis)) continue;
    shape[axis] = box.sizes[axis]!;
    offset += box.starts[axis]! * view.strides[axis]!;
  }
  return { ...view, shape, offset };
}
