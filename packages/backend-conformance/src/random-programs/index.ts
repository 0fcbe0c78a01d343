/**
 * `@lucid/backend-conformance/random-programs`: random programs, compared between two backends. Needs `fast-check`, which
 * makes them and cuts a failing one down.
 *
 * @packageDocumentation
 */
import { type Backend, type DType, dtypeNames } from "@lucid/backend";
import * as fc from "fast-check";
import { show } from "../compare.js";
import { positionText } from "../session.js";
import {
  type Outcome,
  type Program,
  type ProgramLeaf,
  type ProgramStep,
  type Result,
  runProgram,
  stepKinds,
} from "./program.js";

export type { Program, ProgramLeaf, ProgramStep } from "./program.js";

/** What {@link randomPrograms} takes. */
export interface RandomProgramsOptions {
  /** Makes the backend that is tested; called once. */
  readonly create: () => Backend | Promise<Backend>;
  /** Makes the backend whose numbers count as right; called once. */
  readonly reference: () => Backend | Promise<Backend>;
  /** How many programs; default 200. */
  readonly count?: number;
  /** Which programs; by default others every time. */
  readonly seed?: number;
}

/** What a run of programs that agree comes to. */
export interface RandomProgramsReport {
  readonly seed: number;
  readonly programs: number;
  /** Steps that were carried out in them, on each of the backends. */
  readonly steps: number;
  /** Gradients that were compared. */
  readonly gradients: number;
}

/** What this module needs of the host's console. */
declare const console: { log(text: string): void };

const size: fc.Arbitrary<number> = fc.oneof(
  { weight: 30, arbitrary: fc.integer({ min: 1, max: 5 }) },
  { weight: 1, arbitrary: fc.constant(0) },
);
const shape: fc.Arbitrary<readonly number[]> = fc.oneof(
  { weight: 12, arbitrary: fc.array(size, { maxLength: 4 }) },
  // Long enough for vector code, its tail, and threads.
  { weight: 1, arbitrary: fc.constantFrom([1031], [37, 33], [5, 203], [2, 64, 9]) },
);

function programs(dtypes: readonly DType[]): fc.Arbitrary<Program> {
  const types = (["float32", "float32", "float32", "float64", "int32", "bool"] as const).filter((dtype) =>
    dtypes.includes(dtype),
  );
  const leaf: fc.Arbitrary<ProgramLeaf> = fc.record({
    shape,
    dtype: fc.constantFrom(...types),
    seed: fc.nat(1000),
    requiresGrad: fc.constantFrom(false, true, true, true),
  });
  const step: fc.Arbitrary<ProgramStep> = fc.record({
    // Layouts matter to everything, so views come oftener.
    kind: fc.constantFrom(...Object.keys(stepKinds), "view", "view", "view", "reduceSmooth", "multiply"),
    choices: fc.array(fc.nat(999), { minLength: 8, maxLength: 8 }),
  });
  return fc.record({
    leaves: fc.array(leaf, { minLength: 1, maxLength: 4 }),
    steps: fc.array(step, { minLength: 1, maxLength: 14 }),
    seed: fc.nat(10_000),
  });
}

/** Gradients may be apart by this, relative to the largest of them and 1. */
const GRADIENT_TOLERANCE: Readonly<Partial<Record<DType, number>>> = { float32: 1e-4, float64: 1e-12 };

function differenceOf(got: Result, expected: Result, lossy: boolean): string | undefined {
  if (got.dtype !== expected.dtype || got.shape.join() !== expected.shape.join())
    return `${got.name} is ${got.dtype} [${got.shape}], expected ${expected.dtype} [${expected.shape}]`;
  let allowed = 4 * expected.error;
  if (expected.gradient) {
    const largest = Array.from(expected.elements).reduce((max, v) => Math.max(max, Math.abs(v)), 1);
    allowed = largest * GRADIENT_TOLERANCE[lossy ? "float32" : expected.dtype]!;
  }
  for (let i = 0; i < expected.elements.length; i++) {
    const [a, b] = [got.elements[i]!, expected.elements[i]!];
    if (Object.is(a, b) || Math.abs(a - b) <= allowed) continue;
    return `${got.name} differs at ${positionText(i, got.shape)}: ${show(a)}, expected ${show(b)}${allowed === 0 ? " exactly" : ` ± ${allowed}`}`;
  }
  return undefined;
}

/** How two outcomes of one program differ, or undefined. */
function difference(got: Outcome, expected: Outcome): string | undefined {
  for (const [i, line] of expected.listing.entries()) {
    if (got.listing[i] !== line) return `it goes another way: "${got.listing[i]}", expected "${line}"`;
  }
  // A float64 gradient is no better than the float32 values on its way.
  const lossy = expected.results.some(({ dtype }) => dtype === "float32");
  for (const [i, result] of expected.results.entries()) {
    const found =
      got.results[i] === undefined ? `${result.name} is missing` : differenceOf(got.results[i], result, lossy);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * Makes random programs (chains of element-wise operations, views, reductions, products, indexing, sorting, in-place writes,
 * with gradients), runs each on two backends and compares all values and gradients. Values that IEEE 754 defines must be
 * equal to the bit; others agree within their rounding errors, which are followed from step to step.
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
  const held = [backend, reference].map(({ capabilities }) => capabilities.dtypes ?? dtypeNames);
  const common = dtypeNames.filter((dtype) => held.every((dtypes) => dtypes.includes(dtype)));
  const names = `${backend.name} against ${reference.name}`;
  console.log(`random programs, ${names}: ${count} of seed ${seed}`);
  const totals = { steps: 0, gradients: 0 };
  const property = fc.asyncProperty(programs(common), async (program) => {
    const expected = await runProgram(program, reference);
    const found = difference(await runProgram(program, backend), expected);
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
