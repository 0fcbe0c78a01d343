/**
 * Products of small depth, which take most of their time to store the result. They are computed row by row, in the
 * order of memory, with the elements of the first matrix in registers. Nothing is packed.
 *
 * @module
 */
import type { Code, HelperFunction } from "../assembler/code.js";
import type { ModuleBuilder } from "../assembler/module.js";
import { I32, type Local } from "../assembler/types.js";
import { advance, copyOf, type Element, minimum, sumOfProduct, whileBelow } from "./element.js";
import { type Part, writeUnits } from "./units.js";

/** The largest depth. */
export const FLAT_DEPTH: number = 4;

/** The numbers of rows and columns in a block. */
export const FLAT_ROWS: number = 8;
export const FLAT_COLUMNS: number = 2048;

/** How many rows are computed at a time. */
const ROWS = 2;

/** How many vectors are computed at a time. */
const UNROLL = 2;

/** Adds the function `run`: see {@link writeUnits}. The columns of b and of c must be next to each other. */
export function writeFlat(
  module: ModuleBuilder,
  element: Element,
  depth: number,
  epilogue: HelperFunction | undefined,
): void {
  const several = rowsFunction(element, depth, ROWS);
  const one = rowsFunction(element, depth, 1);
  writeUnits(module, epilogue, (code, part) => writeBlocks(code, part, several, one));
}

function writeBlocks(code: Code, part: Part, several: HelperFunction, one: HelperFunction): void {
  const { at, rowBegin, rowEnd, columnBegin, columnEnd } = part;
  const column = copyOf(code, columnBegin);
  whileBelow(code, column, columnEnd, () => {
    const columns = minimum(code, at.blockColumns, code.value("i32.sub", columnEnd, column));
    const b = sumOfProduct(code, at.b, column, at.bColumn);
    const row = copyOf(code, rowBegin);
    whileBelow(code, row, rowEnd, () => {
      const rows = minimum(code, at.blockRows, code.value("i32.sub", rowEnd, row));
      const a = sumOfProduct(code, at.a, row, at.aRow);
      const start = sumOfProduct(code, sumOfProduct(code, at.c, row, at.cBlockRow), column, at.cBlockColumn);
      const c = copyOf(code, start);
      const left = copyOf(code, rows);
      const multiply = (height: number, rowsFunction: HelperFunction): void => {
        code.call(rowsFunction, a, at.aRow, at.aDepth, b, at.bDepth, c, at.cRow, columns);
        advance(code, a, code.value("i32.mul", at.aRow, code.constantI32(height)));
        advance(code, c, code.value("i32.mul", at.cRow, code.constantI32(height)));
        code.increase(left, -height);
      };
      whileBelow(code, code.constantI32(ROWS - 1), left, () => multiply(ROWS, several));
      whileBelow(code, code.constantI32(0), left, () => multiply(1, one));
      part.finish(row, column, rows, columns, start);
      advance(code, row, at.blockRows);
    });
    advance(code, column, at.blockColumns);
  });
}

/**
 * Computes some rows of the result. Parameters: a and its strides; b and its stride from depth to depth; c and its
 * stride; columns.
 */
function rowsFunction(element: Element, depth: number, rows: number): HelperFunction {
  return {
    name: `flat-${depth}x${rows}`,
    parameters: [I32, I32, I32, I32, I32, I32, I32, I32],
    results: [],
    body: (code) => writeRows(code, element, depth, rows),
  };
}

function writeRows(code: Code, { bytes, lanes, shape, splat }: Element, depth: number, rows: number): void {
  const [a, aRow, aDepth, b, bDepth, c, cRow, columns] = code.parameters as [
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
  ];
  const factors: Local[][] = [];
  for (let row = 0; row < rows; row++) {
    const address = copyOf(code, a);
    factors.push([]);
    for (let step = 0; step < depth; step++) {
      factors[row]!.push(code.load(splat, address));
      if (step < depth - 1) advance(code, address, aDepth);
    }
    if (row < rows - 1) advance(code, a, aRow);
  }
  const right: Local[] = [b];
  for (let step = 1; step < depth; step++) right.push(code.value("i32.add", right[step - 1]!, bDepth));
  const results: Local[] = [c];
  for (let row = 1; row < rows; row++) results.push(code.value("i32.add", results[row - 1]!, cRow));

  /** The results of one vector of columns, row by row. */
  const products = (vector: number): readonly Local[] => {
    const vectors = right.map((address) => code.load("v128.load", address, vector * 16));
    return factors.map((along) => {
      let sum = code.value(`${shape}.mul`, along[0]!, vectors[0]!);
      for (let step = 1; step < depth; step++) sum = code.multiplyAdd(shape, along[step]!, vectors[step]!, sum);
      return sum;
    });
  };
  for (const vectors of [UNROLL, 1]) {
    whileBelow(code, code.constantI32(vectors * lanes - 1), columns, () => {
      code.scope(() => {
        for (let vector = 0; vector < vectors; vector++) {
          products(vector).forEach((sum, row) => {
            code.store("v128.store", results[row]!, sum, vector * 16);
          });
        }
      });
      for (const address of [...right, ...results]) code.increase(address, vectors * 16);
      code.increase(columns, -vectors * lanes);
    });
  }
  code.get(columns);
  code.if((done) => {
    const last = products(0);
    for (let lane = 0; lane < lanes - 1; lane++) {
      last.forEach((sum, row) => {
        code.storeLane(bytes === 4 ? "v128.store32_lane" : "v128.store64_lane", lane, results[row]!, sum, lane * bytes);
      });
      if (lane === lanes - 2) break;
      code.op("i32.eq", columns, code.constantI32(lane + 1));
      code.brIf(done);
    }
  });
}
