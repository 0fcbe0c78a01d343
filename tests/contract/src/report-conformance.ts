/**
 * Runs the conformance suite on every backend of the repository and writes the coverage table `docs/conformance.md`. With
 * `--check`, fails if the page on disk says anything else. A backend whose library this machine lacks keeps what the page
 * says of it.
 *
 *   pnpm report:conformance [--check]
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Backend, BackendError, dtypeNames, type FusedOperation } from "@lucid/backend";
import { conformanceCases, runConformance } from "@lucid/backend-conformance/cases";
import * as tensor from "@lucid/tensor";
import { backends } from "./backends.js";

const page = fileURLToPath(new URL("../../../docs/conformance.md", import.meta.url));
const before = existsSync(page) ? readFileSync(page, "utf8") : "";

/** A row of a table: what it is about, and a cell for every backend. */
type Row = readonly [label: string, cells: readonly string[]];

const cases = conformanceCases();
const levels = [...new Set(cases.map(({ level }) => level))];

/** The fused operations that the framework defines. */
const fusedOperations = Object.values(tensor).filter(
  (value): value is typeof value & FusedOperation =>
    typeof value === "object" && value !== null && "compose" in value && "rule" in value,
);

/** What the page says of a backend, by row. */
type Column = ReadonlyMap<string, string>;

function capabilitiesOf(backend: Backend): [string, string][] {
  const types = backend.capabilities.dtypes ?? dtypeNames;
  const kernels = fusedOperations.filter((operation) => backend.fused?.get(operation) !== undefined);
  return [
    ["Element types", types.length === dtypeNames.length ? "all" : types.join(", ")],
    ["Reads at once (`readSync`)", backend.readSync === undefined ? "no" : "yes"],
    ["Memory of the host (`hostView`)", backend.hostView === undefined ? "no" : "yes"],
    ["Counts its memory (`memory`)", backend.memory === undefined ? "no" : "yes"],
    ["Kernels for fused operations", kernels.map(({ name }) => name).join(", ") || "none"],
  ];
}

/** Runs the suite on a backend; undefined if the machine lacks what it needs. */
async function columnOf(name: string, create: () => Backend): Promise<Column | undefined> {
  let backend: Backend;
  try {
    backend = create();
  } catch (error) {
    if (!(error instanceof BackendError)) throw error;
    console.log(`${name}: not on this machine (${error.message})`);
    return undefined;
  }
  const column = new Map(capabilitiesOf(backend));
  let [passed, total] = [0, 0];
  for (const level of levels) {
    const members = cases.filter((one) => one.level === level);
    const report = await runConformance(backend, { cases: members });
    for (const problem of report.problems) console.log(`${name}: ${problem}`);
    column.set(`\`${level}\``, `${report.passed} / ${members.length}`);
    passed += report.passed;
    total += members.length;
  }
  column.set("**all**", `**${passed} / ${total}**`);
  console.log(`${name}: ${passed} of ${total} cases pass`);
  return column;
}

/** The column of a backend as the page on disk has it. */
function columnOnDisk(name: string): Column {
  const column = new Map<string, string>();
  let at = -1;
  for (const line of before.split("\n")) {
    if (!line.startsWith("|")) at = -1;
    else {
      const cells = line.split("|").map((cell) => cell.trim());
      if (at < 0) at = cells.indexOf(name);
      else if (!/^-*:?$/.test(cells[at] ?? "")) column.set(cells[1]!, cells[at]!);
    }
  }
  return column;
}

function table(title: string, names: readonly string[], rows: readonly Row[], align: string): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [
    line([title, ...names]),
    line(["---", ...names.map(() => align)]),
    ...rows.map(([label, cells]) => line([label, ...cells])),
  ].join("\n");
}

const columns: Column[] = [];
for (const { name, create } of backends) columns.push((await columnOf(name, create)) ?? columnOnDisk(name));

const names = backends.map(({ name }) => name);
const rowsOf = (labels: readonly string[]): Row[] =>
  labels.map((label) => [label, columns.map((column) => column.get(label) ?? "not run")]);

const text = `<!-- Written by \`pnpm report:conformance\`, which CI compares with this page: change nothing here by hand. -->

# Which backend does what

How many of the cases of [\`@lucid/backend-conformance\`](../packages/backend-conformance/README.md) pass on the backends of
this repository, by level. Cases that need an element type which a backend lacks do not count as passed.

${table("Level", names, rowsOf([...levels.map((level) => `\`${level}\``), "**all**"]), "---:")}

${backends.map(({ name, about }) => `- **${name}**: ${about}`).join("\n")}

## Capabilities

${table("", names, rowsOf(capabilitiesOf(backends[0]!.create()).map(([label]) => label)), "---")}
`;

if (!process.argv.includes("--check")) writeFileSync(page, text);
else if (before !== text) {
  console.error("docs/conformance.md is stale: run pnpm report:conformance and commit what it writes");
  process.exitCode = 1;
}
