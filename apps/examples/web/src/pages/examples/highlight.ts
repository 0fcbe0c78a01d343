/** The parts of a TypeScript text that are shown in colours of their own. Not a parser: it reads from left to right. */

export type PartKind = "plain" | "comment" | "result" | "string" | "number" | "keyword" | "name";

export interface Part {
  readonly kind: PartKind;
  readonly text: string;
}

const KEYWORDS =
  "as async await break case catch class const continue default do else export extends false finally for from function get if import in instanceof interface let new null of override readonly return satisfies set static super switch this throw true try type typeof undefined using var void while yield";

/** In the order in which they are tried. */
const PATTERNS: readonly (readonly [kind: PartKind, pattern: string])[] = [
  ["result", "\\/\\/ (?:→|throws)[^\\n]*"],
  ["comment", "\\/\\/[^\\n]*|\\/\\*[\\s\\S]*?(?:\\*\\/|$)"],
  ["string", "\"(?:[^\"\\\\\\n]|\\\\.)*\"?|'(?:[^'\\\\\\n]|\\\\.)*'?|`(?:[^`\\\\]|\\\\[\\s\\S])*`?"],
  ["number", "\\b(?:0[xob][\\da-f_]+|\\d[\\d_]*(?:\\.\\d+)?(?:e[-+]?\\d+)?)n?\\b"],
  ["keyword", `(?<![.\\w$])(?:${KEYWORDS.replaceAll(" ", "|")})\\b`],
  ["name", "[A-Za-z_$][\\w$]*(?=\\s*\\()"],
];

const ALL = new RegExp(PATTERNS.map(([, pattern]) => `(${pattern})`).join("|"), "g");

/** The text's parts, line by line. */
export function highlight(text: string): Part[][] {
  const lines: Part[][] = [[]];
  const add = (kind: PartKind, part: string): void => {
    for (const [i, line] of part.split("\n").entries()) {
      if (i > 0) lines.push([]);
      if (line !== "") lines.at(-1)!.push({ kind, text: line });
    }
  };
  let at = 0;
  for (const match of text.matchAll(ALL)) {
    add("plain", text.slice(at, match.index));
    const group = match.slice(1).findIndex((found) => found !== undefined);
    add(PATTERNS[group]![0], match[0]);
    at = match.index + match[0].length;
  }
  add("plain", text.slice(at));
  return lines;
}
