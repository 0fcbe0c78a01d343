/** What the suite covers: every primitive and every fused operation that the framework defines. */
import * as tensor from "@lucid/tensor";
import { createMinimalBackend } from "minimal-backend";
import { expect, it, vi } from "vitest";
import { conformanceCases, runConformance } from "../src/cases.js";

// A whole level in one test takes its seconds on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const cases = conformanceCases();

/** Exports of the framework that have all of these properties. */
function exportsWith<K extends string>(...keys: readonly K[]): readonly { readonly name: string }[] {
  return Object.values(tensor).filter(
    (value): value is typeof value & { readonly name: string } =>
      typeof value === "object" && value !== null && keys.every((key) => key in value),
  );
}

it("gradients of every primitive are checked", async () => {
  const primitives = exportsWith("infer", "run").map(({ name }) => name);
  expect(primitives).toEqual(expect.arrayContaining(["map", "reduce", "matmul", "sort", "unfold", "assign", "to"]));
  const recorded = new Set<string>();
  const transform: tensor.Transform = {
    handle(call, next) {
      if (call.inputs.some((input) => input.requiresGrad)) recorded.add(call.primitive.name);
      return next(call);
    },
  };
  for (const one of cases) {
    if (one.level !== "gradients") continue;
    // A case awaits only its reads, at its end: what it records happens before.
    await tensor.withTransform(transform, () => one.run(createMinimalBackend()));
  }
  expect(primitives.filter((name) => !recorded.has(name))).toEqual([]);
});

it("every fused operation of the framework is compared with its composition, and has its gradient checked", async () => {
  const operations = exportsWith("infer", "compose", "rule").map(({ name }) => name);
  expect(operations).toEqual(expect.arrayContaining(["softmax", "logSoftmax"]));
  const tested = new Set(cases.filter(({ level }) => level === "fused").map(({ name }) => name.split(" › ")[1]!));
  expect(operations.filter((name) => !tested.has(name))).toEqual([]);
  const differentiated = new Set<string>();
  const transform: tensor.Transform = {
    handle(call, next) {
      if (call.inputs.some((input) => input.requiresGrad)) differentiated.add(call.primitive.name);
      return next(call);
    },
  };
  for (const one of cases) {
    if (!one.name.startsWith("gradients › fused")) continue;
    await tensor.withTransform(transform, () => one.run(createMinimalBackend()));
  }
  expect(operations.filter((name) => !differentiated.has(name))).toEqual([]);
});

it("names are the levels of the table, in order", async () => {
  expect([...new Set(cases.map(({ level }) => level))]).toEqual([
    "buffers",
    "map",
    "reduce",
    "matmul",
    "gather-scatter",
    "scan",
    "sort",
    "random",
    "fused",
    "aliasing",
    "unchanged",
    "gradients",
    "training",
    "errors",
  ]);
  // Every level runs without the others.
  for (const level of ["buffers", "training", "errors"]) {
    const report = await runConformance(createMinimalBackend(), { cases: cases.filter((one) => one.level === level) });
    expect(report.problems).toEqual([]);
    expect(report.passed).toBeGreaterThan(5);
  }
});
