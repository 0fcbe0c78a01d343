/**
 * The examples in a text: every block fenced by ```ts in a documentation comment of a package's source, or in a Markdown
 * page. A fence says more in words behind `ts`: `continue` goes on from the running block before it, as one program;
 * `excerpt` repeats a part of a running block of the same page; `no-run` marks a block that cannot run.
 */

/** One block of code. */
export interface Example {
  /** Path below the root. */
  readonly file: string;
  /** What it shows: the declaration below the comment (`Tensor.sum` for a member), or the heading above on a page. */
  readonly subject: string;
  /** The number of the block's first line in the file. */
  readonly line: number;
  readonly code: string;
  /** False for ```ts no-run and ```ts excerpt. */
  readonly runs: boolean;
  /** True for ```ts excerpt. */
  readonly excerpt?: boolean;
}

interface TextLine {
  readonly number: number;
  readonly text: string;
}

/** A documentation comment's lines, without their stars, and what is declared below it. */
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

/** Takes a block in, as the words of its fence say. */
function add(examples: Example[], block: Example, flags: readonly string[]): void {
  if (flags.includes("no-run")) examples.push({ ...block, runs: false });
  else if (flags.includes("excerpt")) examples.push({ ...block, runs: false, excerpt: true });
  else if (!flags.includes("continue")) examples.push(block);
  else {
    const at = examples.map((example) => example.runs).lastIndexOf(true);
    const before = examples[at];
    if (before === undefined) throw new Error(`${block.file}:${block.line}: nothing to continue`);
    // Empty lines stand for what lies between, so that line numbers stay right.
    const between = block.line - before.line - before.code.split("\n").length + 1;
    examples[at] = { ...before, code: before.code + "\n".repeat(between) + block.code };
  }
}

/** Whether a running block of the same page contains the lines of an excerpt, indented as one. */
export function isExcerpt({ file, code }: Example, examples: readonly Example[]): boolean {
  const part = code.split("\n").map((line) => line.trim());
  return examples.some((example) => {
    if (!example.runs || example.file !== file) return false;
    const whole = example.code.split("\n").map((line) => line.trim());
    return whole.some((_, at) => part.every((line, i) => whole[at + i] === line));
  });
}

/** The examples in one file's text. */
export function extractExamples(file: string, source: string): Example[] {
  if (!file.endsWith(".ts")) {
    return blocksOf(
      file,
      source.split("\n").map((text, i) => ({ number: i + 1, text })),
    );
  }
  return documentationComments(source).flatMap(({ lines, subject }) => blocksOf(file, lines, subject));
}
