/**
 * The argument block of products, and the layout of packed panels.
 *
 * @module
 */
import type { Code } from "../assembler/code.js";
import type { Local } from "../assembler/types.js";
import type { Element } from "./element.js";

/**
 * The words of the argument block. For each of a, b and c they are the address and the strides in bytes: of rows,
 * depths and columns, and of two batch axes. The strides of c from block to block follow, then the sizes, the sizes of
 * blocks, the addresses of the packed blocks (0 if an operand is not packed), the size of the inner batch axis, the
 * number of units of a product, and how many rows or columns each unit has (0 means all). The last words say which
 * blocks are packed at present: where they come from (0 if none is) and how large they are.
 */
export const words = [
  "a",
  "aRow",
  "aDepth",
  "aBatch",
  "aOuter",
  "b",
  "bDepth",
  "bColumn",
  "bBatch",
  "bOuter",
  "c",
  "cRow",
  "cColumn",
  "cBatch",
  "cOuter",
  "cBlockRow",
  "cBlockColumn",
  "rows",
  "columns",
  "depth",
  "blockRows",
  "blockColumns",
  "blockDepth",
  "packedA",
  "packedB",
  "inner",
  "units",
  "unitRows",
  "unitColumns",
  "heldA",
  "heldRows",
  "heldDepthA",
  "heldB",
  "heldColumns",
  "heldDepthB",
] as const;

/** A word of the argument block. */
export type Word = (typeof words)[number];

/** One local for every name. */
export type Named<Name extends string> = Readonly<Record<Name, Local>>;

/** The offsets of the words from the start of the block, in bytes. */
export const wordAt: Readonly<Record<Word, number>> = /* @__PURE__ */ placesOf();

function placesOf(): Readonly<Record<Word, number>> {
  const places: Partial<Record<Word, number>> = {};
  for (let i = 0; i < words.length; i++) places[words[i]!] = i * 4;
  return places as Record<Word, number>;
}

/**
 * The offsets of what follows the words, in bytes from the start of the block: four words of 0, a tile that is not
 * stored in its place, and the block of the epilogue.
 */
export const ZEROS_AT = 144;
export const TILE_AT = 192;
export const EPILOGUE_AT = 384;

/** Loads the words of the argument block. */
export function readWords(code: Code, block: Local): Named<Word> {
  const named = Object.fromEntries(words.map((word, i) => [word, code.load("i32.load", block, i * 4)]));
  return named as Named<Word>;
}

/**
 * The most rows of a tile. Twelve vectors of sums, two of the second matrix and one of the first fill the registers.
 */
export const ROWS = 6;

/** The bytes from one depth to the next in a panel of the first matrix. */
export const panelRowBytes = (element: Element): number => ROWS * element.bytes;

/** The bytes between two such panels. */
export const PANEL_MARGIN = 16;
