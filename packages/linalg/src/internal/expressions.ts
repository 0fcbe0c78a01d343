/**
 * Short names for scalar expressions of kernels that work on batches of matrices: axis 0 is the batch, axis 1 the row
 * and axis 2 the column.
 *
 * @module
 */
import { constant, type DType, dtypes, type Expr, index, input, op, scalar } from "@lucid/backend";

/** The row and the column of the element that is computed. */
export const row: Expr = /* @__PURE__ */ index(1);
export const column: Expr = /* @__PURE__ */ index(2);

/** The i-th number of the call, as a position. */
export const position = (i: number): Expr => scalar(i, "int32");

export const add = (a: Expr, b: Expr): Expr => op("add", a, b);
export const sub = (a: Expr, b: Expr): Expr => op("sub", a, b);
export const mul = (a: Expr, b: Expr): Expr => op("mul", a, b);
export const div = (a: Expr, b: Expr): Expr => op("div", a, b);
export const less = (a: Expr, b: Expr): Expr => op("lt", a, b);
export const lessOrEqual = (a: Expr, b: Expr): Expr => op("le", a, b);
export const equal = (a: Expr, b: Expr): Expr => op("eq", a, b);
export const and = (a: Expr, b: Expr): Expr => op("and", a, b);
export const where = (condition: Expr, a: Expr, b: Expr): Expr => op("where", condition, a, b);

/** The expressions of one kernel for floating inputs of one type. */
export interface Terms {
  /** The element of an input. */
  readonly x: (i: number) => Expr;
  /** A number of the type of the elements. */
  readonly number: (value: number) => Expr;
  /** The i-th number of the call. */
  readonly scalar: (i: number) => Expr;
}

/** Remembers the expressions that `build` makes for each element type. */
export function kernel(build: (terms: Terms) => readonly Expr[]): (dtype: DType) => readonly Expr[] {
  const known: (readonly Expr[])[] = [];
  return (dtype) =>
    (known[dtypes[dtype].code] ??= build({
      x: (i) => input(i, dtype),
      number: (value) => constant(value, dtype),
      scalar: (i) => scalar(i, dtype),
    }));
}
