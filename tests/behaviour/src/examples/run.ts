/**
 * Runs an example as a module and checks its comments: `expression; // → value`, `console.log(x); // → text`,
 * `call(); // throws ErrorName`. A longer value stands in comment lines below its statement.
 */
import { transform } from "esbuild";
import { parseAst } from "vite";
import type { Example } from "./extract.js";
import { matches, matchesText, print } from "./print.js";

/** Something in an example that is not as its comment says. */
export interface Failure {
  readonly line: number;
  readonly expected: string;
  readonly got: string;
}

/** Names that examples use without importing them, and how they import the rest. */
export interface Surroundings {
  readonly names: Readonly<Record<string, unknown>>;
  readonly load: (specifier: string) => Promise<unknown>;
}

/** A node of the syntax tree, as far as it matters here. */
interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly expression?: SyntaxNode;
  readonly declarations?: readonly { readonly id: SyntaxNode & { readonly name?: string } }[];
}

interface Check {
  readonly kind: "value" | "throws";
  /** In the file. */
  readonly line: number;
  readonly expected: string;
  reached: boolean;
}

const MARK = /^[ \t]*\/\/ (→|throws) ?(.*)$/;

/** Every statement of the tree, outer ones before those inside them. */
function statements(node: unknown, found: SyntaxNode[] = []): SyntaxNode[] {
  if (Array.isArray(node)) for (const one of node) statements(one, found);
  else if (typeof node === "object" && node !== null && "type" in node) {
    const { type } = node as SyntaxNode;
    if (type === "ExpressionStatement" || type === "VariableDeclaration") found.push(node as SyntaxNode);
    for (const child of Object.values(node)) statements(child, found);
  }
  return found;
}

/** What the comment behind a statement, or the comment lines below it, say. */
function expectationAt(
  code: string,
  end: number,
): { readonly kind: Check["kind"]; readonly expected: string; readonly at: number } | undefined {
  const lineEnd = (from: number): number => (code.indexOf("\n", from) < 0 ? code.length : code.indexOf("\n", from));
  let stop = lineEnd(end);
  let text = code.slice(end, stop).replace(/^;/, "");
  let at = end;
  if (text.trim() === "" && stop < code.length) {
    at = stop + 1;
    stop = lineEnd(at);
    text = code.slice(at, stop);
  }
  const found = MARK.exec(text);
  if (found === null) return undefined;
  const lines = [found[2]!.trimEnd()];
  while (stop < code.length) {
    const next = code.slice(stop + 1, lineEnd(stop + 1));
    if (!/^\s*\/\/ {2,}\S/.test(next)) break;
    // Set under the first line's text, unlike a remark: `// → ` is five characters wide.
    lines.push(
      next
        .trimStart()
        .replace(/^\/\/ {0,3}/, "")
        .trimEnd(),
    );
    stop = lineEnd(stop + 1);
  }
  return { kind: found[1] === "→" ? "value" : "throws", expected: lines.join("\n"), at };
}

const lineAt = (code: string, offset: number): number => code.slice(0, offset).split("\n").length - 1;

/** The example with its checks written into it. */
function instrument(example: Example): {
  readonly code: string;
  readonly checks: readonly Check[];
  readonly lost: readonly Failure[];
} {
  const { code } = example;
  const tree = parseAst(code, { lang: "ts" });
  const checks: Check[] = [];
  const marks = new Set<number>();
  const edits: { readonly at: number; readonly text: string }[] = [];
  for (const node of statements(tree)) {
    const expectation = expectationAt(code, node.end);
    if (expectation === undefined || marks.has(expectation.at)) continue;
    marks.add(expectation.at);
    const id = checks.length;
    checks.push({ ...expectation, line: example.line + lineAt(code, node.start), reached: false });
    if (expectation.kind === "throws") {
      edits.push({ at: node.start, text: `try { ` });
      edits.push({ at: node.end, text: `; __returned(${id}); } catch (error) { __threw(${id}, error); }` });
    } else if (node.type === "ExpressionStatement") {
      const { start, end } = node.expression!;
      edits.push({ at: start, text: `__value(${id}, (` }, { at: end, text: `))` });
    } else {
      const { id: pattern } = node.declarations!.at(-1)!;
      edits.push({ at: node.end, text: ` __value(${id}, ${pattern.name ?? code.slice(pattern.start, pattern.end)});` });
    }
  }
  for (const node of (tree as unknown as { readonly body: readonly SyntaxNode[] }).body) {
    if (node.type !== "ImportDeclaration")
      edits.unshift({ at: node.start, text: `__at(${example.line + lineAt(code, node.start)});` });
  }
  let written = code;
  for (const { at, text } of [...edits].sort((a, b) => b.at - a.at || edits.indexOf(b) - edits.indexOf(a))) {
    written = written.slice(0, at) + text + written.slice(at);
  }
  const lost = [...code.matchAll(/\/\/ (→|throws [A-Z]).*$/gm)]
    .filter(({ index }) => ![...marks].some((mark) => mark <= index && lineAt(code, mark) === lineAt(code, index)))
    .map(({ 0: text, index }) => ({
      line: example.line + lineAt(code, index),
      expected: text,
      got: "a comment that belongs to no statement",
    }));
  return { code: written, checks, lost };
}

