import { createCpuBackend } from "@lucid/backend-cpu";
import { setDefaultBackend, tensor } from "@lucid/tensor";
import { beforeAll, expect, it } from "vitest";
import "./install.js";

beforeAll(() => setDefaultBackend(createCpuBackend()));

it("a quotient may be changed in place before backward, as in PyTorch", () => {
  const a = tensor([1, 4], { requiresGrad: true });
  const b = tensor([2, 4], { requiresGrad: true });
  a.div(b).add_(1).sum().backward();
  // 1 / b and −a / b².
  expect(a.grad!.arraySync()).toEqual([0.5, 0.25]);
  expect(b.grad!.arraySync()).toEqual([-0.25, -0.25]);
});
