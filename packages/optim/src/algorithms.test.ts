/** Algorithms that need more than formulas: what `defineAlgorithm` carries. */
import { ArgumentError } from "@lucid/backend";
import { createCpuBackend } from "@lucid/backend-cpu";
import { matmul, setDefaultBackend, Tensor } from "@lucid/tensor";
import { add, div, mul, sqrt } from "@lucid/tensor/functions";
import { describe, expect, test } from "vitest";
import { Adafactor, Adagrad, decayRates, defineAlgorithm, Muon, NAdam, nonNegative, Optimizer } from "./index.js";

setDefaultBackend(createCpuBackend());

const parameter = (values: number[] | number[][]): Tensor =>
  new Tensor(values, { dtype: "float64", requiresGrad: true });
const valuesOf = (tensor: Tensor): readonly number[] => Array.from(tensor.dataSync());

function expectClose(found: readonly number[], expected: readonly number[]): void {
  expect(found.length).toBe(expected.length);
  found.forEach((value, i) => {
    expect(Math.abs(value - expected[i]!), `element ${i}: ${value}, ${expected[i]}`).toBeLessThan(1e-12);
  });
}

describe("whole tensors", () => {
  interface LambOptions {
    lr: number;
    betas: readonly [number, number];
    eps: number;
    weightDecay: number;
  }

  const lamb = defineAlgorithm({
    name: "LAMB",
    options: {
      lr: nonNegative(1e-3),
      betas: decayRates(0.9, 0.999),
      eps: nonNegative(1e-6),
      weightDecay: nonNegative(0),
    },
    counted: true,
    state: { expAvg: {}, expAvgSq: {} },
    terms: ({ lr, betas, eps, weightDecay }: LambOptions, step: number) => ({
      lr,
      beta1: betas[0],
      beta2: betas[1],
      correction1: 1 - betas[0] ** step,
      correction2: 1 - betas[1] ** step,
      eps,
      weightDecay,
    }),
    whole({ parameter: p, gradient, state, terms }) {
      const m = state.expAvg.mul(terms.beta1).add(gradient.mul(terms.beta1.neg().add(1)));
      const v = state.expAvgSq.mul(terms.beta2).add(gradient.square().mul(terms.beta2.neg().add(1)));
      const scaled = m.div(terms.correction1).div(v.div(terms.correction2).sqrt().add(terms.eps));
      const direction = scaled.add(p.mul(terms.weightDecay));
      return { direction, ratio: p.square().sum().sqrt().div(direction.square().sum().sqrt()) };
    },
    update({ parameter: p, gradient, state, terms, whole }) {
      const expAvg = add(mul(state.expAvg, terms.beta1), mul(gradient, terms.beta1.neg().add(1)));
      const expAvgSq = add(mul(state.expAvgSq, terms.beta2), mul(mul(gradient, gradient), terms.beta2.neg().add(1)));
      return { parameter: p.sub(mul(mul(whole.direction, whole.ratio), terms.lr)), state: { expAvg, expAvgSq } };
    },
  });

  test("LAMB scales a step by two norms", () => {
    const w = parameter([3, -4]);
    const optimizer = new Optimizer(lamb, [w], { lr: 0.1, weightDecay: 0.01 });
    let p = [3, -4];
    let m = [0, 0];
    let v = [0, 0];
    for (let t = 1; t <= 5; t++) {
      const g = [0.5 * t, -1 / t];
      w.grad = new Tensor(g, { dtype: "float64" });
      optimizer.step();
      // By the paper's formulas, element by element.
      m = m.map((value, i) => 0.9 * value + 0.1 * g[i]!);
      v = v.map((value, i) => 0.999 * value + 0.001 * g[i]! ** 2);
      const r = p.map((value, i) => {
        const scaled = m[i]! / (1 - 0.9 ** t) / (Math.sqrt(v[i]! / (1 - 0.999 ** t)) + 1e-6);
        return scaled + 0.01 * value;
      });
      const ratio = Math.hypot(...p) / Math.hypot(...r);
      p = p.map((value, i) => value - 0.1 * ratio * r[i]!);
      expectClose(valuesOf(w), p);
    }
  });

  test("Muon makes a step along an orthogonal matrix", () => {
    const muon = defineAlgorithm({
      name: "Muon",
      options: { lr: nonNegative(0.02), momentum: nonNegative(0.95) },
      counted: false,
      state: { momentumBuffer: {} },
      terms: ({ lr, momentum }: { lr: number; momentum: number }) => ({ lr, momentum }),
      whole({ gradient, state, terms }) {
        let x = state.momentumBuffer.mul(terms.momentum).add(gradient);
        x = x.div(x.square().sum().sqrt());
        // Newton's iteration for the nearest orthogonal matrix: x ← 1.5·x − 0.5·x·xᵀ·x.
        for (let i = 0; i < 40; i++) x = x.mul(1.5).sub(matmul(matmul(x, x.transpose(0, 1)), x).mul(0.5));
        return { direction: x };
      },
      update: ({ parameter: p, gradient, state, terms, whole }) => ({
        parameter: p.sub(mul(whole.direction, terms.lr)),
        state: { momentumBuffer: add(mul(state.momentumBuffer, terms.momentum), gradient) },
      }),
    });
    // The nearest orthogonal matrix of a rotation by 90° times a positive diagonal matrix is that rotation.
    const w = parameter([
      [1, 1],
      [1, 1],
    ]);
    const optimizer = new Optimizer(muon, [w], { lr: 0.5 });
    w.grad = new Tensor(
      [
        [0, -3],
        [2, 0],
      ],
      { dtype: "float64" },
    );
    optimizer.step();
    expectClose(valuesOf(w), [1, 1.5, 0.5, 1]);
    expectClose(valuesOf(optimizer.stateDict().state[0]!.momentumBuffer as Tensor), [0, -3, 2, 0]);
  });

  test("a tensor of another element type is refused before anything is written", () => {
    const wrong = defineAlgorithm({
      name: "Wrong",
      options: { lr: nonNegative(1) },
      counted: false,
      state: {},
      terms: ({ lr }: { lr: number }) => ({ lr }),
      whole: ({ gradient }) => ({ norm: gradient.to("float32").sum() }),
      update: ({ parameter: p, whole }) => ({ parameter: p.sub(whole.norm) }),
    });
    const w = parameter([1]);
    const optimizer = new Optimizer(wrong, [w]);
    w.grad = new Tensor([1], { dtype: "float64" });
    expect(() => optimizer.step()).toThrow("[Wrong] norm is float32, the parameter float64");
    expect(valuesOf(w)).toEqual([1]);
  });
});

