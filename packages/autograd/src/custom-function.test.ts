/** Operations with a derivative of the user's own. */
import { createCpuBackend } from "@lucid/backend-cpu";
import { setDefaultBackend, Tensor, tensor } from "@lucid/tensor";
import { describe, expect, test } from "vitest";
import { defineFunction, grad, gradcheck, gradgradcheck, noGrad } from "./index.js";

setDefaultBackend(createCpuBackend());

const doubles = (values: number[]): Tensor => new Tensor(values, { dtype: "float64", requiresGrad: true });

/** x·y², with the derivatives y² and 2xy. */
const product = defineFunction({
  name: "product",
  forward(context, x: Tensor, y: Tensor) {
    context.saveForBackward(x, y);
    return x.mul(y.square());
  },
  backward(context, gradient) {
    const [x, y] = context.savedTensors as readonly [Tensor, Tensor];
    return [gradient!.mul(y.square()), gradient!.mul(x.mul(y).mul(2))];
  },
});

describe("derivatives", () => {
  test("equal finite differences, also the second ones", () => {
    const inputs = [doubles([0.5, -1.5]), doubles([2, 0.25])];
    expect(gradcheck((x: Tensor, y: Tensor) => product(x, y), inputs)).toBe(true);
    expect(gradgradcheck((x: Tensor, y: Tensor) => product(x, y), inputs)).toBe(true);
  });

  test("see saved results with their place in the graph", () => {
    const exponential = defineFunction({
      name: "exponential",
      forward(context, x: Tensor) {
        const y = x.exp();
        context.saveForBackward(y);
        return y;
      },
      backward: (context, gradient) => gradient!.mul(context.savedTensors[0]!),
    });
    const x = doubles([0.5, -1]);
    expect(gradgradcheck((a: Tensor) => exponential(a), [x])).toBe(true);
  });

  test("are asked for where they are needed", () => {
    const seen: unknown[] = [];
    const scaled = defineFunction({
      name: "scaled",
      forward(context, x: Tensor, factor: number, y: Tensor) {
        context.data.factor = factor;
        seen.push(context.needsInputGrad);
        return x.mul(factor).add(y);
      },
      backward: (context, gradient) => [gradient!.mul(context.data.factor as number), null, null],
    });
    const x = tensor([1, 2], { requiresGrad: true });
    scaled(x, 3, tensor([1, 1]))
      .sum()
      .backward();
    expect(x.grad!.arraySync()).toEqual([3, 3]);
    expect(seen).toEqual([[true, false, false]]);
    expect(noGrad(() => scaled(x, 3, tensor([1, 1]))).requiresGrad).toBe(false);
  });

  test("of arguments that were broadcast are summed, and converted to their type", () => {
    const sum = defineFunction({
      name: "broadcast",
      forward: (_, x: Tensor, y: Tensor) => x.add(y),
      backward: (_, gradient) => [gradient, gradient!.to("float64")],
    });
    const [x, y] = [tensor([[1, 2]], { requiresGrad: true }), tensor([[1], [2], [3]], { requiresGrad: true })];
    sum(x, y).sum().backward();
    expect([x.grad!.arraySync(), y.grad!.arraySync()]).toEqual([[[3, 3]], [[2], [2], [2]]]);
    expect(y.grad!.dtype).toBe("float32");
  });
});

describe("several results", () => {
  const split = (materialize: boolean, flat: boolean, seen: unknown[]) =>
    defineFunction({
      name: "split",
      forward(context, x: Tensor) {
        context.setMaterializeGrads(materialize);
        const parts = [x.mul(2), x.mul(3)] as const;
        if (flat) context.markNonDifferentiable(parts[1]);
        return parts;
      },
      backward(_, first, second) {
        seen.push(second === null ? null : second!.arraySync());
        return first!.mul(2);
      },
    });

  test("get zeros, or null, where nothing depends on one of them", () => {
    for (const [materialize, expected] of [
      [true, [0, 0]],
      [false, null],
    ] as const) {
      const seen: unknown[] = [];
      const x = tensor([1, 2], { requiresGrad: true });
      split(materialize, false, seen)(x)[0].sum().backward();
      expect(x.grad!.arraySync()).toEqual([2, 2]);
      expect(seen).toEqual([expected]);
    }
  });

  test("may be without a derivative", () => {
    const [first, second] = split(true, true, [])(tensor([1], { requiresGrad: true }));
    expect([first.requiresGrad, second.requiresGrad]).toEqual([true, false]);
  });
});

test("an argument that was changed in place is a result, with the gradient of the change", () => {
  const doubled = defineFunction({
    name: "doubled",
    forward(context, x: Tensor) {
      context.markDirty(x);
      return x.mul_(2);
    },
    backward: (_, gradient) => gradient!.mul(2),
  });
  const x = tensor([1, 2], { requiresGrad: true });
  const y = x.mul(5);
  const z = doubled(y);
  expect(z).toBe(y);
  expect(z.detach().arraySync()).toEqual([10, 20]);
  z.sum().backward();
  expect(x.grad!.arraySync()).toEqual([10, 10]);
});

test("an argument that is returned stands for its value", () => {
  const same = defineFunction({
    name: "same",
    forward: (_, x: Tensor) => x,
    backward: (_, gradient) => gradient!.mul(7),
  });
  const x = tensor([1], { requiresGrad: true });
  same(x).sum().backward();
  expect(x.grad!.arraySync()).toEqual([7]);
});

test("a derivative may be marked as one that is not differentiated again", () => {
  const cube = defineFunction({
    name: "cube",
    onceDifferentiable: true,
    forward(context, x: Tensor) {
      context.saveForBackward(x);
      return x.pow(3);
    },
    backward: (context, gradient) => gradient!.mul(context.savedTensors[0]!.square().mul(3)),
  });
  const x = tensor([2], { requiresGrad: true });
  const [slope] = grad(cube(x).square().sum(), [x], { createGraph: true });
  // 6x⁵
  expect(slope!.detach().arraySync()).toEqual([192]);
  expect(() => slope!.sum().backward()).toThrow("[cube] was differentiated twice");
});

test("mistakes are named", () => {
  const x = tensor([1, 2], { requiresGrad: true });
  const wrong = (backward: () => never) =>
    defineFunction({ name: "wrong", forward: (_, a: Tensor, b: Tensor) => a.mul(b), backward });
  const run = (result: unknown): void =>
    void wrong(() => result as never)(x, x)
      .sum()
      .backward();
  expect(() => run(tensor([1, 2]))).toThrow("[wrong] backward returned 1 gradients · it returns one for each of the 2");
  expect(() => run([tensor([1, 2, 3]), null])).toThrow("[wrong] gradient 0 is [3], its argument [2]");
  expect(() => run([3, null])).toThrow("[wrong] gradient 0 is 3 · a gradient is a tensor or null");
  const nothing = defineFunction({ name: "nothing", forward: () => 3 as never, backward: () => [] });
  expect(() => nothing()).toThrow("[nothing] forward returned 3");
  expect(() => defineFunction({ name: "" } as never)).toThrow("[defineFunction] the name is");
  const y = product(x, x);
  y.sum().backward();
  expect(() => y.sum().backward()).toThrow("was freed by an earlier backward");
  const z = tensor([1, 2], { requiresGrad: true });
  const base = z.mul(1);
  const late = product(base, base);
  base.add_(1);
  expect(() => late.sum().backward()).toThrow("[product] saved tensor 0 [2] was changed in place");
});
