/**
 * `@lucid/backend-conformance/cases`: the suite for any test runner, or none.
 *
 * @module
 */
import type { ConformanceCase } from "./case.js";
import { levels } from "./levels/index.js";

export type { ConformanceCase } from "./case.js";
export { type CaseFailure, type ConformanceReport, type RunOptions, reportText, runConformance } from "./run.js";

/**
 * All cases, level by level. A case throws an error that says what is wrong.
 *
 * @example
 * ```ts
 * const backend = createMyBackend();
 * for (const { name, run } of conformanceCases()) {
 *   test(name, () => run(backend));
 * }
 * ```
 */
export function conformanceCases(): readonly ConformanceCase[] {
  return levels.flatMap((level) => level.cases());
}
