import { describe, expect, it } from "vitest";
import { ModuleBuilder } from "../assembler/module.js";
import { detectFeatures } from "../features.js";
import { BLOCK, type Kernel } from "../kernel.js";
import { findEngine } from "../webassembly.js";
import { createMatmul, type MatmulOperand } from "./matmul.js";

const engine = findEngine()!;
const PAGES = 400;
const memory = new engine.Memory({ initial: PAGES, maximum: PAGES });
const SCRATCH = 65536;
const DATA = 6 << 20;
const arrays = { float32: new Float32Array(memory.buffer), float64: new Float64Array(memory.buffer) };
let scratchEnd = 0;

function makeMatmul(relaxed: boolean) {
  return createMatmul({
    platform: {
      words: new Int32Array(memory.buffer),
      numbers: new Float64Array(memory.buffer),
      threads: 1,
      shareFrom: Infinity,
      run: (kernel, size) => kernel.run(BLOCK, 0, size),
      newModule: () => new ModuleBuilder({ memory: { shared: false, maximum: PAGES }, relaxed }),
      kernel(builder) {
        const module = builder.finish();
        const { exports } = new engine.Instance(new engine.Module(module.bytes), { e: { m: memory } });
        return { run: exports.run as unknown as Kernel["run"], module };
      },
    },
    scratch(byteLength) {
      // What lies beyond must stay.
      scratchEnd = SCRATCH + byteLength;
      expect(scratchEnd).toBeLessThan(DATA - 64);
      new Uint8Array(memory.buffer, SCRATCH, byteLength + 16).fill(0xa5);
      return SCRATCH;
    },
    release() {
      expect([...new Uint8Array(memory.buffer, scratchEnd, 16)]).toEqual(new Array(16).fill(0xa5));
    },
  });
}

const matmuls = [makeMatmul(false), ...(detectFeatures(engine).relaxed ? [makeMatmul(true)] : [])];

let state = 1;
function random(): number {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 31 - 1;
}

type Layout = "rows" | "columns" | "gaps" | "flipped" | "flippedColumns" | "repeatedRow" | "repeatedColumn" | "both";
const layouts: readonly Layout[] = [
  "rows",
  "columns",
  "gaps",
  "flipped",
  "flippedColumns",
  "repeatedRow",
  "repeatedColumn",
  "both",
];

/** Strides of a stack of matrices, the elements its buffer takes, and the position of its first element. */
function lay(layout: Layout, batches: readonly number[], rows: number, columns: number) {
  const [row, column]: readonly [number, number] = {
    rows: [columns, 1] as const,
    columns: [1, rows] as const,
    gaps: [3 * columns + 5, 3] as const,
    flipped: [-columns, 1] as const,
    flippedColumns: [columns, -1] as const,
    repeatedRow: [0, 1] as const,
    repeatedColumn: [1, 0] as const,
    both: [-1, -rows] as const,
  }[layout];
  const strides = [row, column];
  const reach = Math.abs(row) * (rows - 1) + Math.abs(column) * (columns - 1) + 2;
  let length = reach;
  for (let axis = batches.length - 1; axis >= 0; axis--) {
    strides.unshift(length);
    length *= Math.max(batches[axis]!, 1);
  }
  const start = (row < 0 ? -row * (rows - 1) : 0) + (column < 0 ? -column * (columns - 1) : 0);
  return { strides, length: Math.max(length, 1), start };
}

interface Case {
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
}

