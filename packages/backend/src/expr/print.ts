/**
 * Printing of expressions as readable text.
 *
 * @module
 */
import { type Expr, inOrder, operandsOf } from "./node.js";
import type { ScalarOp } from "./operations.js";

/** The operators that are written between their operands, with their precedence. */
const infix: Partial<Record<ScalarOp, readonly [symbol: string, precedence: number]>> = {
  mul: ["*", 6],
  div: ["/", 6],
  rem: ["%", 6],
  add: ["+", 5],
  sub: ["-", 5],
  shl: ["<<", 4],
  shr: [">>", 4],
  ushr: [">>>", 4],
  lt: ["<", 3],
  le: ["<=", 3],
  eq: ["==", 3],
  and: ["&", 2],
  xor: ["^", 1],
  or: ["|", 0],
};

const ATOM = 9;
const PREFIX = 8;

function number(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}

/**
 * Prints an expression. Inputs are `x0, x1 …`, scalars of the call are `s0, s1 …`, and positions are `i0, i1 …`. A part
 * that is used more than once is named first.
 *
 * @example
 * ```ts
 * const x = input(0, "float32");
 * printExpr(op("mul", op("exp", x), op("add", op("exp", x), constant(1, "float32")))); // → "t0 = exp(x0); t0 * (t0 + 1)"
 * ```
 */
export function printExpr(root: Expr): string {
  const uses = new Map<Expr, number>();
  const order = inOrder([root]);
  for (const expr of order) for (const operand of operandsOf(expr)) uses.set(operand, (uses.get(operand) ?? 0) + 1);
  const names = new Map<Expr, string>();
  const lines: string[] = [];

  const write = (expr: Expr, outer: number): string => {
    const name = names.get(expr);
    if (name !== undefined) return name;
    const [text, precedence] = body(expr);
    return precedence < outer ? `(${text})` : text;
  };

  const body = (expr: Expr): readonly [text: string, precedence: number] => {
    switch (expr.kind) {
      case "input":
        return [`x${expr.index}`, ATOM];
      case "scalar":
        return [`s${expr.index}`, ATOM];
      case "index":
        return [`i${expr.axis}`, ATOM];
      case "constant":
        return [number(expr.value), expr.value < 0 || Object.is(expr.value, -0) ? PREFIX : ATOM];
      case "cast":
        return [`${expr.dtype}(${write(expr.operand, 0)})`, ATOM];
      case "random":
        return [
          `random(${operandsOf(expr)
            .map((operand) => write(operand, 0))
            .join(", ")})`,
          ATOM,
        ];
      case "operation": {
        const { op, args } = expr;
        const operator = infix[op];
        if (operator !== undefined) {
          const [symbol, precedence] = operator;
          return [`${write(args[0]!, precedence)} ${symbol} ${write(args[1]!, precedence + 1)}`, precedence];
        }
        if (op === "neg") return [`-${write(args[0]!, PREFIX + 1)}`, PREFIX];
        return [`${op}(${args.map((arg) => write(arg, 0)).join(", ")})`, ATOM];
      }
    }
  };

  for (const expr of order) {
    if (expr === root || (uses.get(expr) ?? 0) < 2 || operandsOf(expr).length === 0) continue;
    const name = `t${lines.length}`;
    lines.push(`${name} = ${body(expr)[0]}`);
    names.set(expr, name);
  }
  lines.push(body(root)[0]);
  return lines.join("; ");
}