describe("state tensors with shapes of their own", () => {
  const matrix = (): Tensor =>
    parameter([
      [1, 2, 3],
      [4, 5, 6],
    ]);

  test("have them in state dicts", () => {
    const [w, v] = [matrix(), parameter([1, 2])];
    const optimizer = new Adafactor([w, v]);
    w.grad = new Tensor(
      [
        [1, 2, 3],
        [0, 1, 2],
      ],
      { dtype: "float64" },
    );
    v.grad = new Tensor([2, 3], { dtype: "float64" });
    optimizer.step();
    const { state } = optimizer.stateDict();
    // The first averages are the mean squares themselves.
    const { rowVar, colVar, variance, ...others } = { ...state[0], ...state[1] } as Readonly<Record<string, Tensor>>;
    expect([rowVar!.shape, colVar!.shape, variance!.shape]).toEqual([[2, 1], [1, 3], [2]]);
    expectClose(valuesOf(rowVar!), [14 / 3, 5 / 3]);
    expectClose(valuesOf(colVar!), [0.5, 2.5, 6.5]);
    expectClose(valuesOf(variance!), [4, 9]);
    expect(Object.keys(others)).toEqual(["step"]);
    const wrong = { ...state[0], rowVar: colVar! };
    expect(() => optimizer.loadStateDict({ ...optimizer.stateDict(), state: { ...state, 0: wrong } })).toThrow(
      "state[0].rowVar is [1, 3], not [2, 1]",
    );
  });

  test("must get new values of these shapes", () => {
    const wrong = defineAlgorithm({
      name: "Wrong",
      options: { lr: nonNegative(1) },
      counted: false,
      state: { total: { shape: () => [1] } },
      terms: ({ lr }: { lr: number }) => ({ lr }),
      whole: ({ gradient }) => ({ total: gradient.mul(2) }),
      update: ({ parameter: p }) => ({ parameter: p }),
    });
    const w = parameter([1, 2]);
    w.grad = new Tensor([1, 2], { dtype: "float64" });
    expect(() => new Optimizer(wrong, [w]).step()).toThrow("[Wrong] total is [2], its state tensor [1]");
  });
});

