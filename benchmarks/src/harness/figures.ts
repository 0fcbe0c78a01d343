/** What is measured. Plain data: `--json` prints it, and the reports are made of it. */
import type { BarFigures } from "./bars.js";
import type { MissingPeer, PeerName } from "./benchmark.js";
import type { Machine } from "./machine.js";

/** What was measured of one peer. Times are milliseconds a run. */
export interface PeerFigures extends PeerName {
  readonly median: number;
  /** Half the samples lie in this range. */
  readonly quartiles: readonly [number, number];
  readonly samples: number;
  /** Units of work a second. */
  readonly rate: number;
  /** How many times the first peer's time it takes for the same work: above 1, the first one is faster. */
  readonly ratio: number;
  /** Bytes that a run leaves to the collector. */
  readonly escaped?: number;
  /** Bytes moved off the device, a run. */
  readonly evicted?: number;
}

/** What was measured of one variant. */
export interface VariantFigures {
  readonly case: string;
  readonly variant: string;
  readonly unit: string;
  readonly figure: "time" | "rate";
  readonly headline: boolean;
  readonly peers: readonly PeerFigures[];
  readonly missing: readonly MissingPeer[];
  readonly bars: readonly BarFigures[];
  /** Bytes that the process's resident memory grew by from the first sample to the last. */
  readonly residentGrowth?: number;
}

/** A run of the benchmarks. */
export interface Results {
  readonly date: string;
  readonly quick: boolean;
  /** What the names of the chosen cases have in common; empty for all cases. */
  readonly chosen: string;
  readonly seconds: number;
  readonly machine: Machine;
  /** The system's load average over a minute, before and after; the benchmarks' own included. */
  readonly load: readonly [before: number, after: number];
  /** Versions of the peers' libraries. */
  readonly versions: Readonly<Record<string, string>>;
  readonly figures: readonly VariantFigures[];
  /** Cases that broke off, and why. */
  readonly failures: readonly { readonly case: string; readonly reason: string }[];
}
