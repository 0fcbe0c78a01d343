/**
 * The page `docs/pytorch.md`: PyTorch's names and lucid's.
 */
import { type Fate, fateOf, places } from "./lookup.js";
import { groups } from "./reasons.js";

/** What `names/generate.py` writes. */
export interface Names {
  readonly version: string;
  readonly namespaces: Readonly<Record<string, readonly string[]>>;
}

type Named = readonly [name: string, fate: Fate];

const ofKind = <K extends Fate["kind"]>(
  all: readonly Named[],
  kind: K,
): readonly (readonly [string, Fate & { kind: K }])[] =>
  all.filter((entry): entry is readonly [string, Fate & { kind: K }] => entry[1].kind === kind);

const code = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(" ");

/** The longest lines of the page. */
const WIDTH = 140;

/** Breaks a text at spaces. */
function wrapped(text: string): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line].join("\n");
}

/** Methods whose names end in `_` write in place; they are counted, and not listed where lucid has them. */
const inPlace = (name: string): boolean => name.endsWith("_");

function countsRow(namespace: string, all: readonly Named[]): string {
  const count = (kind: Fate["kind"]): number => ofKind(all, kind).length;
  const cells = [all.length, count("same"), count("other"), count("left out"), count("absent")];
  return `| \`${namespace}\` | ${places[namespace]!.title} | ${cells.join(" | ")} |`;
}

function section(namespace: string, all: readonly Named[]): string {
  const parts = [`## ${namespace}`, `In lucid: ${places[namespace]!.title}.`];
  const same = ofKind(all, "same");
  const listed = same.filter(([name]) => namespace !== "torch.Tensor" || !inPlace(name));
  const written = same.length - listed.length;
  if (listed.length > 0) {
    const more = written > 0 ? ` And ${written} methods that write in place, whose names end in \`_\`.` : "";
    parts.push(wrapped(`**The same:** ${code(listed.map(([, { name }]) => name))}.${more}`));
  }
  const noted = same.filter(([, { note }]) => note !== undefined);
  if (noted.length > 0) {
    parts.push(
      ["| called otherwise | |", "|---|---|", ...noted.map(([, { name, note }]) => `| \`${name}\` | ${note} |`)].join(
        "\n",
      ),
    );
  }
  const others = ofKind(all, "other");
  if (others.length > 0) {
    parts.push(
      ["| PyTorch | lucid |", "|---|---|", ...others.map(([name, { instead }]) => `| \`${name}\` | ${instead} |`)].join(
        "\n",
      ),
    );
  }
  const absent = ofKind(all, "absent");
  if (absent.length > 0) parts.push(wrapped(`**Not there yet:** ${code(absent.map(([name]) => name))}.`));
  const out = ofKind(all, "left out");
  const rows = groups.flatMap((group) => {
    const names = out.filter(([, fate]) => fate.group === group).map(([name]) => name);
    return names.length === 0 ? [] : [`| ${group.title} | ${code(names)} |`];
  });
  if (rows.length > 0) parts.push(["| left out | |", "|---|---|", ...rows].join("\n"));
  return parts.join("\n\n");
}

/** The text of the page. */
export function pageOf({ version, namespaces }: Names): string {
  const all = Object.keys(places).map(
    (namespace) => [namespace, namespaces[namespace]!.map((name): Named => [name, fateOf(namespace, name)])] as const,
  );
  const shown = version.replace(/[a-z].*$/, "");
  return `${[
    "# From PyTorch to lucid",
    wrapped(
      `This page compares the public names of PyTorch ${shown} with lucid's. \`pnpm report:pytorch\` writes it; what it lists is what the packages export.`,
    ),
    "## How names and arguments change",
    [
      "- `snake_case` becomes `camelCase`: `log_softmax` is `logSoftmax`. Classes keep their names. Methods in place keep their `_`.",
      "- Required arguments stand by position, in PyTorch's order. Optional ones stand in one object at the end: `x.sum({ dim: 1, keepdim: true })`.\n  `dim` and `keepdim` may also stand by position.",
      "- Operators are methods: `a + b` is `a.add(b)`, `a @ b` is `a.matmul(b)`. `x[1:3, None]` is `x.at(slice(1, 3), null)`.",
      "- `None` is `null`. Lists take the place of tuples. Indices are int32.",
      "- There is no `out=`, no `device=` (use `backend`), and no `generator=`: `manualSeed` seeds everything.",
      "- What reads values has a form whose name ends in `Async`, for backends that cannot be read at once, such as WebGPU.",
      "- Constructors need `new`: `new nn.Linear(2, 3)`; a module is called as in PyTorch.",
    ].join("\n"),
    "## How much is there",
    [
      "| PyTorch | lucid | names | the same | otherwise | left out | not there yet |",
      "|---|---|---|---|---|---|---|",
      ...all.map(([namespace, names]) => countsRow(namespace, names)),
    ].join("\n"),
    "## What is left out, and why",
    ["| | |", "|---|---|", ...groups.map(({ title, reason }) => `| ${title} | ${reason} |`)].join("\n"),
    ...all.map(([namespace, names]) => section(namespace, names)),
  ].join("\n\n")}\n`;
}
