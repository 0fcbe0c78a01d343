/** The tables behind `docs/pytorch.md`. That the page is up to date is checked by `pnpm report:pytorch --check`. */
import { readFileSync } from "node:fs";
import "@lucid/autograd";
import { describe, expect, it } from "vitest";
import { fateOf, places } from "./lookup.js";
import { type Names, pageOf } from "./page.js";
import { groups, otherNames, otherSignatures } from "./reasons.js";

const names = JSON.parse(readFileSync(new URL("../../names/names.json", import.meta.url), "utf8")) as Names;
const all = Object.entries(names.namespaces).flatMap(([namespace, list]) =>
  list.map((name) => [namespace, name] as const),
);
const known = new Set(all.map((entry) => entry.join(".")));
const fates = all.map(([namespace, name]) => fateOf(namespace, name));

describe("PyTorch's names", () => {
  it("have a place in lucid for every namespace", () => {
    expect(Object.keys(places).sort()).toEqual(Object.keys(names.namespaces).sort());
  });

  it("stand in the tables only where PyTorch has them", () => {
    expect([...Object.keys(otherNames), ...Object.keys(otherSignatures)].filter((name) => !known.has(name))).toEqual(
      [],
    );
  });

  it("give every reason at least one name", () => {
    const used = new Set(fates.map((fate) => (fate.kind === "left out" ? fate.group : undefined)));
    expect(groups.filter((group) => !used.has(group)).map(({ title }) => title)).toEqual([]);
  });

  it("differ in their signatures only where lucid has them", () => {
    const missing = all.filter(
      ([namespace, name], i) => `${namespace}.${name}` in otherSignatures && fates[i]!.kind !== "same",
    );
    expect(missing).toEqual([]);
  });

  it("all stand on the page", () => {
    const page = pageOf(names);
    const absent = all
      .filter((_, i) => fates[i]!.kind === "absent")
      .filter(([, name]) => !page.includes(`\`${name}\``));
    expect(absent).toEqual([]);
  });
});
