/** What a step does besides its numbers: whom it skips, what it refuses, what it leaves alone. */

import { enableGrad, isGradEnabled, noGrad, peekGradient } from "@lucid/autograd";
import type { Expr } from "@lucid/backend";
import { createCpuBackend } from "@lucid/backend-cpu";
import { callView, permuteView } from "@lucid/tensor/extend";
import { memory, scope, setDefaultBackend, Tensor } from "@lucid/tensor/functions";
import "@lucid/tensor";
import { describe, expect, test } from "vitest";
import { Adam, AdamW, defineAlgorithm, nonNegative, Optimizer, SGD } from "./index.js";

/** The expressions of every map that was computed. */
const computed: (readonly Expr[])[] = [];
const cpu = createCpuBackend();
const backend: typeof cpu = {
  ...cpu,
  map(call) {
    computed.push(call.exprs);
    cpu.map(call);
  },
};
setDefaultBackend(backend);

const parameter = (...values: number[]): Tensor => new Tensor(values, { dtype: "float64", requiresGrad: true });
const numbers = (...values: number[]): Tensor => new Tensor(values, { dtype: "float64" });
const valuesOf = (tensor: Tensor): readonly number[] => Array.from(tensor.dataSync());

describe("step", () => {
  test("updates float32 parameters in float32", () => {
    const w = new Tensor([1, -2], { requiresGrad: true });
    const optimizer = new SGD([w], { lr: 0.1 });
    w.grad = new Tensor([0.5, 0.25]);
    optimizer.step();
    // fround(1 + fround(0.5 · fround(−0.1))), by hand.
    expect(valuesOf(w)).toEqual([Math.fround(0.95), Math.fround(-2.025)]);
  });

  test("skips parameters without a gradient, and counts the updates of each on its own", () => {
    const a = parameter(1);
    const b = parameter(1);
    const optimizer = new Adam([a, b]);
    a.grad = numbers(1);
    optimizer.step();
    b.grad = numbers(1);
    optimizer.step();
    const { state } = optimizer.stateDict();
    expect(state[0]!.step).toBe(2);
    expect(state[1]!.step).toBe(1);
    expect(valuesOf(b)[0]).toBeCloseTo(0.999, 10);
  });

  test("updates scalar, empty and non-contiguous parameters", () => {
    const scalar = new Tensor(2, { dtype: "float64", requiresGrad: true });
    const empty = new Tensor(new Float64Array(0), { requiresGrad: true });
    const matrix = new Tensor(
      [
        [1, 2],
        [3, 4],
      ],
      { dtype: "float64" },
    );
    const turned = callView(permuteView, matrix, { axes: [1, 0] })
      .detach()
      .requiresGrad_();
    const optimizer = new AdamW([scalar, empty, turned], { lr: 0.5, weightDecay: 0 });
    scalar.grad = new Tensor(4, { dtype: "float64" });
    empty.grad = new Tensor(new Float64Array(0));
    turned.grad = new Tensor(
      [
        [1, 1],
        [-1, -1],
      ],
      { dtype: "float64" },
    );
    optimizer.step();
    expect(valuesOf(scalar)[0]).toBeCloseTo(1.5, 8);
    expect(valuesOf(empty)).toEqual([]);
    // The first step of Adam is lr · sign(g).
    expect(valuesOf(turned).map((value) => Number(value.toFixed(6)))).toEqual([0.5, 2.5, 2.5, 4.5]);
  });

  test("uses the gradients of backward", () => {
    const w = parameter(1, 2);
    const optimizer = new SGD([w], { lr: 0.1 });
    w.square().backward(numbers(1, 1));
    optimizer.step();
    expect(valuesOf(w)).toEqual([1 - 0.1 * 2, 2 - 0.1 * 4]);
    expect(w.requiresGrad).toBe(true);
    expect(w.isLeaf).toBe(true);
  });

  test("a closure computes the loss first, with recording on", () => {
    const w = parameter(3);
    const optimizer = new SGD([w], { lr: 0.5 });
    let recording = false;
    const loss = optimizer.step(() => {
      recording = isGradEnabled();
      optimizer.zeroGrad();
      const squared = w.square();
      squared.backward(numbers(1));
      return valuesOf(squared)[0]!;
    });
    expect(loss).toBe(9);
    expect(recording).toBe(true);
    expect(valuesOf(w)).toEqual([0]);
    expect(optimizer.step()).toBeUndefined();
    expect(() => optimizer.step(async () => 1)).toThrow("[enableGrad] the callback returned a promise");
  });

  test("a step of an optimizer of one's own may evaluate the closure several times, as a line search does", () => {
    /** Halves the step until the loss is smaller than before, and takes the smaller loss as the result. */
    class Backtracking extends SGD {
      override step(): undefined;
      override step<R>(closure: () => R): R;
      override step<R>(closure?: () => R): R | undefined {
        if (closure === undefined) throw new Error("a line search needs a closure");
        const start = enableGrad(closure);
        const group = this.paramGroups[0]!;
        const { lr, params } = group;
        const before = params.map((x) => x.detach().clone());
        const gradients = params.map((x) => x.grad!);
        try {
          for (;;) {
            super.step();
            const loss = enableGrad(closure);
            if (Number(loss) < Number(start)) return loss;
            params.forEach((x, i) => {
              noGrad(() => x.copy_(before[i]!));
              x.grad = gradients[i]!;
            });
            group.lr /= 2;
          }
        } finally {
          group.lr = lr;
        }
      }
    }
    const w = parameter(3);
    const optimizer = new Backtracking([w], { lr: 4 });
    const seen: number[] = [];
    const closure = (): number => {
      optimizer.zeroGrad();
      const loss = w.square();
      loss.backward(numbers(1));
      seen.push(valuesOf(w)[0]!);
      return valuesOf(loss)[0]!;
    };
    // The gradient at 3 is 6: steps of 24, 12 and 6 lead to losses of 441, 81 and 9, a step of 3 to 0.
    expect(noGrad(() => optimizer.step(closure))).toBe(0);
    expect(seen).toEqual([3, -21, -9, -3, 0]);
    expect(valuesOf(w)).toEqual([0]);
    expect(optimizer.paramGroups[0]!.lr).toBe(4);
  });

  test("calls one map for each parameter, with the same expressions whatever the numbers are", () => {
    const w = parameter(1, 2);
    const v = parameter(3);
    const optimizer = new Adam([w, v], { amsgrad: true });
    w.grad = numbers(1, 1);
    v.grad = numbers(1);
    optimizer.step();
    computed.length = 0;
    optimizer.step();
    optimizer.paramGroups[0]!.lr = 0.5;
    optimizer.paramGroups[0]!.betas = [0.1, 0.2];
    optimizer.step();
    expect(computed.map((exprs) => exprs.length)).toEqual([4, 4, 4, 4]);
    expect(new Set(computed).size).toBe(1);
  });

  test("raises the version of what it writes, so that backward through an old value is refused", () => {
    const w = parameter(1);
    const optimizer = new SGD([w]);
    const squared = w.square();
    w.grad = numbers(1);
    optimizer.step();
    expect(() => squared.backward(numbers(1))).toThrow("changed in place");
  });
});

