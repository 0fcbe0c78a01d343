/**
 * `elementwise`: a formula becomes an operation.
 *
 * @module
 */
import { ArgumentError, cast, type DType, DTypeError, dtypes, type Expr } from "@lucid/backend";
import { dispatch } from "../dispatch/call.js";
import { type MapAttributes, map } from "../primitives/map.js";
import { assertOwnCopy } from "../tensor/copies.js";
import { weakKind } from "../tensor/promotion.js";
import { Tensor } from "../tensor/tensor.js";
import { Formula, type FormulaOperand, inputFormula, literal, scalarFormula } from "./formula.js";

/** An argument of an element-wise operation: numbers and booleans take part without a tensor of their own. */
export type Operand = Tensor | number | boolean;

/** One `T` for every argument. */
export type Each<A extends readonly unknown[], T> = { readonly [K in keyof A]: T };

/** What every element-wise operation has, whatever its arguments. */
export interface ElementwiseOperation {
  /** What errors call it. */
  readonly operation: string;
  /** A call with the arguments in a list. */
  apply(args: readonly (Operand | Formula)[]): Tensor | Formula;
  /** Writes the result into `target`, whose type it must not exceed in kind. Returns the target. */
  into<T extends Tensor>(target: T, args: readonly Operand[]): T;
}

/** An element-wise operation made of a formula: over tensors one fused kernel, inside another formula a part of it. */
export interface Elementwise<A extends readonly Formula[] = readonly Formula[]> extends ElementwiseOperation {
  /** Computes over broadcast tensors. At least one argument is a tensor. */
  (...args: Each<A, Operand>): Tensor;
  /** Inside a formula: becomes a part of it. */
  (...args: Each<A, FormulaOperand>): Formula;
  /** The expression for arguments like these, with the tensors and numbers it reads; used by fused reductions. */
  trace(args: readonly Operand[]): Traced;
}

/** An element-wise operation of one argument. */
export type Unary = Elementwise<[x: Formula]>;

/** An element-wise operation of two arguments. */
export type Binary = Elementwise<[x: Formula, y: Formula]>;

/** A formula applied to concrete arguments, not yet computed. */
export interface Traced {
  readonly expr: Expr;
  readonly inputs: readonly Tensor[];
  readonly scalars: readonly number[];
}

/** Options of {@link elementwise}. */
export interface ElementwiseOptions {
  /** What errors call the operation. */
  readonly name?: string;
  /**
   * Numbers that the formula treats as literals when they are given as arguments, each with a kernel of its own: for an
   * exponent of 2, say. At most 12.
   */
  readonly literals?: readonly number[];
}

/** A formula compiled for one combination of argument types. */
interface Compiled {
  readonly attributes: MapAttributes;
  readonly expr: Expr;
  /** Which arguments are tensors; undefined if all are. */
  readonly tensors: readonly number[] | undefined;
  /** Which arguments are numbers given at call time. */
  readonly numbers: readonly number[];
  /** For in-place use, the attributes with the result converted into each target type. */
  readonly into: (MapAttributes | undefined)[];
}

const NO_SCALARS: readonly number[] = [];
/** Argument codes: element types from 0, those of tensors without axes, which promote otherwise, from 8, unsettled numbers by kind, formulas, and then literals. */
const WITHOUT_AXES = 8;
const WEAK_CODES = { int: 16, float: 17, bool: 18 } as const;
const FORMULA_CODE = 19;
const FIRST_LITERAL_CODE = 20;
const CODES = 32;
/** Codes of this many arguments fit into one exact number. */
const CODES_PER_KEY = 10;

/** What a call with a wrong argument throws. */
function refuse(operation: string, value: unknown): never {
  assertOwnCopy(operation, value);
  throw new ArgumentError(operation, `cannot compute with ${describe(value)}`, {
    rule: "operands are tensors, numbers or booleans",
  });
}

function describe(value: unknown): string {
  return Array.isArray(value)
    ? "an array"
    : value === null
      ? "null"
      : typeof value === "object"
        ? (value.constructor?.name ?? "an object")
        : typeof value === "string"
          ? `the string ${JSON.stringify(value)}`
          : typeof value === "function"
            ? "a function"
            : String(value);
}

