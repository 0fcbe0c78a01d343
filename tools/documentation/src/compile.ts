/**
 * Compiles an example to the body of a function that reports what happens. Types are removed, imports become calls, and
 * comments become checks: `expression; // → value`, `console.log(x); // → text`, `call(); // throws ErrorName`. A
 * longer value stands in comment lines below its statement.
 */
import { type AnyNode, type Identifier, type ImportDeclaration, type Program, parse } from "acorn";
import { transform } from "sucrase";

/** A result that a comment states, or the value of the last statement if no comment states it. */
export interface Check {
  readonly kind: "value" | "throws";
  /** The number of the line in the file. */
  readonly line: number;
  readonly expected: string | undefined;
}

/** A compiled example, which `run.ts` runs. It is plain data. */
export interface Compiled {
  /** The number of the first line in the file. */
  readonly line: number;
  readonly lines: number;
  /** The body of an async function, in JavaScript. Its lines are those of the source. */
  readonly body: string;
  /** The names that the body uses, whether or not it declares them. */
  readonly names: readonly string[];
  readonly checks: readonly Check[];
  /** Comments with an expected result that belong to no statement. */
  readonly lost: readonly { readonly line: number; readonly text: string }[];
}

interface Edit {
  readonly at: number;
  readonly text: string;
  /** The end of the text that is replaced. Without it, the edit only inserts. */
  readonly to?: number;
}

const MARK = /^[ \t]*\/\/ (→|throws) ?(.*)$/;

/** Names that cannot be parameters or do not have to be. */
const RESERVED: ReadonlySet<string> = new Set(["undefined", "NaN", "Infinity", "eval", "arguments"]);

/** All nodes of a tree. Each node comes before the nodes inside it. */
function* nodesOf(node: unknown): Generator<AnyNode> {
  if (Array.isArray(node)) for (const one of node) yield* nodesOf(one);
  else if (typeof node === "object" && node !== null && "type" in node) {
    yield node as AnyNode;
    for (const child of Object.values(node)) yield* nodesOf(child);
  }
}

/** Reads the expected result from the comment behind a statement or from the comment lines below it. */
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
    // A line that continues the result is indented to the text of the first line, which `// → ` precedes. A remark is not.
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

/** Rewrites an import declaration for a function body. */
function importCall({ specifiers, source }: ImportDeclaration): string {
  const from = `await __load(${JSON.stringify(source.value)})`;
  const named: string[] = [];
  const lines: string[] = [];
  for (const specifier of specifiers) {
    const local = specifier.local.name;
    if (specifier.type === "ImportNamespaceSpecifier") lines.push(`const ${local} = ${from};`);
    else if (specifier.type === "ImportDefaultSpecifier") named.push(`default: ${local}`);
    else named.push(`${(specifier.imported as Identifier).name}: ${local}`);
  }
  if (named.length > 0) lines.push(`const { ${named.join(", ")} } = ${from};`);
  return lines.length === 0 ? `${from};` : lines.join(" ");
}

/** Rewrites imports and exports for a function body. Returns the names that are exported. */
function withoutModules(code: string, tree: Program, edits: Edit[]): string[] {
  const exported: string[] = [];
  const keepLines = (start: number, end: number): string => code.slice(start, end).replace(/[^\n]/g, "");
  for (const node of tree.body) {
    const { start, end } = node;
    if (node.type === "ImportDeclaration") {
      edits.push({ at: start, to: end, text: importCall(node) + keepLines(start, end) });
    } else if (node.type === "ExportDefaultDeclaration") {
      edits.push({ at: start, to: node.declaration.start, text: keepLines(start, node.declaration.start) });
    } else if (node.type === "ExportNamedDeclaration") {
      const { declaration } = node;
      edits.push({ at: start, to: declaration?.start ?? end, text: keepLines(start, declaration?.start ?? end) });
      if (declaration === null || declaration === undefined) {
        for (const { local, exported: as } of node.specifiers) {
          exported.push(`${(as as Identifier).name}: ${(local as Identifier).name}`);
        }
      } else if (declaration.type === "VariableDeclaration") {
        for (const { id } of declaration.declarations) if (id.type === "Identifier") exported.push(id.name);
      } else exported.push(declaration.id.name);
    }
  }
  for (const node of nodesOf(tree)) {
    if (node.type === "ImportExpression") edits.push({ at: node.start, to: node.start + 6, text: "__load" });
  }
  return exported;
}

