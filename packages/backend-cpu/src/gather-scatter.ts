/**
 * Reading and writing along an axis at positions that an index names.
 *
 * @module
 */
import {
  collapse,
  type DType,
  dtypes,
  IndexOutOfRangeError,
  type ScatterMode,
  sizeOf,
  type TypedArray,
} from "@lucid/backend";
import type { CpuView } from "./buffer.js";
import { linesAlong } from "./lines.js";

/** `output[…, i, …] = source[…, index[…, i, …], …]`. */
export function gather(source: CpuView, index: CpuView, axis: number, output: CpuView): void {
  if (sizeOf(index.shape) === 0) return;
  checkIndices("gather", index, source.shape[axis]!);
  const along = innermost(index.shape, axis, output, source);
  const step = source.strides[axis]!;
  // The line runs along the axis itself (each element has its own index), or along another (they share the formula).
  const moving = along === axis ? 0 : source.strides[along]!;
  const sourceStart = { strides: withZero(source.strides, axis), offset: source.offset };
  const lines = linesAlong(index.shape, along, [sourceStart, index, output]);
  const length = index.shape[along]!;
  const from = source.buffer.values;
  const to = output.buffer.values;
  const indices = index.buffer.values;
  const indexStep = index.strides[along]!;
  const outputStep = output.strides[along]!;
  const { starts } = lines;
  do {
    let [read, at, write] = starts as [number, number, number];
    if (indexStep === 0 && moving === 1 && outputStep === 1 && length >= LONG_COPY) {
      read += indices[at]! * step;
      to.set(from.subarray(read, read + length), write);
      continue;
    }
    for (let i = 0; i < length; i++) {
      to[write] = from[read + indices[at]! * step]!;
      read += moving;
      at += indexStep;
      write += outputStep;
    }
  } while (lines.next());
}

/** From this length on, a copy of a whole line pays for the views it makes. */
const LONG_COPY = 32;

const withZero = (strides: readonly number[], axis: number): readonly number[] =>
  strides.map((stride, other) => (other === axis ? 0 : stride));

/** The axis to run along: the one with the shortest steps in both views. */
function innermost(shape: readonly number[], axis: number, a: CpuView, b: CpuView): number {
  let best = axis;
  let shortest = Infinity;
  for (let candidate = shape.length - 1; candidate >= 0; candidate--) {
    if (shape[candidate]! === 1) continue;
    const step = Math.abs(a.strides[candidate]!) + Math.abs(b.strides[candidate]!);
    if (step < shortest) {
      shortest = step;
      best = candidate;
    }
  }
  return best;
}

/** @throws IndexOutOfRangeError for the first index, in row-major order, that is negative or not below `size`. */
function checkIndices(operation: string, index: CpuView, size: number): void {
  const nest = collapse(index.shape, [index.strides]);
  const last = nest.shape.length - 1;
  const flat = { shape: nest.shape.length === 0 ? [1] : nest.shape, strides: last < 0 ? [1] : nest.strides[0]! };
  const axis = Math.max(last, 0);
  const lines = linesAlong(flat.shape, axis, [{ strides: flat.strides, offset: index.offset }]);
  const values = index.buffer.values;
  const length = flat.shape[axis]!;
  const step = flat.strides[axis]!;
  do {
    let at = lines.starts[0]!;
    for (let i = 0; i < length; i++, at += step) {
      const value = values[at]!;
      if (value < 0 || value >= size) throw new IndexOutOfRangeError(operation, value, size);
    }
  } while (lines.next());
}

/** Combines what is there with what comes; the store into the output's array rounds floats and wraps integers. */
type Combine = (there: number, value: number) => number;

const combinations = {
  set: () => (_, value) => value,
  add: (dtype) => (dtype === "bool" ? (a, b) => a | b : (a, b) => a + b),
  prod: (dtype) => (dtypes[dtype].kind === "float" ? (a, b) => a * b : Math.imul),
  max: () => Math.max,
  min: () => Math.min,
} satisfies Record<ScatterMode, (dtype: DType) => Combine>;

/** `output[…, index[…, i, …], …] ∘= source[…, i, …]`, in row-major order of the source. */
export function scatter(mode: ScatterMode, source: CpuView, index: CpuView, axis: number, output: CpuView): void {
  if (sizeOf(index.shape) === 0) return;
  checkIndices("scatter", index, output.shape[axis]!);
  const { shape } = index;
  // Elements that meet in one place differ only in their position along `axis`. Any loop order that runs through `axis`
  // forwards, line by line, keeps their order.
  const along = innermost(shape, axis, source, output);
  const step = output.strides[axis]!;
  const moving = along === axis ? 0 : output.strides[along]!;
  const outputStart = { strides: withZero(output.strides, axis), offset: output.offset };
  const lines = linesAlong(shape, along, [source, index, outputStart]);
  const length = shape[along]!;
  const from = source.buffer.values;
  const to = output.buffer.values;
  const indices = index.buffer.values;
  const sourceStep = source.strides[along]!;
  const indexStep = index.strides[along]!;
  const run = mode === "set" ? setLine : mode === "add" && output.dtype !== "bool" ? addLine : undefined;
  const combine = combinations[mode](output.dtype);
  do {
    const [read, at, write] = lines.starts as [number, number, number];
    if (run !== undefined) run(from, read, sourceStep, indices, at, indexStep, to, write, moving, step, length);
    else combineLine(combine, from, read, sourceStep, indices, at, indexStep, to, write, moving, step, length);
  } while (lines.next());
}

function setLine(
  from: TypedArray,
  read: number,
  readStep: number,
  indices: TypedArray,
  at: number,
  atStep: number,
  to: TypedArray,
  write: number,
  writeStep: number,
  step: number,
  length: number,
): void {
  for (let i = 0; i < length; i++) {
    to[write + indices[at]! * step] = from[read]!;
    read += readStep;
    at += atStep;
    write += writeStep;
  }
}

function addLine(
  from: TypedArray,
  read: number,
  readStep: number,
  indices: TypedArray,
  at: number,
  atStep: number,
  to: TypedArray,
  write: number,
  writeStep: number,
  step: number,
  length: number,
): void {
  for (let i = 0; i < length; i++) {
    to[write + indices[at]! * step]! += from[read]!;
    read += readStep;
    at += atStep;
    write += writeStep;
  }
}

function combineLine(
  combine: Combine,
  from: TypedArray,
  read: number,
  readStep: number,
  indices: TypedArray,
  at: number,
  atStep: number,
  to: TypedArray,
  write: number,
  writeStep: number,
  step: number,
  length: number,
): void {
  for (let i = 0; i < length; i++) {
    const place = write + indices[at]! * step;
    to[place] = combine(to[place]!, from[read]!);
    read += readStep;
    at += atStep;
    write += writeStep;
  }
}
