/**
 * How a product is computed: which way round, with what packed, in blocks of which size.
 *
 * @module
 */
import { ROWS, VECTORS } from "./block.js";
import { DOT_COLUMNS } from "./dot.js";
import type { Element } from "./element.js";
import { panelRowBytes, type Word } from "./module.js";

/** The words of the argument block; `packedA` and `packedB` say at first whether the operands are packed. */
export type Plan = Record<Word | "batches", number>;

interface Strided {
  readonly strides: readonly number[];
}

/** Depth of a block: a panel of 8 float32 columns and the rows of a tile stay in the first-level cache. */
const BLOCK_DEPTH_BYTES = 2048;
/** Bytes of a packed block of a, which stays in the second-level cache, and of b. */
const BLOCK_A = 512 * 1024;
const BLOCK_B = 2048 * 1024;
/** A second matrix of more bytes is packed, if there are enough rows to make up for that. */
const UNPACKED_B = 32 * 1024;
const FEWEST_ROWS = 12;
/** Depth of a block where rows are few: as many rows of b are read side by side. */
const SHALLOW = 64;
const FEW = 3;
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

/** Completes a plan whose addresses and sizes stand; gives whether it is computed by dot products. */
export function planProduct(plan: Plan, element: Element): boolean {
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
    return true;
  }
  plan.packedA = plan.aDepth !== bytes && plan.aRow !== bytes ? 1 : 0;
  const packable = rows >= FEWEST_ROWS && depth * columns * bytes > UNPACKED_B;
  plan.packedB = plan.bColumn !== bytes || packable ? 1 : 0;
  plan.blockDepth = share(depth, plan.packedB === 0 && rows <= FEW ? SHALLOW : BLOCK_DEPTH_BYTES / bytes, 4);
  plan.blockRows = share(rows, Math.floor(BLOCK_A / (plan.blockDepth * bytes)), ROWS);
  plan.blockColumns = share(columns, Math.floor(BLOCK_B / (plan.blockDepth * bytes)), VECTORS * lanes);
  return false;
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
export function placeScratch(plan: Plan, element: Element, dots: boolean, address: number): number {
  const depth = (plan.blockDepth + 3) & -4;
  let next = address + TILE_BYTES;
  plan.tile = address;
  if (plan.packedA !== 0) {
    plan.packedA = next;
    // Rows are shared out evenly among tiles, whose number is this.
    next += Math.ceil(plan.blockRows / ROWS) * panelRowBytes(element) * depth + MARGIN;
  }
  if (plan.packedB !== 0) {
    plan.packedB = next;
    const panels = Math.ceil(plan.blockColumns / (VECTORS * element.lanes));
    next += (dots ? plan.columns * element.bytes : panels * VECTORS * 16) * depth + MARGIN;
  }
  return next - address;
}
