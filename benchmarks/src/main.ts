/**
 * Runs the benchmarks.
 *
 *   pnpm bench [--case <part of a name>] [--json] [--quick]
 */
import { parseArgs } from "node:util";
import { blas } from "./cases/blas.js";
import { coldStart } from "./cases/cold-start.js";
import { elementwise } from "./cases/elementwise.js";
import { huber } from "./cases/huber.js";
import { matmul } from "./cases/matmul.js";
import { operations } from "./cases/operations.js";
import { small } from "./cases/small.js";
import { training } from "./cases/training.js";
import { matmulWasm } from "./cases/wasm-matmul.js";
import { type BenchmarkCase, defaultEffort, format, measure, quickEffort, type VariantFigures } from "./harness.js";

// TensorFlow.js computes on one backend at a time: its wasm cases come before its cpu case, which switches over.
const cases: readonly BenchmarkCase[] = [
  small,
  operations,
  huber,
  training,
  matmulWasm,
  coldStart,
  matmul,
  elementwise,
  blas,
];

const { values: options } = parseArgs({
  options: {
    case: { type: "string", default: "" },
    json: { type: "boolean", default: false },
    quick: { type: "boolean", default: false },
  },
});

const chosen = cases.filter(({ name }) => name.includes(options.case));
if (chosen.length === 0) {
  console.error(`No case is called "${options.case}". There are: ${cases.map(({ name }) => name).join(", ")}`);
  process.exit(1);
}

const effort = options.quick ? quickEffort : defaultEffort;
const figures: VariantFigures[] = [];
for (const { name, about, variants } of chosen) {
  if (!options.json) console.log(`${name}: ${about}`);
  for await (const variant of await variants()) {
    const measured = await measure(name, variant, effort);
    figures.push(measured);
    if (!options.json) console.log(format(measured));
  }
}
if (options.json) console.log(JSON.stringify({ node: process.version, figures }, null, 2));
// Peers' workers may be waiting.
process.exit(0);
