// Tensors and a backend, without gradients.
import { createCpuBackend } from "@lucid/backend-cpu";
import { setDefaultBackend, tensor } from "@lucid/tensor";

setDefaultBackend(createCpuBackend);
const sum = Array.from(tensor([1, 2]).add(1).dataSync()).join();
if (sum !== "2,3") throw new Error(`[1, 2] + 1 is [${sum}]`);
