import { manualSeed, nn, optim, randn, type Tensor } from "@lucid/lucid";
import { expect, it } from "vitest";
import { inline, type Program, replay, trace } from "./tracer.js";

/** A robust regression by a small network, with Huber loss, SGD with momentum and fixed seeds. */
function setUp(): { readonly step: () => Tensor; readonly values: () => readonly number[][] } {
  manualSeed(7);
  const x = randn([16, 3]);
  const y = randn([16, 1]);
  const model = new nn.Sequential(new nn.Linear(3, 8), new nn.Tanh(), new nn.Linear(8, 1));
  const criterion = new nn.HuberLoss({ delta: 0.5 });
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.1, momentum: 0.9, weightDecay: 1e-3 });
  const step = (): Tensor => {
    optimizer.zeroGrad();
    const loss = criterion(model(x), y);
    loss.backward();
    optimizer.step();
    return loss;
  };
  const values = (): readonly number[][] =>
    [...model.parameters()].map((parameter) => Array.from(parameter.dataSync()));
  // The first step makes the optimizer's state, which later steps only change.
  step();
  return { step, values };
}

it("a Huber training step is recorded, inlined and replayed with equal numbers", () => {
  const eager = setUp();
  const traced = setUp();
  const program = trace(() => {
    traced.step();
  });
  const fused = inline(program);
  expect(fused.steps.length).toBeLessThan(program.steps.length);
  expect(traced.values()).toEqual(eager.values());
  for (let i = 0; i < 3; i++) {
    replay(program);
    replay(fused);
    eager.step();
    eager.step();
    expect(traced.values()).toEqual(eager.values());
  }
});

/** A network with dropout, Adam and a learning rate that changes after every step, with fixed seeds. */
function setUpWithNumbersThatChange(): ReturnType<typeof setUp> {
  manualSeed(11);
  const x = randn([16, 3]);
  const y = randn([16, 1]);
  const model = new nn.Sequential(new nn.Linear(3, 8), new nn.Tanh(), new nn.Dropout(0.25), new nn.Linear(8, 1));
  const criterion = new nn.MSELoss();
  const optimizer = new optim.Adam(model.parameters(), { lr: 0.1 });
  const schedule = new optim.StepLR(optimizer, 2, { gamma: 0.7 });
  const step = (): Tensor => {
    optimizer.zeroGrad();
    const loss = criterion(model(x), y);
    loss.backward();
    optimizer.step();
    schedule.step();
    return loss;
  };
  const values = (): readonly number[][] =>
    [...model.parameters()].map((parameter) => Array.from(parameter.dataSync()));
  step();
  return { step, values };
}

it("random keys, bias corrections and learning rates are computed anew in every run of a recorded program", () => {
  const eagerRuns: (readonly number[][])[] = [];
  const eager = setUpWithNumbersThatChange();
  for (let i = 0; i < 10; i++) {
    eager.step();
    eagerRuns.push(eager.values());
  }
  for (const prepare of [(program: Program) => program, inline]) {
    const traced = setUpWithNumbersThatChange();
    const start = traced.values();
    const program = prepare(trace(() => void traced.step()));
    expect(traced.values()).toEqual(start);
    for (let i = 0; i < 10; i++) {
      replay(program);
      expect(traced.values()).toEqual(eagerRuns[i]);
    }
  }
});

it("a value cannot be read while tracing", () => {
  const { step } = setUp();
  expect(() => trace(() => void step().item())).toThrow("while tracing");
});