/** Compares with sums in float64, element by element; checks that nothing else in the result's buffer was touched. */
function check({ dtype, batches = [], m, n, k, a = "rows", b = "rows", c = "rows", repeatB }: Case): void {
  const values = arrays[dtype];
  const bytes = values.BYTES_PER_ELEMENT;
  const layA = lay(a, batches, m, k);
  const layB = lay(b, batches, k, n);
  const layC = lay(c, batches, m, n);
  if (repeatB === true) layB.strides.fill(0, 0, batches.length);
  const firstA = DATA / bytes + 3;
  const firstB = firstA + layA.length;
  const firstC = firstB + layB.length + 1;
  const end = firstC + layC.length;
  expect(end * bytes).toBeLessThan(PAGES * 65536 - 256);
  for (let i = firstA; i < firstC; i++) values[i] = random();
  const kept = -77;
  // What lies beyond the operands must not matter, not even NaN.
  values[firstB + layB.length] = Number.NaN;
  values.fill(kept, firstC, end + 16);
  const operand = (lay: { strides: number[]; start: number }, first: number): MatmulOperand => ({
    address: (first + lay.start) * bytes,
    strides: lay.strides,
  });
  const shape = [...batches, m, n];
  const rank = shape.length;
  const count = batches.reduce((product, size) => product * size, 1);
  for (const matmul of matmuls) {
    values.fill(kept, firstC, end + 16);
    matmul(dtype, operand(layA, firstA), operand(layB, firstB), operand(layC, firstC), shape, k);
    const written = new Set<number>();
    // Sums along the depth are formed one after another: with equal factors, errors add up.
    const tolerance = (8 + k / 2) * 2 ** (dtype === "float32" ? -24 : -53);
    let worst = 0;
    for (let batch = 0; batch < count; batch++) {
      const at = [firstA + layA.start, firstB + layB.start, firstC + layC.start];
      let rest = batch;
      for (let axis = batches.length - 1; axis >= 0; axis--) {
        const index = rest % batches[axis]!;
        rest = Math.floor(rest / batches[axis]!);
        [layA, layB, layC].forEach((lay, i) => {
          at[i]! += index * lay.strides[axis]!;
        });
      }
      for (let i = 0; i < m; i++) {
        for (let j = 0; j < n; j++) {
          let sum = 0;
          let size = 1;
          for (let p = 0; p < k; p++) {
            const product =
              values[at[0]! + i * layA.strides[rank - 2]! + p * layA.strides[rank - 1]!]! *
              values[at[1]! + p * layB.strides[rank - 2]! + j * layB.strides[rank - 1]!]!;
            sum += product;
            size += Math.abs(product);
          }
          const position = at[2]! + i * layC.strides[rank - 2]! + j * layC.strides[rank - 1]!;
          written.add(position);
          const error = Math.abs(values[position]! - sum) / size;
          if (!(error <= worst)) worst = error;
        }
      }
    }
    expect(worst, JSON.stringify({ m, n, k, a, b, c, dtype })).toBeLessThan(tolerance);
    for (let i = firstC; i < end + 16; i++) {
      if (!written.has(i) && values[i] !== kept) {
        throw new Error(`position ${i - firstC} was overwritten: ${JSON.stringify({ m, n, k, a, b, c, dtype })}`);
      }
    }
  }
}

