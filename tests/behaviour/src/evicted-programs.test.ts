/** Random programs whose tensors are all moved out of the memory before every call, and brought back by it. */
import { randomPrograms } from "@lucid/backend-conformance/random-programs";
import { createCpuBackend } from "@lucid/backend-cpu";
import { expect, it } from "vitest";
import { type EvictingBackend, evictingBackend } from "./evicting-backend.js";

it("200 random programs agree with cpu", async () => {
  const made: EvictingBackend[] = [];
  const create = (): EvictingBackend["backend"] => {
    const evicting = evictingBackend(7);
    made.push(evicting);
    return evicting.backend;
  };
  const report = await randomPrograms({ create, reference: () => createCpuBackend(), count: 200, seed: 23 });
  expect(report.programs).toBe(200);
  expect(report.gradients).toBeGreaterThan(100);
  for (const { evictedShare } of made) expect(evictedShare()).toBe(1);
});
