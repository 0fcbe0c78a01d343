/**
 * The harness: peers do the same work in one process, taking turns, so that whatever disturbs the machine disturbs all of
 * them. Their results are compared before anything is timed.
 */

/** Someone who does the work. */
export interface Peer {
  readonly name: string;
  /** Does the work once, to the end. */
  run(): void;
  /** The numbers that the last run produced. */
  result(): ArrayLike<number>;
}

/** One size or kind of a case. */
export interface Variant {
  readonly label: string;
  /** How much work one run is, for rates: floating-point operations, elements … */
  readonly amount: number;
  readonly unit: string;
  /** How far results may differ, relative to the largest of them. */
  readonly tolerance: number;
  /** The first one is measured against the others. */
  readonly peers: readonly Peer[];
}

/** A benchmark. */
export interface BenchmarkCase {
  readonly name: string;
  readonly about: string;
  variants(): Promise<readonly Variant[]>;
}

/** What was measured of one peer. Times are milliseconds a run. */
export interface PeerFigures {
  readonly peer: string;
  readonly median: number;
  /** Half the samples lie in this range. */
  readonly quartiles: readonly [number, number];
  /** Units of work a second. */
  readonly rate: number;
  /** This peer's median over the first peer's: above 1, the first one is faster. */
  readonly ratio: number;
}

/** What was measured of one variant. */
export interface VariantFigures {
  readonly case: string;
  readonly variant: string;
  readonly unit: string;
  readonly peers: readonly PeerFigures[];
}

/** How long and how often is measured. */
export interface Effort {
  /** Samples of each peer. */
  readonly samples: number;
  /** Milliseconds that a sample takes at least. */
  readonly sampleTime: number;
}

export const defaultEffort: Effort = { samples: 25, sampleTime: 10 };

/** Compares, warms up and measures. */
export function measure(name: string, variant: Variant, effort: Effort = defaultEffort): VariantFigures {
  compareResults(name, variant);
  const repetitions = variant.peers.map((peer) => calibrate(peer, effort.sampleTime));
  const samples = variant.peers.map((): number[] => []);
  for (let round = 0; round < effort.samples; round++) {
    for (const [i, peer] of variant.peers.entries()) samples[i].push(time(peer, repetitions[i]));
  }
  const sorted = samples.map((times) => times.sort((a, b) => a - b));
  const first = at(sorted[0], 0.5);
  return {
    case: name,
    variant: variant.label,
    unit: variant.unit,
    peers: variant.peers.map((peer, i) => {
      const median = at(sorted[i], 0.5);
      return {
        peer: peer.name,
        median,
        quartiles: [at(sorted[i], 0.25), at(sorted[i], 0.75)],
        rate: (variant.amount / median) * 1000,
        ratio: median / first,
      };
    }),
  };
}

function at(sorted: readonly number[], fraction: number): number {
  return sorted[Math.round((sorted.length - 1) * fraction)];
}

/** Milliseconds a run, over `repetitions` runs. */
function time(peer: Peer, repetitions: number): number {
  const start = performance.now();
  for (let i = 0; i < repetitions; i++) peer.run();
  return (performance.now() - start) / repetitions;
}

/** Runs until the compilers had their turn, and finds how many runs make a sample. */
function calibrate(peer: Peer, sampleTime: number): number {
  let repetitions = 1;
  for (let total = 0; total < 5 * sampleTime; ) {
    const taken = time(peer, repetitions) * repetitions;
    total += taken;
    if (taken < sampleTime) repetitions *= 2;
  }
  return repetitions;
}

function compareResults(name: string, variant: Variant): void {
  const [first, ...others] = variant.peers.map((peer) => {
    peer.run();
    return { peer, values: Array.from(peer.result()) };
  });
  const largest = first.values.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
  for (const { peer, values } of others) {
    if (values.length !== first.values.length) {
      throw new Error(
        `${name} ${variant.label}: ${peer.name} gave ${values.length} numbers, not ${first.values.length}`,
      );
    }
    values.forEach((value, i) => {
      const difference = Math.abs(value - first.values[i]);
      if (!(difference <= variant.tolerance * largest)) {
        throw new Error(
          `${name} ${variant.label}: ${peer.name} gave ${value} and ${first.peer.name} ${first.values[i]} at ${i}`,
        );
      }
    });
  }
}

/** A line for people. */
export function format({ variant, unit, peers }: VariantFigures): string {
  const cells = peers.map(({ peer, median, quartiles, rate, ratio }, i) => {
    const spread = `±${(((quartiles[1] - quartiles[0]) / 2 / median) * 100).toFixed(0)}%`;
    const times = i === 0 ? "" : ` (×${ratio.toFixed(2)})`;
    return `${peer} ${duration(median)} ${spread} ${(rate / 1e9).toPrecision(3)} G${unit}/s${times}`;
  });
  return `  ${variant.padEnd(24)} ${cells.join("  |  ")}`;
}

function duration(milliseconds: number): string {
  if (milliseconds >= 1) return `${milliseconds.toFixed(2)} ms`;
  return milliseconds >= 1e-3 ? `${(milliseconds * 1e3).toFixed(2)} µs` : `${(milliseconds * 1e6).toFixed(0)} ns`;
}
