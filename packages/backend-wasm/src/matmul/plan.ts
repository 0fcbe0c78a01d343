/**
 * How a product is computed: which way round, with what packed, in blocks of which size, shared out how.
 *
 * @module
 */
import { type TileSet, VECTORS, WIDE } from "./block.js";
import { DOT_COLUMNS, DOT_ROWS } from "./dot.js";
import type { Element } from "./element.js";
import { FLAT_COLUMNS, FLAT_DEPTH, FLAT_ROWS } from "./flat.js";
import { ROW_BLOCK, ROW_COLUMNS } from "./row.js";
import { PANEL_MARGIN, panelRowBytes, ROWS, type Word } from "./words.js";

/** The words of the argument block; `packedA` and `packedB` say at first whether the operands are packed. */
export type Plan = Record<Word | "batches", number>;

/** A plan to be filled in. Its fields are written out, here and below, because that makes them fast. */
export function newPlan(): Plan {
  return {
    a: 0,
    aRow: 0,
    aDepth: 0,
    aBatch: 0,
    aOuter: 0,
    b: 0,
    bDepth: 0,
    bColumn: 0,
    bBatch: 0,
    bOuter: 0,
    c: 0,
    cRow: 0,
    cColumn: 0,
    cBatch: 0,
    cOuter: 0,
    cBlockRow: 0,
    cBlockColumn: 0,
    rows: 0,
    columns: 0,
    depth: 0,
    blockRows: 0,
    blockColumns: 0,
    blockDepth: 0,
    packedA: 0,
    packedB: 0,
    inner: 1,
    units: 1,
    unitRows: 0,
    unitColumns: 0,
    heldA: 0,
    heldRows: 0,
    heldDepthA: 0,
    heldB: 0,
    heldColumns: 0,
    heldDepthB: 0,
    batches: 0,
  };
}

