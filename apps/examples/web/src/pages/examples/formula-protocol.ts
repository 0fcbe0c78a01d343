/** The messages between the formula panel and its worker. */

export interface FormulaJob {
  readonly id: number;
  /** The text of a function: `(x, a) => …`. */
  readonly source: string;
  /** The values of the second and third arguments. */
  readonly numbers: readonly number[];
  /** x goes from −reach to reach. */
  readonly reach: number;
}

/** An expression as text. Parts that are used more than once have a name and a line of their own. */
export interface PrintedExpression {
  readonly lines: readonly string[];
  /** The number of scalar operations. */
  readonly operations: number;
}

export interface FormulaResult {
  /** The number of arguments after x. */
  readonly numbers: number;
  /** The names of these arguments. */
  readonly names: readonly string[];
  readonly expression: PrintedExpression;
  /** The gradient of x as an expression of x, y = f(x), and the gradient g of y; undefined if there is none. */
  readonly derivative: PrintedExpression | undefined;
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly first: Float32Array | undefined;
  readonly second: Float32Array | undefined;
}

export type FromFormula =
  | { readonly id: number; readonly result: FormulaResult }
  | { readonly id: number; readonly error: string; readonly line: number | undefined };
