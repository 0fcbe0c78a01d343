/** The fixed cost of an eager operation: a + b of ten elements. */
import type { BenchmarkCase } from "../harness/benchmark.js";
import { numbers } from "../numbers.js";
import { add } from "../operations/elementwise.js";
import { operationVariant } from "../operations/operation.js";

export const smallOperations: BenchmarkCase = {
  name: "small-operations",
  about: "a + b of ten elements, eager",
  async *variants() {
    yield await operationVariant(add, {
      label: "a + b, 10 elements",
      amount: 10,
      unit: "element",
      tolerance: 1e-6,
      inputs: [1, 2].map((seed) => ({ values: numbers(10, seed), shape: [10] })),
      plainLoop: true,
      cheap: true,
      bars: [{ milliseconds: 5e-4 }, { peer: "lucid, plain loop", milliseconds: 5e-4 }],
    });
  },
};
