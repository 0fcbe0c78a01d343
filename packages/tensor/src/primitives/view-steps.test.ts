import { createCpuBackend } from "@lucid/backend-cpu";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { arange, setDefaultBackend, type Tensor } from "../index.js";
import { listViewSteps } from "./view-steps.js";
import { applyViews } from "./views.js";

setDefaultBackend(createCpuBackend());

/** A step of a random chain of views, where it is possible. */
const changes: readonly ((x: Tensor, number: number) => Tensor)[] = [
  (x) => x.transpose(0, x.layout.shape.length - 1),
  (x, n) => x.narrow(n % x.layout.shape.length, 0, Math.max(1, x.layout.shape[n % x.layout.shape.length]! - (n % 2))),
  (x) => x.unsqueeze(0),
  (x) => (x.layout.shape.length > 1 && x.layout.shape[0] === 1 ? x.squeeze(0) : x),
  (x, n) => x.unfold(n % x.layout.shape.length, 1, 1),
  (x) => x.expand([2, ...x.layout.shape]).select(0, 1),
];

describe("the steps of a view", () => {
  it("lead from the base to the view, in random chains", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(changes.length - 1), fc.nat(100)), { minLength: 1, maxLength: 12 }),
        (chain) => {
          const base = arange(24).reshape([2, 3, 4]).add(0);
          let view = base;
          for (const [change, number] of chain) view = changes[change]!(view, number);
          if (view === base) return;
          expect(view.origin!.base).toBe(base);
          expect(applyViews(base.layout, listViewSteps(view.origin!.steps))).toEqual(view.layout);
        },
      ),
    );
  });

  it("stay few in a loop, and keep no intermediate view alive", () => {
    const base = arange(12);
    const loops: readonly ((x: Tensor) => Tensor)[] = [
      (x) => x.reshape(x.layout.shape.length === 1 ? [3, 4] : [12]),
      (x) => x.reshape([3, 4]).transpose(0, 1).transpose(1, 0).reshape([12]),
      (x) => x.reshape([12, 1]).transpose(0, 1).reshape([12]),
      (x) => x.narrow(0, 0, x.layout.shape[0]!),
      (x) => x.unsqueeze(0).expand([1, 12]).select(0, 0),
    ];
    for (const loop of loops) {
      let view: Tensor = base;
      for (let i = 0; i < 1000; i++) view = loop(view);
      expect(view.origin!.base).toBe(base);
      expect(listViewSteps(view.origin!.steps).length).toBeLessThanOrEqual(8);
    }
  });
});
