/** The whole conformance suite in pages, with no expected failures. */
import { conformanceCases } from "@lucid/backend-conformance/cases";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ConformanceResult } from "../programs/conformance.js";
import { type Chromium, type Run, startChromium } from "./browser.js";

let chromium: Chromium | undefined;
beforeAll(async () => {
  chromium = await startChromium();
});
afterAll(() => chromium?.close());

/** Thread counts that the wasm backend is asked for. */
const threads: readonly number[] = [1];
const places = ["page", "worker"] as const;

const total = conformanceCases().length;

async function run(given: Omit<Run, "program">): Promise<ConformanceResult> {
  const { result, errors, warnings, crossOriginIsolated } = await chromium!.run<ConformanceResult>({
    program: "conformance",
    ...given,
  });
  expect(result.problems).toEqual([]);
  expect(result.passed).toBe(total);
  expect(result.skipped).toBe(0);
  expect(errors).toEqual([]);
  expect(warnings).toEqual([]);
  expect(crossOriginIsolated).toBe(given.world !== "plain");
  return result;
}

describe("wasm", () => {
  for (const place of places) {
    for (const count of threads) {
      it(`in an isolated ${place}, threads: ${count}`, async () => {
        const { capabilities } = await run({
          world: "isolated",
          place,
          parameters: { backend: "wasm", threads: count },
        });
        expect(capabilities).toEqual({ threads: count });
      });
    }
  }

  it("in a page that is not isolated: one thread", async () => {
    const { capabilities } = await run({ world: "plain", parameters: { backend: "wasm", threads: 1 } });
    expect(capabilities.threads).toBe(1);
    expect(capabilities.notes?.join()).toContain("no SharedArrayBuffer");
  });

  it("under a policy that allows WebAssembly alone", async () => {
    await run({ world: "wasmOnly", parameters: { backend: "wasm", threads: Math.max(...threads) } });
  });
});

describe("cpu", () => {
  it("under a policy that forbids code generation, interpreted", async () => {
    const { capabilities } = await run({ world: "forbidding", parameters: { backend: "cpu" } });
    expect(capabilities.notes?.join()).toContain("interpreted");
  });
});
