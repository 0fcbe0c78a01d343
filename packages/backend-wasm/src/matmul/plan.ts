/**
 * How a product is computed: which way round, with what packed, in blocks of which size.
 *
 * @module
 */
import { ROWS, type TileSet, VECTORS, WIDE } from "./block.js";
import { DOT_COLUMNS } from "./dot.js";
import type { Element } from "./element.js";
import { PANEL_MARGIN, panelRowBytes, type Word } from "./module.js";

/** The words of the argument block; `packedA` and `packedB` say at first whether the operands are packed. */
export type Plan = Record<Word | "batches", number>;

/** A plan to be filled in. Its fields are written out, here and below, because that makes them fast. */
export function newPlan(): Plan {
  return {
    a: 0,
    aRow: 0,
    aDepth: 0,
    aBatch: 0,
    b: 0,
    bDepth: 0,
    bColumn: 0,
    bBatch: 0,
    c: 0,
    cRow: 0,
    cColumn: 0,
    cBatch: 0,
    rows: 0,
    columns: 0,
    depth: 0,
    blockRows: 0,
    blockColumns: 0,
    blockDepth: 0,
    packedA: 0,
    packedB: 0,
    tile: 0,
    batches: 0,
  };
}

/** Writes the words of the argument block, from position `at` on, in their order. */
export function writePlan(plan: Plan, memory: Int32Array, at: number): void {
  memory[at + 0] = plan.a;
  memory[at + 1] = plan.aRow;
  memory[at + 2] = plan.aDepth;
  memory[at + 3] = plan.aBatch;
  memory[at + 4] = plan.b;
  memory[at + 5] = plan.bDepth;
  memory[at + 6] = plan.bColumn;
  memory[at + 7] = plan.bBatch;
  memory[at + 8] = plan.c;
  memory[at + 9] = plan.cRow;
  memory[at + 10] = plan.cColumn;
  memory[at + 11] = plan.cBatch;
  memory[at + 12] = plan.rows;
  memory[at + 13] = plan.columns;
  memory[at + 14] = plan.depth;
  memory[at + 15] = plan.blockRows;
  memory[at + 16] = plan.blockColumns;
  memory[at + 17] = plan.blockDepth;
  memory[at + 18] = plan.packedA;
  memory[at + 19] = plan.packedB;
  memory[at + 20] = plan.tile;
}

interface Strided {
  readonly strides: readonly number[];
}

/** Depth of a block: it may exceed the first-level cache, for panels are read in order, which processors foresee. */
const BLOCK_DEPTH_BYTES = 4096;
/** Bytes of a packed block of a, which stays in the second-level cache, and of b. */
const BLOCK_A = 512 * 1024;
const BLOCK_B = 4096 * 1024;
/** An operand of more bytes whose lines lie across the depth is packed, if the other has enough lines to make up for that. */
const UNPACKED = 32 * 1024;
const FEWEST_LINES = 20;
/**
 * Up to this depth, storing the result takes most of the time: blocks are of so few rows that the cache lines of the
 * result are still there when the next columns come.
 */
const FLAT = 32;
const FLAT_ROWS = 12;
/** Rows that make wide tiles. */
const FEW = 3;
/**
 * Where depths lie apart, unpacked: bytes that a block may span. In more, cache lines that a tile uses in part are gone
 * before the next tile comes, for they fall into the same few places of the cache.
 */
const REACH = 128 * 1024;
/** The least depth of a block for this reason. */
const SHALLOW = 16;
/** So many rows, and more, are shared out into tiles of six and five. */
const MANY = 20;
/** Dot products of less depth are not worth their beginning and end. */
const FEWEST_DEPTH = 16;

/** Whether cᵀ = bᵀ·aᵀ is computed instead; `shape` is that of c. */
export function isSwapped(a: Strided, b: Strided, c: Strided, shape: readonly number[]): boolean {
  const column = shape.length - 1;
  const row = column - 1;
  const rows = shape[row]!;
  const columns = shape[column]!;
  const isUnit = (x: Strided, axis: number): boolean => x.strides[axis]! === 1;
  // Few columns: dot products where a lies along the depth, else few rows of the transposed product.
  if (columns <= DOT_COLUMNS && rows > columns) return !isUnit(a, column) && isUnit(a, row);
  if (rows <= FEW) return isUnit(b, row) && !isUnit(b, column);
  return !isUnit(c, column) && isUnit(c, row);
}

/**
 * Completes a plan whose addresses and sizes stand. Gives a number that stands for the kernel: below 4, the number of
 * columns of {@link writeDots}; from 4 on, a {@link tileSet}.
 */