/**
 * Turns a formula into an operation: one kernel over broadcast tensors, differentiable any number of times, on every
 * backend. Arguments may be numbers too; another number does not compile anew. Other element-wise operations can be
 * called inside, and become a part of the same kernel.
 *
 * @example
 * ```ts
 * const gaussian = elementwise((x, width) => exp(square(x.div(width)).mul(-0.5)));
 * gaussian(tensor([0, 1, 2]), 1); // → Tensor([1, 0.6065, 0.1353])
 * ```
 *
 * @throws ArgumentError when called without a tensor, or with the wrong number of arguments.
 */
export function elementwise<A extends readonly Formula[]>(
  formula: (...args: A) => FormulaOperand,
  options: ElementwiseOptions = {},
): Elementwise<A> {
  const operation = options.name ?? (formula.name || "elementwise");
  const literals = options.literals ?? NO_SCALARS;
  const arity = formula.length;
  const known = new Map<number | string, Compiled>();

  const codeOf = (value: Operand | Formula): number => {
    if (value instanceof Tensor) {
      const { code } = dtypes[value.layout.dtype];
      return value.layout.shape.length === 0 ? code + WITHOUT_AXES : code;
    }
    if (typeof value === "number") {
      const position = literals.length === 0 ? -1 : literals.indexOf(value);
      if (position >= 0) return FIRST_LITERAL_CODE + position;
      return Number.isInteger(value) ? WEAK_CODES.int : WEAK_CODES.float;
    }
    if (typeof value === "boolean") return WEAK_CODES.bool;
    if (value instanceof Formula) return FORMULA_CODE;
    refuse(operation, value);
  };

  const compile = (args: readonly Operand[]): Compiled => {
    const tensors: number[] = [];
    const numbers: number[] = [];
    const formulas = args.map((arg, i) => {
      if (arg instanceof Tensor) return inputFormula(tensors.push(i) - 1, arg.dtype, arg.ndim === 0);
      if (typeof arg === "number" && literals.includes(arg)) return literal(arg);
      return scalarFormula(numbers.push(i) - 1, weakKind(arg));
    });
    if (tensors.length === 0) {
      throw new ArgumentError(operation, "got no tensor", {
        rule: "at least one operand is a tensor",
        remedy: "wrap a number: tensor(x)",
      });
    }
    const { expr } = traceNamed(operation, () => literal(formula(...(formulas as readonly Formula[] as A))));
    return {
      attributes: { exprs: [expr], scalars: NO_SCALARS, shape: undefined, name: operation },
      expr,
      tensors: tensors.length === args.length ? undefined : tensors,
      numbers,
      into: [],
    };
  };

  /** The compiled formula for such arguments; undefined if one is a formula itself. */
  const compiledFor = (args: readonly (Operand | Formula)[]): Compiled | undefined => {
    if (args.length !== arity) {
      throw new ArgumentError(
        operation,
        `takes ${arity} ${arity === 1 ? "argument" : "arguments"}, got ${args.length}`,
      );
    }
    let code = 0;
    let prefix = "";
    let formulas = false;
    for (let i = 0; i < arity; i++) {
      const own = codeOf(args[i]!);
      if (own === FORMULA_CODE) formulas = true;
      if (i > 0 && i % CODES_PER_KEY === 0) {
        prefix = `${prefix}${code},`;
        code = 0;
      }
      code = code * CODES + own;
    }
    if (formulas) return undefined;
    const key = prefix === "" ? code : prefix + code;
    let compiled = known.get(key);
    if (compiled === undefined) {
      compiled = compile(args as readonly Operand[]);
      known.set(key, compiled);
    }
    return compiled;
  };

  const inline = (args: readonly (Operand | Formula)[]): Formula => {
    if (args.some((arg) => arg instanceof Tensor)) {
      throw new ArgumentError(operation, "got a tensor inside a formula", {
        rule: "a formula computes with its arguments and with numbers",
        remedy: "pass the tensor as another argument",
      });
    }
    return literal(formula(...((args as readonly FormulaOperand[]).map(literal) as readonly Formula[] as A)));
  };

  const apply = (args: readonly (Operand | Formula)[]): Tensor | Formula => {
    const compiled = compiledFor(args);
    if (compiled === undefined) return inline(args);
    const { tensors, numbers } = compiled;
    if (tensors === undefined) return dispatch(map, args as readonly Tensor[], compiled.attributes)[0]!;
    return dispatch(map, tensorsOf(args, tensors), {
      exprs: compiled.attributes.exprs,
      scalars: scalarsOf(args, numbers),
      shape: undefined,
      name: operation,
    })[0]!;
  };

  const compiledForTensors = (args: readonly Operand[]): Compiled => {
    const compiled = compiledFor(args);
    if (compiled === undefined) {
      throw new ArgumentError(operation, "got a formula where tensors are computed", {
        rule: "operands are tensors, numbers or booleans",
      });
    }
    return compiled;
  };

  const trace = (args: readonly Operand[]): Traced => {
    const { expr, tensors, numbers } = compiledForTensors(args);
    return { expr, inputs: tensorsOf(args, tensors), scalars: scalarsOf(args, numbers) };
  };

  const into = <T extends Tensor>(target: T, args: readonly Operand[]): T => {
    const compiled = compiledForTensors(args);
    const { layout, storage } = target;
    const { code } = dtypes[layout.dtype];
    let attributes = compiled.into[code];
    if (attributes === undefined) {
      const exprs = [castInto(operation, compiled.expr, layout.dtype)];
      attributes = { exprs, scalars: NO_SCALARS, shape: undefined, name: `${operation}_` };
      compiled.into[code] = attributes;
    }
    const { exprs, name } = attributes;
    const full = { exprs, scalars: scalarsOf(args, compiled.numbers), shape: layout.shape, name };
    dispatch(map, tensorsOf(args, compiled.tensors), full, [target], storage.backend);
    return target;
  };

  const call = (...args: readonly (Operand | Formula)[]): Tensor | Formula => apply(args);
  return Object.assign(call, { operation, apply, trace, into }) as Elementwise<A>;
}

