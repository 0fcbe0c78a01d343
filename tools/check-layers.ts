/**
 * The layer rule. Every package has a layer; it may import only what its package.json declares, and only packages of
 * strictly lower layers. Sources are free of Node, and runtime packages depend on nothing outside the workspace; the
 * exceptions are listed below. The files of a package do not import one another in circles, not even types,
 * with one exception.
 *
 *   tsx tools/check-layers.ts [root]
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { circlesIn } from "./import-circles.js";

const layers: Readonly<Record<string, number>> = {
  "@lucid/backend": 0,
  "@lucid/backend-blas": 1,
  "@lucid/backend-cpu": 1,
  "@lucid/backend-wasm": 1,
  "@lucid/backend-webgpu": 1,
  "@lucid/tensor": 1,
  "@lucid/autograd": 2,
  "@lucid/fft": 3,
  "@lucid/linalg": 2,
  "@lucid/nn": 3,
  "@lucid/optim": 3,
  "@lucid/safetensors": 3,
  "@lucid/lucid": 4,
  "@lucid/backend-conformance": 4,
};

/** Dependencies from outside the workspace, by package: these and no others. */
const outside: Readonly<Record<string, readonly string[]>> = {
  "@lucid/backend-blas": ["koffi"],
  "@lucid/backend-conformance": ["fast-check", "vitest"],
  // Node's WebGPU; pages and Deno have their own.
  "@lucid/backend-webgpu": ["webgpu"],
};

/** Packages that run on Node only, and may import its modules. */
const nodeOnly: ReadonlySet<string> = new Set(["@lucid/backend-blas"]);

/** The only package that may name a backend besides the backends themselves. */
const mayImportBackends = new Set(["@lucid/lucid"]);
const isBackend = (name: string): boolean => /^@lucid\/backend-(?!conformance$)/.test(name);

/**
 * The only circle: the class of tensors has methods that record and read, and what records and reads takes tensors, and
 * imports the type of the class alone.
 */
const tensorCircle: readonly string[] = [
  "packages/tensor/src/dispatch/call.ts",
  "packages/tensor/src/dispatch/recorder.ts",
  "packages/tensor/src/dispatch/rule.ts",
  "packages/tensor/src/tensor/printing.ts",
  "packages/tensor/src/tensor/reading.ts",
  "packages/tensor/src/tensor/tensor.ts",
];

