/**
 * The product of one row and a matrix that is stored by rows. Multiples of the matrix's rows are added up, several at a
 * time, so that the matrix is read once and in order.
 *
 * @module
 */
import type { Code, HelperFunction } from "../assembler/code.js";
import type { ModuleBuilder } from "../assembler/module.js";
import { I32, type Local } from "../assembler/types.js";
import { advance, copyOf, type Element, minimum, sumOfProduct, whileBelow, zero } from "./element.js";
import { type Part, writeUnits } from "./units.js";

/** The least number of columns. With fewer, the loop along them is too short. */
export const ROW_COLUMNS = 32;
/** The number of columns in a block, whose sums fit the first-level cache. */
export const ROW_BLOCK = 2048;

/** How many depths are computed at a time. */
const DEPTHS: readonly number[] = [8, 4, 2, 1];

/** How many vectors are computed at a time. */
const UNROLL = 2;

/** Adds the function `run`: see {@link writeUnits}. The columns of b and of c must be next to each other. */
export function writeRow(module: ModuleBuilder, element: Element, epilogue: HelperFunction | undefined): void {
  const functions = DEPTHS.map((depth) => ({ depth, add: addFunction(element, depth) }));
  writeUnits(module, epilogue, (code, part) => writeBlocks(code, part, functions));
}

function writeBlocks(
  code: Code,
  part: Part,
  functions: readonly { readonly depth: number; readonly add: HelperFunction }[],
): void {
  const { at } = part;
  const nothing = code.constantI32(0);
  const column = copyOf(code, part.columnBegin);
  whileBelow(code, column, part.columnEnd, () => {
    const columns = minimum(code, at.blockColumns, code.value("i32.sub", part.columnEnd, column));
    const a = copyOf(code, at.a);
    const b = sumOfProduct(code, at.b, column, at.bColumn);
    const c = sumOfProduct(code, at.c, column, at.cBlockColumn);
    const done = zero(code);
    for (const { depth, add } of functions) {
      const last = code.value("i32.sub", at.depth, code.constantI32(depth - 1));
      whileBelow(code, done, last, () => {
        code.call(add, a, at.aDepth, b, at.bDepth, c, columns, code.value("i32.ne", done, nothing));
        const count = code.constantI32(depth);
        advance(code, a, code.value("i32.mul", count, at.aDepth));
        advance(code, b, code.value("i32.mul", count, at.bDepth));
        advance(code, done, count);
      });
    }
    part.finish(nothing, column, code.constantI32(1), columns, c);
    advance(code, column, at.blockColumns);
  });
}

/** Parameters: a and its stride; b and its stride; c; columns; whether the products are added to c. */
function addFunction(element: Element, depth: number): HelperFunction {
  return {
    name: `row-${depth}`,
    parameters: [I32, I32, I32, I32, I32, I32, I32],
    results: [],
    body: (code) => writeAdd(code, element, depth),
  };
}

function writeAdd(code: Code, { bytes, lanes, shape, splat }: Element, depth: number): void {
  const [a, aDepth, b, bDepth, c, columns, adds] = code.parameters as [Local, Local, Local, Local, Local, Local, Local];
  const factors: Local[] = [];
  const rows: Local[] = [b];
  for (let step = 0; step < depth; step++) {
    factors.push(code.load(splat, a));
    if (step > 0) rows.push(code.value("i32.add", rows[step - 1]!, bDepth));
    if (step < depth - 1) advance(code, a, aDepth);
  }
  /**
   * Adds the products of one vector to c. The first products are not added, because c holds arbitrary values before.
   */
  const sumOf = (vector: number, first: boolean): Local => {
    let sum: Local | undefined = first ? undefined : code.load("v128.load", c, vector * 16);
    for (let step = 0; step < depth; step++) {
      const row = code.load("v128.load", rows[step]!, vector * 16);
      sum =
        sum === undefined
          ? code.value(`${shape}.mul`, factors[step]!, row)
          : code.multiplyAdd(shape, factors[step]!, row, sum);
    }
    return sum!;
  };
  const writeColumns = (first: boolean): void => {
    for (const vectors of [UNROLL, 1]) {
      whileBelow(code, code.constantI32(vectors * lanes - 1), columns, () => {
        code.scope(() => {
          for (let vector = 0; vector < vectors; vector++) {
            code.store("v128.store", c, sumOf(vector, first), vector * 16);
          }
        });
        for (const address of [...rows, c]) code.increase(address, vectors * 16);
        code.increase(columns, -vectors * lanes);
      });
    }
    code.get(columns);
    code.if((done) => {
      const last = sumOf(0, first);
      for (let lane = 0; lane < lanes - 1; lane++) {
        code.storeLane(bytes === 4 ? "v128.store32_lane" : "v128.store64_lane", lane, c, last, lane * bytes);
        if (lane === lanes - 2) break;
        code.op("i32.eq", columns, code.constantI32(lane + 1));
        code.brIf(done);
      }
    });
  };
  code.get(adds);
  code.if(
    () => writeColumns(false),
    () => writeColumns(true),
  );
}
