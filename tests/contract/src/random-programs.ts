/**
 * Random programs on two backends:
 *
 *   pnpm random-programs --count 10000 --seed 7 --backend cpu --reference minimal
 */
import { parseArgs } from "node:util";
import { randomPrograms } from "@lucid/backend-conformance/random-programs";
import { backendNamed } from "./backends.js";

const { values } = parseArgs({
  options: {
    count: { type: "string", default: "1000" },
    seed: { type: "string" },
    backend: { type: "string", default: "cpu" },
    reference: { type: "string", default: "minimal" },
  },
});

try {
  const start = performance.now();
  const report = await randomPrograms({
    create: backendNamed(values.backend).create,
    reference: backendNamed(values.reference).create,
    count: Number(values.count),
    ...(values.seed === undefined ? {} : { seed: Number(values.seed) }),
  });
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`all agree: ${report.steps} steps, ${report.gradients} gradients, ${seconds} s`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
