/**
 * Tests the packages as they are published: packs them, lints the tarballs, installs them with npm into empty folders,
 * runs and type-checks a consumer in each, and bundles entries to see what tree-shaking leaves.
 */
import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

interface Manifest {
  readonly name: string;
  readonly packageManager?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

const root = fileURLToPath(new URL("../../..", import.meta.url));
const consumers = fileURLToPath(new URL("../consumers", import.meta.url));
const readManifest = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;

/** A tool's command-line script, run with this Node. */
const tool = (name: string, path: string): string =>
  fileURLToPath(new URL(`../node_modules/${name}/${path}`, import.meta.url));
const compilers: ReadonlyArray<readonly [label: string, script: string]> = [
  ["TypeScript 5.6", tool("typescript-5.6", "bin/tsc")],
  ["the current TypeScript", tool("typescript", "bin/tsc")],
];

let failures = 0;
/** Runs one check; a failure is printed, and the others still run. */
async function check(label: string, body: () => unknown): Promise<boolean> {
  try {
    await body();
    console.log(`ok    ${label}`);
    return true;
  } catch (error) {
    failures++;
    const { stdout = "", stderr = "", message } = error as { stdout?: string; stderr?: string; message: string };
    const text = [message.split("\n")[0], stdout, stderr].filter((part) => part.trim() !== "").join("\n");
    console.log(`FAIL  ${label}\n${text.replace(/^/gm, "      ")}`);
    return false;
  }
}

const run = (command: string, args: readonly string[], cwd: string): string =>
  execFileSync(command, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], maxBuffer: 2 ** 28 });
const node = (args: readonly string[], cwd: string): string => run(process.execPath, args, cwd);
/** The pinned pnpm, whether or not one is on the PATH. */
const pnpm = (args: readonly string[], cwd: string): string =>
  run("npx", ["-y", readManifest(root).packageManager ?? "pnpm", ...args], cwd);

const temporary = mkdtempSync(join(tmpdir(), "lucid-packages-"));
const tarballs = new Map<string, string>();
const manifests = new Map<string, Manifest>();

/** A package and all it depends on in the workspace. */
function closure(names: readonly string[], found = new Set<string>()): Set<string> {
  for (const name of names) {
    if (found.has(name)) continue;
    found.add(name);
    closure(
      Object.keys(manifests.get(name)?.dependencies ?? {}).filter((dependency) => manifests.has(dependency)),
      found,
    );
  }
  return found;
}

/** An empty folder with these packages (and what they need) installed from their tarballs, without the registry. */
function install(label: string, names: readonly string[], files: readonly string[]): string {
  const folder = join(temporary, label);
  mkdirSync(folder, { recursive: true });
  const at = (name: string): string => `file:${tarballs.get(name)}`;
  const overrides = Object.fromEntries([...closure(names)].map((name) => [name, at(name)]));
  const manifest = {
    name: `consumer-${label}`,
    private: true,
    type: "module",
    dependencies: Object.fromEntries(names.map((name) => [name, at(name)])),
    overrides,
  };
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest, null, 2));
  // What a consumer compiles with: the strictest reading of the declarations, no types but the language's.
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
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files }, null, 2));
  for (const file of files) copyFileSync(join(consumers, file), join(folder, file));
  run("npm", ["install", "--offline", "--no-audit", "--no-fund", "--legacy-peer-deps", "--loglevel=error"], folder);
  return folder;
}

async function consumer(file: string, names: readonly string[], runs = true): Promise<void> {
  const label = file.replace(/\.ts$/, "");
  const list = names.join(" + ");
  let folder = "";
  if (
    !(await check(`${list}: installs from the tarballs`, () => {
      folder = install(label, names, [file]);
    }))
  )
    return;
  let compiled = true;
  for (const [compiler, script] of compilers) {
    compiled =
      (await check(`${list}: ${file} type-checks with ${compiler}`, () => node([script, "-p", "."], folder))) &&
      compiled;
  }
  if (!runs) return;
  // tsc writes its output even where types are wrong; a run then still says something.
  await check(`${list}: ${file} runs`, () => {
    if (!existsSync(join(folder, "out", `${label}.js`))) throw new Error("nothing was compiled");
    node([`out/${label}.js`], folder);
  });
}

