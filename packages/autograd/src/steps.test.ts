import { createCpuBackend } from "@lucid/backend-cpu";
import { setDefaultBackend, tensor } from "@lucid/tensor";
import { beforeAll, expect, it } from "vitest";
import "./install.js";

beforeAll(() => setDefaultBackend(createCpuBackend()));

it("a leaf on which the result depends only through step functions gets a gradient of zeros, as in PyTorch", () => {
  const x = tensor([0.5, 1.5], { requiresGrad: true });
  x.floor().sum().backward();
  expect(x.grad!.arraySync()).toEqual([0, 0]);
  const y = tensor([[0.5], [1.5]], { requiresGrad: true });
  x.grad = null;
  x.mul(y.sign()).sum().backward();
  expect(x.grad!.arraySync()).toEqual([2, 2]);
  expect(y.grad!.arraySync()).toEqual([[0], [0]]);
});
