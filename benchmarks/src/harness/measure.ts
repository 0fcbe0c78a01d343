/**
 * Measuring: peers do the same work in one process, taking turns, so that whatever disturbs the machine disturbs all of
 * them.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { judge } from "./bars.js";
import { type Peer, titleOf, type Variant } from "./benchmark.js";
import { compareResults, missingFor } from "./compare.js";
import type { PeerFigures, VariantFigures } from "./figures.js";

/** How long and how often is measured. */
export interface Effort {
  /** Samples of each peer. */
  readonly samples: number;
  /** Milliseconds that a sample takes at least. */
  readonly sampleTime: number;
  /** No round of samples starts after so many milliseconds, but for the first five. */
  readonly variantTime: number;
  /** Milliseconds that each peer runs before the first sample: engines compile what runs often once more. */
  readonly warmUp: number;
}

export const defaultEffort: Effort = { samples: 25, sampleTime: 10, variantTime: 4000, warmUp: 500 };
export const quickEffort: Effort = { samples: 5, sampleTime: 3, variantTime: 500, warmUp: 0 };

/** Milliseconds of work before a sample of short runs: what the peer before left in the caches is not measured. */
const WARM_TIME = 2;
/** The same before several threads are timed: a thread that slept starts late, and on any core. */
const WAKE_TIME = 20;
/** Milliseconds after which threads sleep that have nothing to do: OpenBLAS's spin for 2²⁶ cycles. */
const REST_TIME = 40;

interface Measured {
  readonly peer: Peer;
  readonly samples: number[];
  readonly repetitions: number;
  readonly escaped: number | undefined;
  runs: number;
  evicted: number;
}

/** Compares, warms up and measures. Nobody's failure ends it: who fails is missing. */
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
    headline: variant.headline ?? false,
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

/** Takes samples in turns; gives the growth of resident memory where a variant asks for it. */
async function sampleAll(
  all: readonly Measured[],
  attempt: (peer: Peer, action: () => Promise<void>) => Promise<void>,
  { fixed }: Variant,
  effort: Effort,
): Promise<number | undefined> {
  // A quick run takes fewer, in proportion.
  const rounds =
    fixed === undefined ? effort.samples : Math.ceil((fixed.samples * effort.samples) / defaultEffort.samples);
  const start = performance.now();
  let resident = 0;
  for (let round = 0; round < rounds; round++) {
    if (fixed === undefined && round >= 5 && performance.now() - start > effort.variantTime) break;
    for (const measured of [...all]) await attempt(measured.peer, () => sample(measured));
    if (round === 0) resident = process.memoryUsage.rss();
  }
  return fixed === undefined || rounds < 2 ? undefined : process.memoryUsage.rss() - resident;
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

/** Works for so many milliseconds without being timed. */
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

/** Bytes that a run leaves to the collector. It reports between events only: what a run does before it waits counts. */
async function escapedBytes({ memory, run }: Peer): Promise<number | undefined> {
  if (memory === undefined) return undefined;
  const before = memory.unfreedBytes();
  const pending = run();
  const escaped = memory.unfreedBytes() - before;
  await pending;
  return escaped;
}
