/**
 * Products of matrices with few rows, computed row by row, because packing would cost as much as multiplying. Eight lines of the
 * second matrix are read at the same time, in the order of its memory.
 *
 * @module
 */
import { newFloats } from "../buffer.js";
import { type Matrix, type Product, store } from "./product.js";

/** How many factors and sums are used at a time. Both fit the first-level cache. */
const LENGTH = 1024;

/** How many rows or columns of the second matrix are read at the same time. */
const LINES = 8;

/** Memory that all products reuse. */
export interface Row {
  /** The elements of a row of the first matrix. */
  readonly factors: Float64Array;
  /** Results. */
  readonly sums: Float64Array;
}

/** Allocates memory for any product. */
export function createRow(): Row {
  return { factors: newFloats("matmul", LENGTH), sums: newFloats("matmul", LENGTH) };
}

/** Multiplies row by row. */
export function multiplyRows({ a, b, c, m, n, k }: Product, { factors, sums }: Row): void {
  const add = Math.abs(b.columnStride) < Math.abs(b.rowStride) ? addRows : addColumns;
  for (let row = 0; row < m; row++) {
    for (let column = 0; column < n; column += LENGTH) {
      const columns = Math.min(LENGTH, n - column);
      sums.fill(0, 0, columns);
      for (let depth = 0; depth < k; depth += LENGTH) {
        const depths = Math.min(LENGTH, k - depth);
        load(a, row, depth, depths, factors);
        add(factors, depths, b, b.start + depth * b.rowStride + column * b.columnStride, sums, columns);
      }
      store(sums, 0, columns, c, row, column);
    }
  }
}

function load(a: Matrix, row: number, depth: number, count: number, factors: Float64Array): void {
  const { values, columnStride } = a;
  let from = a.start + row * a.rowStride + depth * columnStride;
  for (let i = 0; i < count; i++) {
    factors[i] = values[from]!;
    from += columnStride;
  }
}

/** Adds `Σ factor[i] · b[i, j]` to every sum `j`, where element (0, 0) is at `at`. */
type AddProducts = (
  factors: Float64Array,
  depths: number,
  b: Matrix,
  at: number,
  sums: Float64Array,
  columns: number,
) => void;

/** Adds multiples of the second matrix's rows. */
const addRows: AddProducts = (factors, depths, b, at, sums, columns) => {
  let depth = 0;
  for (; depth + LINES <= depths; depth += LINES) {
    addEightRows(factors, depth, b, at + depth * b.rowStride, sums, columns);
  }
  for (; depth < depths; depth++) addRow(factors[depth]!, b, at + depth * b.rowStride, sums, columns);
};

/** Adds dot products with the second matrix's columns. */
const addColumns: AddProducts = (factors, depths, b, at, sums, columns) => {
  let column = 0;
  for (; column + LINES <= columns; column += LINES) {
    addEightColumns(factors, depths, b, at + column * b.columnStride, sums, column);
  }
  for (; column < columns; column++) addColumn(factors, depths, b, at + column * b.columnStride, sums, column);
};

function addEightRows(
  factors: Float64Array,
  depth: number,
  { values, rowStride, columnStride }: Matrix,
  at: number,
  sums: Float64Array,
  columns: number,
): void {
  const a0 = factors[depth]!;
  const a1 = factors[depth + 1]!;
  const a2 = factors[depth + 2]!;
  const a3 = factors[depth + 3]!;
  const a4 = factors[depth + 4]!;
  const a5 = factors[depth + 5]!;
  const a6 = factors[depth + 6]!;
  const a7 = factors[depth + 7]!;
  const row1 = at + rowStride;
  const row2 = row1 + rowStride;
  const row3 = row2 + rowStride;
  const row4 = row3 + rowStride;
  const row5 = row4 + rowStride;
  const row6 = row5 + rowStride;
  const row7 = row6 + rowStride;
  let along = 0;
  for (let column = 0; column < columns; column++) {
    sums[column]! +=
      a0 * values[at + along]! +
      a1 * values[row1 + along]! +
      (a2 * values[row2 + along]! + a3 * values[row3 + along]!) +
      (a4 * values[row4 + along]! +
        a5 * values[row5 + along]! +
        (a6 * values[row6 + along]! + a7 * values[row7 + along]!));
    along += columnStride;
  }
}

function addRow(
  factor: number,
  { values, columnStride }: Matrix,
  at: number,
  sums: Float64Array,
  columns: number,
): void {
  for (let column = 0; column < columns; column++) {
    sums[column]! += factor * values[at]!;
    at += columnStride;
  }
}

function addEightColumns(
  factors: Float64Array,
  depths: number,
  { values, rowStride, columnStride }: Matrix,
  at: number,
  sums: Float64Array,
  column: number,
): void {
  const column1 = at + columnStride;
  const column2 = column1 + columnStride;
  const column3 = column2 + columnStride;
  const column4 = column3 + columnStride;
  const column5 = column4 + columnStride;
  const column6 = column5 + columnStride;
  const column7 = column6 + columnStride;
  let sum0 = 0;
  let sum1 = 0;
  let sum2 = 0;
  let sum3 = 0;
  let sum4 = 0;
  let sum5 = 0;
  let sum6 = 0;
  let sum7 = 0;
  let along = 0;
  for (let depth = 0; depth < depths; depth++) {
    const factor = factors[depth]!;
    sum0 += factor * values[at + along]!;
    sum1 += factor * values[column1 + along]!;
    sum2 += factor * values[column2 + along]!;
    sum3 += factor * values[column3 + along]!;
    sum4 += factor * values[column4 + along]!;
    sum5 += factor * values[column5 + along]!;
    sum6 += factor * values[column6 + along]!;
    sum7 += factor * values[column7 + along]!;
    along += rowStride;
  }
  sums[column]! += sum0;
  sums[column + 1]! += sum1;
  sums[column + 2]! += sum2;
  sums[column + 3]! += sum3;
  sums[column + 4]! += sum4;
  sums[column + 5]! += sum5;
  sums[column + 6]! += sum6;
  sums[column + 7]! += sum7;
}

function addColumn(
  factors: Float64Array,
  depths: number,
  { values, rowStride }: Matrix,
  at: number,
  sums: Float64Array,
  column: number,
): void {
  let sum = 0;
  for (let depth = 0; depth < depths; depth++) {
    sum += factors[depth]! * values[at]!;
    at += rowStride;
  }
  sums[column]! += sum;
}