describe("a failed step changes nothing", () => {
  /** Three parameters, each with a state and a gradient; `spoil` makes the next step fail. */
  function attempt(spoil: (parameters: readonly Tensor[], optimizer: Adam) => void, error: string): void {
    const parameters = [parameter(1, 2), parameter(3), parameter(4, 5)];
    const optimizer = new Adam([{ params: parameters.slice(0, 2) }, { params: [parameters[2]!] }], { amsgrad: true });
    const gradients = [numbers(1, 2), numbers(3), numbers(4, 5)];
    // The second parameter has no state yet.
    parameters[0]!.grad = gradients[0]!;
    parameters[2]!.grad = gradients[2]!;
    optimizer.step();
    parameters[1]!.grad = gradients[1]!;
    spoil(parameters, optimizer);
    const living = parameters.filter((tensor) => !tensor.disposed);
    const before = living.map(valuesOf);
    const { state } = optimizer.stateDict();
    expect(Object.keys(state)).toEqual(["0", "2"]);
    expect(() => optimizer.step()).toThrow(error);
    expect(living.map(valuesOf)).toEqual(before);
    const after = optimizer.stateDict().state;
    expect(Object.keys(after)).toEqual(["0", "2"]);
    for (const index of [0, 2]) {
      expect(after[index]!.step).toBe(1);
      for (const name of ["expAvg", "expAvgSq", "maxExpAvgSq"]) {
        expect(valuesOf(after[index]![name] as Tensor)).toEqual(valuesOf(state[index]![name] as Tensor));
      }
    }
  }

  /** Sets a gradient that the setter of `grad` would refuse. */
  const force = (tensor: Tensor, gradient: Tensor): void => {
    Object.assign(tensor.gradientState!, { grad: gradient });
  };

  test("because of a gradient of the wrong shape", () => {
    attempt(
      (parameters) => force(parameters[2]!, numbers(1, 2, 3)),
      "[Adam] the gradient of paramGroups[1].params[0] is [3], the parameter [2] · a gradient has its parameter's shape",
    );
  });

  test("because of a gradient of the wrong type", () => {
    attempt(
      (parameters) => force(parameters[2]!, new Tensor([1, 2])),
      "[Adam] the gradient of paramGroups[1].params[0] is float32, the parameter float64 · a gradient has its parameter's element type",
    );
  });

  test("because of a gradient on another backend", () => {
    attempt(
      (parameters) =>
        force(
          parameters[2]!,
          new Tensor([1, 2], { dtype: "float64", backend: { ...createCpuBackend(), name: "other" } }),
        ),
      "[Adam] the gradient of paramGroups[1].params[0] lives on other, the parameter on cpu · a gradient lives where its parameter does",
    );
  });

  test("because of a disposed gradient", () => {
    attempt(
      (parameters) => parameters[2]!.grad!.dispose(),
      "[Adam] the gradient of paramGroups[1].params[0] was disposed · dispose(), `using` and the end of a scope free a tensor for good",
    );
  });

  test("because of an option with an invalid value", () => {
    attempt((_, optimizer) => {
      optimizer.paramGroups[1]!.lr = Number.NaN;
    }, "[Adam] invalid paramGroups[1].lr: NaN · lr must be a number ≥ 0");
  });

  test("because there is no memory for a new state tensor, and the next step succeeds", () => {
    let room = Number.POSITIVE_INFINITY;
    const tight: typeof cpu = {
      ...cpu,
      allocate(dtype, length) {
        if (room-- <= 0) throw new Error("full");
        return cpu.allocate(dtype, length);
      },
    };
    const make = (): [readonly Tensor[], Adam] => {
      const options = { dtype: "float64", requiresGrad: true, backend: tight } as const;
      const parameters = [new Tensor([1], options), new Tensor([2], options)];
      for (const tensor of parameters) tensor.grad = new Tensor([0.5], { dtype: "float64", backend: tight });
      return [parameters, new Adam(parameters, { lr: 0.1 })];
    };
    const [parameters, optimizer] = make();
    room = 3;
    expect(() => optimizer.step()).toThrow("full");
    expect(parameters.map(valuesOf)).toEqual([[1], [2]]);
    expect(optimizer.stateDict().state).toEqual({});
    room = Number.POSITIVE_INFINITY;
    optimizer.step();
    optimizer.step();
    const [others, undisturbed] = make();
    undisturbed.step();
    undisturbed.step();
    expect(parameters.map(valuesOf)).toEqual(others.map(valuesOf));
  });

  test("because of a disposed parameter", () => {
    const parameters = [parameter(1), parameter(2)];
    const optimizer = new SGD(parameters, { lr: 1 });
    for (const tensor of parameters) tensor.grad = numbers(1);
    parameters[1]!.dispose();
    expect(() => optimizer.step()).toThrow("[SGD] paramGroups[0].params[1] was disposed");
    expect(valuesOf(parameters[0]!)).toEqual([1]);
  });
});

