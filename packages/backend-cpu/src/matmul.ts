/**
 * Matrix products: blocks of both matrices are packed into panels, and tiles of 4×4 results are accumulated in local
 * variables, in float64 for both element types. Packing absorbs every stride; panels are filled up with zeros, so tiles
 * are always whole.
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
  for (let row = 0; row < m; row += BLOCK) {
    const rows = Math.min(BLOCK, m - row);
    for (let column = 0; column < n; column += BLOCK) {
      const columns = Math.min(BLOCK, n - column);
      scratch.c.fill(0);
      for (let depth = 0; depth < k; depth += BLOCK) {
        const depths = Math.min(BLOCK, k - depth);
        const startA = atA + row * a.rowStride + depth * a.columnStride;
        const startB = atB + column * b.columnStride + depth * b.rowStride;
        pack(a.values, startA, a.rowStride, a.columnStride, rows, depths, scratch.a);
        pack(b.values, startB, b.columnStride, b.rowStride, columns, depths, scratch.b);
        multiplyPanels(rows, columns, depths, scratch);
      }
      const startC = atC + row * c.rowStride + column * c.columnStride;
      store(scratch.c, c.values, startC, c.rowStride, c.columnStride, rows, columns);
    }
  }
}

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

function multiplyPanels(rows: number, columns: number, depths: number, { a, b, c }: Scratch): void {
  for (let column = 0; column < columns; column += TILE) {
    for (let row = 0; row < rows; row += TILE) {
      multiplyTile(a, row * depths, b, column * depths, depths, c, row * BLOCK + column);
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
  atC += BLOCK;
  c[atC]! += c10;
  c[atC + 1]! += c11;
  c[atC + 2]! += c12;
  c[atC + 3]! += c13;
  atC += BLOCK;
  c[atC]! += c20;
  c[atC + 1]! += c21;
  c[atC + 2]! += c22;
  c[atC + 3]! += c23;
  atC += BLOCK;
  c[atC]! += c30;
  c[atC + 1]! += c31;
  c[atC + 2]! += c32;
  c[atC + 3]! += c33;
}

function store(
  from: Float64Array,
  to: TypedArray,
  start: number,
  rowStride: number,
  columnStride: number,
  rows: number,
  columns: number,
): void {
  for (let row = 0; row < rows; row++) {
    let read = row * BLOCK;
    let write = start + row * rowStride;
    for (let column = 0; column < columns; column++) {
      to[write] = from[read++]!;
      write += columnStride;
    }
  }
}
