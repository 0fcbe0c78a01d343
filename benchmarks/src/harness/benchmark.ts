/** The parts of a benchmark: a case has variants, and the peers of a variant do the same work in turns. */
import type { Bar } from "./bars.js";

/** The name of a peer. */
export interface PeerName {
  readonly name: string;
  /** The difference between this peer and others with the same name: "2 threads", "plain loop" … */
  readonly how?: string;
}

/** A library, or a configuration of one, that does the work. */
export interface Peer extends PeerName {
  /**
   * The number of threads that it computes on. Default: 1. Several threads are woken before the measurement, and have
   * time to fall asleep after it.
   */
  readonly threads?: number;
  /** The units of work in a run, if they differ from those of the variant. Then there is no `result`. */
  readonly amount?: number;
  /** Does the work once and completely. A promise is awaited. */
  run(): void | Promise<void>;
  /** The numbers that the runs have produced so far. Absent for peers that do other work. */
  result?(): ArrayLike<number> | Promise<ArrayLike<number>>;
  /** The milliseconds that this many runs take. Peers in another process measure their own time. */
  time?(repetitions: number): Promise<number>;
  readonly memory?: DeviceMemory;
  /** Frees all resources. */
  close?(): void | Promise<void>;
}

/** The memory of a device. */
export interface DeviceMemory {
  /**
   * The bytes of tensors that were not freed. Tensors left to the garbage collector count until the next turn of the
   * event loop.
   */
  unfreedBytes(): number;
  /** The bytes that were moved off the device so far. */
  evictedBytes(): number;
}

/** A peer that could not take part, and the reason. */
export interface MissingPeer extends PeerName {
  readonly missing: string;
}

/** One size or kind of a case. */
export interface Variant {
  readonly label: string;
  /** The amount of work in one run, for rates: floating-point operations, elements … */
  readonly amount: number;
  readonly unit: string;
  /** The largest difference between results, relative to the largest result. */
  readonly tolerance: number;
  /** The number of runs before the results are compared. Default: 1. */
  readonly comparedRuns?: number;
  /** A fixed number of samples, and of runs in each. The memory of the process is then measured too. */
  readonly fixed?: { readonly samples: number; readonly repetitions: number };
  /** The peers. The first one is compared with the others. */
  readonly peers: readonly (Peer | MissingPeer)[];
  /** The requirements for the first peer. */
  readonly bars?: readonly Bar[];
  /** The figure that the tables show. Default: "time". */
  readonly figure?: "time" | "rate";
}

/** A benchmark. Its variants are made one after the other, each when the previous one has been measured. */
export interface BenchmarkCase {
  readonly name: string;
  readonly about: string;
  variants(): AsyncIterable<Variant>;
}

/** The name that tells a peer from all other peers of a variant. */
export function titleOf({ name, how }: PeerName): string {
  return how === undefined ? name : `${name}, ${how}`;
}

/** The part of a peer's name that states its number of threads, if there are several. */
export function onThreads(threads: number): { readonly how?: string; readonly threads: number } {
  return threads === 1 ? { threads } : { threads, how: `${threads} threads` };
}
