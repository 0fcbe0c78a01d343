/**
 * Plans of rules: everything about a call that depends only on its expressions and on which inputs want a gradient.
 * They are made once and remembered.
 *
 * @module
 */

interface Known<With, Plan> {
  readonly what: With;
  readonly wanted: readonly boolean[];
  readonly plan: Plan;
}

/** The most plans that are remembered for one expression. */
const LIMIT = 16;

/**
 * Remembers what `make` returns, by the identities of an expression (or a list of them) and of its companion, and by
 * the inputs that want a gradient.
 */
export function planned<Key extends object, With, Plan>(
  make: (key: Key, what: With, wanted: readonly boolean[]) => Plan,
): (key: Key, what: With, wanted: readonly boolean[]) => Plan {
  const plans = new WeakMap<Key, Known<With, Plan>[]>();
  return (key, what, wanted) => {
    let known = plans.get(key);
    if (known === undefined) {
      known = [];
      plans.set(key, known);
    }
    for (let i = 0; i < known.length; i++) {
      const entry = known[i]!;
      if (entry.what === what && equal(entry.wanted, wanted)) return entry.plan;
    }
    if (known.length >= LIMIT) known.shift();
    const plan = make(key, what, wanted);
    known.push({ what, wanted, plan });
    return plan;
  };
}

function equal(a: readonly boolean[], b: readonly boolean[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Lists the positions that are wanted. */
export function positionsOf(wanted: readonly boolean[]): readonly number[] {
  const positions: number[] = [];
  for (let i = 0; i < wanted.length; i++) if (wanted[i]) positions.push(i);
  return positions;
}
