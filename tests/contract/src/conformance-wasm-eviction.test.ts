/** Random programs with so little memory that tensors are moved out of it and back all the time. */
import type { Backend } from "@lucid/backend";
import { randomPrograms } from "@lucid/backend-conformance/random-programs";
import { createCpuBackend } from "@lucid/backend-cpu";
import { createWasmBackend } from "@lucid/backend-wasm";
import { expect, it } from "vitest";

it("300 random programs in 512 KB agree with cpu", async () => {
  const backends: Backend[] = [];
  const create = (): Backend => {
    const backend = createWasmBackend({ memory: 1 << 19 });
    backends.push(backend);
    return backend;
  };
  const report = await randomPrograms({ create, reference: () => createCpuBackend(), count: 300, seed: 11 });
  expect(report.programs).toBe(300);
  const evicted = backends.reduce((bytes, backend) => bytes + backend.memory!().totalEvictedBytes, 0);
  expect(evicted).toBeGreaterThan(1 << 20);
});
