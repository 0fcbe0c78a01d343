/**
 * Tables that find what was made for expressions before. Equal expressions are one object, so they are compared by
 * identity. Every table has a limit of entries, and a {@link KernelBudget} may limit it further. A table that reaches a
 * limit is emptied, and its entries are made again as needed.
 *
 * @module
 */
import type { Expr, ReduceOp } from "../index.js";
import type { KernelBudget } from "./kernel-budget.js";

/** The most plans that are kept for one operation. */
const MOST_PLANS = 4096;
/** The most kernels to keep for one plan. There are few layouts, so only an unusual program reaches this number. */
export const MOST_KERNELS = 256;

/**
 * Enters a value into a table and returns it. A table that already holds `limit` entries is emptied first.
 *
 * @example
 * ```ts
 * const table = new Map([["a", 1], ["b", 2]]);
 * remember(table, "c", 3, 2); // → 3
 * [...table.keys()]; // → ["c"]
 * ```
 */
export function remember<K, V>(table: Map<K, V>, key: K, value: V, limit: number = MOST_PLANS): V {
  if (table.size >= limit) table.clear();
  table.set(key, value);
  return value;
}

/** A table of plans for lists of expressions. */
export interface Plans<P> {
  /** The plan for these expressions; it is made at the first call. */
  find(exprs: readonly Expr[]): P;
}

/**
 * Makes a table of plans for lists of expressions.
 *
 * @param make makes a plan that is not in the table.
 * @param budget empties the table when it is exceeded.
 *
 * @example
 * ```ts
 * const plans = createPlans((exprs) => `plan for ${exprs.join(", ")}`);
 * plans.find([op("neg", input(0, "float32"))]); // → "plan for -x0"
 * ```
 */
export function createPlans<P>(make: (exprs: readonly Expr[]) => P, budget?: KernelBudget): Plans<P> {
  const single = new Map<Expr, P>();
  const byIds = new Map<string, P>();
  // The framework usually passes the same array again, and then no key has to be built.
  let byArray = new WeakMap<readonly Expr[], P>();
  budget?.register(() => {
    single.clear();
    byIds.clear();
    byArray = new WeakMap();
  });
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

/** A table of plans for reductions. */
export interface ReducePlans<P> {
  /** The plan for this reduction; it is made at the first call. */
  find(op: ReduceOp, value: Expr, finish: Expr | undefined): P;
}

/**
 * Makes a table of plans for reductions.
 *
 * @param make makes a plan that is not in the table.
 * @param budget empties the table when it is exceeded.
 *
 * @example
 * ```ts
 * const plans = createReducePlans((op, value) => `${op} of ${value}`);
 * plans.find("sum", op("exp", input(0, "float32")), undefined); // → "sum of exp(x0)"
 * ```
 */
export function createReducePlans<P>(
  make: (op: ReduceOp, value: Expr, finish: Expr | undefined) => P,
  budget?: KernelBudget,
): ReducePlans<P> {
  type ByFinish = Map<Expr | undefined, P>;
  const plans: Readonly<Record<ReduceOp, Map<Expr, ByFinish>>> = {
    sum: new Map(),
    prod: new Map(),
    max: new Map(),
    min: new Map(),
    any: new Map(),
    all: new Map(),
    argmax: new Map(),
    argmin: new Map(),
  };
  budget?.register(() => {
    for (const table of Object.values(plans)) table.clear();
  });
  return {
    find(op, value, finish) {
      const byFinish = plans[op].get(value) ?? remember(plans[op], value, new Map() as ByFinish);
      return byFinish.get(finish) ?? remember(byFinish, finish, make(op, value, finish));
    },
  };
}