describe.each(["float32", "float64"] as const)("matmul in %s", (dtype) => {
  const thin = [1, 2, 3, 4, 5, 7, 8, 10, 17];

  it("multiplies matrices of every thin shape", () => {
    for (const m of thin) for (const n of thin) for (const k of thin) check({ dtype, m, n, k });
    for (const m of thin) check({ dtype, m, n: 131, k: 67 });
    for (const n of thin) check({ dtype, m: 131, n, k: 67 });
    for (const k of thin) check({ dtype, m: 67, n: 131, k });
  });

  it("multiplies by vectors", () => {
    for (const size of [1, 5, 31, 64, 515]) {
      for (const a of ["rows", "columns", "gaps", "flipped"] as const) {
        check({ dtype, m: 133, n: 1, k: size, a });
        check({ dtype, m: 1, n: 133, k: size, b: a });
        check({ dtype, m: 1, n: 1, k: size, a, b: a });
      }
    }
  });

  it("reads operands of any strides", () => {
    for (const a of layouts) {
      for (const b of layouts) {
        check({ dtype, m: 13, n: 21, k: 19, a, b });
        check({ dtype, m: 29, n: 50, k: 300, a, b });
        check({ dtype, m: 40, n: 3, k: 33, a, b });
        check({ dtype, m: 2, n: 40, k: 33, a, b });
      }
    }
  });

  it("writes results of any strides, and nothing else", () => {
    for (const c of ["columns", "gaps", "flipped", "flippedColumns", "both"] as const) {
      for (const [m, n, k] of [
        [13, 21, 19],
        [3, 70, 20],
        [70, 3, 20],
        [1, 9, 40],
        [9, 1, 40],
        [8, 8, 700],
      ] as const) {
        check({ dtype, m, n, k, c });
        check({ dtype, m, n, k, c, a: "columns", b: "columns" });
      }
    }
  });

  it("crosses the borders of blocks", () => {
    check({ dtype, m: 37, n: 41, k: 1025 });
    check({ dtype, m: 37, n: 41, k: 513, b: "columns" });
    check({ dtype, m: 601, n: 17, k: 513, a: "gaps" });
    check({ dtype, m: 13, n: 1101, k: 513 });
    check({ dtype, m: 3, n: 300, k: 130 });
    check({ dtype, m: 130, n: 130, k: 130, a: "columns" });
  });

  it("multiplies batches", () => {
    check({ dtype, batches: [3], m: 5, n: 9, k: 11 });
    check({ dtype, batches: [2, 3], m: 5, n: 9, k: 11, a: "columns", b: "gaps" });
    check({ dtype, batches: [2, 1, 3], m: 17, n: 2, k: 30, repeatB: true });
    check({ dtype, batches: [2, 3], m: 4, n: 9, k: 7, repeatB: true, c: "columns" });
    check({ dtype, batches: [0], m: 4, n: 4, k: 4 });
    check({ dtype, batches: [2], m: 1, n: 20, k: 20 });
  });

  it("goes through batch axes that do not merge", () => {
    // Batches [2, 3] of 2×2 matrices in a buffer whose batch axes are swapped: a[i, j] is the identity times 1 + i + 10·j.
    const values = arrays[dtype];
    const bytes = values.BYTES_PER_ELEMENT;
    const start = DATA / bytes;
    values.fill(0, start, start + 100);
    for (let i = 0; i < 2; i++) {
      for (let j = 0; j < 3; j++) {
        const at = start + j * 8 + i * 4;
        values[at] = values[at + 3] = 1 + i + 10 * j;
      }
    }
    values.set([1, 2, 3, 4], start + 24);
    const a = { address: start * bytes, strides: [4, 8, 2, 1] };
    const b = { address: (start + 24) * bytes, strides: [0, 0, 2, 1] };
    const c = { address: (start + 28) * bytes, strides: [12, 4, 2, 1] };
    for (const matmul of matmuls) matmul(dtype, a, b, c, [2, 3, 2, 2], 2);
    const factors = [1, 11, 21, 2, 12, 22];
    expect([...values.subarray(start + 28, start + 52)]).toEqual(factors.flatMap((f) => [f, 2 * f, 3 * f, 4 * f]));
  });

  it("gives zeros for a depth of 0, and nothing for empty results", () => {
    for (const c of ["rows", "columns", "gaps"] as const) {
      for (const size of [1, 3, 20]) check({ dtype, m: size, n: 20, k: 0, c });
      check({ dtype, m: 20, n: 1, k: 0, c });
    }
    check({ dtype, batches: [2, 2], m: 3, n: 5, k: 0 });
    check({ dtype, m: 0, n: 5, k: 4 });
    check({ dtype, m: 5, n: 0, k: 4 });
  });

  it("carries NaN and infinities to where they belong only", () => {
    const values = arrays[dtype];
    const bytes = values.BYTES_PER_ELEMENT;
    const start = DATA / bytes;
    for (const [m, n] of [
      [7, 7],
      [7, 1],
      [1, 7],
      [7, 3],
    ] as const) {
      const k = 21;
      values.fill(1, start, start + m * k + k * n);
      const row = m > 2 ? 2 : 0;
      values[start + row * k + 5] = Number.NaN;
      const a = { address: start * bytes, strides: [k, 1] };
      const b = { address: (start + m * k) * bytes, strides: [n, 1] };
      const c = { address: (start + m * k + k * n) * bytes, strides: [n, 1] };
      for (const matmul of matmuls) matmul(dtype, a, b, c, [m, n], k);
      const expected = Array.from({ length: m * n }, (_, i) => (Math.floor(i / n) === row ? Number.NaN : k));
      const result = [...values.subarray(start + m * k + k * n, start + m * k + k * n + m * n)];
      expect(result).toEqual(expected);
    }
  });
});
