/** Random programs on the WebGPU backend in Node, compared with the cpu backend. */
import { randomPrograms } from "@lucid/backend-conformance/random-programs";
import { createCpuBackend } from "@lucid/backend-cpu";
import { expect, it } from "vitest";
import { createSoftwareBackend } from "./software-webgpu.js";

it("random programs give the same numbers on webgpu and on cpu", { timeout: 900_000 }, async () => {
  const report = await randomPrograms({
    create: createSoftwareBackend,
    reference: () => createCpuBackend(),
    count: 150,
    seed: 20261130,
  });
  expect(report.steps).toBeGreaterThan(500);
});
