/** Formats figures as text. */
import { titleOf } from "./benchmark.js";
import type { PeerFigures, VariantFigures } from "./figures.js";

/** Formats a variant's figures as one line, and one further line for each bar. */
export function format({ variant, unit, peers, missing, bars, residentGrowth }: VariantFigures): string {
  const cells = peers.map((figures, i) => {
    const { median, rate, ratio } = figures;
    const times = i === 0 ? "" : ` (×${ratio.toFixed(2)})`;
    return `${titleOf(figures)} ${duration(median)} ${spread(figures)} ${rated(rate)}${unit}/s${times}${moved(figures)}`;
  });
  for (const peer of missing) cells.push(`${titleOf(peer)} missing: ${peer.missing}`);
  if (residentGrowth !== undefined) cells.push(`resident memory ${bytes(residentGrowth)} more`);
  const lines = [`  ${variant.padEnd(24)} ${cells.join("  |  ")}`];
  for (const { peer, asked, got, share } of bars) {
    const verdict = share === undefined ? "not measured" : share >= 1 ? "reached" : "MISSED";
    lines.push(`  ${"".padEnd(24)} ${verdict}: ${peer} ${asked}: ${got}`);
  }
  return lines.join("\n");
}

/** Half the distance between the quartiles. */
export function spread({ median, quartiles: [low, high] }: PeerFigures): string {
  return `±${(((high - low) / 2 / median) * 100).toFixed(0)}%`;
}

function moved({ escaped, evicted }: PeerFigures): string {
  const parts = [
    ...(escaped === undefined ? [] : [`${bytes(escaped)} escaped`]),
    ...(evicted === undefined ? [] : [`${bytes(evicted)} evicted`]),
  ];
  return parts.length === 0 ? "" : ` ${parts.join(", ")}`;
}

export function rated(rate: number): string {
  if (rate >= 1e9) return `${(rate / 1e9).toPrecision(3)} G`;
  if (rate >= 1e6) return `${(rate / 1e6).toPrecision(3)} M`;
  return rate >= 1e3 ? `${(rate / 1e3).toPrecision(3)} k` : `${rate.toPrecision(3)} `;
}

export function duration(milliseconds: number): string {
  if (milliseconds >= 100) return `${milliseconds.toFixed(0)} ms`;
  if (milliseconds >= 1) return `${milliseconds.toPrecision(3)} ms`;
  return milliseconds >= 1e-3 ? `${(milliseconds * 1e3).toPrecision(3)} µs` : `${(milliseconds * 1e6).toFixed(0)} ns`;
}

export function bytes(count: number): string {
  const size = Math.abs(count);
  if (size >= 1e6) return `${(count / 1e6).toPrecision(3)} MB`;
  return size >= 1e3 ? `${(count / 1e3).toPrecision(3)} kB` : `${Math.round(count)} B`;
}
