/**
 * `@lucid/backend-conformance/cases`: the suite for any test runner, or none.
 *
 * @packageDocumentation
 */
export type { ConformanceCase } from "./case.js";
export { conformanceCases } from "./levels/index.js";
export { type CaseFailure, type ConformanceReport, type RunOptions, reportText, runConformance } from "./run.js";
