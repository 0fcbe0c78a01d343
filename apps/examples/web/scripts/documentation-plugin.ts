/**
 * A Vite plugin that gives the page the documentation's examples. `virtual:documentation` has their texts,
 * `virtual:documentation/code` has them compiled, as code that a strict content security policy allows, and
 * `virtual:documentation/packages` loads what they import.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";
// By path: Vite bundles this file's imports with its configuration, and Node runs no TypeScript.
import { compileExample } from "../../../../tools/documentation/src/compile.js";
import type { Example } from "../../../../tools/documentation/src/extract.js";
import { findExamples } from "../../../../tools/documentation/src/find.js";
import { RUNTIME_NAMES } from "../../../../tools/documentation/src/run.js";
import type { DocumentationExample } from "../src/pages/examples/example.js";

const root = fileURLToPath(new URL("../../../../", import.meta.url));
const TEXTS = "virtual:documentation";
const CODE = "virtual:documentation/code";
const PACKAGES = "virtual:documentation/packages";

const GUIDES = "Guides";

/** The part of the documentation that a file belongs to: a package, or the guides. */
function groupOf(file: string): string {
  const folder = /^packages\/([^/]+)\//.exec(file)?.[1];
  if (folder === undefined) return GUIDES;
  return (JSON.parse(readFileSync(join(root, "packages", folder, "package.json"), "utf8")) as { name: string }).name;
}

/** The title of a Markdown page. */
const titleOf = (file: string): string =>
  /^# (.*)$/m.exec(readFileSync(join(root, file), "utf8"))?.[1]?.replace(/[`*]/g, "") ?? file;

function subjectOf({ file, subject }: Example): string {
  if (!file.endsWith(".md")) {
    return subject === "" ? file.replace(/^.*\/|\.ts$/g, "") : subject.replace(/\.constructor$/, "");
  }
  const title = titleOf(file);
  return subject === "" || subject === title ? title : groupOf(file) === GUIDES ? `${title}: ${subject}` : subject;
}

/** The names that a module of a package's sources exports, itself or from others. */
function exportsOf(file: string, found = new Set<string>()): Set<string> {
  const source = readFileSync(file, "utf8");
  for (const [, name] of source.matchAll(/^export (?:abstract )?(?:async )?(?:function\*?|const|class) ([\w$]+)/gm)) {
    found.add(name!);
  }
  for (const [, star, names, from] of source.matchAll(/^export (?:(\*)|\* as \w+|\{([^}]*)\}) from "([^"]*)";/gm)) {
    for (const part of names?.split(",") ?? []) {
      const name = part.trim().split(" as ").at(-1)!;
      if (name !== "" && !name.startsWith("type ")) found.add(name);
    }
    if (star !== undefined && from!.startsWith(".")) exportsOf(join(file, "..", from!.replace(/\.js$/, ".ts")), found);
  }
  return found;
}

/** The names that the example uses from its own file and that no entry of the package exports. */
function innerNames({ file, code }: Example): string[] {
  const folder = /^packages\/[^/]+\//.exec(file)?.[0];
  if (folder === undefined || !file.endsWith(".ts")) return [];
  const { exports } = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8")) as {
    readonly exports: Readonly<Record<string, Readonly<Record<string, string>>>>;
  };
  const entries = Object.values(exports).map((conditions) =>
    exportsOf(join(root, folder, conditions["@lucid/source"]!)),
  );
  const own = exportsOf(join(root, file));
  return compileExample(code, 1).names.filter((name) => own.has(name) && !entries.some((names) => names.has(name)));
}

