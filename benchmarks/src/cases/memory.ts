/**
 * Long loops that free no tensor: their time, the bytes that are moved off the device, and the growth of the process.
 */
import type { BenchmarkCase, Variant } from "../harness/benchmark.js";
import { numbers } from "../numbers.js";
import { add } from "../operations/elementwise.js";
import { lucidRuns } from "../operations/operation.js";
import { peerOf } from "../peers/load.js";
import { wasm } from "../peers/lucid.js";
import { pytorch } from "../peers/pytorch.js";

async function loop(count: number, { label, ...options }: Pick<Variant, "label" | "fixed" | "bars">): Promise<Variant> {
  const inputs = [1, 2].map((seed) => ({ values: numbers(count, seed), shape: [count] }));
  return {
    ...options,
    label,
    amount: count,
    unit: "element",
    tolerance: 1e-6,
    peers: [
      await peerOf({ name: "lucid", how: "plain loop" }, wasm(1), (backend) => lucidRuns(add, backend, inputs, false)),
      await peerOf({ name: "PyTorch" }, pytorch(1), (make) => make("add", inputs)),
    ],
  };
}

export const memory: BenchmarkCase = {
  name: "memory",
  about: "a + b in loops without dispose, scope or await",
  async *variants() {
    yield await loop(10, {
      label: "5 × 1 million operations of 10 elements",
      fixed: { samples: 5, repetitions: 1_000_000 },
      bars: [{ milliseconds: 5e-4 }],
    });
    yield await loop(1 << 20, { label: "3 × 2,000 operations of 4 MB", fixed: { samples: 3, repetitions: 2000 } });
  },
};
