/**
 * How every package is built, from its own folder: each entry that package.json exports becomes one module, since every
 * file that a program loads costs Node a millisecond. `tsc` writes the declarations, file by file. Sources are published
 * too, so source maps and declaration maps refer to them.
 */
import { readFileSync } from "node:fs";
import { defineConfig } from "rolldown";
import { ascii } from "./tools/ascii.js";
import { classNames } from "./tools/class-names.js";

interface Manifest {
  readonly exports: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

const { exports: entries } = JSON.parse(readFileSync("package.json", "utf8")) as Manifest;
const sources = Object.values(entries).map((conditions) => conditions["@lucid/source"]);

export default defineConfig({
  // dist/a/b.js is made from src/a/b.ts.
  input: Object.fromEntries(sources.map((source) => [source.slice("./src/".length, -".ts".length), source])),
  external: /^[^./]/,
  platform: "neutral",
  // An entry exports what its source exports. What several entries need stands in a further module beside them.
  preserveEntrySignatures: "strict",
  transform: { target: "es2022" },
  plugins: [classNames, ascii],
  output: {
    dir: "dist",
    cleanDir: true,
    chunkFileNames: "[name]-shared.js",
    sourcemap: true,
    sourcemapExcludeSources: true,
    // Local names alone, which is most of what parsing a module gains; functions, classes and lines stay readable.
    minify: { compress: false, mangle: { toplevel: false }, codegen: { removeWhitespace: false } },
    // Annotations stay: bundlers drop unused operations by them.
    comments: { legal: false, jsdoc: false, annotation: true },
  },
});
