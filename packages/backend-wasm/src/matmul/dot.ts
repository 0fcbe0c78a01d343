/**
 * Products with one to three columns, whose first matrix is stored by rows. A few dot products are computed at a time,
 * with vectors along the depth. The first matrix is read once, in the order of its memory.
 *
 * @module
 */
import type { Code, HelperFunction } from "../assembler/code.js";
import type { ModuleBuilder } from "../assembler/module.js";
import { I32, type Local, V128 } from "../assembler/types.js";
import { advance, copyOf, type Element, minimum, repeat, sumOfProduct, whileBelow, zero } from "./element.js";
import { packFunction } from "./pack.js";
import { HELD_B, type Part, unlessHeld, writeUnits } from "./units.js";

/** The largest number of columns. */
export const DOT_COLUMNS: number = 3;

/** The least number of sums. Fewer would wait for each other's additions. */
const SUMS = 8;

/** How many rows are computed at a time, by number of columns. */
const HEIGHTS: readonly (readonly number[])[] = [[], [8, 4, 2, 1], [4, 2, 1], [4, 2, 1]];

/** The number of rows in a block. */
export const DOT_ROWS: number = 64;

/** Adds the function `run`: see {@link writeUnits}. */
export function writeDots(
  module: ModuleBuilder,
  element: Element,
  columns: number,
  epilogue: HelperFunction | undefined,
): void {
  const functions: Functions = {
    pack: packFunction(element, 1),
    tiles: HEIGHTS[columns]!.map((rows) => ({ rows, tile: dotTile(element, rows, columns) })),
  };
  writeUnits(module, epilogue, (code, part) => writeBlocks(code, element, part, functions));
}

interface Functions {
  readonly pack: HelperFunction;
  readonly tiles: readonly { readonly rows: number; readonly tile: HelperFunction }[];
}

function writeBlocks(code: Code, element: Element, part: Part, { pack, tiles }: Functions): void {
  const { at, block } = part;
  const size = code.constantI32(element.bytes);
  const nothing = code.constantI32(0);
  const b = copyOf(code, at.b);
  const bColumn = copyOf(code, at.bColumn);
  code.get(at.packedB);
  code.if(() => {
    code.assign(bColumn, "i32.mul", at.blockDepth, size);
    unlessHeld(code, block, HELD_B, [b, at.columns, at.depth], () => {
      const from = copyOf(code, b);
      const to = copyOf(code, at.packedB);
      repeat(code, at.columns, () => {
        code.call(pack, to, size, from, at.bColumn, at.bDepth, code.constantI32(1), at.depth);
        advance(code, from, at.bColumn);
        advance(code, to, bColumn);
      });
    });
    code.copy(b, at.packedB);
  });
  const first = copyOf(code, part.rowBegin);
  whileBelow(code, first, part.rowEnd, () => {
    const rows = minimum(code, at.blockRows, code.value("i32.sub", part.rowEnd, first));
    const a = sumOfProduct(code, at.a, first, at.aRow);
    const start = sumOfProduct(code, at.c, first, at.cBlockRow);
    const c = copyOf(code, start);
    const row = zero(code);
    for (const { rows: height, tile } of tiles) {
      const last = code.value("i32.sub", rows, code.constantI32(height - 1));
      whileBelow(code, row, last, () => {
        code.call(tile, a, at.aRow, b, bColumn, c, at.cRow, at.cColumn, at.depth);
        const count = code.constantI32(height);
        advance(code, a, code.value("i32.mul", count, at.aRow));
        advance(code, c, code.value("i32.mul", count, at.cRow));
        advance(code, row, count);
      });
    }
    part.finish(first, nothing, rows, at.columns, start);
    advance(code, first, at.blockRows);
  });
}

/** Computes all dot products of some rows and columns. */
function dotTile(element: Element, rows: number, columns: number): HelperFunction {
  return {
    name: `dot-${rows}x${columns}`,
    parameters: [I32, I32, I32, I32, I32, I32, I32, I32],
    results: [],
    body: (code) => writeDotTile(code, element, rows, columns),
  };
}

function writeDotTile(code: Code, element: Element, rows: number, columns: number): void {
  const { bytes, lanes, shape } = element;
  const [a, aRow, b, bColumn, c, cRow, cColumn, depth] = code.parameters as [
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
  ];
  const parts = Math.max(1, Math.ceil(SUMS / (rows * columns)));
  const left: Local[] = [a];
  const right: Local[] = [b];
  for (let row = 1; row < rows; row++) left.push(code.value("i32.add", left[row - 1]!, aRow));
  for (let column = 1; column < columns; column++) right.push(code.value("i32.add", right[column - 1]!, bColumn));
  const sums: Local[] = [];
  for (let i = 0; i < rows * columns * parts; i++) sums.push(code.local(V128));

  const addProducts = (part: number, mask: Local | undefined): void => {
    const load = (address: Local): Local => {
      const vector = code.load("v128.load", address, mask === undefined ? part * 16 : 0);
      return mask === undefined ? vector : code.value("v128.and", vector, mask);
    };
    const factors = right.map(load);
    left.forEach((address, row) => {
      const factor = load(address);
      factors.forEach((other, column) => {
        const sum = sums[(row * columns + column) * parts + part]!;
        code.copy(sum, code.multiplyAdd(shape, factor, other, sum));
      });
    });
  };
  const move = (vectors: number): void => {
    for (const address of [...left, ...right]) code.increase(address, vectors * 16);
    code.increase(depth, -vectors * lanes);
  };
  const loop = (vectors: number): void => {
    code.block((done) => {
      code.loop((again) => {
        code.op("i32.lt_s", depth, code.constantI32(vectors * lanes));
        code.brIf(done);
        for (let part = 0; part < vectors; part++) addProducts(part, undefined);
        move(vectors);
        code.br(again);
      });
    });
  };
  loop(parts);
  if (parts > 1) loop(1);
  // Less than a vector is left. The lanes beyond it hold arbitrary values, so they are cleared in both operands.
  code.op("i32.gt_s", depth, code.constantI32(0));
  code.if(() => {
    const mask =
      lanes === 4
        ? code.value("i32x4.gt_s", code.value("i32x4.splat", depth), code.vector(Int32Array.of(0, 1, 2, 3)))
        : code.vector(Int32Array.of(-1, -1, 0, 0));
    addProducts(0, mask);
  });

  for (let row = 0; row < rows; row++) {
    const address = copyOf(code, c);
    for (let column = 0; column < columns; column++) {
      const first = (row * columns + column) * parts;
      let total = sums[first]!;
      for (let part = 1; part < parts; part++) total = code.value(`${shape}.add`, total, sums[first + part]!);
      total = code.value(`${shape}.add`, total, code.shuffle32(total, total, [2, 3, 0, 1]));
      if (lanes === 4) total = code.value("f32x4.add", total, code.shuffle32(total, total, [1, 0, 3, 2]));
      code.storeLane(bytes === 4 ? "v128.store32_lane" : "v128.store64_lane", 0, address, total);
      if (column + 1 < columns) advance(code, address, cColumn);
    }
    if (row + 1 < rows) advance(code, c, cRow);
  }
}
