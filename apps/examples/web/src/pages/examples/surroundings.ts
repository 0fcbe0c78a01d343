/** For workers: lucid's modules by the names that code imports them by, each loaded when it is first asked for. */
import type { Surroundings } from "documentation/run";

type Names = Readonly<Record<string, unknown>>;

/** Those whose names come first, first. */
const packages: Readonly<Record<string, () => Promise<Names>>> = {
  "@lucid/lucid": () => import("@lucid/lucid"),
  "@lucid/tensor": () => import("@lucid/tensor"),
  "@lucid/autograd": () => import("@lucid/autograd"),
  "@lucid/nn": () => import("@lucid/nn"),
  "@lucid/optim": () => import("@lucid/optim"),
  "@lucid/backend-cpu": () => import("@lucid/backend-cpu"),
  "@lucid/backend": () => import("@lucid/backend"),
};

const others: Readonly<Record<string, () => Promise<Names>>> = {
  "@lucid/tensor/core": () => import("@lucid/tensor/core"),
  "@lucid/nn/functional": () => import("@lucid/nn/functional"),
  "@lucid/backend-wasm": () => import("@lucid/backend-wasm"),
  "@lucid/backend-conformance/cases": () => import("@lucid/backend-conformance/cases"),
  "@lucid/backend-conformance/random-programs": () => import("@lucid/backend-conformance/random-programs"),
  "minimal-backend": () => import("minimal-backend"),
};

/** Of packages whose examples name more than their first entry exports. */
const more: Readonly<Record<string, readonly string[]>> = {
  "@lucid/backend-conformance": [
    "@lucid/backend-conformance/cases",
    "@lucid/backend-conformance/random-programs",
    "minimal-backend",
  ],
};

async function load(specifier: string): Promise<Names> {
  const found = packages[specifier] ?? others[specifier];
  if (found !== undefined) return await found();
  const known = [...Object.keys(packages), ...Object.keys(others)].join(", ");
  throw new TypeError(`There is no "${specifier}" in this page. It can import ${known}.`);
}

/** What an example can name without an import: its own package's exports, then everybody's. */
export async function surroundingsOf(group: string | undefined): Promise<Surroundings> {
  const names: Record<string, unknown> = {};
  const own = group === undefined ? [] : (more[group] ?? (group in packages || group in others ? [group] : []));
  const loaded = await Promise.all([...own.map(load), ...Object.values(packages).map((one) => one())]);
  for (const exports of loaded) for (const [name, value] of Object.entries(exports)) names[name] ??= value;
  return { names, load };
}

/** For code that imports what it uses. */
export const importsOnly: Surroundings = { names: {}, load };
