/**
 * Every example of every README, from what the README's own install lines install: type-checked and run as printed, and
 * its results compared with what stands behind `// →`.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { compileExample } from "documentation/compile";
import { type Example, extractExamples } from "documentation/extract";
import { build, transform } from "esbuild";
import { root } from "../../../tools/pack.js";
import { check, node, run, temporary, tool } from "./check.js";
import type { Registry } from "./registry.js";

/** A command that installs packages, for lines that say `npm install`. */
interface PackageManager {
  readonly name: string;
  install(packages: readonly string[], folder: string): Promise<string>;
}

/** A program that runs JavaScript files. */
interface Runtime {
  readonly name: string;
  run(file: string, folder: string): Promise<string>;
}

const npx = (args: readonly string[], folder: string): Promise<string> => run("npx", ["-y", ...args], folder);

const packageManagers = (pnpm: string): readonly PackageManager[] => [
  {
    name: "npm",
    install: (packages, folder) =>
      run("npm", ["install", ...packages, "--no-audit", "--no-fund", "--loglevel=error"], folder),
  },
  // pnpm's folders are strict: a program can import only packages that were installed by name.
  {
    name: "pnpm",
    install: (packages, folder) => npx([pnpm, "add", ...packages, "--config.strict-dep-builds=false"], folder),
  },
];

/** Node, and the versions of Deno and Bun that npm installs. */
async function installRuntimes(): Promise<readonly Runtime[]> {
  const folder = join(temporary, "runtimes");
  mkdirSync(folder);
  await run("npm", ["install", "deno@2.9.6", "bun@1.4.5", "--no-audit", "--no-fund", "--loglevel=error"], folder);
  const binary = (name: string): string => join(folder, "node_modules/.bin", name);
  return [
    { name: "Node", run: (file, folder) => node([file], folder) },
    { name: "Deno", run: (file, folder) => run(binary("deno"), ["run", "--allow-all", file], folder) },
    { name: "Bun", run: (file, folder) => run(binary("bun"), [file], folder) },
  ];
}

/** The arguments of each `npm install` in the shell blocks of a page, without tarballs of other projects. */
function installLines(text: string): readonly (readonly string[])[] {
  const blocks = [...text.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(([, block]) => block);
  const lines = blocks.flatMap((block) => block.split("\n")).map((line) => line.replace(/\s+#.*$/, "").split(/\s+/));
  return lines
    .filter(([npm, install]) => npm === "npm" && install === "install")
    .map((words) => words.slice(2))
    .filter((packages) => !packages.some((name) => name.endsWith(".tgz")));
}

/** Bundles `compare.ts` to one file, which can be copied into any folder. */
async function bundledComparison(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL("compare.ts", import.meta.url))],
    bundle: true,
    write: false,
    format: "esm",
    target: "es2022",
  });
  return outputFiles[0].text;
}

/** Makes a program that runs an example and fails if the results differ. */
async function comparingProgram({ code, line }: Example): Promise<string> {
  const compiled = compileExample(code, line);
  let { body } = compiled;
  // Not every runtime supports `using`.
  if (/\busing\b/.test(body)) {
    body = `${(await transform(`async function example() {\n${body}\n}`, { target: "es2022" })).code}\nreturn example();`;
  }
  return [
    'import { compare } from "./compare.mjs";',
    `await compare(${JSON.stringify({ ...compiled, body })}, (specifier) => import(specifier));`,
  ].join("\n");
}

/** The compiler options of a strict project. */
const compilerOptions = {
  target: "ES2022",
  lib: ["ES2022", "ESNext.Disposable", "DOM"],
  types: [],
  module: "NodeNext",
  moduleResolution: "NodeNext",
  moduleDetection: "force",
  strict: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: false,
  rootDir: ".",
  outDir: "out",
};

async function testReadme(
  file: string,
  packageManager: PackageManager,
  registry: Registry,
  comparison: string,
  runtimes: readonly Runtime[],
): Promise<void> {
  const text = readFileSync(join(root, file), "utf8");
  const examples = extractExamples(file, text);
  const label = `${file} with ${packageManager.name}`;
  const folder = join(temporary, `readme-${packageManager.name}`, file.replaceAll("/", "-").replace(".md", ""));
  mkdirSync(folder, { recursive: true });
  const put = (name: string, content: string): void => writeFileSync(join(folder, name), content);
  put("package.json", JSON.stringify({ name: "reader", private: true, type: "module" }));
  put(".npmrc", `@lucid:registry=${registry.url}\n`);
  put("compare.mjs", comparison);

  const installed = await check(`${label}: installs`, async () => {
    const lines = installLines(text);
    if (lines.length === 0) throw new Error("it has no line `npm install …`");
    const unrunnable = examples.filter(
      ({ runs, excerpt, runner }) => !runs && excerpt !== true && runner === undefined,
    );
    if (unrunnable.length > 0) {
      throw new Error(`examples that do not run: lines ${unrunnable.map(({ line }) => line).join(", ")}`);
    }
    for (const line of lines) await packageManager.install(line, folder);
  });
  if (!installed) return;

  const running = examples.filter(({ runs, runner }) => runs || runner === "node");
  const names = running.map(({ line }) => `line-${line}`);
  for (const [i, example] of running.entries()) {
    put(`${names[i]}.ts`, example.code);
    put(`${names[i]}-compared.mjs`, await comparingProgram(example));
  }
  put("tsconfig.json", JSON.stringify({ compilerOptions, files: names.map((name) => `${name}.ts`) }));
  if (running.length > 0) {
    await check(`${label}: ${running.length} examples type-check`, () =>
      node([tool("typescript", "bin/tsc"), "-p", "."], folder),
    );
  }
  // The other runtimes use the folder that npm has made.
  for (const runtime of packageManager.name === "npm" ? runtimes : runtimes.slice(0, 1)) {
    for (const [i, name] of names.entries()) {
      if (!running[i].runs && runtime.name !== "Node") continue;
      await check(`${label}: ${name.replace("-", " ")} in ${runtime.name}`, async () => {
        // An example that throws, as its comments say, would end the program.
        if (runtime.name === "Node" && !running[i].code.includes("// throws"))
          await runtime.run(`out/${name}.js`, folder);
        await runtime.run(`${name}-compared.mjs`, folder);
      });
    }
  }
  for (const { line, code, runner } of examples) {
    if (runner === undefined || runner === "node") continue;
    const name = `line-${line}.test.${runner === "deno" ? "mjs" : "ts"}`;
    put(name, code);
    await check(`${label}: line ${line} with ${runner}`, () =>
      runner === "deno"
        ? run(join(temporary, "runtimes/node_modules/.bin/deno"), ["test", "--allow-all", name], folder)
        : node(["node_modules/vitest/vitest.mjs", "run", name], folder),
    );
  }
}

/** Tests the README of the repository and those of all packages. */
export async function testReadmes(registry: Registry, pnpm: string, only = ""): Promise<void> {
  const packages = readdirSync(join(root, "packages")).map((name) => `packages/${name}/README.md`);
  const comparison = await bundledComparison();
  const runtimes = await installRuntimes();
  for (const packageManager of packageManagers(pnpm)) {
    for (const file of ["README.md", ...packages]) {
      if (file.includes(only)) await testReadme(file, packageManager, registry, comparison, runtimes);
    }
  }
}
