/**
 * Running results along an axis. float32 sums and products are kept in float64 and every output is rounded; float64
 * sums carry the rounding errors along, as in reductions.
 *
 * @module
 */
import { type DType, dtypes, type ScanOp, sizeOf, type TypedArray } from "@lucid/backend";
import type { CpuView } from "./buffer.js";
import { linesAlong } from "./lines.js";

/** Fills one line of `length` elements. */
type ScanLine = (
  from: TypedArray,
  read: number,
  readStep: number,
  to: TypedArray,
  write: number,
  writeStep: number,
  length: number,
) => void;

const sumFloats: ScanLine = (from, read, readStep, to, write, writeStep, length) => {
  let sum = 0;
  let error = 0;
  for (let i = 0; i < length; i++) {
    const value = from[read]!;
    const next = sum + value;
    const back = next - sum;
    error += sum - (next - back) + (value - back);
    sum = next;
    // The carried error is NaN once the sum is infinite or NaN: then the sum alone is right.
    to[write] = error === error ? sum + error : sum;
    read += readStep;
    write += writeStep;
  }
};

const sumIntegers: ScanLine = (from, read, readStep, to, write, writeStep, length) => {
  let sum = 0;
  for (let i = 0; i < length; i++) {
    sum = (sum + from[read]!) | 0;
    to[write] = sum;
    read += readStep;
    write += writeStep;
  }
};

const fold =
  (combine: (a: number, b: number) => number): ScanLine =>
  (from, read, readStep, to, write, writeStep, length) => {
    let state = from[read]!;
    to[write] = state;
    for (let i = 1; i < length; i++) {
      read += readStep;
      write += writeStep;
      state = combine(state, from[read]!);
      to[write] = state;
    }
  };

const multiplyFloats = fold((a, b) => a * b);
const multiplyIntegers = fold(Math.imul);
const largest = fold(Math.max);
const smallest = fold(Math.min);

const isFloat = (dtype: DType): boolean => dtypes[dtype].kind === "float";

const scans = {
  sum: (dtype) => (isFloat(dtype) ? sumFloats : sumIntegers),
  prod: (dtype) => (isFloat(dtype) ? multiplyFloats : multiplyIntegers),
  max: () => largest,
  min: () => smallest,
} satisfies Record<ScanOp, (dtype: DType) => ScanLine>;

/** Inclusive running results along `axis`. */
export function scan(op: ScanOp, x: CpuView, axis: number, output: CpuView): void {
  if (sizeOf(x.shape) === 0) return;
  const line = scans[op](x.dtype);
  const lines = linesAlong(x.shape, axis, [x, output]);
  const { starts } = lines;
  const length = x.shape[axis]!;
  const readStep = x.strides[axis]!;
  const writeStep = output.strides[axis]!;
  const from = x.buffer.values;
  const to = output.buffer.values;
  do line(from, starts[0]!, readStep, to, starts[1]!, writeStep, length);
  while (lines.next());
}
