import { manualSeed, nn, optim, randn, type Tensor } from "@lucid/lucid";
import { expect, it } from "vitest";
import { inline, replay, trace } from "./tracer.js";

/** A robust regression: a small network, Huber's loss and momentum; everything seeded. */
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
  // The first step makes the optimizer's state; later ones only change it.
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
  eager.step();
  expect(traced.values()).toEqual(eager.values());
  for (let i = 0; i < 3; i++) {
    replay(program);
    replay(fused);
    eager.step();
    eager.step();
    expect(traced.values()).toEqual(eager.values());
  }
});

it("reading a value while tracing is refused", () => {
  const { step } = setUp();
  expect(() => trace(() => void step().item())).toThrow("while tracing");
});