/** Writes the words of the argument block, from position `at` on, in their order. */
export function writePlan(plan: Plan, memory: Int32Array, at: number): void {
  memory[at + 0] = plan.a;
  memory[at + 1] = plan.aRow;
  memory[at + 2] = plan.aDepth;
  memory[at + 3] = plan.aBatch;
  memory[at + 4] = plan.aOuter;
  memory[at + 5] = plan.b;
  memory[at + 6] = plan.bDepth;
  memory[at + 7] = plan.bColumn;
  memory[at + 8] = plan.bBatch;
  memory[at + 9] = plan.bOuter;
  memory[at + 10] = plan.c;
  memory[at + 11] = plan.cRow;
  memory[at + 12] = plan.cColumn;
  memory[at + 13] = plan.cBatch;
  memory[at + 14] = plan.cOuter;
  memory[at + 15] = plan.cBlockRow;
  memory[at + 16] = plan.cBlockColumn;
  memory[at + 17] = plan.rows;
  memory[at + 18] = plan.columns;
  memory[at + 19] = plan.depth;
  memory[at + 20] = plan.blockRows;
  memory[at + 21] = plan.blockColumns;
  memory[at + 22] = plan.blockDepth;
  memory[at + 23] = plan.packedA;
  memory[at + 24] = plan.packedB;
  memory[at + 25] = plan.inner;
  memory[at + 26] = plan.units;
  memory[at + 27] = plan.unitRows;
  memory[at + 28] = plan.unitColumns;
  // Nothing has been packed yet.
  memory[at + 29] = 0;
  memory[at + 32] = 0;
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
const SHALLOW = 32;
const SHALLOW_ROWS = 12;
/** Rows that make wide tiles. */
const FEW = 3;
/**
 * Where depths lie apart, unpacked: bytes that a block may span. In more, cache lines that a tile uses in part are gone
 * before the next tile comes, for they fall into the same few places of the cache.
 */
const REACH = 128 * 1024;
/** The least depth of a block for this reason. */
const LEAST_DEPTH = 16;
/** So many rows, and more, are shared out into tiles of six and five. */
const MANY = 20;
/** Dot products of less depth are not worth their beginning and end. */
const FEWEST_DEPTH = 16;
/** Bytes of a product that is kept apart from its output, at most, where its columns can be fewer. */
const APART = 256 * 1024;
/** Rows are shared out among threads in so many parts at least, if there are enough. */
const ROW_PARTS = 16;
/** With so many units of columns, rows need not be shared out instead. */
const MANY_UNITS = 8;
const LEAST_PART_ROWS = 24;
/** Bytes of a cache line: threads share out columns so that none writes to another's. */
const LINE = 64;

/** Whether cᵀ = bᵀ·aᵀ is computed instead; `shape` is that of c. */
export function isSwapped(a: Strided, b: Strided, c: Strided, shape: readonly number[]): boolean {
  const column = shape.length - 1;
  const row = column - 1;
  const rows = shape[row]!;
  const columns = shape[column]!;
  // Few columns: dot products where a lies along the depth, else few rows of the transposed product.
  if (columns <= DOT_COLUMNS && rows > columns) return a.strides[column]! !== 1 && a.strides[row]! === 1;
  if (rows <= FEW) return b.strides[row]! === 1 && b.strides[column]! !== 1;
  return c.strides[column]! !== 1 && c.strides[row]! === 1;
}

/** Numbers of {@link planProduct} below this one stand for numbers of columns of dot products. */
export const FIRST_FLAT: number = DOT_COLUMNS + 1;
/** In between, they stand for depths of flat products; this one for a row times a matrix; from the next on, for sets of tiles. */
export const ROW: number = FIRST_FLAT + FLAT_DEPTH;

/**
 * Completes a plan whose addresses and sizes stand. Gives a number that stands for the kernel: see {@link FIRST_FLAT}. What
 * it decides never depends on the number of threads, so that results do not.
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
  plan.packedA = 0;
  plan.cBlockRow = plan.cRow;
  plan.cBlockColumn = plan.cColumn;
  if (columns <= DOT_COLUMNS && plan.aDepth === bytes && depth >= FEWEST_DEPTH) {
    plan.packedB = plan.bDepth === bytes ? 0 : 1;
    plan.blockDepth = (depth + 3) & -4;
    plan.blockRows = DOT_ROWS;
    plan.blockColumns = columns;
    shareRows(plan);
    return columns;
  }
  if (depth <= FLAT_DEPTH && rows > FEW && plan.bColumn === bytes && plan.cColumn === bytes) {
    plan.packedB = 0;
    plan.blockDepth = depth;
    plan.blockRows = FLAT_ROWS;
    plan.blockColumns = columns < FLAT_COLUMNS ? columns : FLAT_COLUMNS;
    shareRows(plan);
    return FIRST_FLAT + depth - 1;
  }
  if (rows === 1 && columns >= ROW_COLUMNS && plan.bColumn === bytes && plan.cColumn === bytes) {
    plan.packedB = 0;
    plan.blockDepth = depth;
    plan.blockRows = 1;
    plan.blockColumns = columns < ROW_BLOCK ? columns : ROW_BLOCK;
    plan.units = Math.ceil(columns / ROW_COLUMNS);
    plan.unitRows = 0;
    plan.unitColumns = plan.units > 1 ? ROW_COLUMNS : 0;
    return ROW;
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
  const mostRows = plan.blockDepth <= SHALLOW ? SHALLOW_ROWS : Math.floor(BLOCK_A / (plan.blockDepth * bytes));
  plan.blockRows = share(rows, mostRows, ROWS);
  const mostB = rows * plan.blockDepth * bytes <= BLOCK_A ? BLOCK_A : BLOCK_B;
  const isWide = rows <= FEW && plan.packedB === 0 && plan.cColumn === bytes && columns >= WIDE[rows]! * lanes;
  const step = (isWide ? WIDE[rows]! : VECTORS) * lanes;
  plan.blockColumns = share(columns, Math.floor(mostB / (plan.blockDepth * bytes)), step);
  shareOutUnits(plan, element, step);
  const { blockRows } = plan;
  let heights = heightsOf(blockRows < rows ? blockRows : rows);
  if (blockRows < rows) heights |= heightsOf(rows - blockRows * (Math.ceil(rows / blockRows) - 1));
  // Columns that wide tiles leave.
  const rest = isWide ? columns % step : columns;
  const tail = rest % (VECTORS * lanes);
  const isNarrow = tail > 0 && tail <= lanes;
  const isWhole = rest > lanes;
  const isAlongDepth = plan.packedA === 0 && plan.aDepth === bytes;
  const operands = Number(isAlongDepth) * 4 + plan.packedA * 2 + plan.packedB;
  return heights * 64 + Number(isWide) * 32 + Number(isWhole) * 16 + Number(isNarrow) * 8 + operands;
}

/** Parts of whole blocks of rows. */
function shareRows(plan: Plan): void {
  plan.units = Math.ceil(plan.rows / plan.blockRows);
  plan.unitRows = plan.units > 1 ? plan.blockRows : 0;
  plan.unitColumns = 0;
}

/**
 * What threads share out. Parts of the columns, as a rule: then each packs its own part of b, and a is mostly not packed.
 * Parts of the rows where columns are few, and where every thread would have to pack all of a several times.
 */
function shareOutUnits(plan: Plan, { bytes }: Element, columnStep: number): void {
  const { rows, columns, depth, blockRows, blockColumns, blockDepth } = plan;
  const unitColumns = leastCommonMultiple(columnStep, LINE / bytes);
  const columnUnits = Math.ceil(columns / unitColumns);
  const rowUnits = Math.min(MANY_UNITS, Math.ceil(rows / LEAST_PART_ROWS));
  const packsAOnce = plan.packedA === 0 || (blockRows >= rows && blockDepth >= depth);
  const packsBOnce = plan.packedB === 0 || (blockColumns >= columns && blockDepth >= depth);
  if (rowUnits > columnUnits || (!packsAOnce && packsBOnce)) {
    const least = Math.max(LEAST_PART_ROWS, Math.ceil(rows / ROW_PARTS / ROWS) * ROWS);
    if (least < blockRows) plan.blockRows = least;
    shareRows(plan);
    return;
  }
  plan.units = columnUnits;
  plan.unitRows = 0;
  plan.unitColumns = columnUnits > 1 ? unitColumns : 0;
}

/** Parts for each thread, where every part reads more than a cache holds. */
const PARTS_EACH = 4;

/** How many units a thread should do at a time at least: each reads all of a, which many columns have to make up for. */
export function unitsAtATime(
  { rows, depth, unitColumns, units, batches }: Plan,
  element: Element,
  threads: number,
): number {
  if (unitColumns === 0 || rows * depth * element.bytes <= BLOCK_A) return 1;
  return Math.max(1, Math.floor((units * batches) / (PARTS_EACH * threads)));
}

function leastCommonMultiple(a: number, b: number): number {
  let multiple = a;
  while (multiple % b !== 0) multiple += a;
  return multiple;
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
  for (let height = ROWS; height >= 1; height--) if (((key >> 6) & (1 << height)) !== 0) heights.push(height);
  return {
    along: (key & 4) !== 0 ? "depth" : "row",
    packedA: (key & 2) !== 0,
    packedB: (key & 1) !== 0,
    heights,
    wide: (key & 32) !== 0 ? WIDE[heights[0]!]! : 0,
    whole: (key & 16) !== 0,
    narrow: (key & 8) !== 0,
  };
}

/** The depth of a block of a matrix that is not packed. */
function depthWithin(stride: number): number {
  return Math.max(LEAST_DEPTH, Math.floor(REACH / Math.max(Math.abs(stride), 1)));
}

/** The size of equal parts of at most `most`, rounded up to a multiple. */
function share(size: number, most: number, multiple: number): number {
  const parts = Math.ceil(size / most);
  return Math.ceil(Math.ceil(size / parts) / multiple) * multiple;
}

/** Packing writes whole vectors. */
const MARGIN = 64;

/** Fits blocks to what one of so many participants has to do, and to a product that is kept apart from its output. */
export function fitBlocks(plan: Plan, { bytes, lanes }: Element, participants: number, isApart: boolean): void {
  // Blocks go on beginning where tiles do.
  const step = plan.unitColumns > 0 ? plan.unitColumns : VECTORS * lanes;
  if (participants > 1 && plan.unitColumns > 0) {
    const most = Math.ceil(plan.columns / participants / step) * step;
    if (most < plan.blockColumns) plan.blockColumns = most;
  }
  if (!isApart) return;
  const most = Math.max(1, Math.floor(APART / (apartRows(plan) * bytes * step))) * step;
  if (most < plan.blockColumns && plan.columns > most) plan.blockColumns = most;
}

/** Bytes of scratch memory that one participant needs. */
export function scratchBytes(plan: Plan, element: Element, key: number, isApart: boolean): number {
  const apart = isApart ? Math.ceil((apartColumns(plan) * apartRows(plan) * element.bytes) / 64) * 64 : 0;
  return bytesOfA(plan, element) + bytesOfB(plan, element, key) + apart;
}

/** Enters where a participant's scratch memory is. */
export function placeScratch(plan: Plan, element: Element, key: number, isApart: boolean, address: number): void {
  let next = address;
  if (plan.packedA !== 0) {
    plan.packedA = next;
    next += bytesOfA(plan, element);
  }
  if (plan.packedB !== 0) {
    plan.packedB = next;
    next += bytesOfB(plan, element, key);
  }
  if (!isApart) return;
  plan.c = next;
  plan.cBatch = 0;
  plan.cOuter = 0;
  plan.cRow = apartColumns(plan) * element.bytes;
  plan.cColumn = element.bytes;
  // One block after another in the same place, unless the sums of several come together.
  plan.cBlockRow = plan.blockDepth < plan.depth ? plan.cRow : 0;
  plan.cBlockColumn = 0;
}

/** Rows and columns of a product that is kept apart from its output. */
const apartRows = (plan: Plan): number =>
  plan.blockDepth < plan.depth ? plan.rows : Math.min(plan.blockRows, plan.rows);
const apartColumns = (plan: Plan): number => (Math.min(plan.blockColumns, plan.columns) + 3) & -4;

function bytesOfA(plan: Plan, element: Element): number {
  if (plan.packedA === 0) return 0;
  // Rows are shared out evenly among tiles, whose number is this.
  const panels = Math.ceil(plan.blockRows / ROWS);
  return Math.ceil((panels * (panelRowBytes(element) * plan.blockDepth + PANEL_MARGIN) + MARGIN) / 64) * 64;
}

function bytesOfB(plan: Plan, element: Element, key: number): number {
  if (plan.packedB === 0) return 0;
  const panels = Math.ceil(plan.blockColumns / (VECTORS * element.lanes));
  const row = key < FIRST_FLAT ? plan.columns * element.bytes : panels * VECTORS * 16;
  return Math.ceil((row * plan.blockDepth + MARGIN) / 64) * 64;
}
