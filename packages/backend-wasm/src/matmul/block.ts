/**
 * The loops over the tiles of a block of the result, whose operands are in the cache.
 *
 * @module
 */
import type { Code, HelperFunction } from "../assembler/code.js";
import { I32, type Local } from "../assembler/types.js";
import { advance, copyOf, type Element, repeat, sumOfProduct, whileBelow, zero } from "./element.js";
import { type Along, type TileLayout, tileFunction } from "./tile.js";
import { type Named, panelRowBytes, ROWS } from "./words.js";

/** The number of vectors in a tile, and in a panel of the second matrix. */
export const VECTORS = 2;

/**
 * The width of tiles with few rows, in vectors, by number of rows. Wide tiles have enough sums to hide the latency of
 * an addition. The second matrix is not packed then, and the result's columns are next to each other.
 */
export const WIDE: readonly number[] = [0, 8, 4, 3];

/** The parameters of the function that computes a block, in this order. */
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

/**
 * The tiles of a module. It has only those that a product needs, because each takes time to write and compile. They
 * depend on how rows are divided among tiles.
 */
export interface TileSet {
  readonly along: Along;
  readonly packedA: boolean;
  readonly packedB: boolean;
  /** Numbers of rows, descending. */
  readonly heights: readonly number[];
  /**
   * The width in vectors of the tile that is used first, as long as it is complete, or 0. Only products with few rows
   * have it: see {@link WIDE}.
   */
  readonly wide: number;
  /** Whether there are tiles of {@link VECTORS}, and tiles of one vector for the last columns. */
  readonly whole: boolean;
  readonly narrow: boolean;
}

/** The function that computes blocks. */
export function blockFunction(element: Element, set: TileSet): HelperFunction {
  const layout: TileLayout = {
    along: set.along,
    aStep: set.packedA ? panelRowBytes(element) : undefined,
    bStep: set.packedB ? VECTORS * 16 : undefined,
  };
  const tiles = new Map<string, HelperFunction>();
  const tile = (rows: number, vectors: number): HelperFunction => {
    const key = `${rows}x${vectors}`;
    const made = tiles.get(key) ?? tileFunction(element, layout, rows, vectors);
    tiles.set(key, made);
    return made;
  };
  const merge = mergeFunction(element);
  return {
    name: "block",
    parameters: blockParameters.map(() => I32),
    results: [],
    body(code) {
      const names = Object.fromEntries(blockParameters.map((name, i) => [name, code.parameters[i]!]));
      writeBlock(code, element, set, names as Named<(typeof blockParameters)[number]>, tile, merge);
    },
  };
}

/**
 * Divides rows evenly among tiles, such as 7 into 4 and 3: the number of tiles, their least height, and how many have
 * one more row.
 */
export function shareOut(
  code: Code,
  rows: Local,
): { readonly tiles: Local; readonly few: Local; readonly larger: Local } {
  const most = code.constantI32(ROWS);
  const tiles = code.value("i32.div_u", code.value("i32.add", rows, code.constantI32(ROWS - 1)), most);
  return { tiles, few: code.value("i32.div_u", rows, tiles), larger: code.value("i32.rem_u", rows, tiles) };
}

function writeBlock(
  code: Code,
  { bytes, lanes }: Element,
  { along, heights, wide, whole, narrow }: TileSet,
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
  const { few, larger, tiles } = shareOut(code, rows);
  const aStride = along === "depth" ? aRow : aDepth;
  const direct = code.value("i32.eq", cColumn, code.constantI32(bytes));

  const column = zero(code);
  if (wide > 0) {
    const end = code.value("i32.sub", columns, code.constantI32(wide * lanes - 1));
    whileBelow(code, column, end, () => {
      code.call(tile(heights[0]!, wide), a, aStride, b, bDepth, c, cRow, depth, accumulate);
      code.increase(b, wide * 16);
      code.increase(c, wide * 16);
      code.increase(column, wide * lanes);
    });
  }

  const target = code.local(I32);
  const targetRow = code.local(I32);
  const adds = code.local(I32);
  whileBelow(code, column, columns, () => {
    const left = code.value("i32.sub", columns, column);
    const isNarrow = code.value("i32.le_s", left, vectorColumns);
    // An incomplete tile, or one whose columns are not next to each other, is first stored in scratch memory.
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
      const callTile = (height: number, vectors: number): void => {
        code.call(tile(height, vectors), aAt, aStride, b, bDepth, target, targetRow, depth, adds);
      };
      code.block((done) => {
        heights.forEach((height, i) => {
          // The last width, or the only one, needs no test.
          const only = i === heights.length - 1;
          if (!only) code.op("i32.eq", count, code.constantI32(height));
          const call = (): void => {
            if (whole && narrow) {
              code.get(isNarrow);
              code.if(
                () => callTile(height, 1),
                () => callTile(height, VECTORS),
              );
            } else callTile(height, whole ? VECTORS : 1);
            if (!only) code.br(done);
          };
          if (only) call();
          else code.if(call);
        });
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

/**
 * Copies a tile from scratch memory to its place. Parameters: tile; c, its strides; rows, columns; whether it is added.
 */
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