/** Why the example can't run in a browser; undefined if it can. */
function reasonOf(example: Example): string | undefined {
  const { code, runs, file } = example;
  if (code.includes("@lucid/backend-blas") || file.startsWith("packages/backend-blas/")) {
    return "It needs Node, because BLAS is a library of the operating system.";
  }
  if (/backend-conformance"|from "vitest"|backend-conformance\/random-programs"/.test(code)) {
    return "It is a test file, which Vitest runs on Node.";
  }
  if (/\bfrom "(node:|\.)/.test(code)) return "It imports files of your own project.";
  return runs ? undefined : "It is a fragment, and the code around it is missing.";
}

/** True for examples that help a program's author, and not only the authors of lucid. */
const isForUsers = (example: Example): boolean =>
  example.excerpt !== true && example.file !== "CONTRIBUTING.md" && innerNames(example).length === 0;

/** All examples, in the order and form in which the page shows them. */
function documentation(): DocumentationExample[] {
  const keys = new Map<string, number>();
  const shown = findExamples(root).filter(isForUsers);
  const examples = shown.map((example): DocumentationExample => {
    const { file, line, code } = example;
    const group = groupOf(file);
    const subject = subjectOf(example);
    const name = `${group.replace(/^@lucid\//, "")}/${subject}`.replace(/[^\w/.]+/g, "-");
    const count = (keys.get(name) ?? 0) + 1;
    keys.set(name, count);
    const reason = reasonOf(example);
    return {
      key: count === 1 ? name : `${name}-${count}`,
      group,
      subject,
      file,
      line,
      code,
      ...(reason === undefined ? {} : { reason }),
    };
  });
  const rank = ({ group, file }: DocumentationExample): string =>
    `${group === GUIDES ? 0 : 1}${group} ${file.endsWith(".md") ? 0 : 1}`;
  const order = new Intl.Collator("en");
  return examples.sort(
    (a, b) =>
      order.compare(rank(a), rank(b)) ||
      (a.file.endsWith(".md") ? 0 : order.compare(a.subject.toLowerCase(), b.subject.toLowerCase())),
  );
}

/** The text of a module with one function for each example that can run in a browser. */
function codeModule(): string {
  const entries = documentation()
    .filter(({ reason }) => reason === undefined)
    .map(({ key, code }) => {
      // Line numbers start at 1, as in the page's editor.
      const compiled = compileExample(code, 1);
      const names = [...RUNTIME_NAMES, ...compiled.names.filter((name) => !RUNTIME_NAMES.includes(name))];
      const { body, ...rest } = compiled;
      const data = JSON.stringify({ ...rest, body: "" });
      return `${JSON.stringify(key)}: { compiled: ${data}, executable: { names: ${JSON.stringify(names)}, call: async (${names}) => { {\n${body}\n} } } }`;
    });
  return `export const code = {\n${entries.join(",\n")}\n};\n`;
}

/** The entries that need Node: a BLAS library, and Vitest. */
const NODE_ONLY: ReadonlySet<string> = new Set(["@lucid/backend-blas", "@lucid/backend-conformance"]);

/** The text of a module that loads every entry of every package that a page can have. */
function packagesModule(): string {
  const entries = readdirSync(join(root, "packages")).flatMap((folder) => {
    const { name, exports } = JSON.parse(readFileSync(join(root, "packages", folder, "package.json"), "utf8")) as {
      readonly name: string;
      readonly exports: Readonly<Record<string, unknown>>;
    };
    return Object.keys(exports)
      .filter((entry) => !entry.endsWith(".json"))
      .map((entry) => name + entry.slice(1));
  });
  const all = [...entries.filter((entry) => !NODE_ONLY.has(entry)), "minimal-backend"];
  return `export const entries = {\n${all.map((name) => `"${name}": () => import("${name}")`).join(",\n")}\n};\n`;
}

/** Makes the plugin. The page and the workers need one each. */
export function documentationExamples(): Plugin {
  const modules: Readonly<Record<string, () => string>> = {
    [TEXTS]: () => `export const examples = JSON.parse(${JSON.stringify(JSON.stringify(documentation()))});\n`,
    [CODE]: codeModule,
    [PACKAGES]: packagesModule,
  };
  return {
    name: "documentation-examples",
    buildStart() {
      if (!existsSync(join(root, "packages"))) throw new Error(`No packages in ${root}`);
    },
    resolveId: (id) => (id in modules ? `\0${id}` : undefined),
    load(id) {
      return modules[id.replace(/^\0/, "")]?.();
    },
  };
}
