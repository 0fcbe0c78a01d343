/**
 * Lists of one expression.
 *
 * @module
 */
import type { Expr } from "./node.js";

const lists = new WeakMap<Expr, readonly [Expr]>();

/** Returns a list of one expression. It is always the same array, because caches find lists by identity. */
export function listOf(expr: Expr): readonly [Expr] {
  let list = lists.get(expr);
  if (list === undefined) {
    list = [expr];
    lists.set(expr, list);
  }
  return list;
}
