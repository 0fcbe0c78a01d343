/**
 * The harness: peers do the same work in one process, taking turns, so that whatever disturbs the machine disturbs all of
 * them. Their results are compared before anything is timed.
 */

/** Someone who does the work. */
export interface Peer {
  readonly name: string;
  /** Does the work once, to the end; a promise is awaited. */
  run(): void | Promise<void>;
  /** The numbers that the runs so far produced. */
  result(): ArrayLike<number> | Promise<ArrayLike<number>>;
  /** Milliseconds that so many runs take: for peers in another process, which keep their own time. */
  time?(repetitions: number): Promise<number>;
  /** Bytes moved off the device so far. */
  evictedBytes?(): number;
  /** Frees what it holds. */
  close?(): void | Promise<void>;
}

/** A peer that could not take part, and why. */
export interface MissingPeer {
  readonly name: string;
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
  /** The first one is measured against the others. */
  readonly peers: readonly (Peer | MissingPeer)[];
}

/** A benchmark; variants are made one after the other, each when the one before has been measured. */
export interface BenchmarkCase {
  readonly name: string;
  readonly about: string;
  variants(): Promise<Iterable<Variant>> | AsyncIterable<Variant>;
}

/** What was measured of one peer. Times are milliseconds a run. */
export interface PeerFigures {
  readonly peer: string;
  readonly median: number;
  /** Half the samples lie in this range. */
  readonly quartiles: readonly [number, number];
  readonly samples: number;
  /** Units of work a second. */
  readonly rate: number;
  /** This peer's median over the first peer's: above 1, the first one is faster. */
  readonly ratio: number;
  /** Bytes moved off the device, a run. */
  readonly evicted?: number;
}

/** What was measured of one variant. */
export interface VariantFigures {
  readonly case: string;
  readonly variant: string;
  readonly unit: string;
  readonly peers: readonly PeerFigures[];
  readonly missing: readonly MissingPeer[];
}

/** How long and how often is measured. */
export interface Effort {
  /** Samples of each peer. */
  readonly samples: number;
  /** Milliseconds that a sample takes at least. */
  readonly sampleTime: number;
  /** No round of samples starts after so many milliseconds, but for the first five. */
  readonly variantTime: number;
}

export const defaultEffort: Effort = { samples: 25, sampleTime: 10, variantTime: 5000 };
export const quickEffort: Effort = { samples: 7, sampleTime: 4, variantTime: 1000 };

interface Measured {
  readonly peer: Peer;
  readonly samples: number[];
  readonly repetitions: number;
  runs: number;
  evicted: number;
}

/** Compares, warms up and measures. */
export async function measure(name: string, variant: Variant, effort: Effort = defaultEffort): Promise<VariantFigures> {
  const { able, missing } = await compareResults(name, variant);
  const all: Measured[] = [];
  /** Does something with a peer; one that fails leaves, unless it is the first. */
  const attempt = async (peer: Peer, action: () => Promise<void>): Promise<void> => {
    try {
      await action();
    } catch (error) {
      if (peer === able[0]) throw error;
      missing.push({ name: peer.name, missing: reasonOf(error) });
      const place = all.findIndex((measured) => measured.peer === peer);
      if (place >= 0) all.splice(place, 1);
    }
  };
  for (const peer of able) {
    await attempt(peer, async () => {
      const repetitions = await calibrate(peer, effort.sampleTime);
      all.push({ peer, samples: [], repetitions, runs: 0, evicted: 0 });
    });
  }
  const start = performance.now();
  for (let round = 0; round < effort.samples; round++) {
    if (round >= 5 && performance.now() - start > effort.variantTime) break;
    for (const measured of [...all]) await attempt(measured.peer, () => sample(measured));
  }
  for (const { samples } of all) samples.sort((a, b) => a - b);
  const first = at(all[0].samples, 0.5);
  const figures: VariantFigures = {
    case: name,
    variant: variant.label,
    unit: variant.unit,
    peers: all.map(({ peer, samples, runs, evicted }) => {
      const median = at(samples, 0.5);
      return {
        peer: peer.name,
        median,
        quartiles: [at(samples, 0.25), at(samples, 0.75)],
        samples: samples.length,
        rate: (variant.amount / median) * 1000,
        ratio: median / first,
        ...(peer.evictedBytes === undefined ? {} : { evicted: evicted / runs }),
      };
    }),
    missing,
  };
  for (const peer of able) await attempt(peer, async () => peer.close?.());
  return figures;
}

