import { expect, test } from "vitest";
import { encodeMappings } from "./source-map.js";

test("mappings are differences in base-64 digits, by lines", () => {
  const first = { line: 0, column: 0, source: 0, at: { line: 0, character: 0 } };
  const second = { line: 2, column: 2, source: 1, at: { line: 16, character: 5 } };
  const third = { line: 3, column: 2, source: 0, at: { line: 15, character: 4 } };
  // By the format: 0 is A, 1 is C, −1 is D, 2 is E, 5 is K, 16 is gB.
  expect(encodeMappings([first, second, third])).toBe("AAAA;;ECgBK;EDDD");
});
