/** What a benchmark is made of: cases of variants, which peers work through in turns. */
import type { Bar } from "./bars.js";

/** Who works, and how. */
export interface PeerName {
  readonly name: string;
  /** What sets this peer apart from others of its name: "2 threads", "plain loop" … */
  readonly how?: string;
}

/** Someone who does the work. */
export interface Peer extends PeerName {
  /** How many threads it computes on; default 1. Who has more is woken before it is timed, and then left to fall asleep. */
  readonly threads?: number;
  /** Units of work in a run, where they are not the variant's; `result` is then left out. */
  readonly amount?: number;
  /** Does the work once, to the end; a promise is awaited. */
  run(): void | Promise<void>;
  /** The numbers that the runs so far produced; left out by who does other work. */
  result?(): ArrayLike<number> | Promise<ArrayLike<number>>;
  /** Milliseconds that so many runs take: for peers in another process, which keep their own time. */
  time?(repetitions: number): Promise<number>;
  readonly memory?: DeviceMemory;
  /** Frees what it holds. */
  close?(): void | Promise<void>;
}

/** A device's memory. */
export interface DeviceMemory {
  /** Bytes of tensors that were not freed; what was left to the collector counts until the program's next event. */
  unfreedBytes(): number;
  /** Bytes moved off the device so far. */
  evictedBytes(): number;
}

/** A peer that could not take part, and why. */
export interface MissingPeer extends PeerName {
  readonly missing: string;
}

/** One size or kind of a case. */
export interface Variant {
  readonly label: string;
  /** How much work one run is, for rates: floating-point operations, elements … */
  readonly amount: number;
  readonly unit: string;
  /** How far results may differ, relative to the largest of them. */
  readonly tolerance: number;
  /** How often everyone runs before results are compared; default 1. */
  readonly comparedRuns?: number;
  /** Samples and runs of each, where their number is what matters; the process's memory is then watched. */
  readonly fixed?: { readonly samples: number; readonly repetitions: number };
  /** The first one is measured against the others. */
  readonly peers: readonly (Peer | MissingPeer)[];
  /** What is asked of it. */
  readonly bars?: readonly Bar[];
  /** Which figure its tables show; default "time". */
  readonly figure?: "time" | "rate";
  /** Stands in the project's README. */
  readonly headline?: boolean;
}

/** A benchmark; variants are made one after the other, each when the one before has been measured. */
export interface BenchmarkCase {
  readonly name: string;
  readonly about: string;
  variants(): AsyncIterable<Variant>;
}

/** The name that tells a peer from all others of a variant. */
export function titleOf({ name, how }: PeerName): string {
  return how === undefined ? name : `${name}, ${how}`;
}

/** How a peer on so many threads is told from one on a single thread. */
export function onThreads(threads: number): { readonly how?: string; readonly threads: number } {
  return threads === 1 ? { threads } : { threads, how: `${threads} threads` };
}
