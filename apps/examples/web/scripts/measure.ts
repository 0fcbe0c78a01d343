/**
 * Prints the gzipped sizes of the files that the first visit loads, and of the files that are loaded later. Fails if the
 * first visit exceeds the limits. Run `vite build` first.
 *
 *   tsx apps/examples/web/scripts/measure.ts
 */
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import type { Chunk } from "./chunk-report.js";

/** The most that the first visit may load, in bytes, gzipped. */
const LIMIT = 120 * 1024;
/** What lucid should take of it. It takes more since the second edition of the contract; then the report says "missed". */
const GOAL = 45 * 1024;
/** What lucid may take until then. */
const MOST = 60 * 1024;

const dist = process.env.WEB_DIST ?? fileURLToPath(new URL("../dist/", import.meta.url));
const files = readdirSync(join(dist, "assets")).map((name) => `assets/${name}`);
const text = (file: string): string => readFileSync(join(dist, file), "utf8");
const size = (file: string): number => gzipSync(readFileSync(join(dist, file)), { level: 9 }).length;

const chunks = new Map<string, Chunk>();
for (const file of files.filter((name) => /chunks.*\.json$/.test(name))) {
  for (const chunk of JSON.parse(text(file)) as Chunk[]) chunks.set(chunk.file, chunk);
}
const scripts = [...chunks.keys()];
/** A page starts the worker `worker.ts` at once, and its other workers when they are needed. */
const isWorker = (file: string): boolean => chunks.get(file)?.made?.endsWith("/worker.ts") === true;

/** All files that are loaded with a script: its imports, the workers that it names, and its styles. */
function withAll(start: readonly string[]): Set<string> {
  const found = new Set<string>();
  const visit = (file: string): void => {
    if (found.has(file)) return;
    found.add(file);
    const chunk = chunks.get(file);
    if (chunk === undefined) return;
    for (const imported of chunk.imports) visit(imported);
    const code = text(file);
    for (const worker of scripts) if (isWorker(worker) && code.includes(basename(worker))) visit(worker);
    // The styles of a page are loaded with it.
    for (const style of chunk.styles) visit(style);
  };
  for (const file of start) visit(file);
  return found;
}

const page = text("index.html");
const entries = files.filter((file) => page.includes(file));
/** The module that a script was made for. */
const madeFor = (file: string): string =>
  /(?:pages|packages|src)\/[^\0]*$/.exec(chunks.get(file)?.made ?? "")?.[0] ?? "";

const firstRoute = /path: "(\w+)"/.exec(readFileSync(new URL("../src/shell/routes.ts", import.meta.url), "utf8"))![1]!;
const firstPage = scripts.filter((file) => chunks.get(file)!.made?.endsWith(`pages/${firstRoute}/page.tsx`));
if (firstPage.length !== 1) throw new Error(`No chunk of the first page, ${firstRoute}, among ${scripts.join(", ")}.`);

const first = withAll([...entries, ...firstPage]);
const rows: [name: string, bytes: number, note: string][] = [["index.html", size("index.html"), ""]];
let lucid = 0;
for (const file of first) {
  const bytes = size(file);
  const chunk = chunks.get(file);
  const share = chunk === undefined || chunk.all === 0 ? 0 : chunk.lucid / chunk.all;
  lucid += bytes * share;
  rows.push([file, bytes, share > 0 ? `lucid ${Math.round(100 * share)}%` : ""]);
}
const all = rows.reduce((sum, [, bytes]) => sum + bytes, 0);

const kilobytes = (bytes: number): string => `${(bytes / 1024).toFixed(1)} KB`;
const print = (list: readonly (readonly [string, number, string])[]): void => {
  for (const [name, bytes, note] of list) console.log(`  ${kilobytes(bytes).padStart(9)}  ${name}  ${note}`.trimEnd());
};
console.log(`First load, ${firstRoute}, gzipped:`);
print(rows);
console.log(
  `  ${kilobytes(all).padStart(9)}  of ${kilobytes(LIMIT)}; lucid ${kilobytes(lucid)}, goal ${kilobytes(GOAL)}${lucid > GOAL ? ": missed" : ""}`,
);
console.log("Later:");
print(
  [...files]
    .filter((file) => !first.has(file) && !file.endsWith(".json") && !file.endsWith(".map"))
    .map((file) => [file, size(file), madeFor(file)]),
);
if (all > LIMIT || lucid > MOST) {
  console.error("The first load is over its limit.");
  process.exitCode = 1;
}
