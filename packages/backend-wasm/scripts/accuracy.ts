/**
 * Writes docs/accuracy.md: `npx tsx --conditions=@lucid/source packages/backend-wasm/scripts/accuracy.ts [every] [tables]`, at
 * every `every`-th float32 (default 257) and the float64 points of the tables (by default those of the tests; more of them are
 * made by scripts/reference-tables.py).
 */
import { writeFileSync } from "node:fs";
import { detectFeatures } from "../src/features.js";
import { transcendental } from "../src/math/transcendental/index.js";
import { findEngine } from "../src/webassembly.js";
import { type Worst, worstAgainstTable, worstOverFloat32 } from "./accuracy/measure.js";
import { readTables, tableNames } from "./accuracy/tables.js";

const every = Number(process.argv[2] ?? 257);
const file = process.argv[3] ?? new URL("../src/math/transcendental/accuracy.float64.bin", import.meta.url);
const tables = readTables(file);
const points = tables.get("exp")!.a.length;
if (!detectFeatures(findEngine()!).relaxed)
  throw new Error("run it where WebAssembly has relaxed SIMD: Node 22 or later");
const worse = (measure: (fused: boolean) => Worst): Worst => {
  const [apart, fused] = [measure(false), measure(true)];
  return fused.ulps > apart.ulps ? fused : apart;
};
const rows = tableNames.map((name) => {
  const single = worse((fused) => worstOverFloat32(name, every, transcendental[name].float32, fused));
  const double = worse((fused) => worstAgainstTable(transcendental[name].float64, tables.get(name)!, fused));
  return `| ${name} | ${single.ulps.toFixed(2)} | ${single.where} | ${double.ulps.toFixed(2)} | ${double.where} |`;
});
const text = `# Accuracy of the transcendental functions

Largest errors, in units in the last place of the true value; 0.5 is what rounding alone does. float32: one number in ${every}
(\`pow\` and \`atan2\`: second operands drawn), against JavaScript's functions in float64. float64: ${points} points a function,
over all binades, against values of 60 digits. The worse of two forms: with fused multiply-add (relaxed SIMD), and without. Sine, cosine and tangent of angles above 1.6·10⁶ are computed by the host's functions.

Above 2, by little and in float64 only: \`tanh\`, t / (t + 2), where t = e^(2|a|) − 1 comes with an error of 1 and the sum and the quotient
are rounded, too; \`atan2\`, where the quotient of the operands is rounded before its arctangent is taken.

Written by scripts/accuracy.ts.

| function | float32 | at | float64 | at |
|---|---|---|---|---|
${rows.join("\n")}
`;
writeFileSync(new URL("../docs/accuracy.md", import.meta.url), text);
console.log(text);
