/**
 * The loops around the tiles: over a block of the result whose operands are close at hand.
 *
 * @module
 */
import type { Code } from "../assembler/code.js";
import type { HelperFunction } from "../assembler/module.js";
import { I32, type Local } from "../assembler/types.js";
import { advance, copyOf, type Element, repeat, sumOfProduct, whileBelow, zero } from "./element.js";
import { type Along, tileFunction } from "./tile.js";

/** Vectors of a tile, and of a panel of the second matrix. */
export const VECTORS = 2;

/** Rows of a tile, at most: twelve vectors of sums, two of the second matrix and one of the first fill the registers. */
export const ROWS = 6;

/** Few rows make wide tiles, so that there are enough sums to hide an addition's latency: vectors by number of rows. */
const WIDE: Readonly<Record<number, number>> = { 1: 8, 2: 4, 3: 4 };

/** What a block is computed from, as parameters in this order. */
export const blockParameters = [
  "a",
  "aRow",
  "aDepth",
  "aPanel",
  "b",
  "bDepth",
  "bPanel",
  "c",
  "cRow",
  "cColumn",
  "rows",
  "columns",
  "depth",
  "accumulate",
  "scratch",
] as const;

/** A local for every name. */
export type Named<Name extends string> = Readonly<Record<Name, Local>>;

/** The functions that compute blocks: where a lies along the depth, and where it lies along its rows. */
export function blockFunction(element: Element, along: Along): HelperFunction {
  const tiles = new Map<string, HelperFunction>();
  const tile = (rows: number, vectors: number): HelperFunction => {
    const key = `${rows}x${vectors}`;
    const made = tiles.get(key) ?? tileFunction(element, along, rows, vectors);
    tiles.set(key, made);
    return made;
  };
  const merge = mergeFunction(element);
  return {
    name: `block-${along}`,
    parameters: blockParameters.map(() => I32),
    results: [],
    body(code) {
      const names = Object.fromEntries(blockParameters.map((name, i) => [name, code.parameters[i]!]));
      writeBlock(code, element, along, names as Named<(typeof blockParameters)[number]>, tile, merge);
    },
  };
}

function writeBlock(
  code: Code,
  { bytes, lanes }: Element,
  along: Along,
  {
    a,
    aRow,
    aDepth,
    aPanel,
    b,
    bDepth,
    bPanel,
    c,
    cRow,
    cColumn,
    rows,
    columns,
    depth,
    accumulate,
    scratch,
  }: Named<(typeof blockParameters)[number]>,
  tile: (rows: number, vectors: number) => HelperFunction,
  merge: HelperFunction,
): void {
  const panelColumns = VECTORS * lanes;
  const vectorColumns = code.constantI32(lanes);
  const tileStride = code.constantI32(VECTORS * 16);
  const nothing = code.constantI32(0);
  // Rows are shared out evenly: 7 are 4 and 3.
  const tileRows = code.constantI32(ROWS);
  const tiles = code.value("i32.div_u", code.value("i32.add", rows, code.constantI32(ROWS - 1)), tileRows);
  const few = code.value("i32.div_u", rows, tiles);
  const larger = code.value("i32.rem_u", rows, tiles);
  const aStride = along === "depth" ? aRow : aDepth;
  const direct = code.value("i32.eq", cColumn, code.constantI32(bytes));

  const column = zero(code);
  // Wide tiles, while they are whole: the second matrix must lie as it is, and the result side by side.
  code.op("i32.eq", bPanel, tileStride);
  code.op("i32.and", direct);
  code.if(() => {
    for (const [count, vectors] of Object.entries(WIDE)) {
      code.op("i32.eq", rows, code.constantI32(Number(count)));
      code.if(() => {
        const end = code.value("i32.sub", columns, code.constantI32(vectors * lanes - 1));
        whileBelow(code, column, end, () => {
          code.call(tile(Number(count), vectors), a, aStride, b, bDepth, c, cRow, depth, accumulate);
          code.increase(b, vectors * 16);
          code.increase(c, vectors * 16);
          code.increase(column, vectors * lanes);
        });
      });
    }
  });

  const target = code.local(I32);
  const targetRow = code.local(I32);
  const adds = code.local(I32);
  whileBelow(code, column, columns, () => {
    const left = code.value("i32.sub", columns, column);
    const narrow = code.value("i32.le_s", left, vectorColumns);
    // A tile that is not whole, or whose columns do not lie side by side, is stored elsewhere first.
    code.op("i32.ge_s", left, code.constantI32(panelColumns));
    const straight = code.value("i32.and", direct);
    code.op("i32.eq", left, vectorColumns);
    code.op("i32.and", direct);
    code.op("i32.or", straight);
    const stored = code.keep(I32);
    const valid = code.local(I32);
    code.copy(
      valid,
      code.select(
        I32,
        left,
        code.constantI32(panelColumns),
        code.value("i32.lt_s", left, code.constantI32(panelColumns)),
      ),
    );
    const aAt = copyOf(code, a);
    const cAt = copyOf(code, c);
    repeat(code, tiles, (index) => {
      const more = code.value("i32.lt_s", index, larger);
      const count = code.value("i32.add", few, more);
      code.copy(target, code.select(I32, cAt, scratch, stored));
      code.copy(targetRow, code.select(I32, cRow, tileStride, stored));
      code.copy(adds, code.select(I32, accumulate, nothing, stored));
      code.block((done) => {
        for (let height = ROWS; height >= 1; height--) {
          code.op("i32.eq", count, code.constantI32(height));
          code.if(() => {
            code.get(narrow);
            code.if(
              () => code.call(tile(height, 1), aAt, aStride, b, bDepth, target, targetRow, depth, adds),
              () => code.call(tile(height, VECTORS), aAt, aStride, b, bDepth, target, targetRow, depth, adds),
            );
            code.br(done);
          });
        }
      });
      code.op("i32.eqz", stored);
      code.if(() => code.call(merge, scratch, cAt, cRow, cColumn, count, valid, accumulate));
      // Panels of a follow each other; rows of an unpacked matrix are aRow apart.
      advance(code, aAt, sumOfProduct(code, aPanel, count, aRow));
      advance(code, cAt, code.value("i32.mul", count, cRow));
    });
    advance(code, b, bPanel);
    advance(code, c, sumOfProduct(code, nothing, code.constantI32(panelColumns), cColumn));
    code.increase(column, panelColumns);
  });
}

/** Brings a tile from scratch memory to its place. Parameters: tile; c, its strides; rows, columns; whether it is added. */
function mergeFunction(element: Element): HelperFunction {
  const { bytes } = element;
  return {
    name: "merge",
    parameters: [I32, I32, I32, I32, I32, I32, I32],
    results: [],
    body(code) {
      const [tile, c, cRow, cColumn, rows, columns, accumulate] = code.parameters as [
        Local,
        Local,
        Local,
        Local,
        Local,
        Local,
        Local,
      ];
      repeat(code, rows, () => {
        const read = copyOf(code, tile);
        const write = copyOf(code, c);
        repeat(code, columns, () => {
          const value = code.load(element.load, read);
          code.get(accumulate);
          code.if(() => code.assign(value, element.addNumbers, value, code.load(element.load, write)));
          code.store(element.store, write, value);
          code.increase(read, bytes);
          advance(code, write, cColumn);
        });
        code.increase(tile, VECTORS * 16);
        advance(code, c, cRow);
      });
    },
  };
}
