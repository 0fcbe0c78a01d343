/**
 * The argument block of products, and how panels of packed operands lie.
 *
 * @module
 */
import type { Code } from "../assembler/code.js";
import type { Local } from "../assembler/types.js";
import type { Element } from "./element.js";

/**
 * The words of the argument block: for a, b and c the address and the strides of rows, depths and columns in bytes, and
 * from batch to batch of two batch axes; c's strides from block to block; the sizes; sizes of blocks; addresses of the
 * packed blocks (0: not packed); the size of the inner batch axis; how many units a product has, and of how many rows or
 * columns (0: all) each is; then which blocks are there, packed: where they come from (0: none is) and how large they are.
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

/** A local for every name. */
export type Named<Name extends string> = Readonly<Record<Name, Local>>;

/** Where the words are, in bytes from the block's start. */
export const wordAt: Readonly<Record<Word, number>> = /* @__PURE__ */ placesOf();

function placesOf(): Readonly<Record<Word, number>> {
  const places: Partial<Record<Word, number>> = {};
  for (let i = 0; i < words.length; i++) places[words[i]!] = i * 4;
  return places as Record<Word, number>;
}

/** After the words, in bytes from the block's start: four words of 0, a tile that is not stored in place, the epilogue's block. */
export const ZEROS_AT = 144;
export const TILE_AT = 192;
export const EPILOGUE_AT = 384;

/** Loads the words of the argument block. */
export function readWords(code: Code, block: Local): Named<Word> {
  const named = Object.fromEntries(words.map((word, i) => [word, code.load("i32.load", block, i * 4)]));
  return named as Named<Word>;
}

/** Rows of a tile, at most: twelve vectors of sums, two of the second matrix and one of the first fill the registers. */
export const ROWS = 6;

/** Bytes from one depth to the next in a panel of the first matrix. */
export const panelRowBytes = (element: Element): number => ROWS * element.bytes;

/** Bytes between such panels. */
export const PANEL_MARGIN = 16;
