/**
 * The whole product in WebAssembly: the loops over batches and blocks, and the packing of blocks.
 *
 * @module
 */
import type { Code } from "../assembler/code.js";
import type { HelperFunction, ModuleBuilder } from "../assembler/module.js";
import { I32, type Local } from "../assembler/types.js";
import { blockFunction, type Named, ROWS, type TileSet, VECTORS } from "./block.js";
import { advance, copyOf, type Element, minimum, repeat, sumOfProduct, whileBelow, zero } from "./element.js";
import { packFunction } from "./pack.js";

/**
 * The words of the argument block: for a, b and c the address and the strides of rows, depths and columns in bytes, and
 * from batch to batch; the sizes; sizes of blocks; addresses of the packed blocks (0: not packed) and of a tile.
 */
export const words = [
  "a",
  "aRow",
  "aDepth",
  "aBatch",
  "b",
  "bDepth",
  "bColumn",
  "bBatch",
  "c",
  "cRow",
  "cColumn",
  "cBatch",
  "rows",
  "columns",
  "depth",
  "blockRows",
  "blockColumns",
  "blockDepth",
  "packedA",
  "packedB",
  "tile",
] as const;

/** A word of the argument block. */
export type Word = (typeof words)[number];

/** Bytes from one depth to the next in a panel of the first matrix. */
export const panelRowBytes = (element: Element): number => ROWS * element.bytes;

/** Vectors that one depth of such a panel takes. */
const rowVectors = (element: Element): number => Math.ceil(ROWS / element.lanes);

/** Loads the words of the argument block. */
export function readWords(code: Code, block: Local): Named<Word> {
  const named = Object.fromEntries(words.map((word, i) => [word, code.load("i32.load", block, i * 4)]));
  return named as Named<Word>;
}

/** Adds the function `run(block, begin, end)` for the batches begin … end − 1. */
export function writeProduct(module: ModuleBuilder, element: Element, tiles: TileSet): void {
  const packA = packFunction(element, rowVectors(element));
  const packB = rowVectors(element) === VECTORS ? packA : packFunction(element, VECTORS);
  const multiply = blockFunction(element, tiles);
  module.function("run", [I32, I32, I32], [], (code) => {
    const [block, begin, end] = code.parameters as [Local, Local, Local];
    const named = readWords(code, block);
    const batch = copyOf(code, begin);
    whileBelow(code, batch, end, () => {
      const at: Named<Word> = {
        ...named,
        a: sumOfProduct(code, named.a, batch, named.aBatch),
        b: sumOfProduct(code, named.b, batch, named.bBatch),
        c: sumOfProduct(code, named.c, batch, named.cBatch),
      };
      writeBlocks(code, element, at, { packA, packB, multiply });
      code.increase(batch, 1);
    });
  });
}

interface Functions {
  readonly packA: HelperFunction;
  readonly packB: HelperFunction;
  readonly multiply: HelperFunction;
}

function writeBlocks(code: Code, element: Element, at: Named<Word>, functions: Functions): void {
  const panelBytes = code.constantI32(VECTORS * 16);
  const nothing = code.constantI32(0);
  const column = zero(code);
  whileBelow(code, column, at.columns, () => {
    const columns = minimum(code, at.blockColumns, code.value("i32.sub", at.columns, column));
    const depthAt = zero(code);
    whileBelow(code, depthAt, at.depth, () => {
      const depth = minimum(code, at.blockDepth, code.value("i32.sub", at.depth, depthAt));
      // Panels are as long as the depth filled up to whole vectors.
      const filled = code.value("i32.and", code.value("i32.add", depth, code.constantI32(3)), code.constantI32(-4));
      const b = sumOfProduct(code, sumOfProduct(code, at.b, depthAt, at.bDepth), column, at.bColumn);
      const bDepth = copyOf(code, at.bDepth);
      const bPanel = copyOf(code, panelBytes);
      code.get(at.packedB);
      code.if(() => {
        code.copy(bDepth, panelBytes);
        code.assign(bPanel, "i32.mul", filled, panelBytes);
        const stride = at.bColumn;
        writePanels(
          code,
          functions.packB,
          at.packedB,
          bPanel,
          panelBytes,
          b,
          stride,
          at.bDepth,
          columns,
          depth,
          VECTORS * element.lanes,
        );
        code.copy(b, at.packedB);
      });
      const row = zero(code);
      whileBelow(code, row, at.rows, () => {
        const rows = minimum(code, at.blockRows, code.value("i32.sub", at.rows, row));
        const a = sumOfProduct(code, sumOfProduct(code, at.a, row, at.aRow), depthAt, at.aDepth);
        const aRow = copyOf(code, at.aRow);
        const aDepth = copyOf(code, at.aDepth);
        const aPanel = copyOf(code, nothing);
        code.get(at.packedA);
        code.if(() => {
          code.copy(aDepth, code.constantI32(panelRowBytes(element)));
          code.assign(aPanel, "i32.mul", filled, aDepth);
          writeTiles(code, functions.packA, at.packedA, aPanel, aDepth, a, at.aRow, at.aDepth, rows, depth);
          code.copy(a, at.packedA);
          code.copy(aRow, nothing);
        });
        const c = sumOfProduct(code, sumOfProduct(code, at.c, row, at.cRow), column, at.cColumn);
        const accumulate = code.value("i32.ne", depthAt, nothing);
        const operands = [a, aRow, aDepth, aPanel, b, bDepth, bPanel, c, at.cRow, at.cColumn];
        operands.push(rows, columns, depth, accumulate, at.tile);
        code.call(functions.multiply, ...operands);
        advance(code, row, at.blockRows);
      });
      advance(code, depthAt, at.blockDepth);
    });
    advance(code, column, at.blockColumns);
  });
}

/** Packs the columns of b, a panel's width at a time. */
function writePanels(
  code: Code,
  pack: HelperFunction,
  packed: Local,
  panel: Local,
  toStride: Local,
  b: Local,
  lineStride: Local,
  depthStride: Local,
  columns: Local,
  depth: Local,
  width: number,
): void {
  const to = copyOf(code, packed);
  const from = copyOf(code, b);
  const done = zero(code);
  const whole = code.constantI32(width);
  whileBelow(code, done, columns, () => {
    const lines = minimum(code, whole, code.value("i32.sub", columns, done));
    code.call(pack, to, toStride, from, lineStride, depthStride, lines, depth);
    advance(code, to, panel);
    advance(code, from, code.value("i32.mul", whole, lineStride));
    advance(code, done, whole);
  });
}

/** Packs the rows of a as tiles share them out (see `block.ts`). */
function writeTiles(
  code: Code,
  pack: HelperFunction,
  packed: Local,
  panel: Local,
  toStride: Local,
  a: Local,
  lineStride: Local,
  depthStride: Local,
  rows: Local,
  depth: Local,
): void {
  const to = copyOf(code, packed);
  const from = copyOf(code, a);
  const tiles = code.value(
    "i32.div_u",
    code.value("i32.add", rows, code.constantI32(ROWS - 1)),
    code.constantI32(ROWS),
  );
  const few = code.value("i32.div_u", rows, tiles);
  const larger = code.value("i32.rem_u", rows, tiles);
  repeat(code, tiles, (index) => {
    const lines = code.value("i32.add", few, code.value("i32.lt_s", index, larger));
    code.call(pack, to, toStride, from, lineStride, depthStride, lines, depth);
    advance(code, to, panel);
    advance(code, from, code.value("i32.mul", lines, lineStride));
  });
}
