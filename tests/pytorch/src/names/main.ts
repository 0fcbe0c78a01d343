/**
 * Writes `docs/pytorch.md`, which compares PyTorch's names with lucid's. With `--check`, fails if the page on disk says
 * anything else.
 *
 *   pnpm report:pytorch [--check]
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import "@lucid/autograd";
import { type Names, pageOf } from "./page.js";

const page = fileURLToPath(new URL("../../../../docs/pytorch.md", import.meta.url));
const names = JSON.parse(readFileSync(new URL("../../names/names.json", import.meta.url), "utf8")) as Names;
const text = pageOf(names);
if (!process.argv.includes("--check")) writeFileSync(page, text);
else if (!existsSync(page) || readFileSync(page, "utf8") !== text) {
  console.error("docs/pytorch.md does not say what the packages export: run pnpm report:pytorch");
  process.exitCode = 1;
}
