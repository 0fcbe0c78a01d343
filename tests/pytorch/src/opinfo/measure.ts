/**
 * Comparing the samples of one entry of PyTorch's test database with lucid's answers.
 */
import { type Backend, LucidError } from "@lucid/backend";
import { accumulated } from "../compare.js";
import { type Deviation, deviationOf } from "../deviations.js";
import type { Case } from "../fixtures.js";
import { problemsOf } from "../run.js";
import { invocationOf, shortName } from "./names.js";

/** One line of a file that `opinfo/generate.py` wrote. */
export type Sample =
  | (Case & { readonly dtype: string; readonly unsupported?: undefined })
  | { readonly unsupported: string };

/** What became of a sample: `deviates` where deviations.ts says why; `unsupported` where it needs what lucid leaves out. */
export const verdicts = ["right", "wrong", "lacks an option", "refused", "deviates", "unsupported"] as const;

/** What became of a sample. */
export type Verdict = (typeof verdicts)[number];

/** An entry in the report. */
export interface Measured {
  readonly name: string;
  readonly present: boolean;
  readonly counts: Readonly<Record<Verdict, number>>;
  /** What differs, by its words, with one sample that shows it. */
  readonly findings: ReadonlyMap<string, string>;
  /** The deviations that samples showed. */
  readonly shown: ReadonlySet<Deviation>;
}

const LACKING = /unknown option|too many arguments|unexpected argument|options must be/;

function verdictOf(error: Error): readonly [Verdict, string] {
  const isLacking = error instanceof LucidError && LACKING.test(error.message);
  return [isLacking ? "lacks an option" : "refused", `threw ${error.name}: ${error.message}`];
}

/** Runs all samples of an entry. */
export function measure(name: string, samples: readonly Sample[], backend: Backend): Measured {
  const counts = Object.fromEntries(verdicts.map((verdict) => [verdict, 0])) as Record<Verdict, number>;
  const findings = new Map<string, string>();
  const shown = new Set<Deviation>();
  const invoke = invocationOf(name);
  for (const sample of samples) {
    if (sample.unsupported !== undefined) {
      counts.unsupported++;
      continue;
    }
    if (invoke === undefined) continue;
    let verdict: Verdict = "right";
    let finding = "";
    try {
      const problems = problemsOf(sample, invoke, { backend, tolerances: accumulated, brief: true });
      if (problems.length > 0) [verdict, finding] = ["wrong", problems[0]!];
    } catch (error) {
      [verdict, finding] = verdictOf(error as Error);
    }
    const deviation = verdict === "right" ? undefined : deviationOf("opinfo", shortName(name), sample, finding);
    if (deviation !== undefined) {
      shown.add(deviation);
      verdict = "deviates";
    }
    counts[verdict]++;
    if (verdict === "right" || verdict === "deviates") continue;
    const kind = `${verdict}: ${finding.replace(/\d[\d.e+-]*/g, "#").slice(0, 120)}`;
    if (!findings.has(kind)) {
      const text = JSON.stringify({ arguments: sample.arguments, inputs: sample.inputs.map((x) => x.slice(0, 60)) });
      findings.set(kind, `${verdict}: ${finding.slice(0, 400)}\n      ${text.slice(0, 400)}`);
    }
  }
  return { name, present: invoke !== undefined, counts, findings, shown };
}
