/**
 * Runs the benchmarks.
 *
 *   pnpm bench [--case <part of a name>] [--quick] [--json] [--output <file>] [--webgpu [--driver gpu]]
 */
import { writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import { cases } from "./cases/index.js";
import { reasonOf } from "./harness/compare.js";
import type { Results, VariantFigures } from "./harness/figures.js";
import { format } from "./harness/format.js";
import { thisMachine } from "./harness/machine.js";
import { defaultEffort, measure, quickEffort } from "./harness/measure.js";
import { textOf } from "./harness/results.js";
import { versions } from "./peers/versions.js";
import { drivers, isDriver, runInBrowser } from "./webgpu/run.js";

const { values: options } = parseArgs({
  options: {
    case: { type: "string", default: "" },
    quick: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    output: { type: "string" },
    webgpu: { type: "boolean", default: false },
    driver: { type: "string", default: "software" },
  },
});

const chosen = cases.filter(({ name }) => name.includes(options.case));
if (chosen.length === 0 && !options.webgpu) {
  console.error(`No case is called "${options.case}". There are: ${cases.map(({ name }) => name).join(", ")}`);
  process.exit(1);
}
if (!isDriver(options.driver)) {
  console.error(`There is no driver "${options.driver}". There are: ${drivers.join(", ")}`);
  process.exit(1);
}

const say = options.json ? () => undefined : (text: string) => console.log(text);
const start = performance.now();
const before = loadavg()[0];
const figures: VariantFigures[] = [];
const failures: { readonly case: string; readonly reason: string }[] = [];
if (options.webgpu) {
  await runInBrowser(options.driver, options.case, options.quick, (report) => {
    if (report.kind === "failure") {
      failures.push({ case: report.case, reason: report.reason });
      console.error(`${report.case} broke off: ${report.reason}`);
    } else if (report.kind === "figures") {
      figures.push(report.figures);
      say(format(report.figures));
    } else if (report.kind !== "end") say(report.text);
  });
} else {
  for (const { name, about, variants } of chosen) {
    say(`${name}: ${about}`);
    try {
      for await (const variant of variants()) {
        const measured = await measure(name, variant, options.quick ? quickEffort : defaultEffort);
        figures.push(measured);
        say(format(measured));
      }
    } catch (error) {
      failures.push({ case: name, reason: reasonOf(error) });
      console.error(`${name} broke off:`, error);
    }
  }
}

const seconds = Math.round((performance.now() - start) / 1000);
const bars = figures.flatMap(({ bars }) => bars);
const reached = bars.filter(({ share = 0 }) => share >= 1).length;
say(`${reached} of ${bars.length} bars reached, ${seconds} s`);
const results: Results = {
  date: new Date().toISOString(),
  quick: options.quick,
  chosen: options.case,
  seconds,
  machine: thisMachine(),
  load: [before, loadavg()[0]],
  versions,
  figures,
  failures,
};
const text = textOf(results);
if (options.output !== undefined) writeFileSync(options.output, text);
if (options.json) process.stdout.write(text);
process.exitCode = failures.length === 0 ? 0 : 1;
// Workers of the peers would keep the process alive.
process.exit();