export function planProduct(plan: Plan, element: Element): number {
  const { bytes, lanes } = element;
  const { rows, columns, depth } = plan;
  // Along an axis of size 1, any stride will do.
  if (rows === 1) plan.aRow = bytes;
  if (depth === 1) plan.aDepth = bytes;
  if (columns === 1) {
    plan.bColumn = bytes;
    plan.cColumn = bytes;
  }
  if (columns <= DOT_COLUMNS && plan.aDepth === bytes && depth >= FEWEST_DEPTH) {
    plan.packedA = 0;
    plan.packedB = plan.bDepth === bytes ? 0 : 1;
    plan.blockDepth = (depth + 3) & -4;
    return columns;
  }
  const packableA = columns >= FEWEST_LINES && rows * depth * bytes > UNPACKED;
  plan.packedA = plan.aDepth !== bytes && (plan.aRow !== bytes || packableA) ? 1 : 0;
  const packableB = rows >= FEWEST_LINES && depth * columns * bytes > UNPACKED;
  plan.packedB = plan.bColumn !== bytes || packableB ? 1 : 0;
  const mostDepth = Math.min(
    BLOCK_DEPTH_BYTES / bytes,
    plan.packedA === 1 || plan.aDepth === bytes ? Infinity : depthWithin(plan.aDepth),
    plan.packedB === 1 ? Infinity : depthWithin(plan.bDepth),
  );
  plan.blockDepth = share(depth, mostDepth, 4);
  const mostRows = plan.blockDepth <= FLAT ? FLAT_ROWS : Math.floor(BLOCK_A / (plan.blockDepth * bytes));
  plan.blockRows = share(rows, mostRows, ROWS);
  const mostB = rows * plan.blockDepth * bytes <= BLOCK_A ? BLOCK_A : BLOCK_B;
  plan.blockColumns = share(columns, Math.floor(mostB / (plan.blockDepth * bytes)), VECTORS * lanes);
  const { blockRows } = plan;
  let heights = heightsOf(blockRows < rows ? blockRows : rows);
  if (blockRows < rows) heights |= heightsOf(rows - blockRows * (Math.ceil(rows / blockRows) - 1));
  const isWide = rows <= FEW && plan.packedB === 0 && plan.cColumn === bytes && columns >= WIDE[rows]! * lanes;
  // Columns that wide tiles leave.
  const rest = isWide ? columns % (WIDE[rows]! * lanes) : columns;
  const tail = rest % (VECTORS * lanes);
  const isNarrow = tail > 0 && tail <= lanes;
  const isWhole = rest > lanes;
  const isAlongDepth = plan.packedA === 0 && plan.aDepth === bytes;
  return heights * 32 + Number(isWide) * 16 + Number(isWhole) * 8 + Number(isNarrow) * 4 + Number(isAlongDepth) * 2;
}

/** The heights of tiles that a block's rows are shared out into, as bits. */
function heightsOf(rows: number): number {
  if (rows >= MANY) return (1 << ROWS) | (1 << (ROWS - 1));
  const tiles = Math.ceil(rows / ROWS);
  const few = Math.floor(rows / tiles);
  return (1 << few) | (rows % tiles === 0 ? 0 : 2 << few);
}

/** The tiles that a number of {@link planProduct} stands for. */
export function tileSet(key: number): TileSet {
  const heights: number[] = [];
  for (let height = ROWS; height >= 1; height--) if (((key >> 5) & (1 << height)) !== 0) heights.push(height);
  return {
    along: (key & 2) !== 0 ? "depth" : "row",
    heights,
    wide: (key & 16) !== 0 ? WIDE[heights[0]!]! : 0,
    whole: (key & 8) !== 0,
    narrow: (key & 4) !== 0,
  };
}

/** The depth of a block of a matrix that is not packed. */
function depthWithin(stride: number): number {
  return Math.max(SHALLOW, Math.floor(REACH / Math.max(Math.abs(stride), 1)));
}

/** The size of equal parts of at most `most`, rounded up to a multiple. */
function share(size: number, most: number, multiple: number): number {
  const parts = Math.ceil(size / most);
  return Math.ceil(Math.ceil(size / parts) / multiple) * multiple;
}

/** Bytes for a tile that is not stored in place. */
const TILE_BYTES: number = ROWS * VECTORS * 16;
/** Packing writes whole vectors. */
const MARGIN = 64;

/** Bytes of scratch memory that a plan needs; gives the packed operands addresses from `address` on, once it is known. */
export function placeScratch(plan: Plan, element: Element, key: number, address: number): number {
  const depth = (plan.blockDepth + 3) & -4;
  let next = address + TILE_BYTES;
  plan.tile = address;
  if (plan.packedA !== 0) {
    plan.packedA = next;
    // Rows are shared out evenly among tiles, whose number is this.
    next += Math.ceil(plan.blockRows / ROWS) * (panelRowBytes(element) * depth + PANEL_MARGIN) + MARGIN;
  }
  if (plan.packedB !== 0) {
    plan.packedB = next;
    const panels = Math.ceil(plan.blockColumns / (VECTORS * element.lanes));
    next += (key < 4 ? plan.columns * element.bytes : panels * VECTORS * 16) * depth + MARGIN;
  }
  return next - address;
}
