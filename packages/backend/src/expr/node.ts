/**
 * Expressions: every element-wise computation is one immutable, hash-consed graph of scalar nodes. Equal expressions
 * are the same object, so a compiled kernel can be found by identity.
 *
 * @module
 */
import type { DType } from "../dtype.js";
import type { ScalarOp } from "./operations.js";

interface Node {
  readonly dtype: DType;
  /** Unique per object; use it in cache keys of several expressions. */
  readonly id: number;
  /** Readable text, e.g. `where(x0 < 0, x0 * s0, x0)`. */
  toString(): string;
}

/** The element of the `index`-th input at the current position. */
export interface InputExpr extends Node {
  readonly kind: "input";
  readonly index: number;
}

/** A literal inside a definition. A value chosen at run time is a {@link ScalarExpr} instead: it recompiles nothing. */
export interface ConstantExpr extends Node {
  readonly kind: "constant";
  readonly value: number;
}

/** The `index`-th number that comes with the call, converted into `dtype`. */
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
 * 32 random bits, as int32: word `counter & 3` of Philox-4×32-10 block `counter >>> 2` under the key (key0, key1). Without a
 * counter it is the row-major index of the current position in the map's domain.
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

/** The direct operands of a node. */
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
 * Every node below the roots exactly once, operands before the nodes that use them: the order in which a code generator
 * writes its lines. Linear in the number of nodes, however often they are shared.
 */
export function inOrder(roots: readonly Expr[]): readonly Expr[] {
  const done = new Set<Expr>();
  const stack: Expr[] = [...roots].reverse();
  while (stack.length > 0) {
    const expr = stack[stack.length - 1]!;
    let ready = true;
    if (!done.has(expr)) {
      const operands = operandsOf(expr);
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

/** Expressions alive in the intern table at most; beyond it the table starts anew, which only costs recompiled kernels. */
const INTERN_LIMIT = 1 << 16;
const interned = new Map<string, Expr>();
let nextId = 0;

/** What a node is made of, before it has an identity. @internal */
export type Parts<E extends Expr = Expr> = E extends Expr ? Omit<E, "id" | "toString"> : never;

/**
 * The one object for these parts; `key` must identify them.
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
  interned.set(key, expr);
  return expr;
}
