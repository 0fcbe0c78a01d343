/**
 * In-place writes that autograd refuses, with what it says; and views beside tests/pytorch's scenarios.
 */
import type { Backend } from "@lucid/backend";
import { createCpuBackend, noGrad, setDefaultBackend, slice, type Tensor, tensor, zeros } from "@lucid/lucid";
import { beforeAll, describe, expect, it } from "vitest";
import { evictingBackend } from "./evicting-backend.js";

const backends: readonly (readonly [name: string, backend: Backend])[] = [
  ["cpu", createCpuBackend()],
  ["wasm, everything evicted all the time", evictingBackend().backend],
];

const double = (data: number | number[] | number[][]): Tensor => tensor(data, { dtype: "float64" });
const leaf = (data: number | number[] | number[][]): Tensor => double(data).requiresGrad_();
const gradient = (x: Tensor): unknown => x.grad?.arraySync() ?? null;

describe.each(backends)("refuses on %s", (_, backend) => {
  beforeAll(() => setDefaultBackend(backend));

  it("to write a leaf that requires a gradient, by any in-place operation", () => {
    const x = leaf([1, 2]);
    const attempts: Record<string, () => unknown> = {
      add_: () => x.add_(1),
      mul_: () => x.mul_(x),
      clamp_: () => x.clamp_(0, 1),
      exp_: () => x.exp_(),
      fill_: () => x.fill_(3),
      zero_: () => x.zero_(),
      copy_: () => x.copy_(double([3, 4])),
      indexPut_: () => x.indexPut_([0], 5),
      scatter_: () => x.scatter_(0, tensor([0], { dtype: "int32" }), double([1])),
      scatterAdd_: () => x.scatterAdd_(0, tensor([0], { dtype: "int32" }), double([1])),
      indexAdd_: () => x.indexAdd_(0, tensor([0], { dtype: "int32" }), double([1])),
      maskedFill_: () => x.maskedFill_(tensor([true, false]), 0),
      uniform_: () => x.uniform_(),
      normal_: () => x.normal_(),
      bernoulli_: () => x.bernoulli_(),
    };
    for (const [name, attempt] of Object.entries(attempts)) {
      expect(attempt, name).toThrow("leaf that requires a gradient cannot be changed in place");
      expect(attempt, name).toThrow(`[${name}] a`);
    }
    expect(x.arraySync()).toEqual([1, 2]);
    expect(() => x.add_(1)).toThrow(
      "[add_] a leaf that requires a gradient cannot be changed in place: [2] · its gradient would belong to a value that no longer exists · inside noGrad(() => …), or use the out-of-place operation",
    );
    noGrad(() => x.add_(1));
    expect(x.arraySync()).toEqual([2, 3]);
  });

  it("to write a view of such a leaf, also through other views, and a view that is such a leaf itself", () => {
    const x = leaf([
      [1, 2],
      [3, 4],
    ]);
    expect(() => x.t().select(0, 1).mul_(2)).toThrow(
      "[mul_] a view of a leaf that requires a gradient cannot be changed in place: [2]",
    );
    const base = zeros([2, 2], { dtype: "float64" });
    const row = base.select(0, 0).requiresGrad_();
    expect(() => row.mul_(2)).toThrow("[mul_] a leaf that requires a gradient");
    expect(() => row.narrow(0, 0, 1).mul_(2)).toThrow("[mul_] a view of a leaf that requires a gradient");
    // The rest of the base has nothing to do with it.
    base.select(0, 1).add_(leaf([1, 1]));
    expect(base.arraySync()).toEqual([
      [0, 0],
      [1, 1],
    ]);
  });

  it("to write a view that was made inside noGrad, and views of it", () => {
    const y = leaf([1, 2, 3]).mul(2);
    const view = noGrad(() => y.narrow(0, 0, 2));
    const text = "[add_] a view that was made inside noGrad cannot be changed in place: [2]";
    expect(() => view.add_(y.sum())).toThrow(text);
    expect(() => view.narrow(0, 0, 1).add_(y.sum())).toThrow("a view that was made inside noGrad");
    noGrad(() => view.add_(1));
    expect(y.arraySync()).toEqual([3, 5, 6]);
  });

  it("to write an expanded or overlapping target", () => {
    const text = "cannot write in place: some elements of [2, 3] share memory";
    const y = leaf([1, 2, 3]).mul(2);
    expect(() => y.expand([2, 3]).add_(1)).toThrow(`[add_] ${text}`);
    // One value for all elements is unambiguous.
    expect(double([1, 2, 3]).expand([2, 3]).fill_(1).arraySync()).toEqual([
      [1, 1, 1],
      [1, 1, 1],
    ]);
    expect(() => double([1, 2, 3, 4]).unfold(0, 3, 1).mul_(2)).toThrow(`[mul_] ${text}`);
    expect(y.arraySync()).toEqual([2, 4, 6]);
    // What was refused has left no trace on the tape.
    y.sum().backward();
  });

  it("to write a result of another shape or a higher kind", () => {
    const x = double([1, 2]);
    expect(() => x.add_(zeros([2, 2]))).toThrow("[add_] [2, 2] does not broadcast to [2]");
    expect(() => tensor([1, 2], { dtype: "int32" }).mul_(0.5)).toThrow(
      "[mul_] a float32 result cannot be written into a int32 tensor",
    );
    expect(() => tensor([true]).add_(1)).toThrow("result cannot be written into a bool tensor");
    expect(x.add_(zeros([1, 2]).reshape([2])).dtype).toBe("float64");
  });

  it("backward over a value that was changed, naming the operation that saved it", () => {
    const x = leaf([1, 2]);
    const cases: readonly (readonly [name: string, run: (y: Tensor) => Tensor])[] = [
      [
        "[mul] input 0 [2]",
        (y) => {
          const z = y.mul(x.exp());
          y.add_(1);
          return z;
        },
      ],
      [
        "[exp] output 0 [2]",
        (y) => {
          const z = y.exp();
          z.mul_(2);
          return z;
        },
      ],
      [
        "[matmul] input 0 [1, 2]",
        (y) => {
          const z = y.reshape([1, 2]).matmul(leaf([[1], [2]]));
          y.zero_();
          return z;
        },
      ],
      [
        "[sin] input 0 [1]",
        (y) => {
          const z = y.narrow(0, 0, 1).sin();
          y.select(0, 1).fill_(3);
          return z;
        },
      ],
      [
        "[mul] input 0 [2]",
        (y) => {
          const z = y.mul(x.exp());
          y.detach().add_(1);
          return z;
        },
      ],
      [
        "[mul] input 0 [2]",
        (y) => {
          const z = y.mul(x.exp());
          noGrad(() => y.add_(1));
          return z;
        },
      ],
    ];
    for (const [text, run] of cases) {
      const loss = run(x.mul(2)).sum();
      expect(() => loss.backward()).toThrow(
        `${text} was changed in place after it was saved for backward: version 0 → 1`,
      );
      expect(() => loss.backward()).toThrow("change a clone(), or use the out-of-place operation");
    }
    expect(x.grad).toBe(null);
  });

  it("no backward if nothing was saved, or if the value was changed before it was saved", () => {
    const x = leaf([1, 2]);
    const y = x.mul(2);
    y.add_(1);
    const z = y.add(3);
    y.mul_(5);
    z.exp().sum().add(y.sum()).backward();
    // z = 2x + 4, y = 10x + 5.
    const found = x.grad!.dataSync();
    expect(found[0]).toBeCloseTo(2 * Math.exp(6) + 10, 9);
    expect(found[1]).toBeCloseTo(2 * Math.exp(8) + 10, 9);
  });

  it("backward after an optimizer wrote a saved value", () => {
    const w = leaf([2]);
    const loss = w.square().sum();
    noGrad(() => w.add_(1));
    expect(() => loss.backward()).toThrow("[square] input 0 [1] was changed in place after it was saved for backward");
  });
});

