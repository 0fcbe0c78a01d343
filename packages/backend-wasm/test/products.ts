/**
 * Products over a memory of their own, for tests: what is written is compared with sums in float64, and everything around
 * it must stay. Work is split as threads may split it, at random, every participant with an argument block of its own.
 *
 * @module
 */
import { type DType, dtypes, type Expr, type TypedArray } from "@lucid/backend";
import { KernelBudget } from "@lucid/backend/kit";
import { expect } from "vitest";
import { ModuleBuilder } from "../src/assembler/module.js";
import { detectFeatures } from "../src/features.js";
import { BLOCK, type Kernel } from "../src/kernel.js";
import { createMatmul, type Matmul, type MatmulOperand } from "../src/matmul/matmul.js";
import { findEngine } from "../src/webassembly.js";

const engine = findEngine()!;
const PAGES = 1000;
const memory = new engine.Memory({ initial: PAGES, maximum: PAGES });
const SCRATCH = 65536;
const SCRATCH_END = 24 << 20;
/** The addresses from which on tests lay their operands. */
export const DATA: number = SCRATCH_END;
const END = PAGES * 65536 - 4096;

const { buffer } = memory;
/** The memory as elements of the types. */
export const arrays: Readonly<Record<DType, TypedArray>> = {
  float32: new Float32Array(buffer),
  float64: new Float64Array(buffer),
  int32: new Int32Array(buffer),
  uint8: new Uint8Array(buffer),
  bool: new Uint8Array(buffer),
  float16: new Uint16Array(buffer),
  bfloat16: new Uint16Array(buffer),
};
const bytes = new Uint8Array(buffer);

let state = 1;

/** A number from −1 to 1. */
export function random(): number {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 31 - 1;
}

/** A whole number from 0 to limit − 1. */
const randomInteger = (limit: number): number => Math.floor(((random() + 1) / 2) * limit) % limit;

/** Does the work in pieces of random size, in random order, by random participants. */
function runInPieces(kernel: Kernel, size: number, step: number, threads: number, blockBytes: number): void {
  const pieces: [begin: number, end: number][] = [];
  for (let begin = 0; begin < size; ) {
    const end = Math.min(size, begin + step * (1 + randomInteger(4)));
    pieces.push([begin, end]);
    begin = end;
  }
  while (pieces.length > 0) {
    const [[begin, end]] = pieces.splice(randomInteger(pieces.length), 1) as [[number, number]];
    kernel.run(BLOCK + randomInteger(threads) * blockBytes, begin, end);
  }
}

/** How many jobs have been split so far. */
export const counts: { split: number } = { split: 0 };

function makeMatmul(relaxed: boolean, threads: number): Matmul {
  let end = 0;
  return createMatmul({
    platform: {
      budget: new KernelBudget(),
      words: new Int32Array(buffer),
      numbers: new Float64Array(buffer),
      threads,
      shareFrom: threads > 1 ? 0 : Infinity,
      newModule: () => new ModuleBuilder({ memory: { shared: false, maximum: PAGES }, relaxed }),
      kernel(builder) {
        const module = builder.finish();
        const { exports } = new engine.Instance(new engine.Module(module.bytes), { e: { m: memory } });
        return { run: exports.run as unknown as Kernel["run"], module };
      },
      run(kernel, size, step, _cost, _changes, blockBytes = 0) {
        counts.split++;
        runInPieces(kernel, size, step, threads, blockBytes);
      },
    },
    scratch(byteLength) {
      // What lies beyond must stay.
      end = SCRATCH + byteLength;
      expect(end).toBeLessThan(SCRATCH_END - 64);
      bytes.fill(0xa5, SCRATCH, end + 16);
      return SCRATCH;
    },
    release() {
      expect([...bytes.subarray(end, end + 16)]).toEqual(new Array(16).fill(0xa5));
    },
  });
}

const kinds: readonly boolean[] = detectFeatures(engine).relaxed ? [false, true] : [false];