interface Manifest {
  readonly name: string;
  readonly exports?: Readonly<Record<string, unknown>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

interface Import {
  readonly specifier: string;
  readonly line: number;
}

/** The module specifiers in a source text; comments do not count. */
function importsOf(text: string): Import[] {
  // Comments become blanks, so that positions (and line numbers) stay.
  const blank = (comment: string): string => comment.replace(/[^\n]/g, " ");
  const code = text.replace(/^[ \t]*\/\*[\s\S]*?\*\//gm, blank).replace(/(^|[\s;{}])\/\/.*$/gm, blank);
  const found: Import[] = [];
  const patterns = [
    /^[ \t]*(?:import|export)\b[^"'`;]*?\bfrom\s*["']([^"']+)["']/gm,
    /^[ \t]*import\s*["']([^"']+)["']/gm,
    /\bimport\s*\(\s*["'`]([^"'`]+)["'`]/g,
    /\brequire\s*\(\s*["'`]([^"'`]+)["'`]/g,
    /^[ \t]*declare\s+module\s+["']([^"']+)["']/gm,
  ];
  for (const pattern of patterns) {
    for (const match of code.matchAll(pattern)) {
      const at = match.index + match[0].lastIndexOf(match[1]);
      found.push({ specifier: match[1], line: code.slice(0, at).split("\n").length });
    }
  }
  return found.sort((a, b) => a.line - b.line);
}

function sourcesUnder(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.[cm]?tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

/** "@lucid/tensor/core" → ["@lucid/tensor", "./core"]; "vitest/config" → ["vitest", "./config"]. */
function splitSpecifier(specifier: string): [name: string, subpath: string] {
  const parts = specifier.split("/");
  const length = specifier.startsWith("@") ? 2 : 1;
  const rest = parts.slice(length).join("/");
  return [parts.slice(0, length).join("/"), rest === "" ? "." : `./${rest}`];
}

const builtins = new Set(builtinModules);
const root = resolve(process.argv[2] ?? fileURLToPath(new URL("..", import.meta.url)));
const errors: string[] = [];
let imports = 0;
/** The files that each source file imports from its own package. */
const within = new Map<string, string[]>();

const packages = readdirSync(join(root, "packages"), { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && existsSync(join(root, "packages", entry.name, "package.json")))
  .map((entry) => {
    const folder = join(root, "packages", entry.name);
    const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
    return { folder, manifest };
  });
const manifests = new Map(packages.map(({ manifest }) => [manifest.name, manifest]));

/** Why package `from` may not depend on workspace package `to`; undefined when it may. */
function forbidden(from: string, to: string): string | undefined {
  if (layers[to] === undefined) return `${to} is no package of this workspace`;
  if (isBackend(to) && !mayImportBackends.has(from)) {
    return `only ${[...mayImportBackends].join(", ")} may depend on a backend; take it from the default-backend registry`;
  }
  if (isBackend(from) && to !== "@lucid/backend") return "a backend may depend on @lucid/backend only";
  if (layers[to] >= layers[from]) {
    return `${from} is in layer ${layers[from]} and ${to} in layer ${layers[to]}; imports go strictly down`;
  }
  return undefined;
}

for (const { folder, manifest } of packages) {
  const where = relative(root, join(folder, "package.json"));
  const { name } = manifest;
  if (layers[name] === undefined) {
    errors.push(`${where}: ${name} has no layer; give it one in tools/check-layers.ts`);
    continue;
  }

  const declared = { ...manifest.dependencies, ...manifest.peerDependencies, ...manifest.optionalDependencies };
  for (const dependency of Object.keys(declared)) {
    if (dependency.startsWith("@lucid/")) {
      const reason = forbidden(name, dependency);
      if (reason !== undefined) errors.push(`${where}: depends on ${dependency}: ${reason}`);
    } else if (!outside[name]?.includes(dependency)) {
      errors.push(`${where}: depends on ${dependency}: packages have no dependencies outside the workspace`);
    }
  }

  for (const file of sourcesUnder(join(folder, "test"))) {
    // Vitest does not look for them here.
    if (/\.test\.ts$/.test(file)) errors.push(`${relative(root, file)}: a test stands beside its source, below src/`);
  }
  for (const file of sourcesUnder(join(folder, "src"))) {
    const isTest = /\.test\.[cm]?tsx?$/.test(file);
    const own: string[] = [];
    within.set(relative(root, file), own);
    for (const { specifier, line } of importsOf(readFileSync(file, "utf8"))) {
      imports++;
      const fail = (reason: string): void => {
        errors.push(`${relative(root, file)}:${line}: imports "${specifier}": ${reason}`);
      };
      if (specifier.startsWith(".")) {
        const target = resolve(dirname(file), specifier);
        if (!target.startsWith(folder + sep)) fail("a relative import may not leave its package");
        own.push(relative(root, target).replace(/\.js$/, ".ts"));
        continue;
      }
      const [target, subpath] = splitSpecifier(specifier);
      if (specifier.startsWith("node:") || builtins.has(target)) {
        // Tests run on Node.
        if (!isTest && !nodeOnly.has(name)) fail("sources must run without Node");
        continue;
      }
      const isLucid = target.startsWith("@lucid/");
      if (isTest) {
        // A test may use what the package declares for development too, whatever its layer.
        const known = target in declared || target in (manifest.devDependencies ?? {}) || target === name;
        if (isLucid && !known) fail(`${target} is not declared in ${where}`);
        continue;
      }
      if (target === name) {
        fail("a package imports its own files by relative path");
      } else if (!isLucid) {
        if (!(target in declared)) fail("packages have no dependencies outside the workspace");
      } else {
        const reason = forbidden(name, target);
        if (reason !== undefined) fail(reason);
        else if (!(target in declared)) fail(`${target} is not declared in the dependencies of ${where}`);
        else if (!(subpath in (manifests.get(target)?.exports ?? {}))) fail(`${target} does not export "${subpath}"`);
      }
    }
  }
}

for (const circle of circlesIn(within)) {
  if (circle.join() === tensorCircle.join()) continue;
  errors.push(`${circle.join(", ")}: import one another in a circle; move what they share into a file of its own`);
}

for (const name of Object.keys(layers)) {
  if (!manifests.has(name)) errors.push(`tools/check-layers.ts: ${name} has a layer but no folder under packages/`);
}

if (errors.length > 0) {
  console.error(`${errors.join("\n")}\n\n${errors.length} violation(s) of the layer rule.`);
  process.exit(1);
}
console.log(`Layers hold: ${packages.length} packages, ${imports} imports.`);
