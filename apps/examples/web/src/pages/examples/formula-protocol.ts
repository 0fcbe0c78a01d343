/** What the formula's panel and its worker say to each other. */

export interface FormulaJob {
  readonly id: number;
  /** A function of formulas: `(x, a) => …`. */
  readonly source: string;
  /** Values of the arguments behind the first. */
  readonly numbers: readonly number[];
  /** x goes from −reach to reach. */
  readonly reach: number;
}

/** One expression: parts that are used more than once are named on lines of their own. */
export interface PrintedExpression {
  readonly lines: readonly string[];
  /** How many scalar operations it has. */
  readonly operations: number;
}

export interface FormulaResult {
  /** How many arguments the formula takes behind x. */
  readonly numbers: number;
  /** What it calls them. */
  readonly names: readonly string[];
  readonly expression: PrintedExpression;
  /** The gradient of x as an expression of x, y = f(x), and the gradient g that arrives at y; undefined if there is none. */
  readonly derivative: PrintedExpression | undefined;
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly first: Float32Array | undefined;
  readonly second: Float32Array | undefined;
}

export type FromFormula =
  | { readonly id: number; readonly result: FormulaResult }
  | { readonly id: number; readonly error: string; readonly line: number | undefined };
