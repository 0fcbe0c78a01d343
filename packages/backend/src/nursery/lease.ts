/**
 * Leases: how a nursery learns that nobody can reach a buffer any more.
 *
 * @module
 */
import type { NurserySlot } from "./slot.js";

/** The method that Node's `util.inspect` calls. */
export const inspectKey: unique symbol = Symbol.for("nodejs.util.inspect.custom") as never;

/** Receives the leases that are found while a set of them is listed. */
let visitor: ((lease: Lease) => void) | undefined;

/**
 * Stands for a buffer. The buffer holds its lease, and nothing else does, so both become unreachable at the same time.
 */
export class Lease {
  readonly slot: NurserySlot | undefined;

  constructor(slot: NurserySlot | undefined) {
    this.slot = slot;
  }

  /** Reports this lease to whoever lists leases at the moment. @internal */
  [inspectKey](): string {
    visitor?.(this);
    return "Lease";
  }
}

/** Calls `visit` for every lease that `list` inspects. @internal */
export function visitLeases<Answer>(visit: (lease: Lease) => void, list: () => Answer): Answer {
  visitor = visit;
  try {
    return list();
  } finally {
    visitor = undefined;
  }
}
