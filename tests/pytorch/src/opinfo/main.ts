/**
 * Measures lucid by PyTorch's own test database (OpInfo): for every entry, whether lucid has the operation, and how many
 * samples it computes as PyTorch does.
 *
 *   pnpm opinfo [--backend wasm] [--only name,name] [--absent] [--anew]
 *
 * PyTorch makes the samples (`opinfo/generate.py`), once, in a folder for temporary files; `--anew` makes them again.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import "@lucid/autograd";
import { setDefaultBackend } from "@lucid/tensor";
import { backends } from "../backends.js";
import { deviationsOf } from "../deviations.js";
import { type Measured, measure, type Sample, verdicts } from "./measure.js";
import { groupOf, shortName } from "./names.js";
import { outOfScope } from "./scope.js";

const { values: options } = parseArgs({
  options: {
    backend: { type: "string", default: "cpu" },
    only: { type: "string" },
    absent: { type: "boolean", default: false },
    anew: { type: "boolean", default: false },
  },
});

const scripts = fileURLToPath(new URL("../../opinfo", import.meta.url));

/** The folder of the samples. Other scripts make other samples, so its name depends on them. */
function samplesFolder(): string {
  const hash = createHash("sha256");
  for (const name of ["binding.py", "generate.py"]) hash.update(readFileSync(join(scripts, name)));
  const folder = join(tmpdir(), `lucid-opinfo-${hash.digest("hex").slice(0, 12)}`);
  if (options.anew) rmSync(folder, { recursive: true, force: true });
  if (!existsSync(folder)) {
    console.log("PyTorch computes the samples; this takes about a minute …");
    const unfinished = `${folder}-unfinished`;
    const { status } = spawnSync("/usr/bin/python3", [join(scripts, "generate.py"), unfinished], { stdio: "inherit" });
    if (status !== 0) throw new Error(`generate.py ended with ${status}: it needs Debian's python3-torch`);
    renameSync(unfinished, folder);
  }
  return folder;
}

function samplesOf(folder: string, name: string): readonly Sample[] {
  const lines = readFileSync(join(folder, `${name}.jsonl`), "utf8").split("\n");
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as Sample);
}

const backend = backends.find(({ name }) => name === options.backend)?.create();
if (backend === undefined) throw new Error(`unknown backend: ${backends.map(({ name }) => name).join(", ")}`);
setDefaultBackend(backend);

const folder = samplesFolder();
const wanted = options.only?.split(",");
const names = readdirSync(folder)
  .map((file) => file.replace(/\.jsonl$/, ""))
  .filter((name) => wanted?.includes(name) ?? true)
  .sort();
const entries: readonly Measured[] = names.map((name) => measure(name, samplesOf(folder, name), backend));

const rows: (string | number)[][] = [["group", "entries", "present", "out of scope", ...verdicts]];
const groups = [...new Set(names.map(groupOf))];
for (const group of [...groups, undefined]) {
  const members = entries.filter(({ name }) => group === undefined || groupOf(name) === group);
  const present = members.filter((entry) => entry.present);
  rows.push([
    group === undefined ? "all" : group === "" ? "torch" : group,
    members.length,
    present.length,
    members.filter(({ name, present: has }) => !has && outOfScope(name) !== undefined).length,
    ...verdicts.map((verdict) => present.reduce((sum, { counts }) => sum + counts[verdict], 0)),
  ]);
}
const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => String(row[column]).length)));
for (const row of rows) {
  console.log(
    row.map((cell, i) => (i === 0 ? String(cell).padEnd(widths[i]!) : String(cell).padStart(widths[i]!))).join("  "),
  );
}

for (const { name, findings } of entries) {
  if (findings.size === 0) continue;
  console.log(`\n${name}`);
  for (const finding of findings.values()) console.log(`  ${finding}`);
}
const shown = new Set(entries.flatMap((entry) => [...entry.shown]));
for (const deviation of deviationsOf("opinfo")) {
  if (shown.has(deviation) || !names.some((name) => deviation.operations.includes(shortName(name)))) continue;
  console.log(`\nno sample of ${deviation.operations.join(", ")} shows the deviation any more: ${deviation.reason}`);
}
if (options.absent) {
  const missing = entries.filter(({ name, present }) => !present && outOfScope(name) === undefined);
  console.log(`\nabsent: ${missing.map(({ name }) => name).join(" ")}`);
}
