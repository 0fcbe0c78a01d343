/**
 * How every package is built, from its own folder: each entry that package.json exports becomes one module, since every
 * file that a program loads costs Node a millisecond. Declarations come of `tsc`, file by file.
 */
import { readFileSync } from "node:fs";
import { defineConfig } from "rolldown";

interface Manifest {
  readonly exports: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

const { exports: entries } = JSON.parse(readFileSync("package.json", "utf8")) as Manifest;
const sources = Object.values(entries).map((conditions) => conditions["@lucid/source"]);

export default defineConfig({
  // dist/a/b.js comes of src/a/b.ts.
  input: Object.fromEntries(sources.map((source) => [source.slice("./src/".length, -".ts".length), source])),
  external: /^[^./]/,
  platform: "neutral",
  // What other entries need of an entry's module is exported by it, in place of a third module beside the two.
  preserveEntrySignatures: "allow-extension",
  transform: { target: "es2022" },
  output: {
    dir: "dist",
    cleanDir: true,
    chunkFileNames: "[name]-shared.js",
    sourcemap: true,
    // Local names alone, which is most of what parsing a module gains; functions, classes and lines stay readable.
    minify: { compress: false, mangle: { toplevel: false }, codegen: { removeWhitespace: false } },
    // Annotations stay: bundlers drop unused operations by them.
    comments: { legal: false, jsdoc: false, annotation: true },
  },
});
