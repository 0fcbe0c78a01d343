import { defaultClientConditions, defineConfig } from "vite";
import { chunkReport } from "./scripts/chunk-report.js";
import { documentationExamples } from "./scripts/documentation-plugin.js";

// Threads need shared memory, which browsers give only to pages that these headers isolate from other sites.
const isolation = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

// lucid in files of its own: what it weighs shows, and a page's change leaves it in the visitor's cache. What is
// imported later (the wasm backend, the conformance suite) stays apart from what is imported at once.
const lucid = {
  name: "lucid",
  test: /[\\/](packages|@lucid)[\\/](?!backend-wasm|backend-conformance)/,
};

// Classes keep their names: errors and printed modules tell them.
const minify = { compress: true, mangle: { keepNames: { class: true, function: false } } };

export default defineConfig(({ mode }) => ({
  base: "./",
  // In development mode (the dev server's) from the packages' sources; otherwise from their dist, as a user's app.
  resolve: mode === "development" ? { conditions: ["@lucid/source", ...defaultClientConditions] } : {},
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  server: { headers: isolation },
  preview: { headers: isolation },
  plugins: [documentationExamples(), chunkReport("page")],
  worker: {
    format: "es",
    plugins: () => [documentationExamples(), chunkReport("worker")],
    rolldownOptions: { output: { codeSplitting: { groups: [lucid] }, minify } },
  },
  build: { target: "es2022", emptyOutDir: true },
}));
