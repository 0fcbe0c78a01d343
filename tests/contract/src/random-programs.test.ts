/** A fixed number of random programs; `pnpm random-programs` runs any number of them. */
import { randomPrograms } from "@lucid/backend-conformance/random-programs";
import { expect, it } from "vitest";
import { backendNamed } from "./backends.js";

it.each([
  ["cpu", "minimal", 1],
  ["cpu", "cpu-interpreted", 2],
])("200 random programs on %s agree with %s", async (backend, reference, seed) => {
  const { create } = backendNamed(backend);
  const report = await randomPrograms({ create, reference: backendNamed(reference).create, count: 200, seed });
  expect(report.programs).toBe(200);
  expect(report.gradients).toBeGreaterThan(100);
});
