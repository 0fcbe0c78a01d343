/**
 * `@lucid/backend-conformance`: tests whether a backend fulfils the contract. This entry is for Vitest, and `./cases`
 * is for any test runner.
 *
 * @packageDocumentation
 */
import type { Backend } from "@lucid/backend";
import { beforeAll, describe, it } from "vitest";
import { type ConformanceCase, SEPARATOR } from "./case.js";
import { conformanceCases } from "./cases.js";
import { beginRun, problemsText, type Run, reportText } from "./run.js";

export type { ConformanceCase } from "./case.js";
export {
  type CaseFailure,
  type ConformanceReport,
  conformanceCases,
  type RunOptions,
  reportText,
  runConformance,
} from "./cases.js";

/** Options of {@link testBackend}. */
export interface TestBackendOptions {
  /** Makes the backend. It is called once, before the first case. */
  readonly create: () => Backend | Promise<Backend>;
  /**
   * The names of cases that are expected to fail, or the first parts of names: `map › tan` means all cases below it.
   * These cases run too. It is an error if one of them passes, or if an entry names no case.
   */
  readonly expectedFailures?: readonly string[];
}

/** The part of the host's console that is used. */
declare const console: { log(text: string): void };

/** The time limit for a group of cases in milliseconds. It is long enough for slow devices. */
const TIMEOUT = 600_000;

/**
 * Registers the whole suite with Vitest. There is one test for every group of cases, such as `map › add`, which fails
 * with the list of its failing cases. A last test is about the run as a whole.
 *
 * @example
 * ```ts no-run
 * import { testBackend } from "@lucid/backend-conformance";
 * import { createMyBackend } from "../src/index.js";
 *
 * testBackend({
 *   create: () => createMyBackend(),
 * });
 * ```
 */
export function testBackend({ create, expectedFailures = [] }: TestBackendOptions): void {
  const cases = conformanceCases();
  describe("backend conformance", () => {
    let name = "";
    let run: Run | undefined;
    beforeAll(async () => {
      const backend = await create();
      name = backend.name;
      run = beginRun(backend, { expectedFailures, cases });
    }, TIMEOUT);

    for (const [group, members] of grouped(cases)) {
      it(
        group,
        async (context) => {
          const runnable = members.filter((member) => run!.cases.includes(member));
          if (runnable.length === 0) context.skip("the backend lacks the element types");
          const problems = await run!.execute(runnable);
          if (problems.length > 0) throw plainError(problemsText(problems));
        },
        TIMEOUT,
      );
    }

    it("expected failures are as expected", () => {
      const report = run!.report();
      console.log(reportText(name, report));
      const found = new Set(report.failures.map((failure) => failure.name));
      const others = report.problems.filter((problem) => !found.has(problem.split("\n")[0]!));
      if (others.length > 0) throw plainError(problemsText(others, 20));
    });
  });
}

/** An error without a stack trace, because the lines of the suite do not help. The message says where to look. */
function plainError(message: string): Error {
  const error = new Error(message);
  error.stack = `Error: ${message}`;
  return error;
}

/** Groups cases by the first two parts of their names. */
function grouped(cases: readonly ConformanceCase[]): Map<string, ConformanceCase[]> {
  const groups = new Map<string, ConformanceCase[]>();
  for (const one of cases) {
    const group = one.name.split(SEPARATOR).slice(0, 2).join(SEPARATOR);
    const members = groups.get(group);
    if (members === undefined) groups.set(group, [one]);
    else members.push(one);
  }
  return groups;
}
