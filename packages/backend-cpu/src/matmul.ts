/**
 * Matrix products, accumulated in float64 for both element types (JavaScript computes in nothing narrower).
 *
 * Blocks of both matrices are packed into panels, and tiles of 4×4 results are accumulated in local variables. Packing
 * absorbs every stride; panels are filled up with zeros, so tiles are always whole. Matrices of few rows or columns are
 * multiplied in place: packing would cost as much as multiplying.
 *
 * @module
 */
import { type Epilogue, type MapCall, sizeOf, type TypedArray } from "@lucid/backend";
import { allocate, type CpuBuffer, type CpuView } from "./buffer.js";
import { linesAlong } from "./lines.js";

/** Rows and columns of a tile. */
const TILE = 4;

/** Rows, columns and depth of a block: 256·256·8 bytes fit a second-level cache. */
const BLOCK = 256;

/** Memory that products use over and over. */
interface Scratch {
  readonly a: Float64Array;
  readonly b: Float64Array;
  readonly c: Float64Array;
}

/** The `matmul` member of a backend. */
export type MatmulMember = (a: CpuView, b: CpuView, output: CpuView, epilogue?: Epilogue<CpuBuffer>) => void;

/** Makes the `matmul` member; `map` runs the epilogues. */
export function createMatmul(map: (call: MapCall<CpuBuffer>) => void): MatmulMember {
  let scratch: Scratch | undefined;
  return (a, b, output, epilogue) => {
    if (sizeOf(output.shape) === 0) return;
    scratch ??= {
      a: new Float64Array(BLOCK * BLOCK),
      b: new Float64Array(BLOCK * BLOCK),
      c: new Float64Array(BLOCK * BLOCK),
    };
    // An epilogue may end in another element type: its product needs a place of its own.
    const product = epilogue === undefined || output.dtype === a.dtype ? output : temporary(a, output);
    multiplyBatches(a, b, product, scratch);
    if (epilogue === undefined) return;
    const { expr, inputs, scalars } = epilogue;
    map({ exprs: [expr], inputs: [product, ...inputs], scalars, outputs: [output] });
  };
}

function temporary(a: CpuView, output: CpuView): CpuView {
  const buffer = allocate(a.dtype, sizeOf(output.shape));
  let step = buffer.length;
  const strides = output.shape.map((size) => (step /= size));
  return { buffer, dtype: a.dtype, shape: output.shape, strides, offset: 0 };
}

/** A matrix in a typed array. */
interface Matrix {
  readonly values: TypedArray;
  readonly rowStride: number;
  readonly columnStride: number;
}

function matrixOf(view: CpuView): Matrix {
  const rank = view.shape.length;
  return {
    values: view.buffer.values,
    rowStride: view.strides[rank - 2]!,
    columnStride: view.strides[rank - 1]!,
  };
}

function multiplyBatches(a: CpuView, b: CpuView, output: CpuView, scratch: Scratch): void {
  const rank = output.shape.length;
  const m = output.shape[rank - 2]!;
  const n = output.shape[rank - 1]!;
  const k = a.shape[rank - 1]!;
  const [first, second, product] = [matrixOf(a), matrixOf(b), matrixOf(output)];
  if (rank === 2) {
    multiply(first, a.offset, second, b.offset, product, output.offset, m, n, k, scratch);
    return;
  }
  // The lines along the columns of a stack of 1×1 matrices: their starts are where the real matrices begin.
  const batches = [...output.shape.slice(0, rank - 2), 1];
  const starts = (view: CpuView): { strides: readonly number[]; offset: number } => ({
    strides: [...view.strides.slice(0, rank - 2), 0],
    offset: view.offset,
  });
  const lines = linesAlong(batches, rank - 2, [starts(a), starts(b), starts(output)]);
  do {
    const [atA, atB, atC] = lines.starts as [number, number, number];
    multiply(first, atA, second, atB, product, atC, m, n, k, scratch);
  } while (lines.next());
}

/** Fewer rows (or columns) than this are not packed. */
const FEWEST_PACKED = 4;

/** Sums that are accumulated at once where nothing is packed: they stay in the first-level cache. */
const SUMS = 2048;

function multiply(
  a: Matrix,
  atA: number,
  b: Matrix,
  atB: number,
  c: Matrix,
  atC: number,
  m: number,
  n: number,
  k: number,
  scratch: Scratch,
): void {
  if (m < FEWEST_PACKED) multiplyRows(a, atA, b, atB, c, atC, m, n, k, scratch.c);
  else if (n < FEWEST_PACKED) {
    // Cᵀ = Bᵀ·Aᵀ has few rows.
    multiplyRows(transposed(b), atB, transposed(a), atA, transposed(c), atC, n, m, k, scratch.c);
  } else multiplyBlocks(a, atA, b, atB, c, atC, m, n, k, scratch);
}

