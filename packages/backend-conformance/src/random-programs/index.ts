/**
 * `@lucid/backend-conformance/random-programs`: random programs whose results on two backends are compared. It needs
 * `fast-check`, which makes the programs and shortens one that fails.
 *
 * @packageDocumentation
 */
import { type Backend, computeTypes, type DType } from "@lucid/backend";
import * as fc from "fast-check";
import { show } from "../compare.js";
import { positionText } from "../session.js";
import { storageTypes } from "../types.js";
import {
  type Outcome,
  type Program,
  type ProgramLeaf,
  type ProgramStep,
  type Result,
  runProgram,
  stepKinds,
} from "./program.js";
import { commonOf, epsilon, isDrawn } from "./values.js";

export type { Program, ProgramLeaf, ProgramStep } from "./program.js";

/** Options of {@link randomPrograms}. */
export interface RandomProgramsOptions {
  /** Makes the backend that is tested. It is called once. */
  readonly create: () => Backend | Promise<Backend>;
  /** Makes the backend whose results count as correct. It is called once. */
  readonly reference: () => Backend | Promise<Backend>;
  /** The number of programs; default 200. */
  readonly count?: number;
  /** Chooses the programs; by default they are different every time. */
  readonly seed?: number;
}

/** The result of a run in which all programs agreed. */
export interface RandomProgramsReport {
  readonly seed: number;
  readonly programs: number;
  /** The number of steps that were carried out on each of the backends. */
  readonly steps: number;
  /** The number of gradients that were compared. */
  readonly gradients: number;
}

/** The part of the host's console that this module uses. */
declare const console: { log(text: string): void };

const size: fc.Arbitrary<number> = fc.oneof(
  { weight: 30, arbitrary: fc.integer({ min: 1, max: 5 }) },
  { weight: 1, arbitrary: fc.constant(0) },
);
const shape: fc.Arbitrary<readonly number[]> = fc.oneof(
  { weight: 12, arbitrary: fc.array(size, { maxLength: 4 }) },
  // These are long enough for vector code, its tail, and threads.
  { weight: 1, arbitrary: fc.constantFrom([1031], [37, 33], [5, 203], [2, 64, 9]) },
);

function programs(dtypes: readonly DType[]): fc.Arbitrary<Program> {
  // float32 three times as often as others. Narrow integers are left out, because their results wrap in almost every step.
  const others = [...computeTypes, ...storageTypes].filter(isDrawn);
  const types = (["float32", "float32", ...others] as const).filter((dtype) => dtypes.includes(dtype));
  const leaf: fc.Arbitrary<ProgramLeaf> = fc.record({
    shape,
    dtype: fc.constantFrom(...types),
    seed: fc.nat(1000),
    requiresGrad: fc.constantFrom(false, true, true, true),
  });
  const step: fc.Arbitrary<ProgramStep> = fc.record({
    // Layouts matter to all operations, so views are more frequent.
    kind: fc.constantFrom(...Object.keys(stepKinds), "view", "view", "view", "reduceSmooth", "multiply"),
    choices: fc.array(fc.nat(999), { minLength: 8, maxLength: 8 }),
  });
  return fc.record({
    leaves: fc.array(leaf, { minLength: 1, maxLength: 4 }),
    steps: fc.array(step, { minLength: 1, maxLength: 14 }),
    seed: fc.nat(10_000),
  });
}

/** The largest difference of gradients, relative to the largest of them and 1: some thousand roundings of the coarsest type. */
const GRADIENT_ROUNDINGS = 4096;

function differenceOf(got: Result, expected: Result, coarsest: number): string | undefined {
  if (got.dtype !== expected.dtype || got.shape.join() !== expected.shape.join())
    return `${got.name} is ${got.dtype} [${got.shape}], expected ${expected.dtype} [${expected.shape}]`;
  let allowed = 4 * expected.error;
  if (expected.gradient) {
    const largest = Array.from(expected.elements).reduce((max, v) => Math.max(max, Math.abs(v)), 1);
    allowed = largest * GRADIENT_ROUNDINGS * coarsest;
  }
  for (let i = 0; i < expected.elements.length; i++) {
    const [a, b] = [got.elements[i]!, expected.elements[i]!];
    if (Object.is(a, b) || Math.abs(a - b) <= allowed) continue;
    return `${got.name} differs at ${positionText(i, got.shape)}: ${show(a)}, expected ${show(b)}${allowed === 0 ? " exactly" : ` ± ${allowed}`}`;
  }
  return undefined;
}

/** Describes how two outcomes of one program differ, or returns undefined if they agree. */
function difference(got: Outcome, expected: Outcome): string | undefined {
  for (const [i, line] of expected.listing.entries()) {
    if (got.listing[i] !== line) return `it goes another way: "${got.listing[i]}", expected "${line}"`;
  }
  // A gradient is no more accurate than the coarsest values from which it was computed.
  const coarsest = Math.max(...expected.results.map(({ dtype }) => epsilon(dtype)));
  for (const [i, result] of expected.results.entries()) {
    const found =
      got.results[i] === undefined ? `${result.name} is missing` : differenceOf(got.results[i], result, coarsest);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * Makes random programs (chains of element-wise operations, views, reductions, products, indexing, sorting and in-place
 * writes, with gradients), runs each on two backends, and compares all values and gradients. Values that IEEE 754
 * defines must be equal to the bit; others must agree within their rounding errors, which are computed from step to
 * step.
 *
 * Prints the seed. The same seed makes the same programs.
 *
 * @throws Error for the first program that differs, cut down as far as it goes, as a list of its steps.
 *
 * @example
 * ```ts
 * const report = await randomPrograms({
 *   create: () => createCpuBackend(),
 *   reference: () => createCpuBackend({ generate: false }),
 *   count: 20,
 *   seed: 1,
 * });
 * report.programs; // → 20
 * ```
 */
export async function randomPrograms(options: RandomProgramsOptions): Promise<RandomProgramsReport> {
  const { count = 200, seed = Math.floor(Math.random() * 2 ** 31) } = options;
  const [backend, reference] = [await options.create(), await options.reference()];
  const common = commonOf([backend, reference]);
  const names = `${backend.name} against ${reference.name}`;
  console.log(`random programs, ${names}: ${count} of seed ${seed}`);
  const totals = { steps: 0, gradients: 0 };
  const property = fc.asyncProperty(programs(common.dtypes), async (program) => {
    const expected = await runProgram(program, reference, common);
    const found = difference(await runProgram(program, backend, common), expected);
    if (found !== undefined) throw new Error(`${expected.listing.join("\n")}\n\n${found}`);
    totals.steps += expected.executed;
    totals.gradients += expected.gradients;
  });
  const details = await fc.check(property, { numRuns: count, seed });
  if (!details.failed) return { seed, programs: details.numRuns, ...totals };
  const error =
    details.errorInstance instanceof Error ? details.errorInstance : new Error(String(details.errorInstance));
  throw new Error(
    `random program ${details.numRuns} of seed ${seed} (${names}), cut down in ${details.numShrinks} steps:\n\n` +
      `${error.message}\n\nagain: randomPrograms({ …, seed: ${seed}, count: ${details.numRuns} })`,
    { cause: error },
  );
}
