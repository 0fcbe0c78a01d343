/**
 * `backward` and what tensors say about it. The numbers are hand calculations.
 */
import { extendBackend } from "@lucid/backend";
import { createCpuBackend, grad, noGrad, ones, setDefaultBackend, type Tensor, tensor, zeros } from "@lucid/lucid";
import { beforeAll, describe, expect, it } from "vitest";

beforeAll(() => setDefaultBackend(createCpuBackend()));

const leaf = (data: number | number[] | number[][]): Tensor => tensor(data, { dtype: "float64", requiresGrad: true });
const gradient = (x: Tensor): unknown => x.grad?.arraySync() ?? null;

describe("leaves and computed tensors", () => {
  it("are distinguished by isLeaf", () => {
    const x = leaf([1, 2]);
    const y = x.mul(3);
    const constant = tensor([1, 2]);
    expect([x.isLeaf, x.requiresGrad]).toEqual([true, true]);
    expect([y.isLeaf, y.requiresGrad]).toEqual([false, true]);
    expect([constant.isLeaf, constant.requiresGrad]).toEqual([true, false]);
    expect([constant.add(1).isLeaf, constant.add(1).requiresGrad]).toEqual([true, false]);
    expect([y.detach().isLeaf, y.detach().requiresGrad]).toEqual([true, false]);
    expect(x.gt(1).requiresGrad).toBe(false);
    expect(x.argmax().requiresGrad).toBe(false);
    expect(x.add(constant).requiresGrad).toBe(true);
  });

  it("only leaves get a gradient", () => {
    const x = leaf([1, 2]);
    const y = x.mul(3);
    y.square().sum().backward();
    expect(gradient(x)).toEqual([18, 36]);
    expect(y.grad).toBe(null);
  });

  it("requiresGrad is for floats, and computed tensors keep it", () => {
    expect(() => tensor([1, 2], { dtype: "int32", requiresGrad: true })).toThrow(
      "[requiresGrad] a int32 tensor cannot require a gradient",
    );
    const bools = tensor([true]);
    expect(() => bools.requiresGrad_()).toThrow("[requiresGrad] a bool tensor cannot require a gradient");
    const y = leaf([1]).mul(2);
    expect(() => y.requiresGrad_(false)).toThrow("[requiresGrad] a computed tensor cannot stop requiring a gradient");
    expect(y.requiresGrad_(true)).toBe(y);
    const x = leaf([1]);
    expect(x.requiresGrad_(false).requiresGrad).toBe(false);
    expect(x.mul(2).requiresGrad).toBe(false);
  });

  it("a view of a base that was written with gradients is no leaf any more", () => {
    const base = zeros([2, 2], { dtype: "float64" });
    const row = base.narrow(0, 0, 1);
    const w = leaf([1, 2]);
    expect(row.isLeaf).toBe(true);
    base.add_(w);
    expect([row.isLeaf, row.requiresGrad]).toEqual([false, true]);
  });

  it("requiresGrad may be set after other tensors were computed from a tensor", () => {
    const x = tensor([1, 2], { dtype: "float64" });
    const before = x.mul(2);
    x.requiresGrad = true;
    const after = x.mul(3);
    expect(before.requiresGrad).toBe(false);
    after.sum().backward();
    expect(gradient(x)).toEqual([3, 3]);
  });
});

