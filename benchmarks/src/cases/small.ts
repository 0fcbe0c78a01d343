/** What an eager operation costs beside its work: a + b of ten elements. */
import { numbers } from "../cpu.js";
import type { BenchmarkCase } from "../harness.js";
import { operationVariant } from "../operation.js";
import { add } from "./operations.js";

export const small: BenchmarkCase = {
  name: "small",
  about: "a + b of ten elements, eager, one thread",
  async *variants() {
    const inputs = [1, 2].map((seed) => ({ values: numbers(10, seed), shape: [10] }));
    yield await operationVariant(add, "10 elements", inputs, 1e-6);
  },
};
