/** The whole conformance suite in pages, with no expected failures. */
import { dtypeNames } from "@lucid/backend";
import { conformanceCases } from "@lucid/backend-conformance/cases";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ConformanceResult } from "../programs/conformance.js";
import { type Chromium, type Run, startChromium } from "./browser.js";

let chromium: Chromium | undefined;
beforeAll(async () => {
  chromium = await startChromium();
});
afterAll(() => chromium?.close());

const total = conformanceCases().length;

async function run(given: Omit<Run, "program">): Promise<ConformanceResult> {
  const { result, errors, warnings, crossOriginIsolated } = await chromium!.run<ConformanceResult>({
    program: "conformance",
    ...given,
  });
  expect(result.problems).toEqual([]);
  expect(result.passed + result.skipped).toBe(total);
  if (given.parameters?.backend !== "webgpu") expect(result.skipped).toBe(0);
  expect(errors).toEqual([]);
  expect(warnings).toEqual([]);
  expect(crossOriginIsolated).toBe(given.world !== "plain");
  return result;
}

describe("wasm", () => {
  for (const place of ["page", "worker"] as const) {
    it(`in an isolated ${place}`, async () => {
      const parameters = { backend: "wasm", threads: 1 };
      const { capabilities } = await run({ world: "isolated", place, parameters });
      expect(capabilities).toEqual({ threads: 1, dtypes: dtypeNames });
    });

    for (const threads of [2, 3]) {
      it(`in an isolated ${place}, all work shared among ${threads} threads`, async () => {
        const parameters = { backend: "wasm", threads, shareFrom: 0 };
        const { capabilities, shares } = await run({ world: "isolated", place, parameters });
        expect(capabilities).toEqual({ threads, dtypes: dtypeNames });
        expect(shares).toHaveLength(threads - 1);
        expect(Math.min(...shares)).toBeGreaterThan(100);
      });
    }
  }

  it("conforms in a page that is not isolated, on one thread", async () => {
    const { capabilities } = await run({ world: "plain", parameters: { backend: "wasm", threads: 1 } });
    expect(capabilities.threads).toBe(1);
    expect(capabilities.notes?.join()).toContain("no SharedArrayBuffer");
  });

  it("conforms under a policy that allows only WebAssembly", async () => {
    await run({ world: "wasmOnly", parameters: { backend: "wasm", threads: 1 } });
  });
});

describe("cpu", () => {
  it("conforms under a policy that forbids code generation, by interpretation", async () => {
    const { capabilities } = await run({ world: "forbidding", parameters: { backend: "cpu" } });
    expect(capabilities.notes?.join()).toContain("interpreted");
  });
});

describe("webgpu", () => {
  it("conforms in a page, on a software driver", async () => {
    const { passed } = await run({ world: "isolated", parameters: { backend: "webgpu" } });
    // The other cases need float64.
    expect(passed).toBeGreaterThan(4600);
  });
});
