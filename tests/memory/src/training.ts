/** Training steps that free no tensor. */
import { memory, nn, optim, randn, type Tensor } from "@lucid/lucid";
import { watchResident } from "./resident.js";

const STEPS = 200_000;
const BEGINNING = 1000;

class Network extends nn.Module<[x: Tensor], Tensor> {
  hidden = new nn.Linear(8, 16);
  output = new nn.Linear(16, 2);

  forward(x: Tensor): Tensor {
    return this.output(this.hidden(x).tanh());
  }
}

interface Training {
  /** Does one step and returns the loss. */
  readonly step: () => Tensor;
  readonly report: (loss: number) => string;
}

/** Trains a Sequential, or a module with its own forward whose gradients are read in every step. */
function training(sequential: boolean): Training {
  const model = sequential
    ? new nn.Sequential(new nn.Linear(8, 16), new nn.Tanh(), new nn.Linear(16, 2))
    : new Network();
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.05 });
  const criterion = new nn.HuberLoss();
  const x = randn([16, 8]);
  // The network can learn this function, so a step on wrong memory would be noticed.
  const y = x.narrow(1, 0, 2).tanh();
  let first: number | undefined;
  let slope = 0;
  const resident = watchResident();
  let steps = 0;
  return {
    step: () => {
      optimizer.zeroGrad();
      const loss = criterion(model(x) as Tensor, y);
      loss.backward();
      if (!sequential) for (const { grad } of model.parameters()) slope = grad!.select(0, 0).sum().item();
      optimizer.step();
      first ??= loss.item();
      if (steps >= BEGINNING && steps % BEGINNING === 0) resident.sample();
      steps++;
      return loss;
    },
    report: (last) => {
      if (!(Number.isFinite(slope) && last < first! / 100)) throw new Error(`the loss went from ${first} to ${last}`);
      const evicted = memory().totalEvictedBytes / steps;
      return `${resident.flat()}; ${evicted.toFixed(0)} bytes evicted a step`;
    },
  };
}

/** Trains without ever returning to the event loop. */
export function synchronous(sequential: boolean): string {
  const { step, report } = training(sequential);
  let loss = step();
  for (let i = 1; i < STEPS; i++) loss = step();
  return report(loss.item());
}

/**
 * Awaits the loss of every step, which does not return to the event loop, and returns to it every `returns` steps, or
 * never.
 */
export async function asynchronous(sequential: boolean, returns: number): Promise<string> {
  const { step, report } = training(sequential);
  let last = 0;
  for (let i = 0; i < STEPS; i++) {
    last = await step().itemAsync();
    if (i % returns === returns - 1) await new Promise((resolve) => setImmediate(resolve));
  }
  return report(last);
}