describe("accumulation", () => {
  it("adds the gradients of several backward passes until it is cleared", () => {
    const x = leaf([1, -2]);
    x.square().sum().backward();
    expect(gradient(x)).toEqual([2, -4]);
    x.mul(10).sum().backward();
    expect(gradient(x)).toEqual([12, 6]);
    x.grad = null;
    x.mul(10).sum().backward();
    expect(gradient(x)).toEqual([10, 10]);
  });

  it("adds to a gradient that the user set, whatever its layout", () => {
    const x = leaf([1, -2]);
    x.grad = tensor([5], { dtype: "float64" }).expand([2]);
    x.square().sum().backward();
    expect(gradient(x)).toEqual([7, 1]);
  });

  it("a gradient that was read before keeps its value", () => {
    const x = leaf([1, 2]);
    x.sum().backward();
    const first = x.grad!;
    x.sum().backward();
    expect(first.arraySync()).toEqual([1, 1]);
    expect(gradient(x)).toEqual([2, 2]);
  });

  it("gradients of different tensors share nothing", () => {
    const a = leaf([1, 2]);
    const b = leaf([3, 4]);
    a.add(b).sum().backward();
    noGrad(() => a.grad!.mul_(7));
    expect(gradient(a)).toEqual([7, 7]);
    expect(gradient(b)).toEqual([1, 1]);
    noGrad(() => b.grad!.fill_(9));
    expect(gradient(a)).toEqual([7, 7]);
  });

  it("gradients share nothing with the one that backward was given", () => {
    const a = leaf([1, 2]);
    const given = tensor([5, 6], { dtype: "float64" });
    a.add(0).backward(given);
    a.grad!.mul_(2);
    expect(given.arraySync()).toEqual([5, 6]);
    const b = leaf([1, 2]);
    b.backward(given);
    b.grad!.mul_(2);
    expect(given.arraySync()).toEqual([5, 6]);
  });

  it("gradients are complete and share nothing, also with createGraph", () => {
    const a = leaf([1, 2]);
    const b = leaf([3, 4]);
    a.add(b).sum().backward(null, { createGraph: true });
    a.add(b.mul(2)).sum().backward();
    expect(gradient(a)).toEqual([2, 2]);
    expect(gradient(b)).toEqual([3, 3]);
    noGrad(() => a.grad!.mul_(7));
    expect(gradient(b)).toEqual([3, 3]);
  });

  it("adds a gradient for every use of a tensor", () => {
    const x = leaf([3]);
    x.mul(x).add(x).backward();
    expect(gradient(x)).toEqual([7]);
    const y = leaf([2]);
    // y·y·y and y twice in one call: 3y² + 2.
    y.mul(y).mul(y).add(y.add(y)).backward();
    expect(gradient(y)).toEqual([14]);
  });

  it("passes every node of a diamond once", () => {
    const x = leaf([2]);
    let calls = 0;
    const middle = x.square();
    middle.registerHook(() => {
      calls++;
    });
    // m = x², (m + 3m)·m = 4m², derivative 8m·2x = 128.
    middle.add(middle.mul(3)).mul(middle).backward();
    expect(gradient(x)).toEqual([128]);
    expect(calls).toBe(1);
  });

  it("visits each of 60 nodes once, although thirty diamonds in a row have 2³⁰ paths", () => {
    const x = leaf([1]);
    let y: Tensor = x;
    for (let i = 0; i < 30; i++) y = y.add(y);
    y.backward();
    expect(gradient(x)).toEqual([2 ** 30]);
  });
});

describe("the gradient that backward is given", () => {
  it("is 1 for a single element, of any rank", () => {
    const x = leaf([[3]]);
    x.mul(2).backward();
    expect(gradient(x)).toEqual([[2]]);
  });

  it("must be given for more elements", () => {
    const x = leaf([1, 2, 3]);
    expect(() => x.mul(2).backward()).toThrow("[backward] the tensor has 3 elements: [3]");
    expect(() => zeros([0], { requiresGrad: true }).mul(2).backward()).toThrow("[backward] the tensor has 0 elements");
    x.mul(2).backward(tensor([1, 10, 100], { dtype: "float64" }));
    expect(gradient(x)).toEqual([2, 20, 200]);
  });

  it("has the tensor's shape; its type is converted", () => {
    const x = leaf([1, 2]);
    expect(() => x.mul(2).backward(ones([2, 1]))).toThrow("[backward] the gradient is [2, 1], the tensor [2]");
    x.mul(2).backward(tensor([1, 2], { dtype: "int32" }));
    expect(gradient(x)).toEqual([2, 4]);
  });

  it("is multiplied for a single number, too", () => {
    const x = leaf([1, 2]);
    x.sum().backward(tensor(5, { dtype: "float64" }));
    expect(gradient(x)).toEqual([5, 5]);
  });

  it("a tensor without recording has no backward", () => {
    expect(() => tensor([1]).backward()).toThrow("[backward] the tensor [1] does not require a gradient");
    expect(() => noGrad(() => leaf([1]).mul(2)).backward()).toThrow("does not require a gradient");
    expect(() => leaf([1]).detach().backward()).toThrow("does not require a gradient");
  });

  it("a leaf is its own graph", () => {
    const x = leaf([4]);
    x.backward();
    x.backward();
    expect(gradient(x)).toEqual([2]);
  });
});

