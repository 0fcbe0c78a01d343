/**
 * Gradients and other features of tensors: printing, creation, casts, moves, random numbers in place. At points where
 * conventions differ, the gradients are those of PyTorch 1.13.
 */
import "@lucid/autograd";
import type { Backend } from "@lucid/backend";
import { createCpuBackend } from "@lucid/backend-cpu";
import { arange, getDefaultBackend, rand, setDefaultBackend, Tensor, tensor, zeros } from "@lucid/tensor";
import { beforeAll, expect, test } from "vitest";

beforeAll(() => setDefaultBackend(createCpuBackend()));

/** The gradient of the sum of `f` at x. */
function gradientOf(f: (x: Tensor) => Tensor, data: readonly number[]): unknown {
  const x = tensor(data, { requiresGrad: true });
  f(x).sum().backward();
  return x.grad!.arraySync();
}

test("printing shows the gradient", () => {
  const x = new Tensor([[1.5, 2, 3.5, 4]], { requiresGrad: true });
  expect(String(x)).toBe("Tensor([[1.5, 2, 3.5, 4]], grad=null)");
  x.mul(tensor([0.125, -0.125, 0.5, -0.25]))
    .sum()
    .backward();
  expect(String(x)).toBe("Tensor([[1.5, 2, 3.5, 4]], grad=[[0.125, -0.125, 0.5, -0.25]])");
  const long = zeros([3, 12], { requiresGrad: true });
  long.sum().backward();
  expect(String(long)).toBe(
    [
      "Tensor([[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],",
      "        [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],",
      "        [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]],",
      "       grad=[[1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1],",
      "             [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1],",
      "             [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]])",
    ].join("\n"),
  );
});

test("creation functions take requiresGrad", () => {
  expect(rand([2], { requiresGrad: true }).requiresGrad).toBe(true);
  expect(arange(0, 1, 0.5, { requiresGrad: true }).isLeaf).toBe(true);
  expect(() => arange(3, { requiresGrad: true })).toThrow("int32");
});

test("gradients at kinks and ties are PyTorch's", () => {
  const { NaN: nan } = Number;
  expect(gradientOf((x) => x.clamp(-1, 1), [nan, -2, -1, 0, 1, 2, Infinity])).toEqual([0, 0, 1, 1, 1, 0, 0]);
  expect(gradientOf((x) => x.relu(), [nan, -2, 0, 2])).toEqual([1, 0, 0, 1]);
  expect(gradientOf((x) => x.maximum(2), [1, 2, 3])).toEqual([0, 0.5, 1]);
  expect(gradientOf((x) => x.fmod(2), [7, -7, 0])).toEqual([1, 1, 1]);
  expect(gradientOf((x) => tensor([7, -7, 5.5]).fmod(x), [2, 2, -2])).toEqual([-3, 3, 2]);
  expect(gradientOf((x) => x.pow(2), [-2, 0, 3])).toEqual([-4, 0, 6]);
  expect(gradientOf((x) => x.pow(0.5), [0, 4])).toEqual([Infinity, 0.25]);
  expect(gradientOf((x) => x.floor().add(x.floorDivide(2)).add(x), [1.5, -3])).toEqual([1, 1]);
  expect(gradientOf((x) => x.lerp(tensor([1, 20]), tensor([0.25, 0.75])), [0, 10])).toEqual([0.75, 0.25]);
});

test("bounds of clamp have gradients too", () => {
  const low = tensor([0, -1, -1, -1, 4], { requiresGrad: true });
  const high = tensor([1, 1, 1, 1, 3], { requiresGrad: true });
  const x = tensor([Number.NaN, -2, 0, 2, 5], { requiresGrad: true });
  x.clamp(low, high).sum().backward();
  expect([x.grad!.arraySync(), low.grad!.arraySync(), high.grad!.arraySync()]).toEqual([
    [0, 0, 1, 0, 0],
    [0, 1, 0, 0, 0],
    [0, 0, 0, 1, 1],
  ]);
});

test("erfc has the gradient of erf, negated", () => {
  const x = [-1, 0.3, 0.5, 1, 3];
  // PyTorch's values in double precision.
  const expected = [-0.415107497, -1.03126091, -0.878782579, -0.415107497, -0.000139253052];
  (gradientOf((y) => y.erfc(), x) as readonly number[]).forEach((value, i) => {
    expect(value / expected[i]!).toBeCloseTo(1, 5);
  });
});

test("gradients flow back through casts and moves", async () => {
  const x = tensor([1, 2], { requiresGrad: true });
  x.double().mul(3).float().sum().backward();
  expect(x.grad!.dtype).toBe("float32");
  expect(x.grad!.arraySync()).toEqual([3, 3]);
  const other: Backend = { ...createCpuBackend(), name: "other" };
  const y = tensor([1, 2], { requiresGrad: true });
  y.to(other).mul(2).sum().backward();
  expect(y.grad!.backend).toBe(getDefaultBackend());
  expect(y.grad!.arraySync()).toEqual([2, 2]);
  expect(tensor([1.5], { requiresGrad: true }).int().requiresGrad).toBe(false);
});

test("an asynchronous move is recorded", async () => {
  const { readSync: _, ...members } = createCpuBackend();
  const distant = { ...members, name: "distant" } as Backend;
  const x = tensor([1, 2], { requiresGrad: true, backend: distant });
  const moved = await x.toAsync(getDefaultBackend());
  expect(moved.requiresGrad).toBe(true);
  expect(moved.isLeaf).toBe(false);
  expect(moved.arraySync()).toEqual([1, 2]);
});

test("a leaf that requires gradients cannot be filled in place", () => {
  const x = zeros([2], { requiresGrad: true });
  expect(() => x.uniform_()).toThrow("leaf");
  expect(() => x.add_(1)).toThrow("leaf");
  expect(x.arraySync()).toEqual([0, 0]);
});
