/**
 * Every differentiable operation with a fixture against finite differences: first and second derivatives, as a function
 * and in place.
 */
import { describe, expect, it } from "vitest";
import "@lucid/autograd";
import { createCpuBackend } from "@lucid/backend-cpu";
import { setDefaultBackend } from "@lucid/tensor";
import { deviationOf } from "./deviations.js";
import { contradictions, isSmooth } from "./differences.js";
import { fitsInPlace, fixtureFiles, readFixture } from "./fixtures.js";
import { inPlace, invocations } from "./registry.js";
import type { Invoke } from "./run.js";

const backend = createCpuBackend();
setDefaultBackend(backend);

describe("gradients and finite differences agree", () => {
  for (const file of fixtureFiles) {
    const operations = Object.entries(readFixture(file)).filter(([, cases]) => cases.some(isSmooth));
    if (operations.length === 0) continue;
    describe(file, () => {
      for (const [name, cases] of operations) {
        it(name, () => {
          const [[way, invoke]] = [...invocations(name, backend)] as [[string, Invoke]];
          const changing = inPlace(name);
          const lines: string[] = [];
          for (const given of cases.filter(isSmooth)) {
            if (deviationOf(file, name, given, "threw") !== undefined) continue;
            const ways = new Map([[way, invoke]]);
            if (changing !== undefined && fitsInPlace(given)) ways.set(`.${name}_()`, changing);
            for (const [label, call] of ways) {
              for (const problem of contradictions(given, call, backend)) {
                const text = JSON.stringify({ inputs: given.inputs, arguments: given.arguments });
                lines.push(`${label}, case ${cases.indexOf(given)} ${text.slice(0, 300)}\n    ${problem}`);
              }
            }
          }
          expect(lines.slice(0, 12).join("\n")).toBe("");
        });
      }
    });
  }
});
