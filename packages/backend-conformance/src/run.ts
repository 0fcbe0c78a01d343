/**
 * Runs cases, and compares their failures with those that are expected.
 *
 * @module
 */
import { type Backend, extendBackend, heldTypes, withinLimits } from "@lucid/backend";
import { type ConformanceCase, SEPARATOR } from "./case.js";
import { exceptionText } from "./exception.js";
import { conformanceCases } from "./levels/index.js";
import { allowancesOf } from "./precision.js";

/** A case that failed. */
export interface CaseFailure {
  readonly name: string;
  readonly message: string;
}

/** The results of a run. The backend conforms if `problems` is empty. */
export interface ConformanceReport {
  /** Cases that ran and passed. */
  readonly passed: number;
  /** Cases that ran and failed as expected. */
  readonly expectedFailures: readonly CaseFailure[];
  /** Cases that ran and failed. */
  readonly failures: readonly CaseFailure[];
  /** Cases that did not run, because the backend lacks an element type. */
  readonly skipped: number;
  /** The tolerances that follow from the backend's `capabilities.precision`, as text. */
  readonly allowances: readonly string[];
  /**
   * Everything that is wrong, as text: failures, expected failures that passed, entries that name no case, and a run
   * without cases.
   */
  readonly problems: readonly string[];
}

/** Options of {@link runConformance}. */
export interface RunOptions {
  /**
   * The names of cases that are expected to fail, or the first parts of names: `map › tan` means all cases below it.
   * These cases run too. It is a problem if one of them passes, or if an entry names no case.
   */
  readonly expectedFailures?: readonly string[];
  /** The cases to run; default all. */
  readonly cases?: readonly ConformanceCase[];
}

/** Whether `entry` is the name of a case or the first parts of it. */
function names(entry: string, name: string): boolean {
  return name === entry || name.startsWith(entry + SEPARATOR);
}

/** A run in progress. */
export interface Run {
  /** The cases that the backend's element types allow. */
  readonly cases: readonly ConformanceCase[];
  /** Runs some of the cases and returns their problems. */
  execute(cases: readonly ConformanceCase[]): Promise<readonly string[]>;
  /** The results of the cases that have run so far. */
  report(): ConformanceReport;
}

/** Begins a run of cases on a backend. */
export function beginRun(backend: Backend, { expectedFailures = [], cases = conformanceCases() }: RunOptions): Run {
  const available = new Set(heldTypes(backend.capabilities));
  const runnable = cases.filter(({ dtypes }) => dtypes.every((dtype) => available.has(dtype)));
  const { limits, precision } = backend.capabilities;
  // A case may exceed the backend's limits. Its calls are then split, as the framework does it.
  const whole = limits === undefined ? backend : extendBackend(backend, withinLimits(backend));
  const failures: CaseFailure[] = [];
  const expected: CaseFailure[] = [];
  const problems: string[] = [];
  let passed = 0;

  const executeOne = async ({ name, run }: ConformanceCase): Promise<string | undefined> => {
    const mayFail = expectedFailures.some((entry) => names(entry, name));
    try {
      await run(whole);
    } catch (error) {
      const message = exceptionText(error);
      (mayFail ? expected : failures).push({ name, message });
      return mayFail ? undefined : `${name}\n  ${message.replaceAll("\n", "\n  ")}`;
    }
    passed++;
    return mayFail ? `${name}\n  is expected to fail, but it passes: take it out of expectedFailures` : undefined;
  };

  return {
    cases: runnable,
    async execute(some) {
      const found: string[] = [];
      for (const one of some) {
        const problem = await executeOne(one);
        if (problem !== undefined) found.push(problem);
      }
      problems.push(...found);
      return found;
    },
    report() {
      const rest = expectedFailures
        .filter((entry) => !runnable.some(({ name }) => names(entry, name)))
        .map((entry) => `"${entry}" in expectedFailures names no case that runs`);
      if (passed + failures.length + expected.length === 0) rest.push("no case was executed");
      return {
        passed,
        expectedFailures: expected,
        failures,
        skipped: cases.length - runnable.length,
        allowances: allowancesOf(precision),
        problems: [...problems, ...rest],
      };
    },
  };
}

/**
 * Runs the cases on a backend, one after the other.
 *
 * @example
 * ```ts
 * const report = await runConformance(createCpuBackend());
 * report.problems; // → []
 * report.passed > 5000; // → true
 * ```
 */
export async function runConformance(backend: Backend, options: RunOptions = {}): Promise<ConformanceReport> {
  const run = beginRun(backend, options);
  await run.execute(run.cases);
  return run.report();
}

/** A report in one line. */
export function reportText(name: string, report: ConformanceReport): string {
  const { passed, expectedFailures, failures, skipped } = report;
  const parts = [`${name}: ${passed} conformance cases passed`];
  if (failures.length > 0) parts.push(`${failures.length} failed`);
  if (expectedFailures.length > 0) parts.push(`${expectedFailures.length} failed as expected`);
  if (skipped > 0) parts.push(`${skipped} need element types that the backend lacks`);
  const { allowances } = report;
  return parts.join(", ") + (allowances.length > 0 ? `; allowed by its precision: ${allowances.join(", ")}` : "");
}

/** Problems whose messages are equal. */
interface Alike {
  readonly names: string[];
  /** The message, or empty if the whole problem is one line. */
  readonly message: string;
}

/** Groups problems that differ only in the name of the case. */
function collapsed(problems: readonly string[]): readonly Alike[] {
  const found = new Map<string, Alike>();
  for (const problem of problems) {
    const end = problem.indexOf("\n");
    const [name, message] = end < 0 ? [problem, ""] : [problem.slice(0, end), problem.slice(end)];
    const key = message || problem;
    const alike = found.get(key);
    if (alike === undefined) found.set(key, { names: [name], message });
    else alike.names.push(name);
  }
  return [...found.values()];
}

/**
 * Formats problems for an error: the first ones in full, and the names of the others. Equal messages are shown once.
 */
export function problemsText(problems: readonly string[], inFull = 8, named = 40): string {
  const different = collapsed(problems);
  const lines = [`${problems.length} conformance ${problems.length === 1 ? "problem" : "problems"}:`];
  for (const { names, message } of different.slice(0, inFull)) {
    lines.push(names[0]! + message);
    if (names.length > 1) lines.push("  and the same in", ...names.slice(1, named).map((name) => `    ${name}`));
    if (names.length > named) lines.push(`    and ${names.length - named} more`);
  }
  const others = different.slice(inFull).flatMap(({ names }) => names);
  if (others.length > 0) lines.push("and also:", ...others.slice(0, named));
  if (others.length > named) lines.push(`and ${others.length - named} more`);
  return lines.join("\n");
}
