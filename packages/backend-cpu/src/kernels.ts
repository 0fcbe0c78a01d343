/**
 * Finding what was made for some expressions before. Expressions are hash-consed, so identity is equality.
 *
 * @module
 */
import type { Expr } from "@lucid/backend";

/** Finds plans by expressions; makes the missing ones. */
export interface Plans<P> {
  find(exprs: readonly Expr[]): P;
}

/** Plans kept at most; beyond it the table starts anew, which only costs compiling again. */
const LIMIT = 4096;

/** A bounded table of plans. */
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
        if (byIds.size >= LIMIT) {
          byIds.clear();
          byArray = new WeakMap();
        }
        plan = make(exprs);
        byIds.set(key, plan);
      }
      byArray.set(exprs, plan);
    }
    return plan;
  };
  return {
    find(exprs) {
      if (exprs.length !== 1) return findSeveral(exprs);
      const expr = exprs[0]!;
      let plan = single.get(expr);
      if (plan === undefined) {
        if (single.size >= LIMIT) single.clear();
        plan = make(exprs);
        single.set(expr, plan);
      }
      return plan;
    },
  };
}
