/**
 * Runs all cases of the fixtures, and everything else, with every fault at every call.
 *
 *   pnpm faults [--backend cpu|wasm|limited] [--only NAME]
 */
import "@lucid/autograd";
import { parseArgs } from "node:util";
import { createCpuBackend } from "@lucid/backend-cpu";
import { createWasmBackend } from "@lucid/backend-wasm";
import { createLimitedBackend, kindsOn } from "./limited.js";
import { manualSeed, setDefaultBackend } from "@lucid/tensor";
import { faultyBackend } from "./faulty-backend.js";
import { fixtureOperations, programsOf } from "./programs/fixtures.js";
import { programsBySubject } from "./programs/index.js";
import type { Program } from "./programs/program.js";
import { findProblems } from "./trial.js";

const { values } = parseArgs({
  options: { backend: { type: "string" }, only: { type: "string" } },
});
const makers = { cpu: createCpuBackend, wasm: createWasmBackend, limited: createLimitedBackend } as const;
const chosen =
  values.backend === undefined ? (["cpu", "wasm", "limited"] as const) : [values.backend as keyof typeof makers];

let wrong = 0;
for (const name of chosen) {
  const create = makers[name];
  if (create === undefined) throw new Error(`no backend "${name}": there are ${Object.keys(makers).join(", ")}`);
  const faulty = faultyBackend(create());
  setDefaultBackend(faulty.backend);
  manualSeed(1);
  const programs: Program[] = [
    ...fixtureOperations().flatMap((operation) =>
      operation.cases.flatMap((given, number) =>
        programsOf(operation.name, given, faulty).map((program) => ({
          ...program,
          name: `${operation.name}, case ${number}, ${program.name}`,
        })),
      ),
    ),
    ...Object.values(programsBySubject(createCpuBackend())).flat(),
  ].filter((program) => values.only === undefined || program.name.includes(values.only));
  let faults = 0;
  for (const program of programs) {
    const found = await findProblems(faulty, program.prepare, kindsOn(name, program));
    faults += found.faults;
    wrong += found.problems.length;
    for (const problem of found.problems) console.log(`${name}: ${program.name}: ${problem}`);
  }
  console.log(`${name}: ${programs.length} programs, ${faults} faults`);
}
console.log(wrong === 0 ? "nothing was found" : `${wrong} problems`);
process.exitCode = wrong === 0 ? 0 : 1;
