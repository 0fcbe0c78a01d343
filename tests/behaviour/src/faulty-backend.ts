import { type Backend, extendBackend } from "@lucid/backend";
import { countingBackend } from "./counting-backend.js";

/** What a {@link FaultyBackend} throws. */
export class Fault extends Error {}

/** The calls that can be made to fail: those that make buffers, and those that compute. */
export type FaultKind = "allocate" | "compute";

/** A CPU backend of which the n-th call fails before it does anything. */
export interface FaultyBackend {
  readonly backend: Backend;
  /** Buffers allocated and not freed. */
  readonly live: () => number;
  /** The `n`-th call of this kind from now on fails; 0 for none. */
  readonly arm: (kind: FaultKind, n: number) => void;
}

/** Makes a {@link FaultyBackend}. */
export function faultyBackend(): FaultyBackend {
  const { backend: base, live } = countingBackend();
  const left: Record<FaultKind, number> = { allocate: 0, compute: 0 };
  const failing =
    <A extends readonly unknown[], R>(kind: FaultKind, member: (...args: A) => R): ((...args: A) => R) =>
    (...args) => {
      if (left[kind] > 0 && --left[kind] === 0) throw new Fault(kind);
      return member(...args);
    };
  const backend = extendBackend(base, {
    name: "faulty",
    allocate: failing("allocate", base.allocate),
    map: failing("compute", base.map),
    reduce: failing("compute", base.reduce),
    matmul: failing("compute", base.matmul),
    gather: failing("compute", base.gather),
    scatter: failing("compute", base.scatter),
    scan: failing("compute", base.scan),
    sort: failing("compute", base.sort),
  });
  return {
    backend,
    live,
    arm(kind, n) {
      left.allocate = 0;
      left.compute = 0;
      left[kind] = n;
    },
  };
}
