// Everything from the one package.
import { getDefaultBackend, nn, optim, Tensor, tensor } from "@lucid/lucid";

const x = tensor([[1], [2]]);
const model = new nn.Linear(1, 1);
const optimizer = new optim.Adam(model.parameters(), { lr: 0.01 });
const output = model(x);
if (!(output instanceof Tensor)) throw new Error("a module's output is no Tensor");
const loss = output.sum();
loss.backward();
optimizer.step();
if (!Number.isFinite(loss.item())) throw new Error(`the loss is ${loss.item()}`);
if (getDefaultBackend().name !== "wasm") throw new Error(`the default backend is ${getDefaultBackend().name}`);