/** Products on one thread and on three, without relaxed SIMD and with it. */
export const matmuls: readonly { readonly alone: Matmul; readonly shared: Matmul }[] = kinds.map((relaxed) => ({
  alone: makeMatmul(relaxed, 1),
  shared: makeMatmul(relaxed, 3),
}));

export type Layout =
  | "rows"
  | "columns"
  | "gaps"
  | "flipped"
  | "flippedColumns"
  | "repeatedRow"
  | "repeatedColumn"
  | "repeated"
  | "both";

/** How a stack of matrices lies. */
export interface Laid {
  readonly strides: number[];
  /** Elements that its buffer takes. */
  readonly length: number;
  /** The position of its first element. */
  readonly start: number;
}

/** Strides of a stack of matrices. */
export function lay(layout: Layout, batches: readonly number[], rows: number, columns: number): Laid {
  const [row, column] = {
    rows: [columns, 1] as const,
    columns: [1, rows] as const,
    gaps: [3 * columns + 5, 3] as const,
    flipped: [-columns, 1] as const,
    flippedColumns: [columns, -1] as const,
    repeatedRow: [0, 1] as const,
    repeatedColumn: [1, 0] as const,
    repeated: [0, 0] as const,
    both: [-1, -rows] as const,
  }[layout];
  const strides: number[] = [row, column];
  let length = Math.abs(row) * Math.max(rows - 1, 0) + Math.abs(column) * Math.max(columns - 1, 0) + 2;
  for (let axis = batches.length - 1; axis >= 0; axis--) {
    strides.unshift(length);
    length *= Math.max(batches[axis]!, 1);
  }
  const start = (row < 0 ? -row * (rows - 1) : 0) + (column < 0 ? -column * (columns - 1) : 0);
  return { strides, length: Math.max(length, 1), start };
}

/** An operand in the memory. */
export interface Placed extends MatmulOperand {
  readonly dtype: DType;
  readonly first: number;
  readonly laid: Laid;
}

/** Lays operands one behind another. */
export class Shelf {
  #next = DATA + 16;

