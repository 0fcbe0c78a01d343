/**
 * Measures variants. The peers do the same work in one process and take turns, so that disturbances of the machine
 * affect all of them alike.
 */
import { judge } from "./bars.js";
import { type Peer, titleOf, type Variant } from "./benchmark.js";
import { compareResults, missingFor } from "./compare.js";
import type { PeerFigures, VariantFigures } from "./figures.js";

/** The number and the duration of measurements. */
export interface Effort {
  /** The number of samples of each peer. */
  readonly samples: number;
  /** The least duration of a sample in milliseconds. */
  readonly sampleTime: number;
  /** No round of samples starts after this many milliseconds, except for the first five. */
  readonly variantTime: number;
  /** The milliseconds that each peer runs before the first sample, so that the engine has optimised its code. */
  readonly warmUp: number;
}

export const defaultEffort: Effort = { samples: 25, sampleTime: 10, variantTime: 4000, warmUp: 500 };
export const quickEffort: Effort = { samples: 5, sampleTime: 3, variantTime: 500, warmUp: 0 };

/** Before each sample of short runs, the peer works for this many milliseconds to fill the caches with its own data. */
const WARM_TIME = 2;
/**
 * Before a sample on several threads, the peer works for this many milliseconds, because sleeping threads start late
 * and on any core.
 */
const WAKE_TIME = 20;
/** The milliseconds after which idle threads sleep. OpenBLAS's threads spin for 2²⁶ cycles. */
const REST_TIME = 40;

/** Waits. It is the same in Node and in pages. */
const sleep = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

interface Measured {
  readonly peer: Peer;
  readonly samples: number[];
  readonly repetitions: number;
  readonly escaped: number | undefined;
  runs: number;
  evicted: number;
}

/** Compares, warms up and measures the peers. A peer that fails counts as missing and does not end the measurement. */
export async function measure(name: string, variant: Variant, effort: Effort): Promise<VariantFigures> {
  const { able, missing } = await compareResults(variant);
  const all: Measured[] = [];
  const attempt = async (peer: Peer, action: () => Promise<void>): Promise<void> => {
    try {
      await action();
    } catch (error) {
      missing.push(missingFor(peer, error));
      const place = all.findIndex((measured) => measured.peer === peer);
      if (place >= 0) all.splice(place, 1);
    }
  };
  for (const peer of able) await attempt(peer, async () => void all.push(await prepare(peer, variant, effort)));

  const residentGrowth = await sampleAll(all, attempt, variant, effort);
  for (const { samples } of all) samples.sort((a, b) => a - b);
  const peers = all.map((measured) => figuresOf(measured, variant, all[0]));
  for (const peer of able) await attempt(peer, async () => peer.close?.());
  return {
    case: name,
    variant: variant.label,
    unit: variant.unit,
    figure: variant.figure ?? "time",
    peers,
    missing,
    bars: judge(variant.bars ?? [], titleOf(variant.peers[0]), variant.unit, peers, missing),
    ...(residentGrowth === undefined ? {} : { residentGrowth }),
  };
}

async function prepare(peer: Peer, variant: Variant, effort: Effort): Promise<Measured> {
  const found = await calibrate(peer, effort.sampleTime);
  if (variant.fixed === undefined) {
    for (const end = performance.now() + effort.warmUp; performance.now() < end; ) await time(peer, found);
  }
  return {
    peer,
    samples: [],
    repetitions: variant.fixed?.repetitions ?? found,
    escaped: await escapedBytes(peer),
    runs: 0,
    evicted: 0,
  };
}

/** Takes samples in turns. Returns the growth of resident memory if the variant asks for it. */
async function sampleAll(
  all: readonly Measured[],
  attempt: (peer: Peer, action: () => Promise<void>) => Promise<void>,
  { fixed }: Variant,
  effort: Effort,
): Promise<number | undefined> {
  // A quick measurement takes proportionally fewer samples.
  const rounds =
    fixed === undefined ? effort.samples : Math.ceil((fixed.samples * effort.samples) / defaultEffort.samples);
  const start = performance.now();
  const residentBytes = (): number => (fixed === undefined ? 0 : process.memoryUsage.rss());
  let resident = 0;
  for (let round = 0; round < rounds; round++) {
    if (fixed === undefined && round >= 5 && performance.now() - start > effort.variantTime) break;
    for (const measured of [...all]) await attempt(measured.peer, () => sample(measured));
    if (round === 0) resident = residentBytes();
  }
  return fixed === undefined || rounds < 2 ? undefined : residentBytes() - resident;
}

async function sample(measured: Measured): Promise<void> {
  const { peer, samples, repetitions } = measured;
  const { threads = 1, memory } = peer;
  await lead(peer, repetitions, threads > 1 ? WAKE_TIME : repetitions > 1 ? WARM_TIME : 0);
  const before = memory?.evictedBytes() ?? 0;
  samples.push(await time(peer, repetitions));
  measured.runs += repetitions;
  measured.evicted += (memory?.evictedBytes() ?? 0) - before;
  if (threads > 1) await sleep(REST_TIME);
}

/** Runs the peer for this many milliseconds without measuring. */
async function lead(peer: Peer, repetitions: number, milliseconds: number): Promise<void> {
  const portion = Math.ceil(repetitions / 8);
  for (const end = performance.now() + milliseconds; performance.now() < end; ) await time(peer, portion);
}

function figuresOf(
  { peer, samples, runs, escaped, evicted }: Measured,
  variant: Variant,
  first: Measured,
): PeerFigures {
  const rateOf = ({ amount = variant.amount }: Peer, median: number): number => (amount / median) * 1000;
  const median = at(samples, 0.5);
  const rate = rateOf(peer, median);
  return {
    name: peer.name,
    ...(peer.how === undefined ? {} : { how: peer.how }),
    median,
    quartiles: [at(samples, 0.25), at(samples, 0.75)],
    samples: samples.length,
    rate,
    ratio: rateOf(first.peer, at(first.samples, 0.5)) / rate,
    ...(escaped === undefined ? {} : { escaped, evicted: evicted / runs }),
  };
}

function at(sorted: readonly number[], fraction: number): number {
  return sorted[Math.round((sorted.length - 1) * fraction)];
}

/** The milliseconds per run, over `repetitions` runs. */
async function time(peer: Peer, repetitions: number): Promise<number> {
  if (peer.time !== undefined) return (await peer.time(repetitions)) / repetitions;
  const start = performance.now();
  for (let i = 0; i < repetitions; i++) {
    const pending = peer.run();
    // Only asynchronous peers are awaited, so that synchronous ones do not pay for it.
    if (pending !== undefined) await pending;
  }
  return (performance.now() - start) / repetitions;
}

/** Runs the peer until the engine has optimised its code, and finds the number of runs in a sample. */
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
 * The bytes that a run leaves to the garbage collector. It counts only what happens before the run first waits, because
 * the device updates its figures between events.
 */
async function escapedBytes({ memory, run }: Peer): Promise<number | undefined> {
  if (memory === undefined) return undefined;
  const before = memory.unfreedBytes();
  const pending = run();
  const escaped = memory.unfreedBytes() - before;
  await pending;
  return escaped;
}
