/**
 * Finds the examples: every block fenced by ```ts in a documentation comment of a package's source, or in a Markdown
 * page. A fence ```ts no-run marks a block that cannot run.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

/** One block of code. */
export interface Example {
  /** Path below the root. */
  readonly file: string;
  /** The number of the block's first line in the file. */
  readonly line: number;
  readonly code: string;
  /** False for ```ts no-run. */
  readonly runs: boolean;
}

interface TextLine {
  readonly number: number;
  readonly text: string;
}

/** The lines inside documentation comments, without their stars; runs of lines from one comment. */
function documentationComments(source: string): TextLine[][] {
  const comments: TextLine[][] = [];
  let current: TextLine[] | undefined;
  for (const [i, line] of source.split("\n").entries()) {
    if (current === undefined && /^\s*\/\*\*/.test(line)) current = [];
    if (current === undefined) continue;
    current.push({ number: i + 1, text: line.replace(/^\s*(\/\*\*|\*(?!\/)) ?/, "") });
    if (line.includes("*/")) {
      comments.push(current);
      current = undefined;
    }
  }
  return comments;
}

function blocksOf(file: string, lines: readonly TextLine[]): Example[] {
  const examples: Example[] = [];
  let open: { readonly indent: string; readonly runs: boolean; readonly code: TextLine[] } | undefined;
  let foreign = false;
  for (const line of lines) {
    const fence = /^(\s*)```(.*)$/.exec(line.text);
    if (fence === null) {
      open?.code.push(line);
    } else if (open !== undefined) {
      const { code, indent, runs } = open;
      const text = code.map(({ text }) => (text.startsWith(indent) ? text.slice(indent.length) : text.trimStart()));
      if (code.length > 0) examples.push({ file, line: code[0]!.number, code: text.join("\n"), runs });
      open = undefined;
    } else if (foreign) {
      foreign = false;
    } else {
      const [language, ...flags] = fence[2]!.trim().split(/\s+/);
      if (language === "ts") open = { indent: fence[1]!, runs: !flags.includes("no-run"), code: [] };
      else foreign = true;
    }
  }
  if (open !== undefined) throw new Error(`${file}: a block of code is not closed`);
  return examples;
}

/** The examples in one file's text. */
export function extractExamples(file: string, source: string): Example[] {
  if (!file.endsWith(".ts")) {
    return blocksOf(
      file,
      source.split("\n").map((text, i) => ({ number: i + 1, text })),
    );
  }
  return documentationComments(source).flatMap((lines) => blocksOf(file, lines));
}

function walk(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name === "node_modules" || entry.name === "dist" || entry.name.startsWith(".")) return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? walk(path) : [path];
  });
}

/** All examples of the project whose root is `root`. */
export function findExamples(root: string): Example[] {
  const files = walk(root).map((path) => relative(root, path).replaceAll("\\", "/"));
  const documented = files.filter(
    (file) =>
      (/^packages\/[^/]+\/src\/.*\.ts$/.test(file) && !file.endsWith(".test.ts")) ||
      (/^([^/]+|packages\/[^/]+\/[^/]+|docs\/.*|apps\/[^/]+\/[^/]+)\.md$/.test(file) && !file.endsWith("CHANGELOG.md")),
  );
  return documented.sort().flatMap((file) => extractExamples(file, readFileSync(join(root, file), "utf8")));
}
