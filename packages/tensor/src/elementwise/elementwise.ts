/**
 * `elementwise`: a formula becomes an operation.
 *
 * @module
 */
import { ArgumentError, type Backend, cast, type DType, DTypeError, dtypes, type Expr } from "@lucid/backend";
import { dispatch } from "../dispatch/call.js";
import { type MapAttributes, map } from "../primitives/map.js";
import { weakKind } from "../tensor/promotion.js";
import { Tensor } from "../tensor/tensor.js";
import { Formula, type FormulaOperand, inputFormula, literal, scalarFormula } from "./formula.js";

/** An argument of an element-wise operation: numbers and booleans take part without a tensor of their own. */
export type Operand = Tensor | number | boolean;

/** One `T` for every argument. */
type Each<A extends readonly Formula[], T> = { readonly [K in keyof A]: T };

/** An element-wise operation made of a formula: over tensors one fused kernel, inside another formula a part of it. */
export interface Elementwise<A extends readonly Formula[] = readonly Formula[]> {
  /** Computes over broadcast tensors. At least one argument is a tensor. */
  (...args: Each<A, Operand>): Tensor;
  /** Inside a formula: becomes a part of it. */
  (...args: Each<A, FormulaOperand>): Formula;
  /** What errors call it. */
  readonly operation: string;
  /** The expression for arguments like these, with the tensors and numbers it reads; used by fused reductions. */
  trace(args: readonly Operand[]): Traced;
  /** Writes the result into `target`, whose type it must not exceed in kind. Returns the target. */
  into<T extends Tensor>(target: T, args: readonly Operand[]): T;
}

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
}

/** A formula compiled for one combination of argument types. */
interface Compiled {
  readonly attributes: MapAttributes;
  readonly expr: Expr;
  /** Number of number arguments. */
  readonly numbers: number;
  /** For in-place use, the attributes with the result converted into each target type. */
  readonly into: (MapAttributes | undefined)[];
}

const NO_SCALARS: readonly number[] = [];
/** Argument codes: element types first, then unsettled numbers by kind. */
const WEAK_CODES = { int: 5, float: 6, bool: 7 } as const;
const CODE_BITS = 3;

function codeOf(operation: string, value: Operand): number {
  if (value instanceof Tensor) return dtypes[value.layout.dtype].code;
  if (typeof value === "number") return Number.isInteger(value) ? WEAK_CODES.int : WEAK_CODES.float;
  if (typeof value === "boolean") return WEAK_CODES.bool;
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
  const arity = formula.length;
  const known = new Map<number, Compiled>();

  const compile = (args: readonly Operand[]): Compiled => {
    let tensors = 0;
    let numbers = 0;
    const formulas = args.map((arg) =>
      arg instanceof Tensor ? inputFormula(tensors++, arg.dtype) : scalarFormula(numbers++, weakKind(arg)),
    );
    const { expr } = traceNamed(operation, () => literal(formula(...(formulas as readonly Formula[] as A))));
    const attributes: MapAttributes = { exprs: [expr], scalars: NO_SCALARS, shape: undefined, name: operation };
    return { attributes, expr, numbers, into: [] };
  };

  const compiledFor = (args: readonly Operand[]): Compiled => {
    if (args.length !== arity) {
      throw new ArgumentError(
        operation,
        `takes ${arity} ${arity === 1 ? "argument" : "arguments"}, got ${args.length}`,
      );
    }
    let code = 0;
    for (let i = 0; i < args.length; i++) code = code * (1 << CODE_BITS) + codeOf(operation, args[i]!);
    let compiled = known.get(code);
    if (compiled === undefined) {
      compiled = compile(args);
      known.set(code, compiled);
    }
    return compiled;
  };

  const scalarsOf = (args: readonly Operand[], count: number): readonly number[] => {
    if (count === 0) return NO_SCALARS;
    const scalars = new Array<number>(count);
    for (let i = 0, next = 0; i < args.length; i++) {
      const arg = args[i]!;
      if (!(arg instanceof Tensor)) scalars[next++] = Number(arg);
    }
    return scalars;
  };

  const tensorsOf = (args: readonly Operand[], count: number): readonly Tensor[] => {
    if (count === args.length) return args as readonly Tensor[];
    return args.filter((arg): arg is Tensor => arg instanceof Tensor);
  };

  const call = (...args: readonly (Operand | Formula)[]): Tensor | Formula => {
    for (let i = 0; i < args.length; i++) {
      if (args[i] instanceof Formula)
        return literal(formula(...((args as readonly FormulaOperand[]).map(literal) as readonly Formula[] as A)));
    }
    const operands = args as readonly Operand[];
    const compiled = compiledFor(operands);
    const { numbers } = compiled;
    if (numbers === operands.length) {
      throw new ArgumentError(operation, "got no tensor", {
        rule: "at least one operand is a tensor",
        remedy: "wrap a number: tensor(x)",
      });
    }
    const attributes =
      numbers === 0 ? compiled.attributes : { ...compiled.attributes, scalars: scalarsOf(operands, numbers) };
    return dispatch(map, tensorsOf(operands, operands.length - numbers), attributes)[0]!;
  };

  const trace = (args: readonly Operand[]): Traced => {
    const { expr, numbers } = compiledFor(args);
    return { expr, inputs: tensorsOf(args, args.length - numbers), scalars: scalarsOf(args, numbers) };
  };

  const into = <T extends Tensor>(target: T, args: readonly Operand[]): T => {
    const compiled = compiledFor(args);
    const { numbers } = compiled;
    const { code } = dtypes[target.dtype];
    let attributes = compiled.into[code];
    if (attributes === undefined) {
      attributes = { ...compiled.attributes, exprs: [castInto(operation, compiled.expr, target.dtype)] };
      compiled.into[code] = attributes;
    }
    const backend: Backend = target.backend;
    const full = { ...attributes, scalars: scalarsOf(args, numbers), shape: target.shape };
    dispatch(map, tensorsOf(args, args.length - numbers), full, [target], backend);
    return target;
  };

  return Object.assign(call, { operation, trace, into }) as Elementwise<A>;
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