type Body = (...values: readonly unknown[]) => Promise<void>;
const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor as new (...source: string[]) => Body;

/** `import` and `export` as a function body can have them; esbuild has written each on a line of its own. */
function withoutModules(javascript: string): string {
  return javascript
    .replace(/^import \* as (\w+) from ("[^"]*");$/gm, "const $1 = await __load($2);")
    .replace(/^import (\w+) from ("[^"]*");$/gm, "const { default: $1 } = await __load($2);")
    .replace(/^import \{([^}]*)\} from ("[^"]*");$/gm, (_, names: string, from: string) => {
      return `const {${names.replace(/ as /g, ": ")}} = await __load(${from});`;
    })
    .replace(/^import ("[^"]*");$/gm, "await __load($1);")
    .replace(/^export \{[^}]*\};?$/gm, "")
    .replace(/^export (default )?/gm, "");
}

/** Runs an example; gives what was not as it says. */
export async function runExample(example: Example, surroundings: Surroundings): Promise<Failure[]> {
  const { code, checks, lost } = instrument(example);
  const failures: Failure[] = [...lost];
  const { code: stripped } = await transform(code, {
    loader: "ts",
    target: "es2022",
    format: "esm",
    tsconfigRaw: { compilerOptions: { useDefineForClassFields: true } },
  });
  let printed: string[] = [];
  let line = example.line;
  const fail = (check: Check, got: string): void => {
    failures.push({
      line: check.line,
      expected: check.kind === "throws" ? `throws ${check.expected}` : check.expected,
      got,
    });
  };
  const given: Record<string, unknown> = {
    __load: surroundings.load,
    __at: (at: number): void => {
      line = at;
    },
    __value: (id: number, value: unknown): unknown => {
      const check = checks[id]!;
      check.reached = true;
      const output = printed.join("\n");
      const good = printed.length > 0 ? matchesText(output, check.expected) : matches(value, check.expected);
      if (!good) fail(check, printed.length > 0 ? output : print(value));
      printed = [];
      return value;
    },
    __returned: (id: number): void => {
      checks[id]!.reached = true;
      fail(checks[id]!, "nothing was thrown");
    },
    __threw: (id: number, error: unknown): void => {
      const check = checks[id]!;
      if (check.reached) return;
      check.reached = true;
      const [name] = check.expected.split(/[\s:·(]/);
      const good = error instanceof Error && (error.name === name || error.constructor.name === name);
      if (!good) fail(check, print(error));
    },
    console: {
      ...console,
      log: (...values: readonly unknown[]): void => {
        printed.push(values.map((value) => (typeof value === "string" ? value : print(value))).join(" "));
      },
    },
  };
  // Only what the example speaks of, in a scope around its own: what it declares or imports comes first.
  const used = Object.keys(surroundings.names).filter((name) =>
    new RegExp(`(?<![\\w$.])${name.replace("$", "\\$")}(?![\\w$])`).test(code),
  );
  for (const name of used) given[name] ??= surroundings.names[name];
  try {
    const body = new AsyncFunction(...Object.keys(given), `"use strict"; {\n${withoutModules(stripped)}\n}`);
    await body(...Object.values(given));
  } catch (error) {
    failures.push({ line, expected: "a run without an error", got: print(error) });
    return failures;
  }
  for (const check of checks) {
    if (!check.reached) fail(check, "this line was not reached");
  }
  return failures;
}
