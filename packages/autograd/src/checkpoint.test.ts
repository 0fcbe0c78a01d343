/** Values that are packed, or computed again, instead of being kept. */
import { createCpuBackend } from "@lucid/backend-cpu";
import { bernoulli, full, manualSeed, rand, setDefaultBackend, Tensor, tensor } from "@lucid/tensor";
import { describe, expect, test } from "vitest";
import { checkpoint, grad, gradgradcheck, noGrad, savedTensorsHooks } from "./index.js";

setDefaultBackend(createCpuBackend());

const leaf = (values: number[]): Tensor => new Tensor(values, { dtype: "float64", requiresGrad: true });

describe("checkpoint", () => {
  test("gives the gradients of the function, also those of tensors that are no inputs", () => {
    const gradients = (kept: boolean): unknown => {
      const [x, w] = [leaf([0.5, -1, 2]), leaf([1, 2, 3])];
      const fn = (a: Tensor): Tensor => a.mul(w).sin().exp().mul(a);
      const y = kept ? fn(x) : checkpoint(fn, x);
      y.square().sum().backward();
      return [y.detach().arraySync(), x.grad!.arraySync(), w.grad!.arraySync()];
    };
    expect(gradients(false)).toEqual(gradients(true));
  });

  test("runs the function once in each pass, and keeps nothing that it saves", () => {
    let runs = 0;
    const x = leaf([1, 2]);
    const fn = (a: Tensor): Tensor => {
      runs++;
      return a.exp().sin().square();
    };
    const y = checkpoint(fn, x);
    expect(runs).toBe(1);
    y.sum().backward(undefined, { retainGraph: true });
    expect(runs).toBe(2);
    y.sum().backward();
    expect(runs).toBe(3);
    expect(noGrad(() => checkpoint(fn, x)).requiresGrad).toBe(false);
    expect(runs).toBe(4);
  });

  test("draws the same random numbers again, and changes none that come later", () => {
    const gradients = (kept: boolean): unknown => {
      manualSeed(3);
      const x = leaf(Array.from({ length: 50 }, (_, i) => i));
      const drop = (a: Tensor): Tensor => a.mul(bernoulli(full([50], 0.5, { dtype: "float64" }))).exp();
      const y = kept ? drop(x) : checkpoint(drop, x);
      const between = rand([3]).arraySync();
      y.sum().backward();
      return [y.detach().arraySync(), x.grad!.arraySync(), between, rand([3]).arraySync()];
    };
    expect(gradients(false)).toEqual(gradients(true));
  });

  test("can be differentiated twice, and nested", () => {
    const x = leaf([0.5, 1.5]);
    const inner = (a: Tensor): Tensor => a.sin().mul(a);
    const outer = (a: Tensor): Tensor => checkpoint(inner, a.square()).exp();
    expect(gradgradcheck((a: Tensor) => checkpoint(outer, a), [x])).toBe(true);
  });

  test("takes several arguments, which need not be tensors", () => {
    const x = leaf([1, 2]);
    const y = checkpoint((a: Tensor, factor: number) => a.exp().mul(factor), [x, 3] as const);
    const [slope] = grad(y.sum(), [x]);
    expect(slope!.arraySync()).toEqual(y.detach().arraySync());
  });

  test("names what makes the second run another one", () => {
    const x = leaf([1, 2]);
    const base = x.mul(1);
    const changed = checkpoint((a: Tensor) => a.exp(), base);
    base.add_(1);
    expect(() => changed.sum().backward()).toThrow("[checkpoint] input 0 was changed in place");
    let first = true;
    const other = checkpoint((a: Tensor) => {
      const result = first ? a.exp() : a.exp().sin();
      first = false;
      return result;
    }, x);
    expect(() => other.sum().backward()).toThrow("[checkpoint] the function saved other values when it ran again");
    expect(x.grad).toBeNull();
    expect(() => checkpoint((a: Tensor) => a, 3 as never)).toThrow("[checkpoint] the inputs are 3");
  });
});

describe("saved-tensor hooks", () => {
  test("see every value that is saved, and give it back", () => {
    const x = leaf([1, 2]);
    const packed: unknown[] = [];
    const y = savedTensorsHooks(
      (value) => packed.push(value.arraySync()) - 1,
      (index) => new Tensor(packed[index as number] as number[], { dtype: "float64" }),
      () => x.exp().square(),
    );
    // exp saves its result, and square its input.
    expect(packed).toEqual([
      [Math.E, Math.exp(2)],
      [Math.E, Math.exp(2)],
    ]);
    y.sum().backward();
    // (e²ˣ)' = 2e²ˣ
    x.grad!.dataSync().forEach((value, i) => {
      expect(Math.abs(value - 2 * Math.exp(2 * (i + 1)))).toBeLessThan(1e-12);
    });
  });

  test("must give back a tensor like the one that was packed", () => {
    const x = leaf([1, 2]);
    const y = savedTensorsHooks(
      () => 0,
      () => tensor([1, 2, 3]),
      () => x.square(),
    );
    expect(() => y.sum().backward()).toThrow("was unpacked as [3] float32, and not as [2] float64");
  });
});
