/**
 * Writes what the last full run of the benchmarks measured, benchmarks/results.json, between the markers of two pages:
 * a small table of ratios into README.md, and every table into benchmarks/README.md.
 *
 *   pnpm bench --output benchmarks/results.json
 *   pnpm report:benchmarks
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { titleOf } from "../benchmarks/src/harness/benchmark.js";
import type { PeerFigures, Results, VariantFigures } from "../benchmarks/src/harness/figures.js";
import { bytes, duration, rated, spread } from "../benchmarks/src/harness/format.js";

const pathTo = (file: string): string => fileURLToPath(new URL(`../${file}`, import.meta.url));
const results: Results = JSON.parse(readFileSync(pathTo("benchmarks/results.json"), "utf8"));

/** The rows of the table in README.md, by case and variant. */
const SUMMARY: readonly (readonly [title: string, name: string, variant: string])[] = [
  ["training step, 784-256-10, batch 128", "training", "784-256-10, batch 128"],
  ["training step, 784-64-10, batch 32", "training", "784-64-10, batch 32"],
  ["inference, 784-256-10, batch 128", "inference", "784-256-10, batch 128"],
  ["matrix product, 1024 × 1024 × 1024", "matmul", "1024 × 1024 × 1024"],
  ["a + b, 10 elements", "small-operations", "a + b, 10 elements"],
  ["a + b, 1 M elements", "operations", "a + b, 1 M"],
  ["softmax, 1 M elements", "operations", "softmax, 1 M"],
  ["Huber loss and its gradient, 1 M elements", "huber", "Huber loss, 1 M"],
];
const SUMMARY_PEERS = ["jax-js", "tfjs", "PyTorch"];

/** Lucid's times, and how many times as long the peers take for the same work. */
function summary(): string {
  const { date, machine, versions } = results;
  const rows = SUMMARY.map(([title, name, label]) => {
    const found = results.figures.find((figures) => figures.case === name && figures.variant === label);
    if (found === undefined) throw new Error(`${label} of ${name} was not measured`);
    const timeOf = (peer: string): PeerFigures | undefined => found.peers.find((one) => titleOf(one) === peer);
    const ratios = SUMMARY_PEERS.map((peer) => {
      const ratio = timeOf(peer)?.ratio;
      return ratio === undefined ? "–" : `${ratio < 10 ? ratio.toFixed(1) : ratio.toFixed(0)} ×`;
    });
    return [title, duration(timeOf("lucid")!.median), ...ratios];
  });
  const peers = SUMMARY_PEERS.map((peer) => `${peer} ${versions[peer]}`);
  const lines = [["one thread each", "lucid", ...peers], ["---", "---:", ...peers.map(() => "---:")], ...rows];
  const table = lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
  const where = `Node ${machine.node.slice(1)}, ${machine.processor.replace(/\(R\)/g, "")}, ${date.slice(0, 10)}`;
  return `${table}\n\nA peer at 2.0 × takes twice as long as lucid; below 1 it is faster. ${where}.\n`;
}

/** Tables of some variants, one for each case. */
function tablesOf(figures: readonly VariantFigures[]): string {
  const cases = new Map<string, VariantFigures[]>();
  for (const variant of figures) cases.set(variant.case, [...(cases.get(variant.case) ?? []), variant]);
  return [...cases].map(([name, variants]) => tableOf(name, variants)).join("\n\n");
}

/** A line for each variant, a column for each peer that one of them has. */
function tableOf(name: string, variants: readonly VariantFigures[]): string {
  const titles = [...new Set(variants.flatMap(({ peers }) => peers.map(titleOf)))];
  const remarks = [
    { title: "escaped, evicted", of: memoryOf },
    { title: "asked", of: barsOf },
  ].filter(({ of }) => variants.some((variant) => of(variant) !== ""));
  const lines = [
    [name, ...titles, ...remarks.map(({ title }) => title)],
    ["---", ...titles.map(() => "---:"), ...remarks.map(() => "---")],
    ...variants.map((variant) => [
      variant.variant,
      ...titles.map((title) =>
        cellOf(
          variant,
          variant.peers.find((peer) => titleOf(peer) === title),
        ),
      ),
      ...remarks.map(({ of }) => of(variant)),
    ]),
  ];
  return [...lines.map((cells) => `| ${cells.join(" | ")} |`), ...absences(variants)].join("\n");
}

