/** What the suite covers: every primitive and every fused operation that the framework defines. */
import * as tensor from "@lucid/tensor/extend";
import { createMinimalBackend } from "minimal-backend";
import { expect, it } from "vitest";
import { conformanceCases, runConformance } from "../cases.js";

const cases = conformanceCases();

/** The names of the fused operations that the framework defines. */
function fusedOperations(): readonly string[] {
  const names: string[] = [];
  for (const value of Object.values(tensor)) {
    if (typeof value === "object" && value !== null && "operation" in value && "compose" in value) {
      names.push(value.operation.name);
    }
  }
  return names;
}

it("gradients of every primitive are checked", async () => {
  const primitives = Object.keys(tensor.primitives);
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
  const operations = fusedOperations();
  expect(operations).toEqual(expect.arrayContaining(["softmax", "softmaxBackward", "layerNormBackward"]));
  const tested = new Set(cases.filter(({ level }) => level === "fused").map(({ name }) => name.split(" › ")[1]!));
  expect(operations.filter((name) => !tested.has(name))).toEqual([]);
  const differentiated = new Set<string>();
  const transform: tensor.Transform = {
    handle(call, next) {
      if (call.inputs.some((input) => input.requiresGrad)) differentiated.add(call.primitive.name);
      return next(call);
    },
  };
  // Gradients are cases of the level `gradients`, or stand beside the other cases of an operation.
  for (const one of cases) {
    if (!one.name.startsWith("gradients › fused") && !/^fused › .* › gradients$/.test(one.name)) continue;
    await tensor.withTransform(transform, () => one.run(createMinimalBackend()));
  }
  const forward = operations.filter((name) => !name.endsWith("Backward"));
  expect(forward.filter((name) => !differentiated.has(name))).toEqual([]);
});

it("the names are the levels of the table, in order", async () => {
  expect([...new Set(cases.map(({ level }) => level))]).toEqual([
    "buffers",
    "map",
    "reduce",
    "matmul",
    "gather-scatter",
    "scan",
    "sort",
    "random",
    "large",
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
