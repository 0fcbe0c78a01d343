/**
 * Runs one program in this process: `node child.mjs BACKEND NAME`.
 *
 * @module
 */
import { createCpuBackend, createWasmBackend, setDefaultBackend } from "@lucid/lucid";
import { runs } from "./runs.js";

const [backend, name] = process.argv.slice(2) as [string, string];
setDefaultBackend(backend === "cpu" ? createCpuBackend() : createWasmBackend());
try {
  console.log(await runs[name]!());
} catch (error) {
  // The engine would print the whole line where the error was thrown, and the bundle has very long lines.
  console.log(String(error));
  process.exitCode = 1;
}
