/**
 * The conditions under which a contribution to a gradient counts. They are collected while gradients pass down through
 * `where`. The value of a contribution is computed without them, so it may be NaN or ∞ where a condition is false. Only
 * the finished sum is guarded by them.
 *
 * @module
 */
import { constant, type Expr, op } from "@lucid/backend";

/** A conjunction of conditions. Undefined stands for "everywhere". */
export interface Mask {
  readonly parent: Mask | undefined;
  /** The condition that was added last, and whether it must be true or false. */
  readonly condition: Expr;
  readonly holds: boolean;
  readonly depth: number;
  readonly id: number;
  /** The whole conjunction as one expression: it is true where `all` equals `truth`. */
  readonly all: Expr;
  readonly truth: boolean;
}

/**
 * A contribution to a gradient: `value` where the mask is true, and 0 elsewhere, where `value` itself may be anything.
 */
export interface Masked {
  readonly value: Expr;
  readonly mask: Mask | undefined;
}

/** The masks of one differentiation. Equal masks are the same object. */
export type Masks = Map<string, Mask>;

const isZero = (expr: Expr): boolean => expr.kind === "constant" && expr.value === 0;
const keyOf = (parent: Mask | undefined, condition: Expr, holds: boolean): string =>
  `${parent?.id ?? ""},${condition.id},${holds}`;
const not = (expr: Expr): Expr => op("not", expr);
const as = (truth: boolean, mask: Mask): Expr => (mask.truth === truth ? mask.all : not(mask.all));

/** Returns the mask `parent` and `condition`; if `holds` is false, `parent` and not `condition`. */
function within(masks: Masks, parent: Mask | undefined, condition: Expr, holds: boolean): Mask {
  if (condition.kind === "operation" && condition.op === "not") {
    condition = condition.args[0]!;
    holds = !holds;
  }
  const key = keyOf(parent, condition, holds);
  const known = masks.get(key);
  if (known !== undefined) return known;
  let all = condition;
  let truth = holds;
  if (parent !== undefined) {
    // ¬a ∧ ¬b = ¬(a ∨ b), so a chain of else branches needs no `not` at all.
    truth = parent.truth || holds;
    all = truth ? op("and", as(true, parent), holds ? condition : not(condition)) : op("or", parent.all, condition);
  }
  const mask = { parent, condition, holds, depth: (parent?.depth ?? 0) + 1, id: masks.size, all, truth };
  masks.set(key, mask);
  return mask;
}

/**
 * Returns the contribution `value` under `mask`. Guards at the beginning of `value` are moved into the mask. It is
 * undefined for 0.
 */
export function masked(masks: Masks, value: Expr, mask: Mask | undefined): Masked | undefined {
  while (value.kind === "operation" && value.op === "where") {
    const [condition, a, b] = [value.args[0]!, value.args[1]!, value.args[2]!];
    if (isZero(b)) {
      mask = within(masks, mask, condition, true);
      value = a;
    } else if (isZero(a)) {
      mask = within(masks, mask, condition, false);
      value = b;
    } else break;
  }
  return isZero(value) ? undefined : { value, mask };
}

const select = (condition: Expr, truth: boolean, a: Expr, b: Expr): Expr =>
  truth ? op("where", condition, a, b) : op("where", condition, b, a);

/**
 * Combines contributions to the same sum: those under equal masks are added, and the two branches of one `where` become
 * one `where` under their common mask. A contribution that counts everywhere comes first.
 */
function merge(masks: Masks, terms: readonly Masked[]): readonly Masked[] {
  if (terms.length === 1) return terms;
  const sums = new Map<Mask | undefined, Expr>();
  const open: Mask[] = [];
  const include = (mask: Mask | undefined, value: Expr): void => {
    const sum = sums.get(mask);
    sums.set(mask, sum === undefined ? value : op("add", sum, value));
    if (sum === undefined && mask !== undefined) {
      let at = open.length;
      while (at > 0 && open[at - 1]!.depth > mask.depth) at--;
      open.splice(at, 0, mask);
    }
  };
  for (const { value, mask } of terms) include(mask, value);

  const merged: Masked[] = [];
  while (open.length > 0) {
    const mask = open.pop()!;
    const value = sums.get(mask);
    if (value === undefined) continue;
    const { parent, condition, holds } = mask;
    const twin = masks.get(keyOf(parent, condition, !holds));
    const other = twin === undefined ? undefined : sums.get(twin);
    if (other !== undefined || sums.has(parent)) {
      if (twin !== undefined) sums.delete(twin);
      include(parent, select(condition, holds, value, other ?? constant(0, value.dtype)));
    } else merged.push({ value, mask });
  }
  const everywhere = sums.get(undefined);
  if (everywhere !== undefined) merged.unshift({ value: everywhere, mask: undefined });
  return merged;
}

/** Returns the sum as a plain expression. A contribution is exactly 0 where its mask is false. */
export function finished(masks: Masks, terms: readonly Masked[]): Expr {
  let sum: Expr | undefined;
  for (const { value, mask } of merge(masks, terms)) {
    const term = mask === undefined ? value : select(mask.all, mask.truth, value, constant(0, value.dtype));
    sum = sum === undefined ? term : op("add", sum, term);
  }
  return sum!;
}

/** Returns the sum as one contribution under the union of the masks. */
export function total(masks: Masks, terms: readonly Masked[]): Masked {
  const merged = merge(masks, terms);
  if (merged.length === 1) return merged[0]!;
  if (merged[0]!.mask === undefined) return { value: finished(masks, merged), mask: undefined };
  // Masks with the same parent are compared below it, so that neither side repeats its condition.
  const { parent } = merged[0]!.mask;
  const below = merged.every(({ mask }) => mask!.parent === parent);
  let sum: Expr | undefined;
  let union: Expr | undefined;
  for (const { value, mask } of merged) {
    const condition = below ? mask!.condition : mask!.all;
    const truth = below ? mask!.holds : mask!.truth;
    const term = select(condition, truth, value, constant(0, value.dtype));
    const side = truth ? condition : not(condition);
    sum = sum === undefined ? term : op("add", sum, term);
    union = union === undefined ? side : op("or", union, side);
  }
  return { value: sum!, mask: within(masks, below ? parent : undefined, union!, true) };
}