async function sample(measured: Measured): Promise<void> {
  const { peer, samples, repetitions } = measured;
  const before = peer.evictedBytes?.() ?? 0;
  samples.push(await time(peer, repetitions));
  measured.runs += repetitions;
  measured.evicted += (peer.evictedBytes?.() ?? 0) - before;
}

function at(sorted: readonly number[], fraction: number): number {
  return sorted[Math.round((sorted.length - 1) * fraction)];
}

/** Milliseconds a run, over `repetitions` runs. */
async function time(peer: Peer, repetitions: number): Promise<number> {
  if (peer.time !== undefined) return (await peer.time(repetitions)) / repetitions;
  const start = performance.now();
  for (let i = 0; i < repetitions; i++) {
    const pending = peer.run();
    // Only who is asynchronous pays for waiting.
    if (pending !== undefined) await pending;
  }
  return (performance.now() - start) / repetitions;
}

/** Runs until the compilers had their turn, and finds how many runs make a sample. */
async function calibrate(peer: Peer, sampleTime: number): Promise<number> {
  let repetitions = 1;
  for (let total = 0; total < 5 * sampleTime; ) {
    const taken = (await time(peer, repetitions)) * repetitions;
    total += taken;
    if (taken < sampleTime) repetitions *= 2;
  }
  return repetitions;
}

/**
 * Who gives the numbers that the first peer gives. Somebody else who fails or gives other numbers counts as missing.
 *
 * @throws Error if the first peer is missing; what it throws, if it fails.
 */
async function compareResults(
  name: string,
  { label, peers, tolerance, comparedRuns = 1 }: Variant,
): Promise<{ readonly able: readonly Peer[]; readonly missing: MissingPeer[] }> {
  const able: Peer[] = [];
  const missing: MissingPeer[] = [];
  let expected: ArrayLike<number> | undefined;
  for (const peer of peers) {
    if ("missing" in peer) {
      missing.push(peer);
      if (expected === undefined) throw new Error(`${name} ${label}: ${peer.name} is missing: ${peer.missing}`);
      continue;
    }
    try {
      for (let i = 0; i < comparedRuns; i++) await peer.run();
      // A copy: what a peer hands out may be a view of memory that it uses again.
      const values = Float64Array.from(await peer.result());
      const wrong = expected === undefined ? undefined : difference(values, expected, tolerance);
      expected ??= values;
      if (wrong === undefined) able.push(peer);
      else missing.push({ name: peer.name, missing: `disagrees: ${wrong}` });
    } catch (error) {
      if (expected === undefined) throw error;
      missing.push({ name: peer.name, missing: reasonOf(error) });
    }
  }
  return { able, missing };
}

function difference(values: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): string | undefined {
  if (values.length !== expected.length) return `${values.length} numbers, not ${expected.length}`;
  let largest = 0;
  for (let i = 0; i < expected.length; i++) largest = Math.max(largest, Math.abs(expected[i]));
  for (let i = 0; i < values.length; i++) {
    if (!(Math.abs(values[i] - expected[i]) <= tolerance * largest)) {
      return `${values[i]} at ${i}, where ${expected[i]} is expected`;
    }
  }
  return undefined;
}

/** The first line of what an error says. */
export function reasonOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n")[0];
}

/** A line for people. */
export function format({ variant, unit, peers, missing }: VariantFigures): string {
  const cells = peers.map(({ peer, median, quartiles, rate, ratio, evicted }, i) => {
    const spread = `±${(((quartiles[1] - quartiles[0]) / 2 / median) * 100).toFixed(0)}%`;
    const times = i === 0 ? "" : ` (×${ratio.toFixed(2)})`;
    const moved = evicted === undefined ? "" : ` ${Math.round(evicted)} B evicted`;
    return `${peer} ${duration(median)} ${spread} ${rated(rate)}${unit}/s${times}${moved}`;
  });
  for (const { name, missing: reason } of missing) cells.push(`${name} missing: ${reason}`);
  return `  ${variant.padEnd(24)} ${cells.join("  |  ")}`;
}

function rated(rate: number): string {
  if (rate >= 1e9) return `${(rate / 1e9).toPrecision(3)} G`;
  return rate >= 1e6 ? `${(rate / 1e6).toPrecision(3)} M` : `${rate.toPrecision(3)} `;
}

function duration(milliseconds: number): string {
  if (milliseconds >= 1) return `${milliseconds.toFixed(2)} ms`;
  return milliseconds >= 1e-3 ? `${(milliseconds * 1e3).toFixed(2)} µs` : `${(milliseconds * 1e6).toFixed(0)} ns`;
}