function transposed({ values, rowStride, columnStride }: Matrix): Matrix {
  return { values, rowStride: columnStride, columnStride: rowStride };
}

/** Row by row, in the order in which `b` lies in memory: columns along its rows, or dot products along its columns. */
function multiplyRows(
  a: Matrix,
  atA: number,
  b: Matrix,
  atB: number,
  c: Matrix,
  atC: number,
  m: number,
  n: number,
  k: number,
  sums: Float64Array,
): void {
  const alongRows = Math.abs(b.columnStride) < Math.abs(b.rowStride);
  for (let row = 0; row < m; row++) {
    const readA = atA + row * a.rowStride;
    const writeC = atC + row * c.rowStride;
    for (let column = 0; column < n; column += SUMS) {
      const columns = Math.min(SUMS, n - column);
      const readB = atB + column * b.columnStride;
      if (alongRows) {
        sums.fill(0, 0, columns);
        let depth = 0;
        for (; depth + 4 <= k; depth += 4) addFourRows(a, readA, b, readB, depth, columns, sums);
        for (; depth < k; depth++) addRow(a, readA, b, readB, depth, columns, sums);
      } else {
        for (let j = 0; j < columns; j++) sums[j] = dot(a, readA, b, readB + j * b.columnStride, k);
      }
      store(sums, 0, c.values, writeC + column * c.columnStride, 0, c.columnStride, 1, columns);
    }
  }
}

function addFourRows(
  a: Matrix,
  atA: number,
  b: Matrix,
  atB: number,
  depth: number,
  columns: number,
  sums: Float64Array,
): void {
  const { values, rowStride, columnStride } = b;
  let readA = atA + depth * a.columnStride;
  const a0 = a.values[readA]!;
  const a1 = a.values[(readA += a.columnStride)]!;
  const a2 = a.values[(readA += a.columnStride)]!;
  const a3 = a.values[readA + a.columnStride]!;
  let b0 = atB + depth * rowStride;
  let b1 = b0 + rowStride;
  let b2 = b1 + rowStride;
  let b3 = b2 + rowStride;
  for (let j = 0; j < columns; j++) {
    sums[j]! += a0 * values[b0]! + a1 * values[b1]! + (a2 * values[b2]! + a3 * values[b3]!);
    b0 += columnStride;
    b1 += columnStride;
    b2 += columnStride;
    b3 += columnStride;
  }
}

function addRow(
  a: Matrix,
  atA: number,
  b: Matrix,
  atB: number,
  depth: number,
  columns: number,
  sums: Float64Array,
): void {
  const { values, rowStride, columnStride } = b;
  const factor = a.values[atA + depth * a.columnStride]!;
  let read = atB + depth * rowStride;
  for (let j = 0; j < columns; j++) {
    sums[j]! += factor * values[read]!;
    read += columnStride;
  }
}

function dot(a: Matrix, atA: number, b: Matrix, atB: number, k: number): number {
  const [first, second] = [a.values, b.values];
  const stepA = a.columnStride;
  const stepB = b.rowStride;
  let sum0 = 0;
  let sum1 = 0;
  let sum2 = 0;
  let sum3 = 0;
  let depth = 0;
  for (; depth + 4 <= k; depth += 4) {
    sum0 += first[atA]! * second[atB]!;
    sum1 += first[(atA += stepA)]! * second[(atB += stepB)]!;
    sum2 += first[(atA += stepA)]! * second[(atB += stepB)]!;
    sum3 += first[(atA += stepA)]! * second[(atB += stepB)]!;
    atA += stepA;
    atB += stepB;
  }
  for (; depth < k; depth++) {
    sum0 += first[atA]! * second[atB]!;
    atA += stepA;
    atB += stepB;
  }
  return sum0 + sum1 + (sum2 + sum3);
}

