/** Programs that use the packages in an empty folder. They are type-checked and run. */
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { check, node, run, temporary, tool } from "./check.js";
import type { Registry } from "./registry.js";

const consumers = fileURLToPath(new URL("../consumers", import.meta.url));

const compilers: ReadonlyArray<readonly [label: string, script: string]> = [
  ["TypeScript 5.6", tool("typescript-5.6", "bin/tsc")],
  ["the current TypeScript", tool("typescript", "bin/tsc")],
];

/** The strictest check of the declarations, with no types except those of the language. */
const compilerOptions = {
  target: "ES2022",
  lib: ["ES2022", "ESNext.Disposable"],
  types: [],
  module: "NodeNext",
  moduleResolution: "NodeNext",
  strict: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: false,
  rootDir: ".",
  outDir: "out",
};

/** Makes an empty folder with these packages and programs. Optional peer dependencies are not installed. */
export async function installConsumer(
  label: string,
  packages: readonly string[],
  files: readonly string[],
  registry: Registry,
): Promise<string> {
  const folder = join(temporary, label);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "consumer", private: true, type: "module" }));
  writeFileSync(join(folder, ".npmrc"), `@lucid:registry=${registry.url}\n`);
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files }));
  for (const file of files) copyFileSync(join(consumers, file), join(folder, file));
  const options = ["--no-audit", "--no-fund", "--legacy-peer-deps", "--loglevel=error"];
  await run("npm", ["install", ...packages, ...options], folder);
  return folder;
}

async function testConsumer(file: string, packages: readonly string[], registry: Registry, runs = true): Promise<void> {
  const label = file.replace(/\.ts$/, "");
  const list = packages.join(" + ");
  let folder = "";
  const installed = await check(`${list}: installs from the tarballs`, async () => {
    folder = await installConsumer(label, packages, [file], registry);
  });
  if (!installed) return;
  for (const [compiler, script] of compilers) {
    await check(`${list}: ${file} type-checks with ${compiler}`, () => node([script, "-p", "."], folder));
  }
  if (!runs) return;
  // tsc writes its output even if there are type errors, so running it still tells something.
  await check(`${list}: ${file} runs`, async () => {
    if (!existsSync(join(folder, "out", `${label}.js`))) throw new Error("nothing was compiled");
    await node([`out/${label}.js`], folder);
  });
}

export async function testConsumers(registry: Registry): Promise<void> {
  await testConsumer("tensor.ts", ["@lucid/tensor", "@lucid/backend-cpu"], registry);
  await testConsumer("training.ts", ["@lucid/nn", "@lucid/optim", "@lucid/tensor", "@lucid/backend-cpu"], registry);
  await testConsumer("lucid.ts", ["@lucid/lucid"], registry);
  await testConsumer("conformance.ts", ["@lucid/backend-conformance"], registry, false);
}
