/** Bars: what is asked of a variant, and whether it is reached. */

import type { MissingPeer } from "./benchmark.js";
import { titleOf } from "./benchmark.js";
import type { PeerFigures } from "./figures.js";
import { duration, rated } from "./format.js";

/** What is asked of one peer, by default the first. Peers are named as {@link titleOf} does. */
export type Bar = { readonly peer?: string } & (
  | {
      /** The most that a run may take; more than a run of `over`, where given. */
      readonly milliseconds: number;
      readonly over?: string;
    }
  /** The least units of work a second. */
  | { readonly rate: number }
  /** The least rate, in rates of another peer. */
  | { readonly times: number; readonly of: string }
);

/** A bar, and what was measured. */
export interface BarFigures {
  readonly peer: string;
  readonly asked: string;
  /** What was measured, or why nothing was. */
  readonly got: string;
  /** How much of what is asked; 1 and above is enough. Left out where nothing was measured. */
  readonly share?: number;
}

interface Judged {
  readonly asked: string;
  readonly got: string;
  readonly share: number;
}

/** Compares what was measured with what is asked. */
export function judge(
  bars: readonly Bar[],
  first: string,
  unit: string,
  peers: readonly PeerFigures[],
  missing: readonly MissingPeer[],
): readonly BarFigures[] {
  const figuresOf = (title: string): PeerFigures => {
    const figures = peers.find((figures) => titleOf(figures) === title);
    if (figures !== undefined) return figures;
    const reason = missing.find((peer) => titleOf(peer) === title)?.missing;
    throw new NotMeasured(`${title} missing: ${reason ?? "nobody is called so"}`);
  };
  return bars.map((bar) => {
    const peer = bar.peer ?? first;
    try {
      return { peer, ...judgeOne(bar, unit, figuresOf(peer), figuresOf) };
    } catch (error) {
      if (!(error instanceof NotMeasured)) throw error;
      return { peer, asked: askedBy(bar, unit), got: error.message };
    }
  });
}

function judgeOne(bar: Bar, unit: string, figures: PeerFigures, figuresOf: (title: string) => PeerFigures): Judged {
  const asked = askedBy(bar, unit);
  if ("milliseconds" in bar) {
    const got = figures.median - (bar.over === undefined ? 0 : figuresOf(bar.over).median);
    return { asked, got: duration(got), share: got > 0 ? bar.milliseconds / got : Number.MAX_VALUE };
  }
  if ("rate" in bar) return { asked, got: `${rated(figures.rate)}${unit}/s`, share: figures.rate / bar.rate };
  const ratio = figures.rate / figuresOf(bar.of).rate;
  return { asked, got: `${ratio.toFixed(2)} ×`, share: ratio / bar.times };
}

function askedBy(bar: Bar, unit: string): string {
  if ("milliseconds" in bar) {
    return `≤ ${duration(bar.milliseconds)}${bar.over === undefined ? "" : ` over ${bar.over}`}`;
  }
  return "rate" in bar ? `≥ ${rated(bar.rate)}${unit}/s` : `≥ ${bar.times} × ${bar.of}`;
}

class NotMeasured extends Error {}