describe.each(backends)("views on %s", (_, backend) => {
  beforeAll(() => setDefaultBackend(backend));

  it("can be written one after another and read in between", () => {
    const w = leaf([2, 3]);
    const base = zeros([2, 2], { dtype: "float64" });
    const row = base.select(0, 0);
    const column = base.select(1, 0);
    row.add_(w); // [[2, 3], [0, 0]]
    const first = column.sum(); // w0
    column.mul_(w.select(0, 1)); // [[6, 3], [0, 0]]
    const second = row.sum(); // w0 w1 + w1
    row.mul_(w); // [[12, 9], [0, 0]]
    const third = base.sum(); // w0² w1 + w1²
    const fourth = column.select(0, 0); // w0² w1
    expect([first, second, third, fourth].map((value) => value.item())).toEqual([2, 9, 21, 12]);
    first.add(second.mul(10)).add(third.mul(100)).add(fourth.mul(1000)).backward();
    // By w0: 1 + 10 w1 + 100·2 w0 w1 + 1000·2 w0 w1; by w1: 10 (w0 + 1) + 100 (w0² + 2 w1) + 1000 w0².
    expect(gradient(w)).toEqual([1 + 30 + 1200 + 12000, 30 + 1000 + 4000]);
  });

  it("of views can be written after the base was written", () => {
    const w = leaf([2, 3]);
    const base = w.mul(1).reshape([1, 2]);
    const middle = base.t();
    const inner = middle.select(0, 1);
    base.mul_(10);
    inner.mul_(w.select(0, 0)); // base = [10 w0, 10 w1 w0]
    expect(base.arraySync()).toEqual([[20, 60]]);
    base.sum().add(middle.square().sum()).backward();
    // By w0: 10 + 10 w1 + 200 w0 + 200 w1² w0; by w1: 10 w0 + 200 w1 w0².
    expect(gradient(w)).toEqual([10 + 30 + 400 + 3600, 20 + 2400]);
  });

  it("can be made by transposes, shapes, new axes, diagonals and indices, all combined", () => {
    const w = leaf(3);
    const base = zeros([3, 3], { dtype: "float64" });
    base.t().unsqueeze(0).diagonal(0, 1, 2).squeeze(0).add_(w); // w on the diagonal
    base.reshape([9]).indexPut_([slice(1, 3)], w.mul(2)); // 2w at (0, 1), (0, 2)
    base
      .at(slice(1))
      .at(slice(), slice(undefined, undefined, -1))
      .indexPut_([0], w.square()); // w² in row 1
    expect(base.arraySync()).toEqual([
      [3, 6, 6],
      [9, 9, 9],
      [0, 0, 3],
    ]);
    base.sum().backward();
    // 5w + 3w² + w: 6 + 6w.
    expect(gradient(w)).toBe(24);
  });

  it("can be written at integer lists and masks", () => {
    const w = leaf([1, 2]);
    const base = zeros([2, 3], { dtype: "float64" });
    base.select(0, 1).indexPut_([[2, 0]], w);
    base.t().indexPut_([tensor([false, true, false])], w.mul(5));
    base.select(1, 2).indexPut_([[1, 1]], w, { accumulate: true });
    expect(base.arraySync()).toEqual([
      [0, 5, 0],
      [2, 10, 4],
    ]);
    base
      .mul(
        double([
          [1, 10, 100],
          [1000, 1e4, 1e5],
        ]),
      )
      .sum()
      .backward();
    // w0: at (0, 1) 5·10, at (1, 2) twice 10⁵; w1: (1, 0), 5·10⁴, (1, 2).
    expect(gradient(w)).toEqual([50 + 2e5, 1000 + 5e4 + 1e5]);
  });

  it("are unchanged if an empty part is written", () => {
    const w = leaf([1, 2]);
    const y = w.mul(2);
    y.narrow(0, 1, 0).mul_(7);
    y.sum().backward();
    expect(gradient(w)).toEqual([2, 2]);
  });

  it("pass no gradient to values that were overwritten", () => {
    const w = leaf([1, 2]);
    const y = w.mul(2);
    y.select(0, 0).fill_(7);
    y.sum().backward();
    expect(gradient(w)).toEqual([0, 2]);
  });

  it("can be written in a second derivative, too", () => {
    const w = leaf([2, 3]);
    const y = w.mul(1);
    y.select(0, 0).mul_(w.select(0, 1)); // [w0 w1, w1]
    y.square().sum().backward(null, { createGraph: true });
    // f = w0² w1² + w1²: gradient [2 w0 w1², 2 w0² w1 + 2 w1].
    const first = w.grad!;
    expect(first.arraySync()).toEqual([36, 30]);
    w.grad = null;
    first.sum().backward();
    // [2 w1² + 4 w0 w1, 4 w0 w1 + 2 w0² + 2].
    expect(gradient(w)).toEqual([18 + 24, 24 + 8 + 2]);
  });

  it("can be written through many views of views, and show what is written into the base", () => {
    const w = leaf([1, 2, 3, 4, 5, 6]);
    const y = w.mul(1);
    let view: Tensor = y;
    for (let i = 0; i < 50; i++) view = view.reshape([2, 3]).t().t().narrow(0, 0, 2).reshape([6]);
    const late = view.reshape([3, 2]).t().select(0, 1);
    view.narrow(0, 2, 3).mul_(10);
    late.add_(w.narrow(0, 0, 3));
    // y = [w0, w1 + w0, 10 w2, 10 w3 + w1, 10 w4, w5 + w2]; late shows its odd elements.
    late
      .mul(double([1, 100, 1e4]))
      .sum()
      .backward();
    expect(gradient(w)).toEqual([1, 1 + 100, 1e4, 1000, 0, 1e4]);
  });
});
