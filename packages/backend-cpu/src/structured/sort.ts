/**
 * The member `sort`: a stable sort along an axis. NaNs are moved to the end, short runs are sorted by insertion, and runs are merged.
 * Keys of every element type are exact in float64, so one routine is enough for all types.
 *
 * @module
 */
import { sizeOf } from "@lucid/backend";
import { linesAlong } from "@lucid/backend/kit";
import { type CpuView, newFloats, newIntegers } from "../buffer.js";

/** Runs of this length are sorted by insertion. */
const RUN = 16;

/** Sorts along `axis`: ascending, stable, NaN last. `indices` gets the original position of each value. */
export function sort(x: CpuView, axis: number, values: CpuView, indices: CpuView): void {
  if (sizeOf(x.shape) === 0) return;
  const length = x.shape[axis]!;
  const lines = linesAlong(x.shape, axis, [x, values, indices]);
  const scratch: Scratch = {
    keys: newFloats("sort", length),
    places: newIntegers("sort", length),
    otherKeys: newFloats("sort", length),
    otherPlaces: newIntegers("sort", length),
  };
  const from = x.buffer.values;
  const toValues = values.buffer.values;
  const toIndices = indices.buffer.values;
  const readStep = x.strides[axis]!;
  const valueStep = values.strides[axis]!;
  const indexStep = indices.strides[axis]!;
  do {
    let [read, writeValue, writeIndex] = lines.starts as [number, number, number];
    const { keys, places } = scratch;
    let numbers = 0;
    let nans = length;
    for (let i = 0; i < length; i++, read += readStep) {
      const key = from[read]!;
      const to = key === key ? numbers++ : --nans;
      keys[to] = key;
      places[to] = i;
    }
    // The NaNs were written from the end backwards.
    places.subarray(nans).reverse();
    const sorted = sortRuns(scratch, numbers);
    for (let i = 0; i < length; i++) {
      const ordered = i < numbers ? sorted.keys[i]! : NaN;
      toValues[writeValue] = ordered;
      toIndices[writeIndex] = i < numbers ? sorted.places[i]! : places[i]!;
      writeValue += valueStep;
      writeIndex += indexStep;
    }
  } while (lines.next());
}

interface Sorted {
  readonly keys: Float64Array;
  readonly places: Int32Array;
}

interface Scratch extends Sorted {
  readonly otherKeys: Float64Array;
  readonly otherPlaces: Int32Array;
}

/** Sorts the first `length` keys together with their positions. Returns the arrays that hold the result. */
function sortRuns(scratch: Scratch, length: number): Sorted {
  let { keys, places, otherKeys, otherPlaces } = scratch;
  for (let start = 0; start < length; start += RUN) insertionSort(keys, places, start, Math.min(start + RUN, length));
  for (let width = RUN; width < length; width *= 2) {
    for (let start = 0; start < length; start += 2 * width) {
      const middle = Math.min(start + width, length);
      merge(keys, places, start, middle, Math.min(middle + width, length), otherKeys, otherPlaces);
    }
    [keys, otherKeys] = [otherKeys, keys];
    [places, otherPlaces] = [otherPlaces, places];
  }
  return { keys, places };
}

function insertionSort(keys: Float64Array, places: Int32Array, start: number, end: number): void {
  for (let i = start + 1; i < end; i++) {
    const key = keys[i]!;
    const place = places[i]!;
    let hole = i;
    while (hole > start && keys[hole - 1]! > key) {
      keys[hole] = keys[hole - 1]!;
      places[hole] = places[hole - 1]!;
      hole--;
    }
    keys[hole] = key;
    places[hole] = place;
  }
}

/** Merges two sorted neighbouring runs. If keys are equal, those of the left run come first. */
function merge(
  keys: Float64Array,
  places: Int32Array,
  start: number,
  middle: number,
  end: number,
  toKeys: Float64Array,
  toPlaces: Int32Array,
): void {
  let left = start;
  let right = middle;
  for (let to = start; to < end; to++) {
    const takeLeft = right >= end || (left < middle && keys[left]! <= keys[right]!);
    const from = takeLeft ? left++ : right++;
    toKeys[to] = keys[from]!;
    toPlaces[to] = places[from]!;
  }
}
