/** For workers: lucid's packages, by the names under which code imports them. Each is loaded when it is first needed. */
import { entries } from "virtual:documentation/packages";
import type { Surroundings } from "documentation/run";

type Names = Readonly<Record<string, unknown>>;

/** The entries whose exports every example can use without an import. The first that has a name provides it. */
const EVERYWHERE = [
  "@lucid/lucid",
  "@lucid/tensor",
  "@lucid/autograd",
  "@lucid/nn",
  "@lucid/optim",
  "@lucid/backend-cpu",
  "@lucid/backend",
];

async function load(specifier: string): Promise<Names> {
  const found = entries[specifier];
  if (found !== undefined) return await found();
  throw new TypeError(`This page has no "${specifier}". It has ${Object.keys(entries).join(", ")}.`);
}

/** The entries of a package. Examples of the suite also use the minimal backend. */
const entriesOf = (group: string): string[] => [
  ...Object.keys(entries).filter((name) => name === group || name.startsWith(`${group}/`)),
  ...(group === "@lucid/backend-conformance" ? ["minimal-backend"] : []),
];

/** What an example can use without an import: the exports of its own package first, then those of {@link EVERYWHERE}. */
export async function surroundingsOf(group: string | undefined): Promise<Surroundings> {
  const names: Record<string, unknown> = {};
  const loaded = await Promise.all([...(group === undefined ? [] : entriesOf(group)), ...EVERYWHERE].map(load));
  for (const exports of loaded) for (const [name, value] of Object.entries(exports)) names[name] ??= value;
  return { names, load };
}

/** For code that imports everything it uses. */
export const importsOnly: Surroundings = { names: {}, load };