describe("zeroGrad", () => {
  test("removes gradients, or fills them with zeros", () => {
    const w = parameter(1, 2);
    const v = parameter(3);
    const optimizer = new SGD([w, v]);
    w.grad = numbers(1, 1);
    const gradient = w.grad;
    optimizer.zeroGrad(false);
    expect(w.grad).toBe(gradient);
    expect(valuesOf(gradient)).toEqual([0, 0]);
    expect(v.grad).toBeNull();
    optimizer.zeroGrad();
    expect(w.grad).toBeNull();
  });

  test("does not change the graph of a recorded gradient", () => {
    const w = parameter(2);
    w.mul(w).mul(w).backward(numbers(1), { createGraph: true });
    const first = w.grad!;
    new SGD([w]).zeroGrad(false);
    expect(valuesOf(first)).toEqual([12]);
    expect(valuesOf(w.grad!)).toEqual([0]);
    expect(w.grad!.requiresGrad).toBe(false);
  });

  test("frees gradients that nobody read, and steps do not read them", () => {
    const w = parameter(1, 2);
    const optimizer = new SGD([w]);
    w.square().backward(numbers(1, 1));
    const { storage } = peekGradient(w)!;
    optimizer.step();
    expect(storage.freed).toBe(false);
    optimizer.zeroGrad();
    expect(storage.freed).toBe(true);
  });
});

