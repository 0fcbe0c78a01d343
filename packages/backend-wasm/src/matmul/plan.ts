/**
 * Plans of products: whether the product is transposed, which operands are packed, the sizes of blocks, and how threads
 * share the work.
 *
 * @module
 */
import { type TileSet, VECTORS, WIDE } from "./block.js";
import { DOT_COLUMNS, DOT_ROWS } from "./dot.js";
import type { Element } from "./element.js";
import { FLAT_COLUMNS, FLAT_DEPTH, FLAT_ROWS } from "./flat.js";
import { ROW_BLOCK, ROW_COLUMNS } from "./row.js";
import { PANEL_MARGIN, panelRowBytes, ROWS, type Word } from "./words.js";

/** The words of the argument block. At first, `packedA` and `packedB` say whether the operands are packed. */
export type Plan = Record<Word | "batches", number>;

/** Makes an empty plan. Its fields are written out, here and below, because this is fast. */
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

/** Writes the words of the argument block in their order, from position `at` on. */
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

/**
 * The depth of a block, in bytes. A block may exceed the first-level cache, because panels are read in order, which
 * processors predict.
 */
const BLOCK_DEPTH_BYTES = 4096;
/** The bytes of a packed block of a, which stays in the second-level cache, and of a block of b. */
const BLOCK_A = 512 * 1024;
const BLOCK_B = 4096 * 1024;
/**
 * An operand with more bytes, whose lines are across the depth, is packed if the other operand has enough lines to make
 * up for that.
 */
const UNPACKED = 32 * 1024;
const FEWEST_LINES = 20;
/**
 * Up to this depth, storing the result takes most of the time. Blocks then have so few rows that the cache lines of the
 * result are still there when the next columns are computed.
 */
const SHALLOW = 32;
const SHALLOW_ROWS = 12;
/** The most rows for which wide tiles are used. */
const FEW = 3;
/**
 * The bytes that a block may span if it is not packed and neighbouring depths are far apart. In a larger block, cache
 * lines that a tile uses in part are evicted before the next tile uses them, because they share a few sets of the
 * cache.
 */
const REACH = 128 * 1024;
/** The least depth of such a block. */
const LEAST_DEPTH = 16;
/** From this number of rows on, rows are divided into tiles of six and five. */
const MANY = 20;
/** The least depth of dot products. With less, their start and end take too long. */
const FEWEST_DEPTH = 16;
/** The most bytes of a product that is stored apart from its output, if the number of its columns can be reduced. */
const APART = 256 * 1024;
/** The least number of parts in which threads share rows, if there are enough rows. */
const ROW_PARTS = 16;
/** With this many units of columns, threads share columns rather than rows. */
const MANY_UNITS = 8;
const LEAST_PART_ROWS = 24;
/** The bytes of a cache line. Threads share columns so that no two of them write to one cache line. */
const LINE = 64;

/** Whether cᵀ = bᵀ·aᵀ is computed instead; `shape` is that of c. */
export function isSwapped(a: Strided, b: Strided, c: Strided, shape: readonly number[]): boolean {
  const column = shape.length - 1;
  const row = column - 1;
  const rows = shape[row]!;
  const columns = shape[column]!;
  // With few columns, dot products are computed if a is stored by rows. Otherwise the transposed product has few rows.
  if (columns <= DOT_COLUMNS && rows > columns) return a.strides[column]! !== 1 && a.strides[row]! === 1;
  if (rows <= FEW) return b.strides[row]! === 1 && b.strides[column]! !== 1;
  return c.strides[column]! !== 1 && c.strides[row]! === 1;
}

/**
 * The first result of {@link planProduct} that is a flat product. Smaller numbers mean dot products with this number of
 * columns.
 */
export const FIRST_FLAT: number = DOT_COLUMNS + 1;
/**
 * The result of {@link planProduct} for a row times a matrix. The numbers before it, from {@link FIRST_FLAT} on, are
 * depths of flat products; those after it are sets of tiles.
 */
export const ROW: number = FIRST_FLAT + FLAT_DEPTH;

/**
 * Completes a plan whose addresses and sizes are set, and returns a number for its kernel: see {@link FIRST_FLAT}. Its
 * decisions never depend on the number of threads, so that results do not either.
 */
export function planProduct(plan: Plan, element: Element): number {
  const { bytes, lanes } = element;
  const { rows, columns, depth } = plan;
  // Along an axis of size 1, any stride is correct.
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
  // These columns remain beside the wide tiles.
  const rest = isWide ? columns % step : columns;
  const tail = rest % (VECTORS * lanes);
  const isNarrow = tail > 0 && tail <= lanes;
  const isWhole = rest > lanes;
  const isAlongDepth = plan.packedA === 0 && plan.aDepth === bytes;
  const operands = Number(isAlongDepth) * 4 + plan.packedA * 2 + plan.packedB;
  return heights * 64 + Number(isWide) * 32 + Number(isWhole) * 16 + Number(isNarrow) * 8 + operands;
}

