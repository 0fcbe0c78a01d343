/**
 * Runs the benchmarks.
 *
 *   pnpm bench [--case <part of a name>] [--json]
 */
import { parseArgs } from "node:util";
import { blas } from "./cases/blas.js";
import { elementwise } from "./cases/elementwise.js";
import { matmul } from "./cases/matmul.js";
import { type BenchmarkCase, format, measure, type VariantFigures } from "./harness.js";

const cases: readonly BenchmarkCase[] = [matmul, elementwise, blas];

const { values: options } = parseArgs({
  options: { case: { type: "string", default: "" }, json: { type: "boolean", default: false } },
});

const chosen = cases.filter(({ name }) => name.includes(options.case));
if (chosen.length === 0) {
  console.error(`No case is called "${options.case}". There are: ${cases.map(({ name }) => name).join(", ")}`);
  process.exit(1);
}

const figures: VariantFigures[] = [];
for (const { name, about, variants } of chosen) {
  if (!options.json) console.log(`${name}: ${about}`);
  for (const variant of await variants()) {
    const measured = measure(name, variant);
    figures.push(measured);
    if (!options.json) console.log(format(measured));
  }
}
if (options.json) console.log(JSON.stringify({ node: process.version, figures }, null, 2));
