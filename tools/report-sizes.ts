/** Prints the size of every published entry, minified: its own code alone, and with all it imports. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { build } from "esbuild";

interface Manifest {
  readonly name: string;
  readonly exports: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

const root = fileURLToPath(new URL("..", import.meta.url));

async function bundle(entry: string, external: string[]): Promise<Uint8Array> {
  const result = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    platform: "neutral",
    target: "es2022",
    conditions: ["@lucid/source"],
    external: ["vitest", "koffi", "node:*", ...external],
    logLevel: "error",
  });
  return result.outputFiles[0].contents;
}

const size = (bytes: number): string => `${(bytes / 1024).toFixed(1)} kB`;
const rows: string[][] = [["entry", "own", "total", "total gzip", "total brotli"]];
for (const directory of readdirSync(join(root, "packages")).sort()) {
  const folder = join(root, "packages", directory);
  if (!existsSync(join(folder, "package.json"))) continue;
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
  for (const [subpath, conditions] of Object.entries(manifest.exports)) {
    const name = manifest.name + subpath.slice(1);
    const entry = join(folder, conditions["@lucid/source"]);
    if (!existsSync(entry)) {
      rows.push([name, "no source", "", "", ""]);
      continue;
    }
    const own = await bundle(entry, ["@lucid/*"]);
    const total = await bundle(entry, []);
    const compressed = [gzipSync(total, { level: 9 }), brotliCompressSync(total)];
    rows.push([name, ...[own, total, ...compressed].map((bytes) => size(bytes.length))]);
  }
}

const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
for (const row of rows) {
  const cells = row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i])));
  console.log(cells.join("  ").trimEnd());
}