  /** The operand's elements are those that `fill` gives for positions in its buffer. */
  put(dtype: DType, laid: Laid, fill: (position: number) => number): Placed {
    const width = dtypes[dtype].bytes;
    const first = Math.ceil(this.#next / width) + 1;
    this.#next = (first + laid.length + 1) * width;
    expect(this.#next).toBeLessThan(END);
    const values = arrays[dtype];
    for (let i = 0; i < laid.length; i++) values[first + i] = fill(i);
    // What lies beyond an operand must not matter, not even NaN.
    if (dtype === "float32" || dtype === "float64") values[first + laid.length] = Number.NaN;
    return { dtype, first, laid, address: (first + laid.start) * width, strides: laid.strides };
  }
}

/** The element of an operand at an index. */
export function at({ dtype, first, laid }: Placed, index: readonly number[]): number {
  return arrays[dtype][first + laid.start + offset(laid, index)]!;
}

function offset({ strides }: Laid, index: readonly number[]): number {
  let sum = 0;
  for (let axis = 0; axis < index.length; axis++) sum += index[axis]! * strides[axis]!;
  return sum;
}

/** All indices of a shape, in row-major order. */
export function* indices(shape: readonly number[]): Generator<number[]> {
  const index = shape.map(() => 0);
  if (shape.includes(0)) return;
  for (;;) {
    yield [...index];
    let axis = shape.length - 1;
    for (; axis >= 0; axis--) {
      if (++index[axis]! < shape[axis]!) break;
      index[axis] = 0;
    }
    if (axis < 0) return;
  }
}

export interface Case {
  readonly dtype: "float32" | "float64";
  readonly batches?: readonly number[];
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly a?: Layout;
  readonly b?: Layout;
  readonly c?: Layout;
  /** Batch axes of stride 0 in b. */
  readonly repeatB?: boolean;
  /** Elements of the factors are whole numbers, so that the product is exact. */
  readonly exact?: boolean;
  readonly epilogue?: {
    readonly expr: Expr;
    readonly inputs: readonly { readonly dtype: DType; readonly layout: Layout; readonly fill: () => number }[];
    readonly scalars: readonly number[];
    /** What is expected of a product and of the inputs at an index. */
    readonly value: (product: number, inputs: readonly number[], index: readonly number[]) => number;
  };
}

const KEPT = 77;

/**
 * Computes a product on one thread and on three, and compares all results with sums in float64; checks that nothing else
 * in the result's buffer was touched, and that all of the result's bits are the same however the work was split.
 */
export function check({
  dtype,
  batches = [],
  m,
  n,
  k,
  a = "rows",
  b = "rows",
  c = "rows",
  repeatB,
  exact,
  epilogue,
}: Case): void {
  const text = JSON.stringify({ dtype, batches, m, n, k, a, b, c });
  const shelf = new Shelf();
  const number = exact === true ? (): number => randomInteger(9) - 4 : random;
  const left = shelf.put(dtype, lay(a, batches, m, k), number);
  const right = shelf.put(dtype, lay(b, batches, k, n), number);
  if (repeatB === true) right.laid.strides.fill(0, 0, batches.length);
  const inputs = (epilogue?.inputs ?? []).map(({ dtype, layout, fill }) =>
    shelf.put(dtype, lay(layout, batches, m, n), fill),
  );
  const outputType = epilogue?.expr.dtype ?? dtype;
  const laid = lay(c, batches, m, n);
  const output = shelf.put(outputType, { ...laid, length: laid.length + 20 }, () => KEPT);
  const shape = [...batches, m, n];
  const values = arrays[outputType].subarray(output.first, output.first + laid.length + 20);

  const expected = new Map<
    number,
    { readonly sum: number; readonly size: number; readonly index: readonly number[] }
  >();
  for (const batch of indices(batches)) {
    const x = Float64Array.from({ length: m * k }, (_, i) => at(left, [...batch, Math.floor(i / k), i % k]));
    const y = Float64Array.from({ length: k * n }, (_, i) => at(right, [...batch, Math.floor(i / n), i % n]));
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        let sum = 0;
        let size = 1;
        for (let p = 0; p < k; p++) {
          const product = x[i * k + p]! * y[p * n + j]!;
          sum += product;
          size += Math.abs(product);
        }
        const index = [...batch, i, j];
        expected.set(laid.start + offset(laid, index), { sum, size, index });
      }
    }
  }
  // Sums along the depth are formed one after another: with equal factors, errors add up.
  const tolerance = exact === true ? 0 : (8 + k / 2) * 2 ** (dtype === "float32" ? -24 : -53);
  const work = epilogue === undefined ? undefined : { expr: epilogue.expr, inputs, scalars: epilogue.scalars };
  for (const { alone, shared } of matmuls) {
    let first: typeof values | undefined;
    for (const matmul of [alone, shared, shared]) {
      values.fill(KEPT);
      matmul(dtype, left, right, output, shape, k, work);
      if (first !== undefined) {
        if (!sameBytes(values, first)) throw new Error(`the result depends on how work is split: ${text}`);
        continue;
      }
      first = values.slice();
      for (let position = 0; position < values.length; position++) {
        const value = values[position]!;
        const known = expected.get(position);
        if (known === undefined) {
          if (value !== KEPT) throw new Error(`position ${position} was overwritten: ${text}`);
          continue;
        }
        const { sum, size, index } = known;
        const right =
          epilogue === undefined
            ? sum
            : epilogue.value(
                sum,
                inputs.map((input) => at(input, index)),
                index,
              );
        if (!(Math.abs(value - right) <= tolerance * size)) {
          throw new Error(`expected ${right}, got ${value} at [${index}]: ${text}`);
        }
      }
    }
  }
}

function sameBytes(a: TypedArray, b: TypedArray): boolean {
  const x = new Uint8Array(a.buffer, a.byteOffset, a.byteLength);
  const y = new Uint8Array(b.buffer, b.byteOffset, b.byteLength);
  for (let i = 0; i < x.length; i++) if (x[i] !== y[i]) return false;
  return true;
}