/** Divides the rows into parts of whole blocks. */
function shareRows(plan: Plan): void {
  plan.units = Math.ceil(plan.rows / plan.blockRows);
  plan.unitRows = plan.units > 1 ? plan.blockRows : 0;
  plan.unitColumns = 0;
}

/**
 * Decides what threads share. Usually it is parts of the columns: then each thread packs its own part of b, and a is
 * mostly not packed. It is parts of the rows if there are few columns, and if every thread would have to pack all of a
 * several times.
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

/** The number of parts for each thread, if every part reads more than a cache holds. */
const PARTS_EACH = 4;

/**
 * Returns the least number of units that a thread should compute at a time. Each time it reads all of a, which many
 * columns have to make up for.
 */
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

/** Returns the heights of the tiles among which the rows of a block are divided, as bits. */
function heightsOf(rows: number): number {
  if (rows >= MANY) return (1 << ROWS) | (1 << (ROWS - 1));
  const tiles = Math.ceil(rows / ROWS);
  const few = Math.floor(rows / tiles);
  return (1 << few) | (rows % tiles === 0 ? 0 : 2 << few);
}

/** Returns the tiles for a result of {@link planProduct}. */
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

/** Returns the depth of a block of a matrix that is not packed. */
function depthWithin(stride: number): number {
  return Math.max(LEAST_DEPTH, Math.floor(REACH / Math.max(Math.abs(stride), 1)));
}

/** Returns the size of equal parts of at most `most`, rounded up to a multiple. */
function share(size: number, most: number, multiple: number): number {
  const parts = Math.ceil(size / most);
  return Math.ceil(Math.ceil(size / parts) / multiple) * multiple;
}

/** The bytes that packing writes beyond a block, because it writes whole vectors. */
const MARGIN = 64;

/**
 * Adapts the sizes of blocks to one participant's share of the work, and to a product that is stored apart from its
 * output.
 */
export function fitBlocks(plan: Plan, { bytes, lanes }: Element, participants: number, isApart: boolean): void {
  // Blocks must still start where tiles start.
  const step = plan.unitColumns > 0 ? plan.unitColumns : VECTORS * lanes;
  if (participants > 1 && plan.unitColumns > 0) {
    const most = Math.ceil(plan.columns / participants / step) * step;
    if (most < plan.blockColumns) plan.blockColumns = most;
  }
  if (!isApart) return;
  const most = Math.max(1, Math.floor(APART / (apartRows(plan) * bytes * step))) * step;
  if (most < plan.blockColumns && plan.columns > most) plan.blockColumns = most;
}

/** The bytes of scratch memory that one participant needs. */
export function scratchBytes(plan: Plan, element: Element, key: number, isApart: boolean): number {
  const apart = isApart ? Math.ceil((apartColumns(plan) * apartRows(plan) * element.bytes) / 64) * 64 : 0;
  return bytesOfA(plan, element) + bytesOfB(plan, element, key) + apart;
}

/** Enters the addresses of a participant's scratch memory. */
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
  // Blocks are stored one after another in the same place, unless several of them are summed.
  plan.cBlockRow = plan.blockDepth < plan.depth ? plan.cRow : 0;
  plan.cBlockColumn = 0;
}

/** The rows and columns of a product that is stored apart from its output. */
const apartRows = (plan: Plan): number =>
  plan.blockDepth < plan.depth ? plan.rows : Math.min(plan.blockRows, plan.rows);
const apartColumns = (plan: Plan): number => (Math.min(plan.blockColumns, plan.columns) + 3) & -4;

function bytesOfA(plan: Plan, element: Element): number {
  if (plan.packedA === 0) return 0;
  // Rows are divided evenly among this number of tiles.
  const panels = Math.ceil(plan.blockRows / ROWS);
  return Math.ceil((panels * (panelRowBytes(element) * plan.blockDepth + PANEL_MARGIN) + MARGIN) / 64) * 64;
}

function bytesOfB(plan: Plan, element: Element, key: number): number {
  if (plan.packedB === 0) return 0;
  const panels = Math.ceil(plan.blockColumns / (VECTORS * element.lanes));
  const row = key < FIRST_FLAT ? plan.columns * element.bytes : panels * VECTORS * 16;
  return Math.ceil((row * plan.blockDepth + MARGIN) / 64) * 64;
}
