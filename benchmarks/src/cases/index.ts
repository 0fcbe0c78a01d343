/**
 * The cases in the order of the reports. Cases in plain JavaScript come last, because they switch TensorFlow.js to
 * another backend.
 */
import type { BenchmarkCase } from "../harness/benchmark.js";
import { blas } from "./blas.js";
import { blasCalls } from "./blas-calls.js";
import { coldStart } from "./cold-start.js";
import { cpuElementwise } from "./cpu-elementwise.js";
import { cpuProducts } from "./cpu-matmul.js";
import { huber } from "./huber.js";
import { inference } from "./inference.js";
import { products } from "./matmul.js";
import { memory } from "./memory.js";
import { operations } from "./operations.js";
import { smallOperations } from "./small-operations.js";
import { training } from "./training.js";

export const cases: readonly BenchmarkCase[] = [
  training,
  products,
  smallOperations,
  operations,
  huber,
  inference,
  blas,
  memory,
  coldStart,
  blasCalls,
  cpuElementwise,
  cpuProducts,
];
