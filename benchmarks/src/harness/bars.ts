/** Bars: the speed that a variant has to reach, and whether it reaches it. */

import type { MissingPeer } from "./benchmark.js";
import { titleOf } from "./benchmark.js";
import type { PeerFigures } from "./figures.js";
import { duration, rated } from "./format.js";

/** A requirement against one peer, by default the first. Peers are named as {@link titleOf} names them. */
export type Bar = { readonly peer?: string } & (
  | {
      /** The most milliseconds that a run may take. With `over`, the most by which it may exceed a run of that peer. */
      readonly milliseconds: number;
      readonly over?: string;
    }
  /** The least number of units of work per second. */
  | { readonly rate: number }
  /** The least rate as a multiple of another peer's rate. */
  | { readonly times: number; readonly of: string }
);

/** A bar and the measured value. */
export interface BarFigures {
  readonly peer: string;
  readonly asked: string;
  /** The measured value, or the reason why there is none. */
  readonly got: string;
  /** The reached share of the requirement: 1 or more is enough. Undefined if nothing was measured. */
  readonly share?: number;
}

interface Judged {
  readonly asked: string;
  readonly got: string;
  readonly share: number;
}

/** Compares the measured values with the requirement. */
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
