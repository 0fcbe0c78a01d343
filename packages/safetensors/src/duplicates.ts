/**
 * Finds names that occur twice in a JSON object. `JSON.parse` keeps the last of them without a word, and another reader
 * may keep the first: two programs would load different weights from one file.
 *
 * @module
 */

/** Strings, and the characters that open, close and name. In valid JSON they stand nowhere else. */
const TOKENS = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\]:]/g;

/** Returns a key that some object of a valid JSON text has twice; undefined if there is none. */
export function keysTwice(text: string): string | undefined {
  /** The keys of the objects that are open; undefined for lists. */
  const open: (Set<string> | undefined)[] = [];
  let last = "";
  for (const [token] of text.matchAll(TOKENS)) {
    if (token === "{") open.push(new Set());
    else if (token === "[") open.push(undefined);
    else if (token === "}" || token === "]") open.pop();
    else if (token === ":") {
      const keys = open.at(-1)!;
      const key = JSON.parse(last) as string;
      if (keys.has(key)) return key;
      keys.add(key);
    } else last = token;
  }
  return undefined;
}
