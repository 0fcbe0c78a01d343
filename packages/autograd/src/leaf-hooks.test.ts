/** Hooks that run when the gradients of leaves have been stored. */
import { createCpuBackend } from "@lucid/backend-cpu";
import { setDefaultBackend, tensor } from "@lucid/tensor";
import { expect, test } from "vitest";
import { noGrad } from "./index.js";

setDefaultBackend(createCpuBackend());

test("a hook sees the accumulated gradient, and may make a step with it", async () => {
  const w = tensor([1, 2], { requiresGrad: true });
  const seen: unknown[] = [];
  const remove = w.registerPostAccumulateGradHook((leaf) => {
    expect(leaf).toBe(w);
    seen.push(leaf.grad!.arraySync());
    noGrad(() => leaf.sub_(leaf.grad!.mul(0.25)));
  });
  w.square().sum().backward();
  await w.mul(3).sum().backwardAsync();
  // ∇ = 2w = [2, 4]; then 3 is added.
  expect(seen).toEqual([
    [2, 4],
    [5, 7],
  ]);
  expect(w.detach().arraySync()).toEqual([1 - 0.5 - 1.25, 2 - 1 - 1.75]);
  remove();
  w.mul(3).sum().backward();
  expect(seen).toHaveLength(2);
});

test("all gradients are stored before the first hook, and a backward that fails calls none", () => {
  const [a, b] = [tensor([1], { requiresGrad: true }), tensor([2], { requiresGrad: true })];
  const seen: unknown[] = [];
  for (const leaf of [a, b]) leaf.registerPostAccumulateGradHook(() => void seen.push([a.grad, b.grad].includes(null)));
  a.mul(b).sum().backward();
  expect(seen).toEqual([false, false]);
  const product = a.mul(b);
  product.registerHook(() => {
    throw new Error("stop");
  });
  expect(() => product.sum().backward()).toThrow("stop");
  expect(seen).toHaveLength(2);
});

test("only leaves that require gradients have such hooks", () => {
  const computed = tensor([1], { requiresGrad: true }).mul(2);
  expect(() => computed.registerPostAccumulateGradHook(() => {})).toThrow(
    "[registerPostAccumulateGradHook] the tensor [1] was computed from others · gradients are accumulated in leaves",
  );
  expect(() => tensor([1]).registerPostAccumulateGradHook(() => {})).toThrow("does not require a gradient");
});
