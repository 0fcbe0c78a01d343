/**
 * Products of large matrices. Blocks of both matrices are packed into panels, and tiles of 4×4 results are accumulated in local
 * variables. Packing handles every stride, and panels are padded with zeros, so all tiles are complete.
 *
 * @module
 */
import type { TypedArray } from "@lucid/backend";
import { newFloats } from "../buffer.js";
import { type Product, store } from "./product.js";

/** Rows and columns of a tile. */
const TILE = 4;

/** Rows, columns and depth of a block: 256·256·8 bytes fit a second-level cache. */
const BLOCK = 256;

/** Memory for one block of each matrix, which all products reuse. */
export interface Blocks {
  readonly a: Float64Array;
  readonly b: Float64Array;
  readonly c: Float64Array;
}

/** Allocates memory for the blocks of any product. */
export function createBlocks(): Blocks {
  const block = (): Float64Array => newFloats("matmul", BLOCK * BLOCK);
  return { a: block(), b: block(), c: block() };
}

/** Multiplies block by block. */
export function multiplyBlocks({ a, b, c, m, n, k }: Product, blocks: Blocks): void {
  for (let row = 0; row < m; row += BLOCK) {
    const rows = Math.min(BLOCK, m - row);
    for (let column = 0; column < n; column += BLOCK) {
      const columns = Math.min(BLOCK, n - column);
      const width = wholeTiles(columns);
      blocks.c.fill(0, 0, wholeTiles(rows) * width);
      for (let depth = 0; depth < k; depth += BLOCK) {
        const depths = Math.min(BLOCK, k - depth);
        const startA = a.start + row * a.rowStride + depth * a.columnStride;
        const startB = b.start + column * b.columnStride + depth * b.rowStride;
        pack(a.values, startA, a.rowStride, a.columnStride, rows, depths, blocks.a);
        pack(b.values, startB, b.columnStride, b.rowStride, columns, depths, blocks.b);
        multiplyPanels(rows, columns, depths, width, blocks);
      }
      for (let i = 0; i < rows; i++) store(blocks.c, i * width, columns, c, row + i, column);
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
function multiplyPanels(rows: number, columns: number, depths: number, width: number, { a, b, c }: Blocks): void {
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
