/** Trajectories and learning rates are PyTorch's. */
import { createCpuBackend } from "@lucid/backend-cpu";
import { setDefaultBackend, Tensor } from "@lucid/tensor";
import { describe, expect, test } from "vitest";
import { Adam, AdamW, CosineAnnealingLR, SGD, StepLR } from "../src/index.js";
import { schedules, trajectories } from "./trajectories.data.js";

setDefaultBackend(createCpuBackend());

const optimizers = { SGD, Adam, AdamW } as const;
const schedulers = { StepLR, CosineAnnealingLR } as const;

const STARTS: readonly (readonly number[])[] = [[0.5, -1.25, 2], [1.5], [-0.75, 0.25]];

/** The gradient of the k-th parameter in step t; see trajectories.py. */
function gradient(values: readonly number[], k: number, t: number): Tensor {
  const elements = values.map((value, i) => (((t * (i + 3) + 2 * k) % 7) - 3) / 4 + value / 2);
  return new Tensor(elements, { dtype: "float64" });
}

const valuesOf = (parameter: Tensor): readonly number[] => Array.from(parameter.dataSync());

/** The largest relative difference, with absolute values below 1 counting as 1. */
function difference(found: readonly number[], expected: readonly number[]): number {
  expect(found.length).toBe(expected.length);
  return Math.max(...expected.map((value, i) => Math.abs(found[i]! - value) / Math.max(1, Math.abs(value))));
}

describe("100 float64 steps over two groups, against PyTorch", () => {
  for (const { optimizer: name, options, second, changes, points } of trajectories) {
    const title = `${name} ${JSON.stringify(options)} ${JSON.stringify(second)} ${JSON.stringify(changes)}`;
    test(title, () => {
      const parameters = STARTS.map((start) => new Tensor([...start], { dtype: "float64", requiresGrad: true }));
      const groups = [{ params: parameters.slice(0, 2) }, { params: parameters.slice(2), ...second }];
      const optimizer = new optimizers[name as keyof typeof optimizers](groups, options);
      for (let t = 1; t <= 100; t++) {
        const change = changes[t];
        if (change !== undefined) {
          const [group, option, value] = change as [number, string, unknown];
          Object.assign(optimizer.paramGroups[group]!, { [option]: value });
        }
        parameters.forEach((parameter, k) => {
          parameter.grad = k === 2 && t % 3 === 0 ? null : gradient(valuesOf(parameter), k, t);
        });
        optimizer.step();
        points[t]?.forEach((expected, k) => {
          expect(difference(valuesOf(parameters[k]!), expected), `step ${t}, parameter ${k}`).toBeLessThan(1e-12);
        });
      }
    });
  }
});

describe("learning rates, against PyTorch", () => {
  for (const { schedule: name, options, rates, byHand, lastEpoch, learningRates } of schedules) {
    test(`${name} ${JSON.stringify(options)} from ${rates}, by hand ${byHand}, after epoch ${lastEpoch}`, () => {
      const groups = rates.map((lr) => ({
        params: [new Tensor([0], { requiresGrad: true })],
        lr,
        ...(lastEpoch >= 0 ? { initialLr: lr } : undefined),
      }));
      const optimizer = new SGD(groups, { lr: 1 });
      const scheduler = new schedulers[name as keyof typeof schedulers](optimizer, { ...options, lastEpoch } as never);
      learningRates.forEach((expected, epoch) => {
        const found = optimizer.paramGroups.map(({ lr }) => lr);
        expect(difference(found, expected), `epoch ${epoch}`).toBeLessThan(1e-14);
        expect(scheduler.getLastLr()).toEqual(found);
        optimizer.step();
        if (epoch === byHand) optimizer.paramGroups[0]!.lr *= 0.5;
        scheduler.step();
      });
    });
  }
});
