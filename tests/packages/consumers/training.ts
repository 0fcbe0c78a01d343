// A training loop from the separate packages.
import { createCpuBackend } from "@lucid/backend-cpu";
import { HuberLoss, Linear, ReLU, Sequential } from "@lucid/nn";
import { Adam } from "@lucid/optim";
import { setDefaultBackend, tensor } from "@lucid/tensor";

setDefaultBackend(createCpuBackend);
const x = tensor([[-1], [0], [1], [2]]);
const y = tensor([[-1], [1], [3], [5]]);
const model = new Sequential(new Linear(1, 8), new ReLU(), new Linear(8, 1));
const optimizer = new Adam(model.parameters(), { lr: 0.01 });
const criterion = new HuberLoss();
const losses: number[] = [];
for (let step = 0; step < 200; step++) {
  optimizer.zeroGrad();
  const loss = criterion(model(x), y);
  loss.backward();
  optimizer.step();
  losses.push(loss.item());
}
if (!(losses[199] < losses[0])) throw new Error(`the loss went from ${losses[0]} to ${losses[199]}`);
