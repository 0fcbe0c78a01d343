/** The strong Wolfe conditions, on functions that are hard to search. */
import { createCpuBackend } from "@lucid/backend-cpu";
import { setDefaultBackend, zeros } from "@lucid/tensor";
import { describe, expect, it } from "vitest";
import { type Found, searchAlong, type Trial } from "./line-search.js";
import { lossNow, runSearch, type Search } from "./search.js";

setDefaultBackend(createCpuBackend());
const gradient = zeros([1]);

/** A function of the step, and its derivative. */
type Line = readonly [value: (a: number) => number, slope: (a: number) => number];

/** The first three of the functions of Moré and Thuente (1994), and a wall. */
const lines: Readonly<Record<string, Line>> = {
  "−a / (a² + 2)": [(a) => -a / (a ** 2 + 2), (a) => (a ** 2 - 2) / (a ** 2 + 2) ** 2],
  "(a + 0.004)⁵ − 2 (a + 0.004)⁴": [
    (a) => (a + 0.004) ** 5 - 2 * (a + 0.004) ** 4,
    (a) => 5 * (a + 0.004) ** 4 - 8 * (a + 0.004) ** 3,
  ],
  "a parabola with waves": [
    (a) => (a - 1) ** 2 - 0.02 * Math.sin(30 * a) - 1,
    (a) => 2 * (a - 1) - 0.6 * Math.cos(30 * a),
  ],
  "a slow descent to a wall": [(a) => -a + 1e-6 * Math.exp(20 * a), (a) => -1 + 2e-5 * Math.exp(20 * a)],
};

function trialAt([value, slope]: Line, step: number): Trial {
  return { step, loss: value(step), gradient, slope: slope(step) };
}

/** Searches along a line, and calls `count` at every evaluation. */
function search(line: Line, first: number, count: () => void = () => {}): Found {
  let present = 0;
  const at = function* (step: number): Search<Trial> {
    present = step;
    const loss = yield* lossNow();
    return { ...trialAt(line, step), loss };
  };
  return runSearch(searchAlong(at, trialAt(line, 0), first, 1), () => {
    count();
    return [line[0](present)];
  });
}

describe("a line search", () => {
  for (const [name, line] of Object.entries(lines)) {
    it.each([1e-3, 1e-1, 1, 3, 10])(`of ${name} from %s finds a small loss with a flat slope`, (first) => {
      const start = trialAt(line, 0);
      let calls = 0;
      const { trial, trials } = search(line, first, () => calls++);
      expect(trials).toBe(calls);
      expect(trials).toBeLessThan(26);
      expect(trial).toEqual(trialAt(line, trial.step));
      expect(trial.loss).toBeLessThanOrEqual(start.loss + 1e-4 * trial.step * start.slope);
      expect(Math.abs(trial.slope)).toBeLessThanOrEqual(0.9 * Math.abs(start.slope));
    });
  }

  it("takes a loss that is no number for one that is too high", () => {
    // ln(1 − a) has no value from 1 on; the minimum of −a − ln(1 − a)/4 is at 3/4.
    const line: Line = [(a) => -a - Math.log(1 - a) / 4, (a) => -1 + 1 / (4 * (1 - a))];
    const { trial } = search(line, 8);
    expect(trial.step).toBeGreaterThan(0);
    expect(trial.step).toBeLessThan(1);
    expect(trial.loss).toBeLessThan(0);
  });
});
