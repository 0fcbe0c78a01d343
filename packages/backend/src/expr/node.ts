/**
 * Expressions: every element-wise computation is one immutable, hash-consed graph of scalar nodes. Equal expressions
 * are the same object, so a compiled kernel can be found by identity.
 *
 * @module
 */
import { describeValue } from "../describe.js";
import type { DType } from "../dtype.js";
import { ArgumentError } from "../errors.js";
import type { ScalarOp } from "./operations.js";

/** Returns the derivatives of a value with respect to its operands, or undefined for an operand that has none. */
export type Partials = (operands: readonly Expr[]) => readonly (Expr | undefined)[];

/** A derivative that the author of an expression states, in place of the chain rule; see `withDerivative`. */
export interface StatedDerivative {
  readonly operands: readonly Expr[];
  readonly partials: Partials;
}

interface Node {
  readonly dtype: DType;
  /** Only differentiation uses it: backends compute the node without looking at it. */
  readonly derivative?: StatedDerivative;
  /** A number that no other expression has. Use it in cache keys that are made of several expressions. */
  readonly id: number;
  /** Returns readable text, such as `where(x0 < 0, x0 * s0, x0)`. */
  toString(): string;
}

/** The element at the current position of the input `index`. */
export interface InputExpr extends Node {
  readonly kind: "input";
  readonly index: number;
}

/**
 * A literal inside an expression. A number that is chosen at run time is a {@link ScalarExpr}, so that another number
 * needs no compilation.
 */
export interface ConstantExpr extends Node {
  readonly kind: "constant";
  readonly value: number;
}

/** The scalar `index` of the call, converted to `dtype`. */
export interface ScalarExpr extends Node {
  readonly kind: "scalar";
  readonly index: number;
}

/** The current position along an axis of the map's domain, as int32. */
export interface IndexExpr extends Node {
  readonly kind: "index";
  readonly axis: number;
}

/**
 * 32 random bits, as int32: word `counter & 3` of Philox-4×32-10 block `counter >>> 2` under the key (key0, key1).
 * Without a counter it is the row-major index of the current position in the map's domain.
 */
export interface RandomExpr extends Node {
  readonly kind: "random";
  readonly key0: Expr;
  readonly key1: Expr;
  readonly counter: Expr | undefined;
}

/** The value of `operand` as an element of `dtype` (see `convertValue`). */
export interface CastExpr extends Node {
  readonly kind: "cast";
  readonly operand: Expr;
}

/** A scalar operation. Operands have equal element types, except that `where` begins with a bool. */
export interface OperationExpr extends Node {
  readonly kind: "operation";
  readonly op: ScalarOp;
  readonly args: readonly Expr[];
}

/** A scalar expression. */
export type Expr = InputExpr | ConstantExpr | ScalarExpr | IndexExpr | RandomExpr | CastExpr | OperationExpr;

const NONE: readonly Expr[] = [];

/** Returns the direct operands of a node, and those of its stated derivative. */
export function partsOf(expr: Expr): readonly Expr[] {
  const operands = operandsOf(expr);
  return expr.derivative === undefined ? operands : [...operands, ...expr.derivative.operands];
}

/** Returns the direct operands of a node. */
export function operandsOf(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case "operation":
      return expr.args;
    case "cast":
      return [expr.operand];
    case "random":
      return expr.counter === undefined ? [expr.key0, expr.key1] : [expr.key0, expr.key1, expr.counter];
    default:
      return NONE;
  }
}

/**
 * Lists every node below the roots exactly once, operands before the nodes that use them. A code generator writes its
 * lines in this order. The time is linear in the number of nodes, however often they are shared.
 *
 * @param below - returns the nodes directly below a node; default: its operands.
 * @throws ArgumentError for an object that the constructors of expressions did not make: see {@link isExpr}.
 */
export function inOrder(roots: readonly Expr[], below: (expr: Expr) => readonly Expr[] = operandsOf): readonly Expr[] {
  if (!Array.isArray(roots)) {
    throw new ArgumentError("inOrder", `the roots are ${describeValue(roots)}`, {
      rule: "they are a list of expressions",
    });
  }
  for (const root of roots) assertExpr("inOrder", "a root", root);
  const done = new Set<Expr>();
  const stack: Expr[] = [...roots].reverse();
  while (stack.length > 0) {
    const expr = stack[stack.length - 1]!;
    let ready = true;
    if (!done.has(expr)) {
      const operands = below(expr);
      for (let i = operands.length - 1; i >= 0; i--) {
        if (!done.has(operands[i]!)) {
          stack.push(operands[i]!);
          ready = false;
        }
      }
    }
    if (ready) {
      stack.pop();
      done.add(expr);
    }
  }
  return [...done];
}

/**
 * The most expressions in the table of {@link intern}. A full table is emptied, which costs no more than compiling
 * kernels again.
 */
const INTERN_LIMIT = 1 << 16;
const interned = new Map<string, Expr>();
/** All expressions that the constructors made. Backends may trust no others. */
const genuine = new WeakSet<object>();
let nextId = 0;

/**
 * Whether a value is an expression that the constructors of this package made. An object of the same form that was
 * written by hand is not, because its parts were not checked.
 *
 * @example
 * ```ts
 * isExpr(constant(1, "float32")); // → true
 * isExpr({ kind: "constant", value: 1, dtype: "float32", id: 0 }); // → false
 * ```
 */
export function isExpr(value: unknown): value is Expr {
  return typeof value === "object" && value !== null && genuine.has(value);
}

/**
 * @throws ArgumentError for an object that the constructors of expressions did not make.
 *
 * @internal
 */
export function assertExpr(operation: string, what: string, value: unknown): void {
  if (isExpr(value)) return;
  throw new ArgumentError(operation, `${what} is no expression: ${describeValue(value)}`, {
    rule: "expressions are made by input, constant, scalar, index, random, cast and op of one copy of @lucid/backend",
  });
}

/** The fields of a node, without its identity. @internal */
export type Parts<E extends Expr = Expr> = E extends Expr ? Omit<E, "id" | "toString"> : never;

/**
 * Returns the one object for these parts. The key must identify them.
 *
 * @internal
 */
export function intern(key: string, parts: Parts, text: (expr: Expr) => string): Expr {
  const known = interned.get(key);
  if (known !== undefined) return known;
  if (interned.size >= INTERN_LIMIT) interned.clear();
  const expr = Object.freeze({
    ...parts,
    id: nextId++,
    toString(): string {
      return text(this as Expr);
    },
  }) as Expr;
  genuine.add(expr);
  interned.set(key, expr);
  return expr;
}