function multiplyBlocks(
  a: Matrix,
  atA: number,
  b: Matrix,
  atB: number,
  c: Matrix,
  atC: number,
  m: number,
  n: number,
  k: number,
  scratch: Scratch,
): void {
  for (let row = 0; row < m; row += BLOCK) {
    const rows = Math.min(BLOCK, m - row);
    for (let column = 0; column < n; column += BLOCK) {
      const columns = Math.min(BLOCK, n - column);
      const width = wholeTiles(columns);
      scratch.c.fill(0, 0, wholeTiles(rows) * width);
      for (let depth = 0; depth < k; depth += BLOCK) {
        const depths = Math.min(BLOCK, k - depth);
        const startA = atA + row * a.rowStride + depth * a.columnStride;
        const startB = atB + column * b.columnStride + depth * b.rowStride;
        pack(a.values, startA, a.rowStride, a.columnStride, rows, depths, scratch.a);
        pack(b.values, startB, b.columnStride, b.rowStride, columns, depths, scratch.b);
        multiplyPanels(rows, columns, depths, width, scratch);
      }
      const startC = atC + row * c.rowStride + column * c.columnStride;
      store(scratch.c, width, c.values, startC, c.rowStride, c.columnStride, rows, columns);
    }
  }
}

const wholeTiles = (count: number): number => Math.ceil(count / TILE) * TILE;

/** Packs `count` rows (or columns) of `depths` elements into panels of four: element d of line l is at `l₄·4·depths + 4·d + l mod 4`. */
function pack(
  from: TypedArray,
  start: number,
  lineStride: number,
  depthStride: number,
  count: number,
  depths: number,
  to: Float64Array,
): void {
  for (let line = 0; line < count; line++) {
    let write = (line - (line % TILE)) * depths + (line % TILE);
    let read = start + line * lineStride;
    for (let depth = 0; depth < depths; depth++) {
      to[write] = from[read]!;
      write += TILE;
      read += depthStride;
    }
  }
  for (let line = count; line % TILE !== 0; line++) {
    let write = (line - (line % TILE)) * depths + (line % TILE);
    for (let depth = 0; depth < depths; depth++) {
      to[write] = 0;
      write += TILE;
    }
  }
}

/** Adds the product of the packed blocks to `c`, whose rows are `width` long. */
function multiplyPanels(rows: number, columns: number, depths: number, width: number, { a, b, c }: Scratch): void {
  for (let column = 0; column < columns; column += TILE) {
    for (let row = 0; row < rows; row += TILE) {
      multiplyTile(a, row * depths, b, column * depths, depths, c, row * width + column, width);
    }
  }
}

/** Adds a 4×4 tile of the product of two panels to `c`. */
function multiplyTile(
  a: Float64Array,
  atA: number,
  b: Float64Array,
  atB: number,
  depths: number,
  c: Float64Array,
  atC: number,
  width: number,
): void {
  let c00 = 0,
    c01 = 0,
    c02 = 0,
    c03 = 0;
  let c10 = 0,
    c11 = 0,
    c12 = 0,
    c13 = 0;
  let c20 = 0,
    c21 = 0,
    c22 = 0,
    c23 = 0;
  let c30 = 0,
    c31 = 0,
    c32 = 0,
    c33 = 0;
  for (let depth = 0; depth < depths; depth++) {
    const b0 = b[atB]!;
    const b1 = b[atB + 1]!;
    const b2 = b[atB + 2]!;
    const b3 = b[atB + 3]!;
    const a0 = a[atA]!;
    c00 += a0 * b0;
    c01 += a0 * b1;
    c02 += a0 * b2;
    c03 += a0 * b3;
    const a1 = a[atA + 1]!;
    c10 += a1 * b0;
    c11 += a1 * b1;
    c12 += a1 * b2;
    c13 += a1 * b3;
    const a2 = a[atA + 2]!;
    c20 += a2 * b0;
    c21 += a2 * b1;
    c22 += a2 * b2;
    c23 += a2 * b3;
    const a3 = a[atA + 3]!;
    c30 += a3 * b0;
    c31 += a3 * b1;
    c32 += a3 * b2;
    c33 += a3 * b3;
    atA += TILE;
    atB += TILE;
  }
  c[atC]! += c00;
  c[atC + 1]! += c01;
  c[atC + 2]! += c02;
  c[atC + 3]! += c03;
  atC += width;
  c[atC]! += c10;
  c[atC + 1]! += c11;
  c[atC + 2]! += c12;
  c[atC + 3]! += c13;
  atC += width;
  c[atC]! += c20;
  c[atC + 1]! += c21;
  c[atC + 2]! += c22;
  c[atC + 3]! += c23;
  atC += width;
  c[atC]! += c30;
  c[atC + 1]! += c31;
  c[atC + 2]! += c32;
  c[atC + 3]! += c33;
}

function store(
  from: Float64Array,
  width: number,
  to: TypedArray,
  start: number,
  rowStride: number,
  columnStride: number,
  rows: number,
  columns: number,
): void {
  for (let row = 0; row < rows; row++) {
    let read = row * width;
    let write = start + row * rowStride;
    for (let column = 0; column < columns; column++) {
      to[write] = from[read++]!;
      write += columnStride;
    }
  }
}
