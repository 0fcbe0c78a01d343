/**
 * Writes a built package in ASCII alone. JavaScript engines keep a source text of which a single character is not Latin-1
 * with two bytes for every character, and the text stays in memory as long as the program runs.
 */
import type { Plugin } from "rolldown";

/** JavaScript in which every other character is an escape sequence. They may stand in strings, templates and patterns. */
export const toAscii = (code: string): string =>
  code.replace(/[^\n\r\t -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);

export const ascii: Plugin = {
  name: "ascii",
  generateBundle(_, bundle) {
    for (const output of Object.values(bundle)) if (output.type === "chunk") output.code = toAscii(output.code);
  },
};
