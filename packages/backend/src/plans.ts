/**
 * Finding what was made before: plans by expressions, kernels by layout. Expressions are hash-consed, so identity is
 * equality. Tables are bounded; beyond their limit they start anew, which only costs compiling again.
 *
 * @module
 */
import type { Expr } from "./expr/node.js";

/** Plans kept at most for one operation. */
const MOST_PLANS = 4096;
/** Kernels kept at most for one plan; layouts are few, so that only an unusual program ever starts anew. */
export const MOST_KERNELS = 256;

/** Enters what was made into a table, which starts anew where it holds `limit` entries. */
export function remember<K, V>(table: Map<K, V>, key: K, value: V, limit: number = MOST_PLANS): V {
  if (table.size >= limit) table.clear();
  table.set(key, value);
  return value;
}

/** Finds plans by expressions; makes the missing ones. */
export interface Plans<P> {
  find(exprs: readonly Expr[]): P;
}

/** A table of plans. */
export function createPlans<P>(make: (exprs: readonly Expr[]) => P): Plans<P> {
  const single = new Map<Expr, P>();
  const byIds = new Map<string, P>();
  // The framework mostly passes the same array again: no key to build then.
  let byArray = new WeakMap<readonly Expr[], P>();
  const findSeveral = (exprs: readonly Expr[]): P => {
    let plan = byArray.get(exprs);
    if (plan === undefined) {
      const key = exprs.map((expr) => expr.id).join();
      plan = byIds.get(key);
      if (plan === undefined) {
        if (byIds.size >= MOST_PLANS) byArray = new WeakMap();
        plan = remember(byIds, key, make(exprs));
      }
      byArray.set(exprs, plan);
    }
    return plan;
  };
  return {
    find(exprs) {
      if (exprs.length !== 1) return findSeveral(exprs);
      const expr = exprs[0]!;
      return single.get(expr) ?? remember(single, expr, make(exprs));
    },
  };
}
