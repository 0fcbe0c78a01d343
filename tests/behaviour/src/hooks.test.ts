/**
 * Hooks on gradients, and gradients of computed tensors.
 */
import { createCpuBackend, noGrad, ones, setDefaultBackend, type Tensor, tensor, zeros } from "@lucid/lucid";
import { owned } from "@lucid/tensor/extend";
import { beforeAll, describe, expect, it } from "vitest";

beforeAll(() => setDefaultBackend(createCpuBackend()));

const leaf = (data: number | number[] | number[][]): Tensor => tensor(data, { dtype: "float64", requiresGrad: true });
const gradient = (x: Tensor): unknown => x.grad?.arraySync() ?? null;

describe("hooks", () => {
  it("get the whole gradient, in the order of their registration, before it is passed on", () => {
    const x = leaf([1, 2]);
    const y = x.mul(3);
    const seen: unknown[] = [];
    y.registerHook((g) => {
      seen.push("first", g.arraySync());
      return g.mul(2);
    });
    y.registerHook((g) => {
      seen.push("second", g.arraySync());
    });
    y.registerHook((g) => {
      seen.push("third", g.arraySync());
      return g.add(1);
    });
    x.registerHook((g) => {
      seen.push("leaf", g.arraySync());
      return g.mul(10);
    });
    // Two uses of y: gradients 1 and 4, that is 5.
    y.add(y.mul(4)).sum().backward();
    expect(seen).toEqual(["first", [5, 5], "second", [10, 10], "third", [10, 10], "leaf", [33, 33]]);
    expect(gradient(x)).toEqual([330, 330]);
  });

  it("of the root get the gradient that backward begins with", () => {
    const x = leaf([1, 2]);
    const y = x.mul(3);
    y.registerHook((g) => g.mul(2));
    y.backward(ones([2], { dtype: "float64" }));
    expect(gradient(x)).toEqual([6, 6]);
  });

  it("are removed one by one, even if the function is the same", () => {
    const x = leaf([1]);
    let calls = 0;
    const hook = (): void => {
      calls++;
    };
    const remove = x.registerHook(hook);
    x.registerHook(hook);
    x.mul(2).backward();
    expect(calls).toBe(2);
    remove();
    remove();
    x.mul(2).backward();
    expect(calls).toBe(3);
  });

  it("may remove themselves", () => {
    const x = leaf([1]);
    let calls = 0;
    const remove = x.registerHook(() => {
      calls++;
      remove();
    });
    x.mul(2).backward();
    x.mul(2).backward();
    expect(calls).toBe(1);
  });

  it("must keep the gradient's shape and type, and return a tensor or nothing", () => {
    const x = leaf([1, 2]);
    const run = (hook: (g: Tensor) => unknown): (() => void) => {
      const y = x.mul(3);
      y.registerHook(hook as (g: Tensor) => Tensor);
      return () => y.sum().backward();
    };
    expect(run((g) => g.sum())).toThrow(
      "[registerHook] the hook returned [] float64 for a gradient [2] float64 · a hook keeps the gradient's shape and type",
    );
    expect(run((g) => g.to("float32"))).toThrow("the hook returned [2] float32 for a gradient [2] float64");
    expect(run(() => 5)).toThrow("[registerHook] the hook returned 5 · a hook returns a tensor or nothing");
    expect(run(async (g) => g)).toThrow("[registerHook] the callback returned a promise");
    expect(run((g) => g.to(createCpuBackend()))).toThrow(
      "[registerHook] the hook returned a tensor on another backend",
    );
    expect(x.grad).toBe(null);
    run(() => undefined)();
    expect(gradient(x)).toEqual([3, 3]);
  });

  it("that throw leave every gradient unchanged", () => {
    const a = leaf([1]);
    const b = leaf([2]);
    b.mul(5).backward();
    a.registerHook(() => {
      throw new Error("no");
    });
    expect(() => a.mul(b).backward()).toThrow("no");
    expect([gradient(a), gradient(b)]).toEqual([null, [5]]);
    // And recording goes on as before.
    expect(b.mul(2).requiresGrad).toBe(true);
  });

  it("are not recorded, unless the pass is recorded", () => {
    const x = leaf([1]);
    const recorded: boolean[] = [];
    x.registerHook((g) => {
      recorded.push(x.mul(g).requiresGrad);
    });
    x.mul(2).backward();
    x.mul(2).backward(null, { createGraph: true });
    expect(recorded).toEqual([false, true]);
  });

  it("may keep the gradient that they get", () => {
    const x = leaf([1, 2]);
    const kept: Tensor[] = [];
    const y = x.mul(3);
    y.registerHook((g) => {
      kept.push(g);
    });
    y.exp().sum().backward();
    for (let i = 0; i < 3; i++) x.mul(3).exp().sum().backward();
    expect(kept[0]!.arraySync()).toEqual([Math.exp(3), Math.exp(6)]);
  });

  it("may run another backward", () => {
    const x = leaf([3]);
    const other = leaf([5]);
    const aside = other.square();
    x.registerHook((g) => {
      aside.backward();
      return g.add(other.grad!);
    });
    x.mul(2).backward();
    expect([gradient(x), gradient(other)]).toEqual([[12], [10]]);
  });

  it("need a tensor that requires a gradient", () => {
    expect(() => tensor([1]).registerHook(() => {})).toThrow(
      "[registerHook] the tensor [1] does not require a gradient",
    );
    expect(() => tensor([1]).retainGrad()).toThrow("[retainGrad] the tensor [1] does not require a gradient");
  });
});

