// Bundled: imports from @lucid/nn alone must leave backward() working.
import { createCpuBackend } from "@lucid/backend-cpu";
import { Linear } from "@lucid/nn";
import { setDefaultBackend, sum, tensor } from "@lucid/tensor/core";

setDefaultBackend(createCpuBackend);
const layer = new Linear(1, 1);
sum(layer(tensor([[1]]))).backward();
for (const parameter of layer.parameters()) {
  if (parameter.grad === null || parameter.grad === undefined) throw new Error("a parameter has no gradient");
}