describe("the graph", () => {
  const freed =
    "was freed by an earlier backward · backward frees the values that it no longer needs · pass { retainGraph: true }";

  it("is freed by backward", () => {
    const x = leaf([2]);
    const y = x.exp().mul(3);
    y.backward();
    expect(() => y.backward()).toThrow(`[backward] the graph through [mul] ${freed}`);
    expect(gradient(x)).toEqual([3 * Math.exp(2)]);
  });

  it("is freed in the part that another graph shares", () => {
    const x = leaf([2]);
    const shared = x.exp();
    const first = shared.mul(2);
    const second = shared.square();
    first.backward();
    const once = gradient(x);
    expect(() => second.backward()).toThrow(`[backward] the graph through [exp] ${freed}`);
    expect(gradient(x)).toEqual(once);
  });

  it("is kept by retainGraph", () => {
    const x = leaf([2]);
    const y = x.mul(x);
    y.backward(null, { retainGraph: true });
    y.backward(null, { retainGraph: true });
    y.backward();
    expect(gradient(x)).toEqual([12]);
    expect(() => y.backward()).toThrow(freed);
  });

  it("is complete after a backward that failed", () => {
    const x = leaf([2]);
    const y = x.mul(x);
    let fail = true;
    y.registerHook(() => {
      if (fail) throw new Error("not now");
    });
    const z = y.mul(2);
    expect(() => z.backward()).toThrow("not now");
    expect(x.grad).toBe(null);
    fail = false;
    z.backward();
    expect(gradient(x)).toEqual([8]);
  });

  it("of gradients is recorded with createGraph", () => {
    const x = leaf([2]);
    x.mul(x).mul(x).backward(null, { createGraph: true });
    const first = x.grad!;
    expect(first.arraySync()).toEqual([12]);
    expect(first.requiresGrad).toBe(true);
    x.grad = null;
    first.backward(null, { createGraph: true });
    const second = x.grad! as Tensor;
    expect(second.arraySync()).toEqual([12]);
    x.grad = null;
    second.backward();
    expect(gradient(x)).toEqual([6]);
    expect(x.grad!.requiresGrad).toBe(false);
  });

  it("differentiates a loss that contains the square of a gradient", () => {
    const x = leaf([1, 2]);
    const w = leaf([3, -1]);
    // f = Σ w x², ∂f/∂x = 2wx, penalty p = Σ 4w²x²; ∂p/∂w = 8wx², ∂p/∂x = 8w²x.
    w.mul(x.square()).sum().backward(null, { createGraph: true });
    const slope = x.grad!;
    x.grad = null;
    w.grad = null;
    slope.square().sum().backward();
    expect(gradient(w)).toEqual([24, -32]);
    expect(gradient(x)).toEqual([72, 16]);
  });

  it("a detached part is a constant, in the same memory", () => {
    const x = leaf([2]);
    const y = x.mul(3);
    y.detach().mul(y).backward();
    expect(gradient(x)).toEqual([18]);
    const z = tensor([1, 2]);
    z.detach().fill_(5);
    expect(z.arraySync()).toEqual([5, 5]);
    const saved = x.exp();
    const loss = saved.mul(2).sum();
    saved.detach().zero_();
    expect(() => loss.backward()).toThrow("[exp] output 0 [1] was changed in place after it was saved for backward");
  });

  it("has no gradient for parts that need none", () => {
    const x = leaf([2]);
    const frozen = tensor([5], { dtype: "float64" });
    x.mul(frozen).backward();
    expect(frozen.grad).toBe(null);
    expect(gradient(x)).toEqual([5]);
  });

  it("gives no gradient, and no error, if an operation has none", () => {
    const x = leaf([2.5]);
    const y = leaf([1]);
    x.floor().add(y).backward();
    expect(gradient(y)).toEqual([1]);
    expect([null, [0]]).toContainEqual(gradient(x));
  });

  it("can have five thousand operations in a row", () => {
    const x = leaf([1]);
    let y: Tensor = x;
    for (let i = 0; i < 5000; i++) y = y.add(1).mul(1);
    y.backward();
    expect(gradient(x)).toEqual([1]);
  });

  it("can have five thousand views in a row, whose base was written", () => {
    const w = leaf([1]);
    const base = zeros([1], { dtype: "float64" });
    let view: Tensor = base;
    for (let i = 0; i < 2500; i++) view = view.unsqueeze(0).squeeze(0);
    base.add_(w);
    view.mul(3).backward();
    expect(gradient(w)).toEqual([3]);
  });

  it("can have two thousand writes into rows of one base", () => {
    const w = leaf([1, 2]);
    const base = zeros([4, 2], { dtype: "float64" });
    for (let i = 0; i < 2000; i++) base.select(0, i % 4).add_(w);
    base.sum().backward();
    expect(gradient(w)).toEqual([2000, 2000]);
  });

  it("takes processor time in proportion to its length", () => {
    const work = (length: number): number => {
      const x = leaf([1]);
      let y: Tensor = x;
      for (let i = 0; i < length; i++) y = y.mul(1.0001);
      const start = process.cpuUsage();
      y.backward();
      return process.cpuUsage(start).user;
    };
    work(2000);
    const ratios = Array.from({ length: 5 }, () => work(16_000) / work(2000));
    // Eight times the work. Quadratic work would be 64 times as much.
    expect(Math.min(...ratios)).toBeLessThan(24);
  });
});

