/**
 * Long runs on the wasm backend, each in a process of its own: memory has to stay flat and numbers right.
 *
 *   pnpm test:memory [part of a name …]
 */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { createWasmBackend } from "@lucid/backend-wasm";
import { setDefaultBackend } from "@lucid/lucid";
import { runs } from "./runs.js";

const RUN = "--run";
/** A run takes seconds; one that hangs must not hang everything. */
const LIMIT = 300_000;

async function runHere(name: string): Promise<void> {
  setDefaultBackend(createWasmBackend());
  console.log(await runs[name]!());
}

function runApart(name: string): Promise<boolean> {
  const child = spawn(process.execPath, [...process.execArgv, fileURLToPath(import.meta.url), RUN, name], {
    stdio: ["ignore", "pipe", "pipe"],
    timeout: LIMIT,
  });
  let output = "";
  child.stdout.on("data", (text) => {
    output += text;
  });
  child.stderr.on("data", (text) => {
    output += text;
  });
  const start = performance.now();
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      const seconds = ((performance.now() - start) / 1000).toFixed(0);
      const failed = code !== 0;
      const cause = signal === null ? "" : `ended by ${signal} `;
      console.log(`${failed ? "FAILED " : "ok     "}${name} (${seconds} s)\n       ${cause}${output.trim()}`);
      resolve(!failed);
    });
  });
}

const [first, second] = process.argv.slice(2);
if (first === RUN) {
  await runHere(second!);
} else {
  const wanted = process.argv.slice(2);
  const names = Object.keys(runs).filter((name) => wanted.every((part) => name.includes(part)));
  let good = names.length > 0;
  // Two at a time: what is asserted is memory and numbers, never time.
  const next = names.values();
  const work = async (): Promise<void> => {
    for (const name of next) if (!(await runApart(name))) good = false;
  };
  await Promise.all([work(), work()]);
  process.exitCode = good ? 0 : 1;
}
