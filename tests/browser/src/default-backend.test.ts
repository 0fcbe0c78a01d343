/** `@lucid/lucid` in pages: the backend that it chooses, its warnings, and a training. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import telephone from "../../pytorch/fixtures/telephone.json" with { type: "json" };
import type { DefaultBackendResult } from "../programs/default-backend.js";
import { type Chromium, type Outcome, startChromium } from "./browser.js";
import type { World } from "./server.js";

let chromium: Chromium | undefined;
beforeAll(async () => {
  chromium = await startChromium();
});
afterAll(() => chromium?.close());

async function train(world: World, place: "page" | "worker" = "page"): Promise<Outcome<DefaultBackendResult>> {
  const outcome = await chromium!.run<DefaultBackendResult>({ program: "default-backend", world, place });
  const { step, line, network } = outcome.result;
  // Calculated by hand: the residuals ±0.5 and −1 lie in the quadratic part, and every element moves by its gradient.
  expect(step).toEqual({
    loss: 0.21875,
    gradient: [[0.125, -0.125, 0.125, -0.25]],
    moved: [[1.375, 2.125, 3.375, 4.25]],
  });
  // Computed in Python by iteratively reweighted least squares.
  const { slope, interceptAtMeanYear, loss } = telephone.huber;
  expect(line.slope).toBeCloseTo(slope, 9);
  expect(line.intercept).toBeCloseTo(interceptAtMeanYear, 9);
  expect(line.loss).toBeCloseTo(loss, 9);
  expect(network.last).toBeLessThan(0.1 * network.first);
  expect(outcome.errors).toEqual([]);
  return outcome;
}

describe("the default backend", () => {
  for (const place of ["page", "worker"] as const) {
    it(`in an isolated ${place} is wasm, and says nothing`, async () => {
      const { result, warnings } = await train("isolated", place);
      expect(result.backend).toBe("wasm");
      expect(result.notes).toEqual([]);
      expect(warnings).toEqual([]);
    });
  }

  it("in a page that is not isolated is wasm on one thread, which one warning explains", async () => {
    const { result, warnings } = await train("plain");
    expect(result).toMatchObject({ backend: "wasm", threads: 1 });
    expect(result.notes.join()).toContain("no SharedArrayBuffer");
    expect(warnings).toEqual(result.notes);
  });

  it("under a policy that allows only WebAssembly is wasm, without a warning", async () => {
    const { result, warnings } = await train("wasmOnly");
    expect(result).toMatchObject({ backend: "wasm", notes: [] });
    expect(warnings).toEqual([]);
  });

  for (const place of ["page", "worker"] as const) {
    it(`in a ${place} under a policy that forbids WebAssembly is cpu, which one warning explains`, async () => {
      const { result, warnings } = await train("forbidding", place);
      expect(result.backend).toBe("cpu");
      expect(result.notes).toHaveLength(2);
      expect(result.notes[0]).toContain("lucid: tensors are made on the cpu backend");
      expect(result.notes[0]).toContain("[createWasmBackend] WebAssembly may not be compiled here");
      expect(result.notes[0]).toContain("a content security policy has to allow 'wasm-unsafe-eval'");
      expect(result.notes[1]).toContain("cpu: expressions are interpreted");
      expect(warnings).toEqual([result.notes.join("\n")]);
    });
  }
});
