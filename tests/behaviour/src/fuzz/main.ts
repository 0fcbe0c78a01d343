/**
 * `pnpm fuzz --calls 100000 --seed 7`: more calls than the tests make. `--call N` repeats one of them.
 */
import { openSync, writeSync } from "node:fs";
import { parseArgs } from "node:util";
import { createCpuBackend, createWasmBackend } from "@lucid/lucid";
import { type Finding, fuzz } from "./fuzz.js";

const { values } = parseArgs({
  options: {
    calls: { type: "string", default: "100000" },
    seed: { type: "string", default: "1" },
    call: { type: "string" },
    backend: { type: "string", default: "cpu" },
    /** A file that is told of every call before it runs: after a hang, it names the culprit. */
    log: { type: "string" },
  },
});
const seed = Number(values.seed);
const from = values.call === undefined ? 0 : Number(values.call);
const to = values.call === undefined ? Number(values.calls) : from + 1;
const cpu = createCpuBackend;
const wasm = () => createWasmBackend({ threads: 1, memory: 64 << 20 });
const [create, other] = values.backend === "wasm" ? [wasm, cpu] : [cpu, wasm];
const { log } = values;
const file = log === undefined ? -1 : openSync(log, "w");
const before =
  log === undefined
    ? undefined
    : (call: number, text: string) => writeSync(file, `${call} ${text}`.slice(0, 400).padEnd(400), 0);
const findings = await fuzz({ create, other, seed, from, to, ...(before === undefined ? {} : { before }) });

/** One finding for every place and kind of error. */
const kinds = new Map<string, Finding[]>();
for (const finding of findings) {
  const kind = finding.problem.replace(/\d+/g, "0");
  kinds.set(kind, [...(kinds.get(kind) ?? []), finding]);
}
for (const [, [first, ...others]] of kinds) {
  console.log(`${first!.text.slice(0, 400)}\n  ${first!.problem.replace(/\n/g, "\n  ")}`);
  console.log(
    `  ${others.length + 1} times · again: pnpm fuzz --seed ${seed} --backend ${values.backend} --call ${first!.call}\n`,
  );
}
console.log(`${to - from} calls on ${values.backend}, ${findings.length} findings of ${kinds.size} kinds`);
process.exitCode = findings.length === 0 ? 0 : 1;
