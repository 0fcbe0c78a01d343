/**
 * Finds the examples in a text: blocks fenced by ```ts in the documentation comments of a package's sources or in
 * Markdown pages. Words behind `ts` say more about a block. `continue`: the block continues the running block before
 * it, as one program. `excerpt`: it repeats a part of a running block of the same page. `node`, `vitest` or `deno`: it
 * needs this program and runs with the packed packages. `no-run`: it cannot run.
 */

/** One block of code. */
export interface Example {
  /** The path below the root of the repository. */
  readonly file: string;
  /** The documented declaration (`Tensor.sum` for a member), or the heading above the block in a page. */
  readonly subject: string;
  /** The number of the block's first line in the file. */
  readonly line: number;
  readonly code: string;
  /** Whether the block runs by itself: its fence has no word except `continue`. */
  readonly runs: boolean;
  /** The program that has to run the block, if it needs a certain one. */
  readonly runner?: "node" | "vitest" | "deno";
  /** Whether the fence is ```ts excerpt. */
  readonly excerpt?: boolean;
}

interface TextLine {
  readonly number: number;
  readonly text: string;
}

/** The lines of a documentation comment without their stars, and the declaration below it. */
interface Comment {
  readonly lines: readonly TextLine[];
  readonly subject: string;
}

const DECLARATION =
  /^(?:export )?(?:declare )?(?:abstract )?(?:async )?(function\*?|const|class|interface|type) ([\w$]+)/;
const MEMBER = /^ +(?:(?:static|readonly|override|async|get|set) )*([\w$]+)\??[(<:]/;

function documentationComments(source: string): Comment[] {
  const comments: Comment[] = [];
  let current: TextLine[] | undefined;
  let closed: TextLine[] | undefined;
  let holder = "";
  const end = (subject: string): void => {
    if (closed !== undefined) comments.push({ lines: closed, subject });
    closed = undefined;
  };
  for (const [i, line] of source.split("\n").entries()) {
    if (current === undefined && /^\s*\/\*\*/.test(line)) {
      end("");
      current = [];
    }
    if (current === undefined) {
      if (line.trim() === "") continue;
      const [, kind, name] = DECLARATION.exec(line) ?? [];
      if (kind !== undefined && !line.endsWith(";"))
        holder = kind === "class" || kind === "interface" ? `${name}.` : "";
      end(name ?? (MEMBER.test(line) ? `${holder}${MEMBER.exec(line)![1]}` : ""));
      continue;
    }
    current.push({ number: i + 1, text: line.replace(/^\s*(\/\*\*|\*(?!\/)) ?/, "") });
    if (line.includes("*/")) {
      closed = current;
      current = undefined;
    }
  }
  end("");
  return comments;
}

function blocksOf(file: string, lines: readonly TextLine[], declared?: string): Example[] {
  const examples: Example[] = [];
  let subject = declared ?? "";
  let open: { readonly indent: string; readonly flags: readonly string[]; readonly code: TextLine[] } | undefined;
  let foreign = false;
  for (const line of lines) {
    const fence = /^(\s*)```(.*)$/.exec(line.text);
    if (fence === null) {
      open?.code.push(line);
      if (open !== undefined || foreign || declared !== undefined) continue;
      const heading = /^#+ (.*)$/.exec(line.text)?.[1];
      if (heading !== undefined) subject = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").replace(/[`*]/g, "");
    } else if (open !== undefined) {
      const { code, indent, flags } = open;
      const text = code.map(({ text }) => (text.startsWith(indent) ? text.slice(indent.length) : text.trimStart()));
      if (code.length > 0) {
        add(examples, { file, subject, line: code[0]!.number, code: text.join("\n"), runs: true }, flags);
      }
      open = undefined;
    } else if (foreign) {
      foreign = false;
    } else {
      const [language, ...flags] = fence[2]!.trim().split(/\s+/);
      if (language === "ts") open = { indent: fence[1]!, flags, code: [] };
      else foreign = true;
    }
  }
  if (open !== undefined) throw new Error(`${file}: a block of code is not closed`);
  return examples;
}

/** Adds a block to the examples, as the words of its fence require. */
function add(examples: Example[], block: Example, flags: readonly string[]): void {
  const runner = (["node", "vitest", "deno"] as const).find((name) => flags.includes(name));
  if (runner !== undefined) examples.push({ ...block, runs: false, runner });
  else if (flags.includes("no-run")) examples.push({ ...block, runs: false });
  else if (flags.includes("excerpt")) examples.push({ ...block, runs: false, excerpt: true });
  else if (!flags.includes("continue")) examples.push(block);
  else {
    const at = examples.map((example) => example.runs).lastIndexOf(true);
    const before = examples[at];
    if (before === undefined) throw new Error(`${block.file}:${block.line}: nothing to continue`);
    // Empty lines replace the text between the blocks, so that line numbers stay right.
    const between = block.line - before.line - before.code.split("\n").length + 1;
    examples[at] = { ...before, code: before.code + "\n".repeat(between) + block.code };
  }
}

/**
 * Whether a running block of the same page contains the lines of an excerpt, which may be indented by the same amount.
 */
export function isExcerpt({ file, code }: Example, examples: readonly Example[]): boolean {
  const part = code.split("\n").map((line) => line.trim());
  return examples.some((example) => {
    if (!example.runs || example.file !== file) return false;
    const whole = example.code.split("\n").map((line) => line.trim());
    return whole.some((_, at) => part.every((line, i) => whole[at + i] === line));
  });
}

/** Returns the examples in the text of a file. */
export function extractExamples(file: string, source: string): Example[] {
  if (!file.endsWith(".ts")) {
    return blocksOf(
      file,
      source.split("\n").map((text, i) => ({ number: i + 1, text })),
    );
  }
  return documentationComments(source).flatMap(({ lines, subject }) => blocksOf(file, lines, subject));
}
