/**
 * The fixtures of PyTorch on the WebGPU backend in Node. It has no float64, so cases in float64 run in float32, with the
 * tolerance of sums in float32.
 */
import { dtypes } from "@lucid/backend";
import { setDefaultBackend } from "@lucid/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import "@lucid/lucid";
import type { WebGpuBackend } from "@lucid/backend-webgpu";
import { accumulated, type Tolerances } from "../../pytorch/src/compare.js";
import { deviationOf } from "../../pytorch/src/deviations.js";
import { type Case, fixtureFiles, readFixture } from "../../pytorch/src/fixtures.js";
import { invocations, tolerancesOf } from "../../pytorch/src/registry.js";
import { problemsOfAsync } from "../../pytorch/src/run.js";
import { createSoftwareBackend } from "./software-webgpu.js";

let backend: WebGpuBackend;
beforeAll(async () => {
  backend = await createSoftwareBackend();
  setDefaultBackend(backend);
});

/** Files whose numbers lie at the limits of float64. */
const float64Only = new Set(["special-values"]);

/**
 * Files with float64 cases that multiply the rounding errors of float32: matrices of large condition numbers, and groups of
 * two nearly equal numbers.
 */
const sensitive = new Set(["linalg", "normalisation"]);
const wide: Tolerances = { ...accumulated, float32: { relative: 1e-3, absolute: 1e-4 } };

/** The smallest float32 number that is not subnormal. */
const LEAST = 2 ** -126;

/** Whether a number, or its reciprocal, is subnormal. It may count as 0. */
const mayCountAsZero = (value: number): boolean =>
  value !== 0 && Number.isFinite(value) && (Math.abs(value) < LEAST || Math.abs(value) > 0.5 / LEAST);

/** What the backend states of its precision: division and square roots may be inexact, and subnormal numbers be 0. */
function widened(tolerances: Tolerances): Tolerances {
  const { relative, absolute } = tolerances.float32;
  return {
    ...tolerances,
    float32: { relative: Math.max(relative, 4 * dtypes.float32.epsilon), absolute: Math.max(absolute, LEAST) },
    ignores: (numbers) => numbers.some(mayCountAsZero),
  };
}

/** Whether a case has an argument beside its tensors that may count as 0. */
const hasTinyArgument = (given: Case): boolean =>
  (JSON.stringify(given.arguments ?? []).match(/-?\d[\d.]*(e[+-]?\d+)?/g) ?? []).map(Number).some(mayCountAsZero);

/** A case in float32 instead of float64; undefined if its numbers do not fit. */
function inSingle(given: Case): Case | undefined {
  const text = JSON.stringify(given);
  if (!text.includes("float64")) return given;
  const large = text.match(/-?\d[\d.]*(e[+-]?\d+)?/g)?.some((number) => {
    const size = Math.abs(Number(number));
    return size > 1e30 || (size < 1e-30 && size > 0);
  });
  return large ? undefined : (JSON.parse(text.replaceAll("float64", "float32")) as Case);
}

/**
 * A device that cannot be read synchronously refuses operations whose results have as many elements as values say. Some
 * operations have results of float64.
 */
const REFUSED = /cannot read synchronously|cannot hold float64/;

/** A device that cannot be read synchronously does not find singular matrices: the result is infinite or NaN. */
const isSingular = (file: string, problem: string): boolean =>
  file === "linalg" && problem === "PyTorch refuses this, lucid answered";

describe("PyTorch's numbers on webgpu", () => {
  for (const file of fixtureFiles) {
    describe(file, () => {
      for (const [name, cases] of Object.entries(readFixture(file))) {
        it(name, async () => {
          const lines: string[] = [];
          for (const [number, original] of cases.entries()) {
            const single = inSingle(original);
            const converted = single !== original;
            if (single === undefined || hasTinyArgument(single) || (converted && float64Only.has(file))) continue;
            const [[way, invoke] = ["", undefined]] = invocations(name, backend);
            if (invoke === undefined) continue;
            const inFloat32 = sensitive.has(file) ? wide : accumulated;
            const tolerances = converted ? inFloat32 : widened(tolerancesOf(file, name));
            let problems: readonly string[];
            try {
              problems = await problemsOfAsync(single, invoke, { backend, tolerances, brief: true });
            } catch (error) {
              problems = [`threw ${(error as Error).name}: ${(error as Error).message}`];
            }
            const deviation = deviationOf(file, name, original);
            for (const problem of problems) {
              if (REFUSED.test(problem) || isSingular(file, problem)) continue;
              if (deviation !== undefined && problem.startsWith(deviation.explains)) continue;
              lines.push(`${way}, case ${number} ${JSON.stringify(single).slice(0, 200)}\n    ${problem}`);
            }
          }
          expect(lines.slice(0, 6).join("\n")).toBe("");
        });
      }
    });
  }
});
