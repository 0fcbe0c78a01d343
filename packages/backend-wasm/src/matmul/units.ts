/**
 * The outermost loops of every product: over units, which threads share, and over the matrices that they belong to.
 *
 * @module
 */
import type { Code, HelperFunction } from "../assembler/code.js";
import type { ModuleBuilder } from "../assembler/module.js";
import { I32, type Local } from "../assembler/types.js";
import { advance, copyOf, minimum, sumOfProduct, whileBelow } from "./element.js";
import { type Named, readWords, type Word, wordAt } from "./words.js";

/** A few neighbouring units of one product, which are a part of its rows and columns. */
export interface Part {
  readonly block: Local;
  /** The words, with the addresses of the product's own matrices. */
  readonly at: Named<Word>;
  readonly rowBegin: Local;
  readonly rowEnd: Local;
  readonly columnBegin: Local;
  readonly columnEnd: Local;
  /** Must be called when a block of the result is complete. */
  readonly finish: (row: Local, column: Local, rows: Local, columns: Local, c: Local) => void;
}

/**
 * Adds the function `run(block, begin, end)` for the units begin … end − 1. Unit u is unit u mod `units` of the batch u
 * ÷ `units`.
 *
 * @param epilogue - computes complete blocks. Its parameters are the block; the indices of the two batch axes; the
 * first row and column of the block of the result; its rows and columns; and its address.
 */
export function writeUnits(
  module: ModuleBuilder,
  epilogue: HelperFunction | undefined,
  writePart: (code: Code, part: Part) => void,
): void {
  module.function("run", [I32, I32, I32], [], (code) => {
    const [block, begin, end] = code.parameters as [Local, Local, Local];
    const words = readWords(code, block);
    const unit = copyOf(code, begin);
    whileBelow(code, unit, end, () => {
      const batch = code.value("i32.div_u", unit, words.units);
      const outer = code.value("i32.div_u", batch, words.inner);
      const inner = code.value("i32.sub", batch, code.value("i32.mul", outer, words.inner));
      const first = code.value("i32.sub", unit, code.value("i32.mul", batch, words.units));
      const count = minimum(code, code.value("i32.sub", end, unit), code.value("i32.sub", words.units, first));
      const ofBatch = (address: Local, innerStride: Local, outerStride: Local): Local =>
        sumOfProduct(code, sumOfProduct(code, address, inner, innerStride), outer, outerStride);
      /** The first line of the units and the end of their last one, or all lines if lines are not shared. */
      const range = (size: Local, unitSize: Local): readonly [begin: Local, end: Local] => {
        const from = code.value("i32.mul", first, unitSize);
        const last = minimum(code, sumOfProduct(code, from, count, unitSize), size);
        return [from, code.select(I32, last, size, unitSize)];
      };
      const [rowBegin, rowEnd] = range(words.rows, words.unitRows);
      const [columnBegin, columnEnd] = range(words.columns, words.unitColumns);
      writePart(code, {
        block,
        at: {
          ...words,
          a: ofBatch(words.a, words.aBatch, words.aOuter),
          b: ofBatch(words.b, words.bBatch, words.bOuter),
          c: ofBatch(words.c, words.cBatch, words.cOuter),
        },
        rowBegin,
        rowEnd,
        columnBegin,
        columnEnd,
        finish: (row, column, rows, columns, c) => {
          if (epilogue !== undefined) code.call(epilogue, block, outer, inner, row, column, rows, columns, c);
        },
      });
      advance(code, unit, count);
    });
  });
}

type Held = readonly [from: Word, lines: Word, depth: Word];

/** The words that say which block of an operand is packed at present. */
export const HELD_A: Held = ["heldA", "heldRows", "heldDepthA"];
export const HELD_B: Held = ["heldB", "heldColumns", "heldDepthB"];

/** Runs the body, which packs a block, unless this block was packed already, for an earlier unit or another batch. */
export function unlessHeld(
  code: Code,
  block: Local,
  held: Held,
  wanted: readonly [from: Local, lines: Local, depth: Local],
  body: () => void,
): void {
  const [from, lines, depth] = held.map((word, i) =>
    code.value("i32.ne", code.load("i32.load", block, wordAt[word]), wanted[i]!),
  ) as [Local, Local, Local];
  code.op("i32.or", from, lines);
  code.op("i32.or", code.keep(I32), depth);
  code.if(() => {
    body();
    held.forEach((word, i) => {
      code.store("i32.store", block, wanted[i]!, wordAt[word]);
    });
  });
}