/** Whether a value is an element-wise operation. */
export function isElementwise(value: unknown): value is ElementwiseOperation {
  return typeof value === "function" && "operation" in value && "into" in value;
}

function tensorsOf(args: readonly unknown[], positions: readonly number[] | undefined): readonly Tensor[] {
  if (positions === undefined) return args as readonly Tensor[];
  const tensors = new Array<Tensor>(positions.length);
  for (let i = 0; i < positions.length; i++) tensors[i] = args[positions[i]!] as Tensor;
  return tensors;
}

function scalarsOf(args: readonly unknown[], positions: readonly number[]): readonly number[] {
  if (positions.length === 0) return NO_SCALARS;
  const scalars = new Array<number>(positions.length);
  for (let i = 0; i < positions.length; i++) scalars[i] = Number(args[positions[i]!]);
  return scalars;
}

const RANKS = { bool: 0, int: 1, float: 2 } as const;

/** The expression in the target's type; an in-place operation must not lose a kind (a fraction in an integer tensor). */
function castInto(operation: string, expr: Expr, dtype: DType): Expr {
  if (RANKS[dtypes[expr.dtype].kind] > RANKS[dtypes[dtype].kind]) {
    throw new DTypeError(
      `${operation}_`,
      `a ${expr.dtype} result cannot be written into a ${dtype} tensor`,
      [expr.dtype, dtype],
      {
        rule: "an in-place operation keeps the type of the tensor it writes to",
        remedy: `compute it out of place, or convert first: .to("${expr.dtype}")`,
      },
    );
  }
  return cast(expr, dtype);
}

/** Errors of a definition name the operation the user called. */
function traceNamed(operation: string, define: () => Formula): Formula {
  try {
    return define();
  } catch (error) {
    if (error instanceof DTypeError && error.operation !== operation) {
      throw new DTypeError(operation, error.message.replace(/^\[[^\]]*\] /, ""), error.dtypes, { cause: error });
    }
    throw error;
  }
}