function cellOf({ figure, unit }: VariantFigures, peer: PeerFigures | undefined): string {
  if (peer === undefined) return "";
  return `${figure === "rate" ? `${rated(peer.rate)}${unit}/s` : duration(peer.median)} ${spread(peer)}`;
}

/** What a run leaves to the collector and what leaves the device, by the peers of whom that is known. */
function memoryOf({ peers, residentGrowth }: VariantFigures): string {
  const texts = new Map<string, string>();
  for (const { name, how, escaped, evicted } of peers) {
    if (escaped === undefined || evicted === undefined) continue;
    const text = `${bytes(escaped)}, ${bytes(evicted)}`;
    if (![...texts.values()].includes(text)) texts.set(how ?? name, text);
  }
  const parts = [...texts].map(([title, text]) => (texts.size === 1 ? text : `${title}: ${text}`));
  if (residentGrowth !== undefined) parts.push(`resident: ${bytes(residentGrowth)} more`);
  return parts.join("; ");
}

function barsOf({ bars, peers }: VariantFigures): string {
  const first = peers.length === 0 ? undefined : titleOf(peers[0]);
  const texts = bars.map(({ peer, asked, got, share }) => {
    const verdict = share === undefined ? `not measured (${got})` : `${share >= 1 ? "reached" : "**missed**"}, ${got}`;
    return `${peer === first ? "" : `${peer}: `}${asked}: ${verdict}`;
  });
  return texts.join("<br>");
}

/** Who could not take part, and why. */
function absences(variants: readonly VariantFigures[]): readonly string[] {
  const reasons = new Map<string, string[]>();
  for (const { variant, missing } of variants) {
    for (const peer of missing) {
      const text = `${titleOf(peer)}: ${peer.missing}`;
      reasons.set(text, [...(reasons.get(text) ?? []), variant]);
    }
  }
  const texts = [...reasons].map(([text, at]) => (at.length === variants.length ? text : `${text} (${at.join("; ")})`));
  return texts.length === 0 ? [] : ["", `Missing: ${texts.join(". ")}.`];
}

function caption(): string {
  const { date, quick, chosen, machine, versions, load, failures, figures } = results;
  const bars = figures.flatMap(({ case: name, variant, bars }) => bars.map((bar) => ({ ...bar, name, variant })));
  const missed = bars.filter(({ share = 0 }) => share < 1);
  const sentences = [
    `Measured on ${date.slice(0, 10)} with Node ${machine.node.slice(1)} on ${machine.cores} cores (${machine.processor}, ${machine.memory}, ${machine.system})`,
    ...(chosen === "" ? [] : [`Only cases with "${chosen}" in their names`]),
    ...(quick ? ["A quick run: few and short samples"] : []),
    `The load average was ${load.map((value) => value.toFixed(1)).join(" before and ")} after`,
    `Peers: ${Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(", ")}`,
    "Times are medians; ± is half the range of the middle half of the samples; one thread each unless the column says otherwise",
    `${bars.length - missed.length} of ${bars.length} bars are reached`,
    ...failures.map(({ case: name, reason }) => `${name} broke off: ${reason}`),
  ];
  const list = missed.map(
    ({ name, variant, peer, asked, got }) => `- ${name}, ${variant} (${peer}): asked ${asked}, measured ${got}`,
  );
  const missedList = list.length === 0 ? "" : `\n\nThe bars that are missed:\n\n${list.join("\n")}`;
  return `${sentences.join(". ")}.${missedList}`;
}

function rewrite(file: string, body: string): void {
  const markers = /(<!-- benchmarks: [^>]*-->\n)[\s\S]*?(<!-- \/benchmarks -->)/;
  const text = readFileSync(pathTo(file), "utf8");
  if (!markers.test(text)) throw new Error(`${file} has no markers`);
  writeFileSync(
    pathTo(file),
    text.replace(markers, (_, start: string, end: string) => `${start}${body}${end}`),
  );
}

rewrite("README.md", summary());
rewrite("benchmarks/README.md", `${caption()}\n\n${tablesOf(results.figures)}\n`);
