/**
 * The member `scan`: running results along an axis. float32 sums and products are accumulated in float64, and every output is rounded.
 * float64 sums are compensated, as in reductions.
 *
 * @module
 */
import { type DType, dtypes, type ScanOp, sizeOf, type TypedArray } from "@lucid/backend";
import { linesAlong, type Strided, shortestSteps } from "@lucid/backend/kit";
import { type CpuView, newFloats } from "../buffer.js";

/** How many scans run side by side. Their states fit the first-level cache. */
const TILE = 1024;

/** The most elements in one call. Engines compile many short calls better than one long loop. */
const CHUNK = 4096;

/** The states of the scans that run side by side. */
interface States {
  readonly results: Float64Array;
  /** The rounding errors of sums. */
  readonly errors: Float64Array;
}

/**
 * `length` elements of `count` scans side by side. Steps *along* go to a scan's next element, steps *across* to the next
 * scan.
 */
type ScanBlock = (
  from: TypedArray,
  read: number,
  readAlong: number,
  readAcross: number,
  to: TypedArray,
  write: number,
  writeAlong: number,
  writeAcross: number,
  length: number,
  count: number,
  states: States,
) => void;

const sumFloats: ScanBlock = (
  from,
  read,
  readAlong,
  readAcross,
  to,
  write,
  writeAlong,
  writeAcross,
  length,
  count,
  { results, errors },
) => {
  for (let i = 0; i < length; i++) {
    let readAt = read;
    let writeAt = write;
    for (let j = 0; j < count; j++) {
      const value = from[readAt]!;
      const sum = results[j]!;
      const next = sum + value;
      const back = next - sum;
      const error = errors[j]! + (sum - (next - back) + (value - back));
      results[j] = next;
      errors[j] = error;
      // If the sum is infinite or NaN, its error is NaN, and the sum alone is the result.
      to[writeAt] = error === error ? next + error : next;
      readAt += readAcross;
      writeAt += writeAcross;
    }
    read += readAlong;
    write += writeAlong;
  }
};

const fold =
  (combine: (a: number, b: number) => number): ScanBlock =>
  (from, read, readAlong, readAcross, to, write, writeAlong, writeAcross, length, count, { results }) => {
    for (let i = 0; i < length; i++) {
      let readAt = read;
      let writeAt = write;
      for (let j = 0; j < count; j++) {
        const result = combine(results[j]!, from[readAt]!);
        results[j] = result;
        to[writeAt] = result;
        readAt += readAcross;
        writeAt += writeAcross;
      }
      read += readAlong;
      write += writeAlong;
    }
  };

const sumIntegers = fold((a, b) => (a + b) | 0);
const multiplyFloats = fold((a, b) => a * b);
const multiplyIntegers = fold(Math.imul);
const largest = fold((a, b) => Math.max(a, b));
const smallest = fold((a, b) => Math.min(a, b));

const isFloat = (dtype: DType): boolean => dtypes[dtype].kind === "float";

/** The first position and the steps of a scan. */
const scans = {
  sum: { initial: 0, block: (dtype) => (isFloat(dtype) ? sumFloats : sumIntegers) },
  prod: { initial: 1, block: (dtype) => (isFloat(dtype) ? multiplyFloats : multiplyIntegers) },
  max: { initial: -Infinity, block: () => largest },
  min: { initial: Infinity, block: () => smallest },
} satisfies Record<ScanOp, { readonly initial: number; readonly block: (dtype: DType) => ScanBlock }>;

/** Inclusive running results along `axis`. */
export function scan(op: ScanOp, x: CpuView, axis: number, output: CpuView): void {
  if (sizeOf(x.shape) === 0) return;
  const { initial, block } = scans[op];
  const run = block(x.dtype);
  const length = x.shape[axis]!;
  // Scans run side by side along the axis with the shortest steps, or one by one if this is `axis` itself.
  const side = shortestSteps(x.shape, axis, x, output);
  const sides = side === axis ? 1 : x.shape[side]!;
  const across = (view: CpuView): number => (side === axis ? 0 : view.strides[side]!);
  const oneSide = (view: CpuView): Strided => ({
    strides: side === axis ? view.strides : view.strides.map((stride, other) => (other === side ? 0 : stride)),
    offset: view.offset,
  });
  const shape = side === axis ? x.shape : x.shape.map((size, other) => (other === side ? 1 : size));
  const lines = linesAlong(shape, axis, [oneSide(x), oneSide(output)]);
  const width = Math.min(sides, TILE);
  const states: States = { results: newFloats("scan", width), errors: newFloats("scan", width) };
  const from = x.buffer.values;
  const to = output.buffer.values;
  const readAlong = x.strides[axis]!;
  const writeAlong = output.strides[axis]!;
  const readAcross = across(x);
  const writeAcross = across(output);
  const longest = Math.ceil(CHUNK / width);
  do {
    const [read, write] = lines.starts as [number, number];
    for (let first = 0; first < sides; first += width) {
      const count = Math.min(width, sides - first);
      states.results.fill(initial);
      states.errors.fill(0);
      for (let i = 0; i < length; i += longest) {
        const readAt = read + first * readAcross + i * readAlong;
        const writeAt = write + first * writeAcross + i * writeAlong;
        const steps = Math.min(longest, length - i);
        run(from, readAt, readAlong, readAcross, to, writeAt, writeAlong, writeAcross, steps, count, states);
      }
    }
  } while (lines.next());
}
