/** CBLAS as its definition says, for tests: it refuses what a library would refuse, and computes in float64. */
import type { TypedArray } from "@lucid/backend";
import { AS_STORED, COLUMN_MAJOR, type Gemm, type Gemv, ROW_MAJOR, type Routines, TRANSPOSED } from "../src/library.js";

/** What was called. */
export interface ReferenceBlas {
  readonly routines: Routines;
  /** The sizes of every call: `gemm 2×3×4`, `gemv 2×3`. */
  readonly calls: string[];
}

function check(holds: boolean, what: string): void {
  if (!holds) throw new Error(`BLAS would refuse this: ${what}`);
}

const isOrder = (order: number): boolean => order === ROW_MAJOR || order === COLUMN_MAJOR;
const isTranspose = (transpose: number): boolean => transpose === AS_STORED || transpose === TRANSPOSED;

/** Element [i, j] of op(A), where `rows × columns` are A's own before op. */
function matrix(
  order: number,
  transpose: number,
  rows: number,
  columns: number,
  values: TypedArray,
  leading: number,
): (i: number, j: number) => number {
  const rowMajor = order === ROW_MAJOR;
  check(Number.isInteger(leading) && leading >= Math.max(1, rowMajor ? columns : rows), `leading dimension ${leading}`);
  const last = rowMajor ? (rows - 1) * leading + columns - 1 : (columns - 1) * leading + rows - 1;
  check(last < values.length, `reads ${last} of ${values.length}`);
  const at = (i: number, j: number): number => values[rowMajor ? i * leading + j : j * leading + i];
  return transpose === AS_STORED ? at : (i, j) => at(j, i);
}

export function referenceBlas(): ReferenceBlas {
  const calls: string[] = [];
  const gemm: Gemm = (order, transposeA, transposeB, m, n, k, alpha, a, leadingA, b, leadingB, beta, c, leadingC) => {
    calls.push(`gemm ${m}×${k}×${n}`);
    check(isOrder(order) && isTranspose(transposeA) && isTranspose(transposeB), "flags");
    check(alpha === 1 && beta === 0, "alpha and beta");
    const [rowsA, columnsA] = transposeA === AS_STORED ? [m, k] : [k, m];
    const [rowsB, columnsB] = transposeB === AS_STORED ? [k, n] : [n, k];
    const elementA = matrix(order, transposeA, rowsA, columnsA, a, leadingA);
    const elementB = matrix(order, transposeB, rowsB, columnsB, b, leadingB);
    matrix(order, AS_STORED, m, n, c, leadingC);
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        let sum = 0;
        for (let p = 0; p < k; p++) sum += elementA(i, p) * elementB(p, j);
        c[order === ROW_MAJOR ? i * leadingC + j : j * leadingC + i] = sum;
      }
    }
  };
  const gemv: Gemv = (order, transpose, rows, columns, alpha, a, leadingA, x, strideX, beta, y, strideY) => {
    calls.push(`gemv ${rows}×${columns}`);
    check(isOrder(order) && isTranspose(transpose), "flags");
    check(alpha === 1 && beta === 0, "alpha and beta");
    check(strideX !== 0 && strideY !== 0, `strides ${strideX} and ${strideY}`);
    const element = matrix(order, transpose, rows, columns, a, leadingA);
    const [length, width] = transpose === AS_STORED ? [rows, columns] : [columns, rows];
    const startX = strideX < 0 ? -(width - 1) * strideX : 0;
    const startY = strideY < 0 ? -(length - 1) * strideY : 0;
    for (let i = 0; i < length; i++) {
      let sum = 0;
      for (let p = 0; p < width; p++) sum += element(i, p) * x[startX + p * strideX];
      // As some libraries do: beta scales, so that NaN stays.
      y[startY + i * strideY] = y[startY + i * strideY] * beta + sum;
    }
  };
  return { routines: { gemm, gemv }, calls };
}
