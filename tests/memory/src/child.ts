/**
 * Runs one program in this process: `node child.mjs BACKEND NAME`.
 *
 * @module
 */
import { createCpuBackend, createWasmBackend, setDefaultBackend } from "@lucid/lucid";
import { runs } from "./runs.js";

const [backend, name] = process.argv.slice(2) as [string, string];
setDefaultBackend(backend === "cpu" ? createCpuBackend() : createWasmBackend());
console.log(await runs[name]!());
