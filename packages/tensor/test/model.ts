/** A naive model of arrays: a shape, and a function from an index to an element. */
import { sizeOf } from "@lucid/backend";

export interface Model {
  readonly shape: readonly number[];
  readonly at: (index: readonly number[]) => number;
}

/** All indices of a shape in row-major order. */
export function indicesOf(shape: readonly number[]): readonly (readonly number[])[] {
  let all: readonly (readonly number[])[] = [[]];
  for (const size of shape) all = all.flatMap((index) => Array.from({ length: size }, (_, i) => [...index, i]));
  return all;
}

/** The row-major position of an index. */
export function positionIn(shape: readonly number[], index: readonly number[]): number {
  return index.reduce((position, i, axis) => position * shape[axis]! + i, 0);
}

/** The index at a row-major position. */
export function indexAt(shape: readonly number[], position: number): readonly number[] {
  const index: number[] = [];
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    index.unshift(position % shape[axis]!);
    position = Math.floor(position / shape[axis]!);
  }
  return index;
}

/** A model whose elements are 0, 1, 2 … */
export function countedModel(shape: readonly number[]): Model {
  return { shape, at: (index) => positionIn(shape, index) };
}

/** A model of flat values. */
export function modelOf(values: readonly number[], shape: readonly number[]): Model {
  return { shape, at: (index) => values[positionIn(shape, index)]! };
}

export function flatModel(model: Model): readonly number[] {
  return indicesOf(model.shape).map(model.at);
}

/** The elements under another shape. */
export function reshapeModel(model: Model, shape: readonly number[]): Model {
  if (sizeOf(shape) !== sizeOf(model.shape)) throw new Error("the model was asked for another size");
  return { shape, at: (index) => model.at(indexAt(model.shape, positionIn(shape, index))) };
}
