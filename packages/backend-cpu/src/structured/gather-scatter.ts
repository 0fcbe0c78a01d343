/**
 * The members `gather` and `scatter`: reading and writing along an axis at the positions that an index gives.
 *
 * @module
 */
import { type DType, dtypes, IndexOutOfRangeError, type ScatterMode, sizeOf, type TypedArray } from "@lucid/backend";
import { collapse, linesAlong, shortestSteps } from "@lucid/backend/kit";
import type { CpuView } from "../buffer.js";

/** The most elements in one call of a line function. Engines compile many short calls better than one long loop. */
const CHUNK = 4096;

/** From this length on, copying a whole line is faster, although it makes two views of arrays. */
const LONG_COPY = 32;

/** `output[…, i, …] = source[…, index[…, i, …], …]`. */
export function gather(source: CpuView, index: CpuView, axis: number, output: CpuView): void {
  if (sizeOf(index.shape) === 0) return;
  checkIndices("gather", index, source.shape[axis]!);
  const along = shortestSteps(index.shape, axis, output, source);
  const step = source.strides[axis]!;
  // A line along `axis` has an index for each element. A line along another axis moves through source and output in step.
  const moving = along === axis ? 0 : source.strides[along]!;
  const sourceStart = { strides: withZero(source.strides, axis), offset: source.offset };
  const lines = linesAlong(index.shape, along, [sourceStart, index, output]);
  const length = index.shape[along]!;
  const from = source.buffer.values;
  const to = output.buffer.values;
  const indices = index.buffer.values;
  const indexStep = index.strides[along]!;
  const outputStep = output.strides[along]!;
  const whole = indexStep === 0 && moving === 1 && outputStep === 1 && length >= LONG_COPY;
  do {
    const [read, at, write] = lines.starts as [number, number, number];
    if (whole) {
      const first = read + indices[at]! * step;
      to.set(from.subarray(first, first + length), write);
      continue;
    }
    for (let i = 0; i < length; i += CHUNK) {
      const count = Math.min(CHUNK, length - i);
      const [readAt, indexAt, writeAt] = [read + i * moving, at + i * indexStep, write + i * outputStep];
      gatherLine(from, readAt, moving, step, indices, indexAt, indexStep, to, writeAt, outputStep, count);
    }
  } while (lines.next());
}

function gatherLine(
  from: TypedArray,
  read: number,
  readStep: number,
  step: number,
  indices: TypedArray,
  at: number,
  atStep: number,
  to: TypedArray,
  write: number,
  writeStep: number,
  length: number,
): void {
  for (let i = 0; i < length; i++) {
    to[write] = from[read + indices[at]! * step]!;
    read += readStep;
    at += atStep;
    write += writeStep;
  }
}

const withZero = (strides: readonly number[], axis: number): readonly number[] =>
  strides.map((stride, other) => (other === axis ? 0 : stride));

/** @throws IndexOutOfRangeError for the first index, in row-major order, that is negative or not below `size`. */
function checkIndices(operation: string, index: CpuView, size: number): void {
  // An index that is repeated along an axis is checked once.
  const shape = index.shape.map((length, axis) => (index.strides[axis] === 0 ? 1 : length));
  const nest = collapse(shape, [index.strides]);
  const last = nest.shape.length - 1;
  const flat = last < 0 ? { shape: [1], strides: [1] } : { shape: nest.shape, strides: nest.strides[0]! };
  const axis = Math.max(last, 0);
  const lines = linesAlong(flat.shape, axis, [{ strides: flat.strides, offset: index.offset }]);
  const values = index.buffer.values;
  const length = flat.shape[axis]!;
  const step = flat.strides[axis]!;
  do {
    const at = lines.starts[0]!;
    for (let i = 0; i < length; i += CHUNK) {
      const bad = findOutside(values, at + i * step, step, Math.min(CHUNK, length - i), size);
      if (bad !== undefined) throw new IndexOutOfRangeError(operation, bad, size);
    }
  } while (lines.next());
}

function findOutside(values: TypedArray, at: number, step: number, length: number, size: number): number | undefined {
  for (let i = 0; i < length; i++, at += step) {
    const value = values[at]!;
    if (value < 0 || value >= size) return value;
  }
  return undefined;
}

/** Combines an element of the output with one of the source. Storing the result into a typed array rounds floats and wraps integers. */
type Combine = (there: number, value: number) => number;

const combinations = {
  set: () => (_, value) => value,
  add: () => (a, b) => a + b,
  prod: (dtype) => (dtypes[dtype].kind === "float" ? (a, b) => a * b : Math.imul),
  max: () => Math.max,
  min: () => Math.min,
} satisfies Record<ScatterMode, (dtype: DType) => Combine>;

/** `output[…, index[…, i, …], …] ∘= source[…, i, …]`, in row-major order of the source. */
export function scatter(mode: ScatterMode, source: CpuView, index: CpuView, axis: number, output: CpuView): void {
  if (sizeOf(index.shape) === 0) return;
  checkIndices("scatter", index, output.shape[axis]!);
  const { shape } = index;
  // Elements with the same target differ only in their position along `axis`. Their order is kept by any order of loops that
  // runs through `axis` forwards.
  const along = shortestSteps(shape, axis, source, output);
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
  const line = scatterLines[mode];
  const combine = combinations[mode](output.dtype);
  do {
    const [read, at, write] = lines.starts as [number, number, number];
    for (let i = 0; i < length; i += CHUNK) {
      const count = Math.min(CHUNK, length - i);
      const [readAt, indexAt, writeAt] = [read + i * sourceStep, at + i * indexStep, write + i * moving];
      line(from, readAt, sourceStep, indices, indexAt, indexStep, to, writeAt, moving, step, count, combine);
    }
  } while (lines.next());
}

type ScatterLine = (
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
  combine: Combine,
) => void;

const setLine: ScatterLine = (from, read, readStep, indices, at, atStep, to, write, writeStep, step, length) => {
  for (let i = 0; i < length; i++) {
    to[write + indices[at]! * step] = from[read]!;
    read += readStep;
    at += atStep;
    write += writeStep;
  }
};

const addLine: ScatterLine = (from, read, readStep, indices, at, atStep, to, write, writeStep, step, length) => {
  for (let i = 0; i < length; i++) {
    to[write + indices[at]! * step]! += from[read]!;
    read += readStep;
    at += atStep;
    write += writeStep;
  }
};

const combineLine: ScatterLine = (
  from,
  read,
  readStep,
  indices,
  at,
  atStep,
  to,
  write,
  writeStep,
  step,
  length,
  combine,
) => {
  for (let i = 0; i < length; i++) {
    const place = write + indices[at]! * step;
    to[place] = combine(to[place]!, from[read]!);
    read += readStep;
    at += atStep;
    write += writeStep;
  }
};

const scatterLines = {
  set: setLine,
  add: addLine,
  prod: combineLine,
  max: combineLine,
  min: combineLine,
} satisfies Record<ScatterMode, ScatterLine>;
