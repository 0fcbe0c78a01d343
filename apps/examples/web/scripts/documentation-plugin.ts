/**
 * A Vite plugin that gives the page the documentation's examples: `virtual:documentation` their texts and checks,
 * `virtual:documentation/code` the same compiled, as code that the page's content security policy lets run.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";
// By path: Vite bundles this file's imports with its configuration, and Node runs no TypeScript.
import { compileExample } from "../../../documentation/src/compile.js";
import type { Example } from "../../../documentation/src/extract.js";
import { findExamples } from "../../../documentation/src/find.js";
import { RUNTIME_NAMES } from "../../../documentation/src/run.js";
import type { DocumentationExample } from "../src/pages/examples/example.js";

const root = fileURLToPath(new URL("../../../../", import.meta.url));
const TEXTS = "virtual:documentation";
const CODE = "virtual:documentation/code";

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
  if (!file.endsWith(".md")) return subject !== "" ? subject : file.replace(/^.*\/|\.ts$/g, "");
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

/** Names of the example's own file that it uses, and that no entry of the package exports. */
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

/** Why a page cannot run it. */
function reasonOf(example: Example): string | undefined {
  const { code, runs, excerpt, file } = example;
  if (code.includes("@lucid/backend-blas") || file.startsWith("packages/backend-blas/")) {
    return "It needs Node: BLAS is a library of the system, which a page cannot reach.";
  }
  if (/backend-conformance"|from "vitest"|backend-conformance\/random-programs"/.test(code)) {
    return "It is a file of tests, run by Vitest on Node.";
  }
  if (/\bfrom "(node:|\.)/.test(code)) return "It imports files of a project of yours.";
  if (excerpt === true) return "It repeats a part of another example on its page.";
  if (!runs) return "It is a fragment: what surrounds it is yours to write.";
  const inner = innerNames(example);
  return inner.length === 0 ? undefined : `It shows ${inner.join(", ")}, which is used inside of its package alone.`;
}

/** All examples, as the page shows them. */
function documentation(): DocumentationExample[] {
  const keys = new Map<string, number>();
  const shown = findExamples(root).filter(({ excerpt }) => excerpt !== true);
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

/** A module of functions, one for each example that a page can run. */
function codeModule(): string {
  const entries = documentation()
    .filter(({ reason }) => reason === undefined)
    .map(({ key, code }) => {
      // Lines are counted as the page shows them.
      const compiled = compileExample(code, 1);
      const names = [...RUNTIME_NAMES, ...compiled.names.filter((name) => !RUNTIME_NAMES.includes(name))];
      const { body, ...rest } = compiled;
      const data = JSON.stringify({ ...rest, body: "" });
      return `${JSON.stringify(key)}: { compiled: ${data}, executable: { names: ${JSON.stringify(names)}, call: async (${names}) => { {\n${body}\n} } } }`;
    });
  return `export const code = {\n${entries.join(",\n")}\n};\n`;
}

/** The plugin, for the page and, made again, for its workers. */
export function documentationExamples(): Plugin {
  const modules: Readonly<Record<string, () => string>> = {
    [TEXTS]: () => `export const examples = JSON.parse(${JSON.stringify(JSON.stringify(documentation()))});\n`,
    [CODE]: codeModule,
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
