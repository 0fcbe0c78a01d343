/**
 * Every operation and layer against PyTorch: values, gradients, second derivatives.
 */
import { describe, expect, it } from "vitest";
import "@lucid/autograd";
import { setDefaultBackend } from "@lucid/tensor";
import { backends } from "./backends.js";
import { type Deviation, deviationOf } from "./deviations.js";
import { type Case, fitsInPlace, fixtureFiles, readFixture } from "./fixtures.js";
import { contiguousOnly, inPlace, invocations, tolerancesOf } from "./registry.js";
import { type Invoke, type Manner, problemsOf } from "./run.js";

function attempt(given: Case, invoke: Invoke, manner: Manner): readonly string[] {
  try {
    return problemsOf(given, invoke, manner);
  } catch (error) {
    return [`threw ${(error as Error).name}: ${(error as Error).message}`];
  }
}

/** What is wrong with an operation, line by line. */
function report(
  file: string,
  name: string,
  cases: readonly Case[],
  create: (typeof backends)[number]["create"],
): string[] {
  const backend = create();
  setDefaultBackend(backend);
  const lines: string[] = [];
  const tolerances = tolerancesOf(file, name);
  const ways = invocations(name, backend);
  if (ways.size === 0) return ["lucid has no such operation"];
  const shown = new Set<Deviation>();
  cases.forEach((given, number) => {
    let broken = false;
    const run = (way: string, invoke: Invoke, manner: Manner): void => {
      // One line says enough where every way fails.
      if (broken) return;
      const deviation = deviationOf(file, name, given);
      const found = attempt(given, invoke, manner);
      const problems = found.filter((problem) => deviation === undefined || !problem.startsWith(deviation.explains));
      if (deviation !== undefined && problems.length < found.length) shown.add(deviation);
      broken = problems.length > 0;
      for (const problem of problems) {
        const text = JSON.stringify({ inputs: given.inputs, arguments: given.arguments });
        lines.push(`${way}, case ${number} ${text.length > 300 ? `${text.slice(0, 300)}…` : text}\n    ${problem}`);
      }
    };
    let first = true;
    for (const [way, invoke] of ways) {
      run(way, invoke, { backend, tolerances, brief: !first });
      if (first && given.inputs.length > 0 && !contiguousOnly.has(name)) {
        run(`${way} of strided tensors`, invoke, { backend, tolerances, strided: true, brief: true });
      }
      first = false;
    }
    const changing = fitsInPlace(given) ? inPlace(name) : undefined;
    if (changing !== undefined) run(`.${name}_()`, changing, { backend, tolerances, brief: true });
  });
  // Of the samples of OpInfo, the fixture holds only some; `pnpm opinfo` names deviations that no sample shows.
  for (const given of file === "opinfo" ? [] : cases) {
    const deviation = deviationOf(file, name, given);
    if (deviation !== undefined && !shown.has(deviation)) {
      lines.push(`the deviation is gone, remove its mark: ${deviation.reason}`);
      break;
    }
  }
  return lines;
}

for (const { name: backendName, create } of backends) {
  describe(`PyTorch's numbers on ${backendName}`, () => {
    for (const file of fixtureFiles) {
      describe(file, () => {
        for (const [name, cases] of Object.entries(readFixture(file))) {
          it(name, () => {
            const lines = report(file, name, cases, create);
            const shown = lines.slice(0, 12);
            if (lines.length > shown.length) shown.push(`… and ${lines.length - shown.length} more`);
            expect(shown.join("\n")).toBe("");
          });
        }
      });
    }
  });
}
