/** Threads in pages take part in the work and change no bit of the results. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ThreadsResult } from "../programs/threads.js";
import { type Chromium, type Outcome, startChromium } from "./browser.js";
import type { World } from "./server.js";

let chromium: Chromium | undefined;
beforeAll(async () => {
  chromium = await startChromium();
});
afterAll(() => chromium?.close());

async function run(
  world: World,
  threads: number,
  given: { readonly place?: "page" | "worker"; readonly shareFrom?: number; readonly workerUrl?: string } = {},
): Promise<Outcome<ThreadsResult>> {
  const { place = "page", ...rest } = given;
  const parameters = { threads, ...rest };
  const outcome = await chromium!.run<ThreadsResult>({ program: "threads", world, place, parameters });
  expect(outcome.result.different).toEqual([]);
  expect(outcome.result.compared).toBeGreaterThan(100);
  return outcome;
}

/** Expects that every worker has computed something, and that there was no error and no warning. */
function expectShared({ result, errors, warnings }: Outcome<ThreadsResult>, threads: number): void {
  expect(result.threads).toBe(threads);
  expect(result.shares).toHaveLength(threads - 1);
  expect(Math.min(...result.shares)).toBeGreaterThan(0);
  expect(errors).toEqual([]);
  expect(warnings).toEqual([]);
}

describe("threads", () => {
  for (const place of ["page", "worker"] as const) {
    for (const threads of [2, 3]) {
      it(`${threads} in an isolated ${place} share the work and change no bit`, async () => {
        expectShared(await run("isolated", threads, { place }), threads);
      });
    }
  }

  it("change no bit if all work is shared, however small it is", async () => {
    expectShared(await run("isolated", 3, { shareFrom: 0 }), 3);
  });

  it("start from blobs where a policy allows them", async () => {
    expectShared(await run("wasmOnly", 2), 2);
  });

  it("start from a script of the page where a policy allows no blobs", async () => {
    expectShared(await run("noBlobs", 2, { workerUrl: "worker.js" }), 2);
  });

  it("are one where workers are forbidden, and results are right", async () => {
    const { result, errors } = await run("noBlobs", 2);
    expect(result.shares).toEqual([0]);
    // This is the error of the browser itself.
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain("worker-src 'self'");
  });

  it("are one in a page that is not isolated, which a warning explains", async () => {
    const { result, errors, warnings } = await run("plain", 2);
    expect(result.threads).toBe(1);
    expect(errors).toEqual([]);
    expect(warnings.join()).toContain("no SharedArrayBuffer");
  });
});
