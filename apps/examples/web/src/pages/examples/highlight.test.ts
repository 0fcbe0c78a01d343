import { describe, expect, it } from "vitest";
import { highlight } from "./highlight.js";

const kinds = (text: string): string[][] =>
  highlight(text).map((line) => line.filter(({ kind }) => kind !== "plain").map(({ kind, text }) => `${kind} ${text}`));

describe("highlight", () => {
  it("tells comments, results, strings, numbers, keywords and calls apart", () => {
    expect(kinds('const x = tensor([1.5e-3], "a // b"); // → 1')).toEqual([
      ["keyword const", "name tensor", "number 1.5e-3", 'string "a // b"', "result // → 1"],
    ]);
    expect(kinds("x.of; 1_000; // throws E\n// of")).toEqual([
      ["number 1_000", "result // throws E"],
      ["comment // of"],
    ]);
  });

  it("goes on over lines", () => {
    expect(kinds("/* a\nb */ `c\nd` e")).toEqual([["comment /* a"], ["comment b */", "string `c"], ["string d`"]]);
    expect(highlight("\n")).toEqual([[], []]);
  });

  it("loses nothing", () => {
    const text = 'a \'b\n"c\\"d" `e{f}` 0xff /re/g // g\n';
    expect(
      highlight(text)
        .map((line) => line.map(({ text }) => text).join(""))
        .join("\n"),
    ).toBe(text);
  });
});
