/**
 * Expressions as statements of WGSL.
 *
 * @module
 */
import { type Expr, inOrder, type ScalarExpr } from "@lucid/backend";
import { castLine, type Lines, lines } from "./operations.js";
import { decode, literal, type ShaderType, shaderType, wordOf } from "./types.js";

/** Where the leaves of expressions come from. Every text is an expression of WGSL. */
export interface Leaves {
  /** The value of an input: a value of its shader type. */
  input(index: number): string;
  /** The position along an axis, an i32. */
  position(axis: number): string;
  /** The row-major index of the position, an i32. */
  rowMajor(): string;
  /** The position of the first scalar in the parameters. */
  readonly scalars: number;
  /** What names of variables begin with. */
  readonly prefix: string;
}

/** A leaf for expressions that read no positions, as the contract says of `finish` and of epilogues. */
export function noPosition(): never {
  throw new TypeError("the expression reads a position");
}

/** Statements that compute expressions. */
export interface Printed {
  readonly statements: readonly string[];
  /** One expression of WGSL for each root. */
  readonly results: readonly string[];
}

/** The scalars that expressions read, in the order in which {@link print} expects them. */
export function scalarsOf(roots: readonly Expr[]): readonly ScalarExpr[] {
  return inOrder(roots).filter((expr) => expr.kind === "scalar");
}

/** The words of the scalars of a call. */
export function scalarWords(read: readonly ScalarExpr[], scalars: readonly number[]): readonly number[] {
  return read.map(({ index, dtype }) => wordOf(scalars[index]!, dtype) | 0);
}

/** Writes statements for expressions. */
export function print(roots: readonly Expr[], leaves: Leaves): Printed {
  const scalars = scalarsOf(roots);
  const names = new Map<Expr, string>();
  const statements: string[] = [];
  const nameOf = (expr: Expr): string => names.get(expr)!;
  for (const expr of inOrder(roots)) {
    const type = shaderType(expr.dtype);
    if (expr.kind === "constant") names.set(expr, literal(expr.value, expr.dtype));
    else {
      const name = `${leaves.prefix}${names.size}`;
      statements.push(`let ${name}: ${type} = ${textOf(expr, type)};`);
      names.set(expr, name);
    }
  }
  return { statements, results: roots.map(nameOf) };

  function textOf(expr: Exclude<Expr, { kind: "constant" }>, type: ShaderType): string {
    switch (expr.kind) {
      case "input":
        return leaves.input(expr.index);
      case "index":
        return leaves.position(expr.axis);
      case "scalar":
        return decode[type](`bitcast<u32>(parameters[${leaves.scalars + scalars.indexOf(expr)}])`);
      case "cast":
        return castLine(expr.operand.dtype, expr.dtype, nameOf(expr.operand));
      case "random": {
        const counter = expr.counter === undefined ? leaves.rowMajor() : nameOf(expr.counter);
        return `philox(${nameOf(expr.key0)}, ${nameOf(expr.key1)}, ${counter})`;
      }
      case "operation": {
        // All operations but `where` have operands of one type, and the last operand of `where` has the result's.
        const operands: Lines = lines[expr.op];
        const line = operands[shaderType(expr.args[expr.args.length - 1]!.dtype)]!;
        const [a, b, c] = expr.args.map(nameOf);
        return line(a!, b ?? "", c ?? "");
      }
    }
  }
}
