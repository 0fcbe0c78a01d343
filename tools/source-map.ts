/**
 * The mappings of a source map, format 3.
 *
 * @module
 */

/** A place in the generated file and the place that it was made from. Lines and columns count from 0. */
export interface Mapping {
  readonly line: number;
  readonly column: number;
  /** The position among the map's `sources`. */
  readonly source: number;
  readonly at: { readonly line: number; readonly character: number };
}

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** An integer in base-64 digits of five bits, the lowest first; the sixth bit says that more follow. */
function encodeInteger(value: number): string {
  let rest = value < 0 ? (-value << 1) | 1 : value << 1;
  let digits = "";
  do {
    const more = rest >>> 5 > 0;
    digits += DIGITS[(rest & 31) | (more ? 32 : 0)];
    rest >>>= 5;
  } while (rest > 0);
  return digits;
}

/** The field `mappings`. The mappings are in the order of their lines, at most one on each line. */
export function encodeMappings(mappings: readonly Mapping[]): string {
  let encoded = "";
  let line = 0;
  let before = { source: 0, line: 0, character: 0 };
  for (const { line: target, column, source, at } of mappings) {
    encoded += ";".repeat(target - line);
    line = target;
    const numbers = [column, source - before.source, at.line - before.line, at.character - before.character];
    encoded += numbers.map(encodeInteger).join("");
    before = { source, ...at };
  }
  return encoded;
}