async function bundle(folder: string, file: string): Promise<string> {
  const outfile = join(folder, file.replace(/\.ts$/, ".min.mjs"));
  await build({
    absWorkingDir: folder,
    entryPoints: [file],
    outfile,
    bundle: true,
    minify: true,
    format: "esm",
    platform: "neutral",
    target: "es2022",
    logLevel: "silent",
  });
  return outfile;
}

async function main(): Promise<void> {
  const folders = readdirSync(join(root, "packages"))
    .map((name) => join(root, "packages", name))
    .filter((folder) => existsSync(join(folder, "package.json")));

  const built = await check("the packages build, from nothing", () => {
    for (const folder of folders) rmSync(join(folder, "dist"), { recursive: true, force: true });
    pnpm(["exec", "turbo", "run", "build", "--filter=./packages/*", "--force", "--output-logs=errors-only"], root);
  });
  if (!built) return;

  for (const folder of folders) {
    const manifest = readManifest(folder);
    await check(`${manifest.name}: packs`, () => {
      const out = join(temporary, "tarballs", manifest.name.replace("/", "-"));
      mkdirSync(out, { recursive: true });
      pnpm(["pack", "--pack-destination", out], folder);
      const tarball = join(out, readdirSync(out)[0]);
      const packed = run("tar", ["-xzOf", tarball, "package/package.json"], out);
      if (packed.includes("@lucid/source")) throw new Error("the source condition is in the tarball");
      if (packed.includes("workspace:") || packed.includes("catalog:"))
        throw new Error("a workspace range is in the tarball");
      const files = run("tar", ["-tzf", tarball], out).trim().split("\n");
      const stray = files.filter(
        (file) =>
          !/^package\/(dist\/|package\.json$|README\.md$|LICENSE$|CHANGELOG\.md$)/.test(file) || /\.test\./.test(file),
      );
      if (stray.length > 0) throw new Error(`does not belong in the tarball: ${stray.join(", ")}`);
      for (const file of ["package/LICENSE", "package/README.md", "package/dist/index.js", "package/dist/index.d.ts"]) {
        if (!files.includes(file)) throw new Error(`${file} is missing`);
      }
      tarballs.set(manifest.name, tarball);
      manifests.set(manifest.name, manifest);
    });
    const tarball = tarballs.get(manifest.name);
    if (tarball !== undefined) {
      await check(`${manifest.name}: publint`, () => node([tool("publint", "src/cli.js"), tarball, "--strict"], root));
    }
  }

  await consumer("tensor.ts", ["@lucid/tensor", "@lucid/backend-cpu"]);
  await consumer("training.ts", ["@lucid/nn", "@lucid/optim", "@lucid/tensor", "@lucid/backend-cpu"]);
  await consumer("lucid.ts", ["@lucid/lucid"]);
  await consumer("conformance.ts", ["@lucid/backend-conformance"], false);

  let shaking = "";
  const files = ["backward-only.ts", "core.ts", "full.ts"];
  const names = ["@lucid/nn", "@lucid/tensor", "@lucid/backend-cpu"];
  if (
    !(await check("tree-shaking: installs", () => {
      shaking = install("tree-shaking", names, files);
    }))
  )
    return;
  await check("tree-shaking: a bundle of Linear alone keeps backward()", async () => {
    node([await bundle(shaking, "backward-only.ts")], shaking);
  });
  await check("tree-shaking: a bundle of Linear alone holds no losses", async () => {
    const text = readFileSync(await bundle(shaking, "backward-only.ts"), "utf8");
    for (const name of ["huberLoss", "crossEntropy", "Sequential"]) {
      if (text.includes(name)) throw new Error(`${name} is in it: something at the top of a module is not marked pure`);
    }
  });
  await check("tree-shaking: one operation from @lucid/tensor/core is smaller than from @lucid/tensor", async () => {
    const core = readFileSync(await bundle(shaking, "core.ts")).length;
    const full = readFileSync(await bundle(shaking, "full.ts")).length;
    if (!(core < 0.8 * full)) throw new Error(`core: ${core} bytes, full: ${full} bytes`);
  });
}

try {
  await main();
} finally {
  rmSync(temporary, { recursive: true, force: true });
}
console.log(failures === 0 ? "The packages hold." : `${failures} check(s) failed.`);
process.exit(failures === 0 ? 0 : 1);