describe("retainGrad", () => {
  it("fills the .grad of a computed tensor, after its hooks, again and again", () => {
    const x = leaf([1, 2]);
    const y = x.mul(3).retainGrad();
    y.registerHook((g) => g.mul(2));
    const z = y.square().sum();
    z.backward(null, { retainGraph: true });
    expect(gradient(y)).toEqual([12, 24]);
    z.backward();
    expect(gradient(y)).toEqual([24, 48]);
    expect(gradient(x)).toEqual([72, 144]);
  });

  it("shares nothing with other gradients", () => {
    const x = leaf([1, 2]);
    const y = x.add(1).retainGrad();
    const z = y.add(1).retainGrad();
    z.sum().backward();
    for (const [i, tensor] of [x, y, z].entries()) noGrad(() => tensor.grad!.fill_(i));
    expect([x, y, z].map(gradient)).toEqual([
      [0, 0],
      [1, 1],
      [2, 2],
    ]);
  });

  it("on a leaf changes nothing", () => {
    const x = leaf([1]).retainGrad();
    x.mul(2).backward();
    expect(gradient(x)).toEqual([2]);
  });

  it("follows a tensor that is written in place", () => {
    const x = leaf([1, 2]);
    const y = x.mul(3).retainGrad();
    y.mul_(5);
    y.mul(tensor([1, 10]))
      .sum()
      .backward();
    expect(gradient(y)).toEqual([1, 10]);
    expect(gradient(x)).toEqual([15, 150]);
  });

  it("follows a base that is written through a view, and a view whose base is written", () => {
    const x = leaf([1, 2]);
    const base = x.mul(3).retainGrad();
    base.select(0, 0).mul_(5);
    const view = base.select(0, 1).retainGrad();
    base.mul_(2);
    view.add(base.sum()).backward();
    expect(gradient(base)).toEqual([1, 2]);
    expect(gradient(view)).toEqual(1);
    expect(gradient(x)).toEqual([30, 12]);
  });
});

describe("library code around backward", () => {
  it("keeps a gradient that is given inside an owned block", () => {
    const x = leaf([1, 2]);
    const twice = owned(() => {
      const given = ones([2], { dtype: "float64" });
      x.mul(2).backward(given);
      return given.add(1);
    });
    expect(twice.arraySync()).toEqual([2, 2]);
    expect(gradient(x)).toEqual([2, 2]);
  });

  it("keeps values that an owned block still uses after its backward", () => {
    const x = leaf([1, 2]);
    const result = owned(() => {
      const y = x.mul(2);
      const z = zeros([2], { dtype: "float64" }).add(y);
      z.mul(y).sum().backward();
      return y.add(z);
    });
    expect(result.arraySync()).toEqual([4, 8]);
    expect(gradient(x)).toEqual([8, 16]);
  });
});