test("an algorithm may refuse parameters because of their shape", () => {
  expect(() => new Muon([parameter([1, 2])])).toThrow(
    "[Muon] paramGroups[0].params[0] is [2] · only matrices can be made orthogonal; give other parameters to AdamW",
  );
});

describe("state that begins at a value, and numbers of each parameter", () => {
  test("are saved and loaded", () => {
    const w = parameter([1, 2]);
    const optimizer = new NAdam([w]);
    w.grad = new Tensor([0.5, 1], { dtype: "float64" });
    optimizer.step();
    const saved = optimizer.stateDict();
    const { muProduct } = saved.state[0]!;
    expect(muProduct).toBeCloseTo(0.9 * (1 - 0.5 * 0.96 ** 0.004), 14);
    const copy = parameter([...valuesOf(w)]);
    const resumed = new NAdam([copy]);
    resumed.loadStateDict(saved);
    for (const [tensor, own] of [
      [w, optimizer],
      [copy, resumed],
    ] as const) {
      tensor.grad = new Tensor([0.25, -1], { dtype: "float64" });
      own.step();
    }
    expect(valuesOf(copy)).toEqual(valuesOf(w));
    const { muProduct: _, ...without } = saved.state[0]!;
    expect(() => resumed.loadStateDict({ ...saved, state: { 0: without } })).toThrow("state[0].muProduct is missing");
  });

  test("each parameter has its own numbers", () => {
    const [a, b] = [parameter([1]), parameter([1])];
    const optimizer = new NAdam([a, b], { lr: 0.1 });
    const alone = parameter([1]);
    const other = new NAdam([alone], { lr: 0.1 });
    a.grad = new Tensor([1], { dtype: "float64" });
    optimizer.step();
    for (const tensor of [b, alone]) tensor.grad = new Tensor([1], { dtype: "float64" });
    optimizer.step();
    other.step();
    expect(valuesOf(b)).toEqual(valuesOf(alone));
  });

  test("Adagrad's sum begins at its initial value", () => {
    const w = parameter([1]);
    const optimizer = new Adagrad([w], { lr: 1, initialAccumulatorValue: 7, eps: 0 });
    w.grad = new Tensor([3], { dtype: "float64" });
    optimizer.step();
    // 1 − 3 / √(7 + 9)
    expect(valuesOf(w)).toEqual([0.25]);
    expect(valuesOf(optimizer.stateDict().state[0]!.sum as Tensor)).toEqual([16]);
    expect(() => new Adagrad([w], { initialAccumulatorValue: -1 })).toThrow(ArgumentError);
  });

  test("a formula may divide by the root of a state tensor", () => {
    const rootMean = defineAlgorithm({
      name: "RootMean",
      options: { lr: nonNegative(1) },
      counted: false,
      state: { square: { initial: () => 4 } },
      terms: ({ lr }: { lr: number }) => ({ lr }),
      update: ({ parameter: p, gradient, state, terms }) => ({
        parameter: p.sub(mul(div(gradient, sqrt(state.square)), terms.lr)),
      }),
    });
    const w = parameter([1]);
    const optimizer = new Optimizer(rootMean, [w]);
    w.grad = new Tensor([3], { dtype: "float64" });
    optimizer.step();
    expect(valuesOf(w)).toEqual([-0.5]);
  });
});
