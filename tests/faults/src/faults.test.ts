/**
 * Every operation, layer, optimizer and load with every fault at every call: afterwards everything is as before, nothing
 * has leaked, and the same work again gives the right result. The command in `main.ts` runs all cases of the fixtures.
 */
import { Module } from "@lucid/nn";
import * as nn from "@lucid/nn";
import * as optim from "@lucid/optim";
import { setDefaultBackend, manualSeed, Tensor } from "@lucid/tensor";
import { describe, expect, it } from "vitest";
import { createCpuBackend } from "@lucid/backend-cpu";
import { createWasmBackend } from "@lucid/backend-wasm";
import { inPlace, lossClass } from "../../pytorch/src/registry.js";
import { type FaultyBackend, faultyBackend } from "./faulty-backend.js";
import { chosenCases, fitsInPlace, fixtureOperations, programsOf } from "./programs/fixtures.js";
import { createLimitedBackend, kindsOn } from "./limited.js";
import { programsBySubject } from "./programs/index.js";
import { writingMethods } from "./programs/in-place.js";
import { layersUnderFaults } from "./programs/modules.js";
import type { Program } from "./programs/program.js";
import { randomOperations } from "./programs/random.js";
import { findProblems } from "./trial.js";

/**
 * Backends, and how many cases of every operation are run on them. Splitting calls only matters where something is written
 * in place, and `pnpm faults` runs the optimizers there, too.
 */
const backends = [
  { name: "cpu", create: createCpuBackend, cases: 4 },
  { name: "wasm", create: createWasmBackend, cases: 1 },
  { name: "limited", create: createLimitedBackend, cases: 1 },
] as const;

/** So many calls fail in turn, and some of those after them. `pnpm faults` leaves none out. */
const EVERY = 60;

/** Runs programs; returns what is wrong, a line for each, and how many faults there were. */
async function run(
  backendName: string,
  faulty: FaultyBackend,
  programs: readonly Program[],
): Promise<{ readonly text: string; readonly faults: number }> {
  setDefaultBackend(faulty.backend);
  manualSeed(1);
  const lines: string[] = [];
  let faults = 0;
  for (const program of programs) {
    const found = await findProblems(faulty, program.prepare, kindsOn(backendName, program), EVERY);
    faults += found.faults;
    for (const problem of found.problems.slice(0, 4)) lines.push(`${program.name}: ${problem}`);
  }
  return { text: lines.join("\n"), faults };
}

for (const { name: backendName, create, cases } of backends) {
  describe(`faults on ${backendName}`, () => {
    const faulty = faultyBackend(create());
    setDefaultBackend(faulty.backend);
    for (const operation of fixtureOperations()) {
      it(operation.name, async () => {
        setDefaultBackend(faulty.backend);
        const programs = chosenCases(operation, cases)
          .flatMap((given) => programsOf(operation.name, given, faulty))
          .filter(({ name }) => backendName !== "limited" || name.endsWith("_"));
        expect((await run(backendName, faulty, programs)).text).toBe("");
      });
    }
    for (const [subject, programs] of Object.entries(programsBySubject(createCpuBackend()))) {
      if (backendName === "limited" && subject !== "in place") continue;
      it(subject, async () => {
        const { text, faults } = await run(backendName, faulty, programs);
        expect(text).toBe("");
        expect(faults).toBeGreaterThan(programs.length);
      });
    }
  });
}

describe("what is run with faults", () => {
  const names = fixtureOperations().map(({ name }) => name);

  it("is every method that writes in place", () => {
    const methods: string[] = [];
    for (let at: object = Tensor.prototype; at !== Object.prototype; at = Object.getPrototypeOf(at) as object) {
      methods.push(...Object.getOwnPropertyNames(at).filter((name) => name.endsWith("_") && !name.startsWith("_")));
    }
    expect(methods.length).toBeGreaterThan(50);
    const ofFixtures = fixtureOperations()
      .filter(({ name, cases }) => inPlace(name) !== undefined && cases.some(fitsInPlace))
      .map(({ name }) => `${name}_`);
    const run = new Set([...ofFixtures, ...writingMethods, ...randomOperations, "copyAsync_", "indexPutAsync_"]);
    // requiresGrad_ writes no element.
    expect(methods.filter((name) => !run.has(name) && name !== "requiresGrad_")).toEqual([]);
  });

  it("is every layer and loss", () => {
    const isModule = (value: unknown): boolean => typeof value === "function" && value.prototype instanceof Module;
    const exported = Object.entries(nn)
      .filter(([, value]) => isModule(value))
      .map(([name]) => name);
    const run = new Set([...names, ...names.map(lossClass), ...layersUnderFaults]);
    // Containers without a forward of their own.
    const containers = new Set(["ModuleList", "ModuleDict", "ParameterList", "ParameterDict"]);
    expect(exported.filter((name) => !run.has(name) && !containers.has(name))).toEqual([]);
  });

  it("is every optimizer", () => {
    setDefaultBackend(createCpuBackend());
    const steps = programsBySubject(createCpuBackend()).optimizers!.map(({ name }) => name);
    const exported = Object.entries(optim)
      .filter(([, value]) => typeof value === "function" && "zeroGrad" in (value.prototype ?? {}))
      .map(([name]) => name);
    expect(exported.length).toBeGreaterThan(4);
    // Optimizer is the class of algorithms that a program defines.
    const missing = exported.filter((name) => !steps.some((step) => new RegExp(`^step.* of ${name}\\b`).test(step)));
    expect(missing.filter((name) => name !== "Optimizer")).toEqual([]);
  });
});