describe("layouts", () => {
  it("the gradient of a weight that is used transposed is not copied", () => {
    const base = createCpuBackend();
    let copies = 0;
    const backend = extendBackend(base, {
      map(call) {
        if (call.exprs.some((expr) => expr.kind === "input")) copies++;
        base.map(call);
      },
    });
    const x = tensor(
      [
        [1, 2],
        [3, 4],
      ],
      { dtype: "float64", backend },
    );
    const weight = tensor(
      [
        [1, 0],
        [2, 1],
        [0, 3],
      ],
      { dtype: "float64", backend, requiresGrad: true },
    );
    const pattern = tensor(
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
      { dtype: "float64", backend },
    );
    x.matmul(weight.t()).mul(pattern).sum().backward();
    // patternᵀ · x
    expect(gradient(weight)).toEqual([
      [13, 18],
      [17, 24],
      [21, 30],
    ]);
    expect(weight.grad!.layout.strides).toEqual([2, 1]);
    expect(copies).toBe(0);
  });
});

describe("views", () => {
  it("of leaves pass their gradients to the leaf", () => {
    const x = leaf([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    x.select(0, 1).mul(10).sum().backward();
    expect(gradient(x)).toEqual([
      [0, 0, 0],
      [10, 10, 10],
    ]);
    x.grad = null;
    // Transposed, reshaped, every third element: 1, 2, 3 of [1, 4, 2, 5, 3, 6] are at 0, 2, 4.
    x.t()
      .reshape([6])
      .mul(tensor([1, 2, 3, 4, 5, 6]))
      .sum()
      .backward();
    expect(gradient(x)).toEqual([
      [1, 3, 5],
      [2, 4, 6],
    ]);
  });

  it("that are expanded sum the gradients of repeated elements", () => {
    const x = leaf([1, 2]);
    x.expand([3, 2])
      .mul(tensor([[1], [10], [100]]))
      .sum()
      .backward();
    expect(gradient(x)).toEqual([111, 111]);
    const y = leaf([1, 2]);
    y.expand([3, 2]).backward(ones([3, 2]));
    expect(gradient(y)).toEqual([3, 3]);
    noGrad(() => y.grad!.select(0, 0).fill_(7));
    expect(gradient(y)).toEqual([7, 3]);
  });

  it("that are overlapping windows add their gradients", () => {
    const x = leaf([1, 2, 3, 4]);
    x.unfold(0, 2, 1).sum().backward();
    expect(gradient(x)).toEqual([1, 2, 2, 1]);
  });
});

describe("element types and backends", () => {
  it("a gradient has the type of its tensor, also with casts and mixed operands", () => {
    const single = tensor([0.5, 2], { requiresGrad: true });
    const double = leaf([3, 4]);
    const product = single.mul(double);
    expect(product.dtype).toBe("float64");
    product.sum().backward();
    expect([single.grad!.dtype, double.grad!.dtype]).toEqual(["float32", "float64"]);
    expect([gradient(single), gradient(double)]).toEqual([
      [3, 4],
      [0.5, 2],
    ]);
    single.grad = null;
    single.to("float64").square().to("float32").sum().backward();
    expect(single.grad!.dtype).toBe("float32");
    expect(gradient(single)).toEqual([1, 4]);
    single.grad = null;
    // Through an integer nothing comes back.
    single.to("int32").to("float32").mul(single).sum().backward();
    expect(gradient(single)).toEqual([0, 2]);
  });

  it("gradients of different types are summed in one type", () => {
    const x = tensor([1, 2], { requiresGrad: true });
    x.mul(leaf([2, 2]))
      .sum()
      .add(x.sum())
      .backward();
    expect(x.grad!.dtype).toBe("float32");
    expect(gradient(x)).toEqual([3, 3]);
  });

  it("a gradient comes back to the backend of its tensor", () => {
    const other = createCpuBackend();
    const x = leaf([1, 2, 3]);
    const there = x.mul(2).to(other);
    expect(there.backend).toBe(other);
    const w = tensor([1, 10, 100], { dtype: "float64", backend: other, requiresGrad: true });
    there.mul(w).sum().backward();
    expect(x.grad!.backend).toBe(x.backend);
    expect(gradient(x)).toEqual([2, 20, 200]);
    expect(w.grad!.backend).toBe(other);
    expect(gradient(w)).toEqual([2, 4, 6]);
    expect(x.square().sum().to(other).square().requiresGrad).toBe(true);
    // Twice differentiable on the way: f = Σ (2x)² w, f′ = 8 x w, Σ f′ has the gradient 8w.
    const second = grad((v: Tensor) => grad((u: Tensor) => u.mul(2).to(other).square().mul(w.detach()).sum())(v).sum());
    expect(second(x.detach()).arraySync()).toEqual([8, 80, 800]);
  });

  it("backwardAsync computes the same gradients", async () => {
    const x = leaf([1, 2]);
    await x.square().sum().backwardAsync();
    expect(gradient(x)).toEqual([2, 4]);
    await x.square().backwardAsync(ones([2]), { retainGraph: true });
    expect(gradient(x)).toEqual([4, 8]);
    await expect(x.square().backwardAsync()).rejects.toThrow("[backward] the tensor has 2 elements");
  });

  it("backwardAsync waits where gradients come back from a backend that cannot read synchronously", async () => {
    const { readSync: _sync, hostView: _view, ...slow } = createCpuBackend();
    const x = leaf([1, 2]);
    const there = x.mul(2).to({ ...slow, name: "slow" });
    const loss = there.square().sum();
    expect(() => loss.backward(undefined, { retainGraph: true })).toThrow("the backend slow cannot read synchronously");
    expect(x.grad).toBeNull();
    // Σ (2x)² has the gradient 8x.
    await loss.backwardAsync(undefined, { retainGraph: true });
    expect(gradient(x)).toEqual([8, 16]);
    await loss.backwardAsync();
    expect(gradient(x)).toEqual([16, 32]);
    await expect(loss.backwardAsync()).rejects.toThrow("was freed by an earlier backward");
    const again = x.mul(2).to({ ...slow, name: "slow" });
    x.grad = null;
    await again.square().sum().backwardAsync(undefined, { createGraph: true });
    expect(x.grad).not.toBeNull();
    const first = (x as Tensor).grad!;
    (x as Tensor).grad = null;
    // Σ 8x has the gradient 8.
    await first.sum().backwardAsync();
    expect(gradient(x)).toEqual([8, 8]);
  });
});
