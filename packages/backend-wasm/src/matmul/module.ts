/**
 * Products that are computed in tiles: the loops over blocks, and the packing of blocks.
 *
 * @module
 */
import type { Code, HelperFunction } from "../assembler/code.js";
import type { ModuleBuilder } from "../assembler/module.js";
import { I32, type Local } from "../assembler/types.js";
import { blockFunction, shareOut, type TileSet, VECTORS } from "./block.js";
import { advance, copyOf, type Element, minimum, repeat, sumOfProduct, whileBelow, zero } from "./element.js";
import { packFunction } from "./pack.js";
import { HELD_A, HELD_B, type Part, unlessHeld, writeUnits } from "./units.js";
import { PANEL_MARGIN, panelRowBytes, ROWS, TILE_AT } from "./words.js";

/** The number of vectors for one depth of a panel of the first matrix. */
const rowVectors = (element: Element): number => Math.ceil(ROWS / element.lanes);

/** Adds the function `run`: see {@link writeUnits}. */
export function writeProduct(
  module: ModuleBuilder,
  element: Element,
  tiles: TileSet,
  epilogue: HelperFunction | undefined,
): void {
  const packA = packFunction(element, rowVectors(element));
  const packB = rowVectors(element) === VECTORS ? packA : packFunction(element, VECTORS);
  const functions: Functions = { packA, packB, multiply: blockFunction(element, tiles) };
  writeUnits(module, epilogue, (code, part) => writeBlocks(code, element, part, functions));
}

interface Functions {
  readonly packA: HelperFunction;
  readonly packB: HelperFunction;
  readonly multiply: HelperFunction;
}

function writeBlocks(code: Code, element: Element, part: Part, functions: Functions): void {
  const { at, block, rowBegin, rowEnd, columnBegin, columnEnd } = part;
  const panelBytes = code.constantI32(VECTORS * 16);
  const panelColumns = code.constantI32(VECTORS * element.lanes);
  const nothing = code.constantI32(0);
  const tile = code.value("i32.add", block, code.constantI32(TILE_AT));
  const column = copyOf(code, columnBegin);
  whileBelow(code, column, columnEnd, () => {
    const columns = minimum(code, at.blockColumns, code.value("i32.sub", columnEnd, column));
    const depthAt = zero(code);
    whileBelow(code, depthAt, at.depth, () => {
      const depth = minimum(code, at.blockDepth, code.value("i32.sub", at.depth, depthAt));
      // The length of panels is the depth, rounded up to whole vectors.
      const filled = code.value("i32.and", code.value("i32.add", depth, code.constantI32(3)), code.constantI32(-4));
      const b = sumOfProduct(code, sumOfProduct(code, at.b, depthAt, at.bDepth), column, at.bColumn);
      const bDepth = copyOf(code, at.bDepth);
      const bPanel = copyOf(code, panelBytes);
      code.get(at.packedB);
      code.if(() => {
        code.copy(bDepth, panelBytes);
        code.assign(bPanel, "i32.mul", filled, panelBytes);
        unlessHeld(code, block, HELD_B, [b, columns, depth], () => {
          inChunks(code, element, depth, at.bDepth, (from, count) => {
            const to = sumOfProduct(code, at.packedB, from, panelBytes);
            const source = sumOfProduct(code, b, from, at.bDepth);
            const done = zero(code);
            whileBelow(code, done, columns, () => {
              const lines = minimum(code, panelColumns, code.value("i32.sub", columns, done));
              code.call(functions.packB, to, panelBytes, source, at.bColumn, at.bDepth, lines, count);
              advance(code, to, bPanel);
              advance(code, source, code.value("i32.mul", panelColumns, at.bColumn));
              advance(code, done, panelColumns);
            });
          });
        });
        code.copy(b, at.packedB);
      });
      const row = copyOf(code, rowBegin);
      whileBelow(code, row, rowEnd, () => {
        const rows = minimum(code, at.blockRows, code.value("i32.sub", rowEnd, row));
        const a = sumOfProduct(code, sumOfProduct(code, at.a, row, at.aRow), depthAt, at.aDepth);
        const aRow = copyOf(code, at.aRow);
        const aDepth = copyOf(code, at.aDepth);
        const aPanel = copyOf(code, nothing);
        code.get(at.packedA);
        code.if(() => {
          code.copy(aDepth, code.constantI32(panelRowBytes(element)));
          // Packing writes a little beyond a panel, and this must not reach the next panel.
          code.assign(aPanel, "i32.add", code.value("i32.mul", filled, aDepth), code.constantI32(PANEL_MARGIN));
          unlessHeld(code, block, HELD_A, [a, rows, depth], () => {
            const { few, larger, tiles } = shareOut(code, rows);
            inChunks(code, element, depth, at.aDepth, (from, count) => {
              const to = sumOfProduct(code, at.packedA, from, aDepth);
              const source = sumOfProduct(code, a, from, at.aDepth);
              repeat(code, tiles, (index) => {
                const lines = code.value("i32.add", few, code.value("i32.lt_s", index, larger));
                code.call(functions.packA, to, aDepth, source, at.aRow, at.aDepth, lines, count);
                advance(code, to, aPanel);
                advance(code, source, code.value("i32.mul", lines, at.aRow));
              });
            });
          });
          code.copy(a, at.packedA);
          code.copy(aRow, nothing);
        });
        const c = sumOfProduct(code, sumOfProduct(code, at.c, row, at.cBlockRow), column, at.cBlockColumn);
        const accumulate = code.value("i32.ne", depthAt, nothing);
        const operands = [a, aRow, aDepth, aPanel, b, bDepth, bPanel, c, at.cRow, at.cColumn];
        operands.push(rows, columns, depth, accumulate, tile);
        code.call(functions.multiply, ...operands);
        code.op("i32.eq", code.value("i32.add", depthAt, depth), at.depth);
        code.if(() => part.finish(row, column, rows, columns, c));
        advance(code, row, at.blockRows);
      });
      advance(code, depthAt, at.blockDepth);
    });
    advance(code, column, at.blockColumns);
  });
}

/**
 * How many depths of all lines are packed at a time if neighbours are across the depth, so that whole cache lines are
 * used.
 */
const CHUNK = 16;

/** Runs the body for parts of the depth, or once for all of it if neighbours are along the depth. */
function inChunks(
  code: Code,
  { bytes }: Element,
  depth: Local,
  depthStride: Local,
  body: (from: Local, count: Local) => void,
): void {
  const along = code.value("i32.eq", depthStride, code.constantI32(bytes));
  const chunk = code.select(I32, depth, code.constantI32(CHUNK), along);
  const from = zero(code);
  whileBelow(code, from, depth, () => {
    body(from, minimum(code, chunk, code.value("i32.sub", depth, from)));
    advance(code, from, chunk);
  });
}
