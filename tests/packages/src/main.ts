/**
 * Tests the packages as they are published: packs them, lints the tarballs, installs them into empty folders, and uses
 * them there.
 *
 *   pnpm test:packages                        everything
 *   pnpm test:packages readmes packages/nn    one part, and of the READMEs those whose path contains this
 */
import { rmSync } from "node:fs";
import { readManifest, root } from "../../../tools/pack.js";
import { testBundlers } from "./bundlers.js";
import { failureCount, temporary } from "./check.js";
import { testConsumers } from "./consumers.js";
import { testEditor } from "./editor.js";
import { testPage } from "./page.js";
import { testReadmes } from "./readmes.js";
import { startRegistry } from "./registry.js";
import { testTarballs } from "./tarballs.js";

const [part, only] = process.argv.slice(2);
const asked = (name: string): boolean => part === undefined || part === name;

const tarballs = await testTarballs({ fresh: part === undefined });
const registry = await startRegistry(tarballs);
try {
  if (asked("consumers")) await testConsumers(registry);
  if (asked("bundlers")) await testBundlers(registry);
  if (asked("editor")) await testEditor(registry);
  if (asked("page")) await testPage(registry);
  if (asked("readmes")) await testReadmes(registry, readManifest(root).packageManager ?? "pnpm", only);
} finally {
  registry.close();
  rmSync(temporary, { recursive: true, force: true });
}
console.log(failureCount() === 0 ? "The packages hold." : `${failureCount()} check(s) failed.`);
process.exit(failureCount() === 0 ? 0 : 1);
