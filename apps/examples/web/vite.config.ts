import { defaultClientConditions, defineConfig } from "vite";
import { chunkReport } from "./scripts/chunk-report.js";
import { documentationExamples } from "./scripts/documentation-plugin.js";
import { mnistDigits } from "./scripts/mnist-plugin.js";

// Threads need shared memory. Browsers allow it only for pages that these headers isolate from other sites.
const isolation = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

// Lucid has files of its own, so that its size can be measured, and so that it stays in the visitor's cache when a page changes.
// Parts that are imported later (the wasm backend, the conformance suite) are kept apart from parts that are imported at once.
const lucid = {
  name: "lucid",
  test: /[\\/](packages|@lucid)[\\/](?!backend-wasm|backend-conformance)/,
};

// Classes keep their names, because errors and printed modules show them.
const minify = { compress: true, mangle: { keepNames: { class: true, function: false } } };

export default defineConfig(({ mode }) => ({
  base: "./",
  // The dev server uses the sources of the packages. A build uses their dist, as a user's app does.
  resolve: mode === "development" ? { conditions: ["@lucid/source", ...defaultClientConditions] } : {},
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  server: { headers: isolation },
  preview: { headers: isolation },
  plugins: [documentationExamples(), mnistDigits(), chunkReport("page")],
  worker: {
    format: "es",
    plugins: () => [documentationExamples(), chunkReport("worker")],
    rolldownOptions: { output: { codeSplitting: { groups: [lucid] }, minify } },
  },
  build: { target: "es2022", emptyOutDir: true },
}));