describe("memory", () => {
  test("a scope around a step does not free the state", () => {
    const w = parameter(1, 2);
    const optimizer = new Adam([w]);
    for (let i = 0; i < 3; i++) {
      scope(() => {
        w.square().backward(numbers(1, 1));
        optimizer.step();
        optimizer.zeroGrad();
      });
    }
    expect(optimizer.stateDict().state[0]!.step).toBe(3);
  });

  test("steps leave no storages behind, and neither does loading", () => {
    const w = parameter(1, 2);
    const optimizer = new Adam([w], { amsgrad: true });
    w.grad = numbers(1, 1);
    optimizer.step();
    const { storages } = memory();
    for (let i = 0; i < 10; i++) optimizer.step();
    expect(memory().storages).toBe(storages);
    const saved = optimizer.stateDict();
    expect(memory().storages).toBe(storages + 3);
    for (let i = 0; i < 10; i++) optimizer.loadStateDict(saved);
    expect(memory().storages).toBe(storages + 3);
  });
});

describe("algorithms of users", () => {
  test("can be defined in a few lines, such as the heavy ball method", () => {
    interface HeavyBallOptions {
      lr: number;
      beta: number;
    }
    const heavyBall = defineAlgorithm({
      name: "HeavyBall",
      options: { lr: nonNegative(1e-4), beta: nonNegative(0.5) },
      counted: false,
      state: { momentum: {} },
      terms: ({ lr, beta }: HeavyBallOptions) => ({ stepSize: -lr, beta, share: 1 - beta }),
      update({ parameter, gradient, state, terms }) {
        const momentum = state.momentum.mul(terms.beta).add(gradient.mul(terms.share));
        return { parameter: parameter.add(momentum.mul(terms.stepSize)), state: { momentum } };
      },
    });
    const w = parameter(1);
    const optimizer = new Optimizer(heavyBall, [w], { lr: 1 });
    w.grad = numbers(4);
    optimizer.step();
    optimizer.step();
    // Momentum 2, then 3.
    expect(valuesOf(w)).toEqual([1 - 2 - 3]);
    expect(valuesOf(optimizer.stateDict().state[0]!.momentum as Tensor)).toEqual([3]);
  });
});