/** Adds the checks of a tree's statements to `edits`. Returns the positions of their comments. */
function writeChecks(code: string, tree: Program, firstLine: number, checks: Check[], edits: Edit[]): Set<number> {
  const marks = new Set<number>();
  const last = tree.body.at(-1);
  for (const node of nodesOf(tree)) {
    if (node.type !== "ExpressionStatement" && node.type !== "VariableDeclaration") continue;
    const expectation = expectationAt(code, node.end);
    const line = firstLine + lineAt(code, node.start);
    if (expectation === undefined) {
      if (node !== last || node.type !== "ExpressionStatement") continue;
      const { start, end } = node.expression;
      edits.push({ at: start, text: `__value(${checks.length}, (` }, { at: end, text: "))" });
      checks.push({ kind: "value", line, expected: undefined });
      continue;
    }
    const { kind, expected, at } = expectation;
    if (marks.has(at)) continue;
    marks.add(at);
    const id = checks.length;
    checks.push({ kind, line, expected });
    if (kind === "throws") {
      edits.push({ at: node.start, text: "try { " });
      edits.push({ at: node.end, text: `; __returned(${id}); } catch (error) { __threw(${id}, error); }` });
    } else if (node.type === "ExpressionStatement") {
      const { start, end } = node.expression;
      edits.push({ at: start, text: `__value(${id}, (` }, { at: end, text: "))" });
    } else {
      const { id: pattern } = node.declarations.at(-1)!;
      const text = pattern.type === "Identifier" ? pattern.name : code.slice(pattern.start, pattern.end);
      edits.push({ at: node.end, text: ` __value(${id}, ${text});` });
    }
  }
  return marks;
}

function namesOf(tree: Program): string[] {
  const names = new Set<string>();
  const members = new Set<AnyNode>();
  for (const node of nodesOf(tree)) {
    if (node.type === "MemberExpression" && !node.computed) members.add(node.property);
    else if (node.type === "Identifier" && !members.has(node) && !RESERVED.has(node.name)) names.add(node.name);
  }
  return [...names];
}

/** The line of a parser's error, counted from 1. Each parser states it differently. */
function lineOfError(error: unknown): number | undefined {
  const { message, loc } = error as { readonly message?: string; readonly loc?: { readonly line: number } };
  const line = loc?.line ?? Number(/\((\d+):\d+\)/.exec(message ?? "")?.[1]);
  return Number.isNaN(line) ? undefined : line;
}

/**
 * Compiles the text of an example whose first line has the number `firstLine`.
 *
 * @throws SyntaxError with the line in the file as `line`, if the text cannot be parsed.
 */
export function compileExample(source: string, firstLine: number): Compiled {
  let code: string;
  let tree: Program;
  try {
    code = transform(source, { transforms: ["typescript"], disableESTransforms: true }).code;
    tree = parse(code, { ecmaVersion: "latest", sourceType: "module" });
  } catch (error) {
    const text = String((error as Error).message)
      .replace(/^Error transforming undefined: /, "")
      .replace(/ ?\(\d+:\d+\)$/, "");
    const line = firstLine - 1 + (lineOfError(error) ?? 1);
    throw Object.assign(new SyntaxError(text), { line });
  }
  const checks: Check[] = [];
  const edits: Edit[] = [];
  const exported = withoutModules(code, tree, edits);
  const marks = writeChecks(code, tree, firstLine, checks, edits);
  for (const node of tree.body) {
    if (node.type !== "ImportDeclaration") {
      edits.unshift({ at: node.start, text: `__at(${firstLine + lineAt(code, node.start)});` });
    }
  }
  // The edits are applied from the end, so that the positions of the others stay valid. Of several edits at one
  // position, the first comes first.
  let body = code;
  for (const { at, to, text } of [...edits].sort((a, b) => b.at - a.at || edits.indexOf(b) - edits.indexOf(a))) {
    body = body.slice(0, at) + text + body.slice(to ?? at);
  }
  if (exported.length > 0) body += `\nreturn { ${exported.join(", ")} };`;
  const lost = [...code.matchAll(/\/\/ (→|throws [A-Z]).*$/gm)]
    .filter(({ index }) => ![...marks].some((mark) => mark <= index && lineAt(code, mark) === lineAt(code, index)))
    .map(({ 0: text, index }) => ({ line: firstLine + lineAt(code, index), text }));
  return { line: firstLine, lines: source.split("\n").length, body, names: namesOf(tree), checks, lost };
}
