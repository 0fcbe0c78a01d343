/**
 * Runs the conformance suite on every backend of the repository and writes the coverage table `docs/conformance.md`. With
 * `--check`, fails if the page on disk says anything else. A backend whose library this machine lacks keeps what the page
 * says of it.
 *
 *   pnpm report:conformance [--check]
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Backend, BackendError, dtypeNames, extendBackend, heldTypes, type KernelTable } from "@lucid/backend";
import { conformanceCases, runConformance } from "@lucid/backend-conformance/cases";
import { backends, type KnownBackend } from "./backends.js";

const page = fileURLToPath(new URL("../../../docs/conformance.md", import.meta.url));
const before = existsSync(page) ? readFileSync(page, "utf8") : "";

/** A row of a table: its label, and a cell for each backend. */
type Row = readonly [label: string, cells: readonly string[]];

const cases = conformanceCases();
const levels = [...new Set(cases.map(({ level }) => level))];

/** The cells of a backend, by the label of the row. */
type Column = ReadonlyMap<string, string>;

/** The names of the fused operations that a backend has kernels for, as the cases of the suite ask for them. */
async function kernelsOf(backend: Backend): Promise<readonly string[]> {
  const found = new Set<string>();
  const fused: KernelTable = {
    find(operation, inputs, attributes) {
      const kernel = backend.fused?.find(operation, inputs, attributes);
      if (kernel !== undefined) found.add(operation.name);
      return kernel;
    },
  };
  await runConformance(extendBackend(backend, { fused }), { cases: cases.filter(({ level }) => level === "fused") });
  return [...found].sort();
}

async function capabilitiesOf(backend: Backend): Promise<[string, string][]> {
  const types = heldTypes(backend.capabilities);
  const kernels = await kernelsOf(backend);
  const { allowances } = await runConformance(backend, { cases: [] });
  return [
    ["Element types", types.length === dtypeNames.length ? "all" : types.join(", ")],
    ["Reads at once (`readSync`)", backend.readSync === undefined ? "no" : "yes"],
    ["Memory of the host (`hostView`)", backend.hostView === undefined ? "no" : "yes"],
    ["Counts its memory (`memory`)", backend.memory === undefined ? "no" : "yes"],
    ["Kernels for fused operations", kernels.join(", ") || "none"],
    ["Less exact than the contract asks", allowances.join("; ") || "nowhere"],
  ];
}

/** Runs the suite on a backend; undefined if the machine lacks what it needs. */
async function columnOf({ name, create }: KnownBackend): Promise<Column | undefined> {
  let backend: Backend;
  try {
    backend = await create();
  } catch (error) {
    if (!(error instanceof BackendError)) throw error;
    console.log(`${name}: not on this machine (${error.message})`);
    return undefined;
  }
  const column = new Map(await capabilitiesOf(backend));
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
  backend.close?.();
  return column;
}

/** The cells of a backend in the page on disk. */
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
for (const known of backends) columns.push((await columnOf(known)) ?? columnOnDisk(known.name));

const names = backends.map(({ name }) => name);
const rowsOf = (labels: readonly string[]): Row[] =>
  labels.map((label) => [label, columns.map((column) => column.get(label) ?? "not run")]);

const capabilities = [...columns[0]!.keys()].filter((label) => !/^[`*]/.test(label));

const text = `<!-- Written by \`pnpm report:conformance\`, which CI compares with this page: change nothing here by hand. -->

# Which backend does what

How many of the cases of [\`@lucid/backend-conformance\`](../packages/backend-conformance/README.md) pass on the backends of
this repository, by level. Cases that need an element type which a backend lacks do not count as passed. A backend may be less exact than the
contract asks where its capabilities say so.

${table("Level", names, rowsOf([...levels.map((level) => `\`${level}\``), "**all**"]), "---:")}

${backends.map(({ name, about }) => `- **${name}**: ${about}`).join("\n")}

## Capabilities

${table("", names, rowsOf(capabilities), "---")}
`;

if (!process.argv.includes("--check")) writeFileSync(page, text);
else if (before !== text) {
  console.error("docs/conformance.md is stale: run pnpm report:conformance and commit what it writes");
  process.exitCode = 1;
}
