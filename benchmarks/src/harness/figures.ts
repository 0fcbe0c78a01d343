/** The measured figures. They are plain data: `--json` prints them, and the reports are made of them. */
import type { BarFigures } from "./bars.js";
import type { MissingPeer, PeerName } from "./benchmark.js";
import type { Machine } from "./machine.js";

/** The figures of one peer. Times are in milliseconds per run. */
export interface PeerFigures extends PeerName {
  readonly median: number;
  /** The quartiles: half of the samples lie between them. */
  readonly quartiles: readonly [number, number];
  readonly samples: number;
  /** Units of work per second. */
  readonly rate: number;
  /** The peer's time for the same work, divided by the time of the first peer. Above 1, the first peer is faster. */
  readonly ratio: number;
  /** The bytes that a run leaves to the garbage collector. */
  readonly escaped?: number;
  /** The bytes that a run moves off the device. */
  readonly evicted?: number;
}

/** The figures of one variant. */
export interface VariantFigures {
  readonly case: string;
  readonly variant: string;
  readonly unit: string;
  readonly figure: "time" | "rate";
  readonly peers: readonly PeerFigures[];
  readonly missing: readonly MissingPeer[];
  readonly bars: readonly BarFigures[];
  /** The growth of the process's resident memory from the first sample to the last, in bytes. */
  readonly residentGrowth?: number;
}

/** The results of running the benchmarks. */
export interface Results {
  readonly date: string;
  readonly quick: boolean;
  /** The part of the names that the chosen cases share. Empty if all cases ran. */
  readonly chosen: string;
  readonly seconds: number;
  readonly machine: Machine;
  /** The system's load average over one minute, before and after. It includes the load of the benchmarks. */
  readonly load: readonly [before: number, after: number];
  /** The versions of the peers' libraries. */
  readonly versions: Readonly<Record<string, string>>;
  readonly figures: readonly VariantFigures[];
  /** The cases that failed, and the reasons. */
  readonly failures: readonly { readonly case: string; readonly reason: string }[];
}
