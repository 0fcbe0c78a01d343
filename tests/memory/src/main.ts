/**
 * Runs long programs, each in a process of its own. Their memory has to stay within bounds, and their numbers have to
 * be right.
 *
 *     pnpm test:memory [part of a name …]
 *
 * @module
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type BuildOptions, build } from "esbuild";
import { onCpu, runs } from "./runs.js";

/** A run takes seconds, on a busy machine minutes. A run that hangs is ended after this many milliseconds. */
const LIMIT = 900_000;
/** V8's memory settings are unchanged, because users run with the defaults. */
const ENGINE = ["--expose-gc"];

const folder = mkdtempSync(join(tmpdir(), "lucid-memory-"));
const child = join(folder, "child.mjs");
/** The library as a script that defines `lucid`. */
const library = join(folder, "lucid.js");

function run(backend: string, name: string): Promise<boolean> {
  const started = spawn(process.execPath, [...ENGINE, child, backend, name], {
    stdio: ["ignore", "pipe", "pipe"],
    timeout: LIMIT,
    env: { ...process.env, LUCID_BUNDLE: library },
  });
  let output = "";
  const collect = (text: unknown): void => {
    output += text;
  };
  started.stdout.on("data", collect);
  started.stderr.on("data", collect);
  const start = performance.now();
  return new Promise((resolve, reject) => {
    started.on("error", reject);
    started.on("close", (code, signal) => {
      const seconds = ((performance.now() - start) / 1000).toFixed(0);
      const cause = signal === null ? "" : `ended by ${signal} `;
      const verdict = code === 0 ? "ok     " : "FAILED ";
      console.log(`${verdict}${backend}: ${name} (${seconds} s)\n       ${cause}${output.trim()}`);
      resolve(code === 0);
    });
  });
}

// The bundle is one JavaScript file, so that only the library and the engine are resident. It has no comments, as the
// packages that are published.
const options: BuildOptions = {
  bundle: true,
  minifyWhitespace: true,
  platform: "node",
  conditions: ["@lucid/source"],
  target: "node20",
};
const entry = fileURLToPath(new URL("child.ts", import.meta.url));
await build({ ...options, entryPoints: [entry], outfile: child, format: "esm" });
await build({
  ...options,
  stdin: { contents: 'export { createWasmBackend, full } from "@lucid/lucid";', resolveDir: dirname(entry) },
  outfile: library,
  format: "iife",
  globalName: "lucid",
});
try {
  const wanted = process.argv.slice(2);
  const all = [...Object.keys(runs).map((name) => ["wasm", name]), ...onCpu.map((name) => ["cpu", name])] as const;
  const chosen = all.filter((run) => wanted.every((part) => run.join(": ").includes(part)));
  let good = chosen.length > 0;
  const next = chosen.values();
  const work = async (): Promise<void> => {
    for (const [backend, name] of next) if (!(await run(backend!, name!))) good = false;
  };
  // Two runs at a time cannot disturb each other: memory and numbers are asserted, but never time.
  await Promise.all([work(), work()]);
  process.exitCode = good ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true });
}
