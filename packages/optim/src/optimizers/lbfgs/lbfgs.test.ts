/** L-BFGS: what does not need PyTorch's numbers, which tests/pytorch has. */
import { enableGrad, isGradEnabled, noGrad } from "@lucid/autograd";
import { createCpuBackend } from "@lucid/backend-cpu";
import { memory, setDefaultBackend, Tensor, zeros } from "@lucid/tensor";
import { describe, expect, it } from "vitest";
import { LBFGS, type LBFGSOptions, type LBFGSStateDict } from "./lbfgs.js";

setDefaultBackend(createCpuBackend());

const leaf = (values: number | number[]): Tensor => new Tensor(values, { dtype: "float64", requiresGrad: true });
const valuesOf = (x: Tensor): number[] => Array.from(x.dataSync());

/** The valley of Rosenbrock, (1 − x)² + 100 (y − x²)², with a closure that counts its calls. */
function valley(options: Partial<LBFGSOptions> = {}) {
  const [x, y] = [leaf(-1.2), leaf([1])];
  const optimizer = new LBFGS([x, y], { lineSearchFn: "strong_wolfe", ...options });
  const counted = { calls: 0, recording: false };
  const closure = (): Tensor => {
    counted.calls++;
    counted.recording = isGradEnabled();
    optimizer.zeroGrad();
    const loss = x.neg().add(1).square().add(y.sub(x.square()).square().mul(100)).sum();
    loss.backward();
    return loss;
  };
  return { x, y, optimizer, closure, counted };
}

describe("LBFGS", () => {
  it("finds the minimum (1, 1) of Rosenbrock's valley", () => {
    const { x, y, optimizer, closure, counted } = valley({ maxIter: 100, toleranceChange: 0 });
    const first = noGrad(() => optimizer.step(closure));
    expect(counted.recording).toBe(true);
    // (1 + 1.2)² + 100 (1 − 1.44)².
    expect(first.item()).toBeCloseTo(24.2, 12);
    expect(x.item()).toBeCloseTo(1, 6);
    expect(y.item()).toBeCloseTo(1, 6);
    expect(optimizer.stateDict().state[0]!.funcEvals).toBe(counted.calls);
  });

  it("goes on after a saved state as without a break, at once and awaited", async () => {
    const run = valley({ maxIter: 3 });
    run.optimizer.step(run.closure);
    for (const load of ["loadStateDict", "loadStateDictAsync"] as const) {
      const copy = valley();
      noGrad(() => {
        copy.x.copy_(run.x);
        copy.y.copy_(run.y);
      });
      await copy.optimizer[load](run.optimizer.stateDict());
      const whole = valley({ maxIter: 3 });
      for (let i = 0; i < 3; i++) whole.optimizer.step(whole.closure);
      for (let i = 0; i < 2; i++) copy.optimizer.step(copy.closure);
      expect(valuesOf(copy.x)).toEqual(valuesOf(whole.x));
      expect(valuesOf(copy.y)).toEqual(valuesOf(whole.y));
      expect(copy.optimizer.stateDict().state[0]!.nIter).toBe(whole.optimizer.stateDict().state[0]!.nIter);
    }
  });

  it.each(["step", "stepAsync"] as const)(
    "%s gives parameters their values back where the closure throws",
    async (method) => {
      const { x, y, optimizer, closure, counted } = valley();
      const failing = (): Tensor => {
        if (counted.calls === 4) throw new Error("enough");
        return closure();
      };
      await expect((async () => await optimizer[method](failing))()).rejects.toThrow("enough");
      expect([...valuesOf(x), ...valuesOf(y)]).toEqual([-1.2, 1]);
      expect(optimizer.stateDict().state).toEqual({});
      const whole = valley();
      whole.optimizer.step(whole.closure);
      counted.calls = 10;
      optimizer.step(failing);
      expect(valuesOf(x)).toEqual(valuesOf(whole.x));
    },
  );

  it("counts a parameter without a gradient as one whose gradient is 0", () => {
    const [w, idle] = [leaf([3]), leaf([5])];
    const optimizer = new LBFGS([w, idle], { lineSearchFn: "strong_wolfe" });
    optimizer.step(() => {
      w.grad = w.detach().mul(2);
      return w.item() ** 2;
    });
    expect(w.item()).toBeCloseTo(0, 9);
    expect(idle.item()).toBe(5);
  });

  it("keeps two vectors for each correction, and frees everything else", () => {
    const w = leaf([-1.2, 1]);
    const optimizer = new LBFGS([w], { historySize: 3, maxIter: 6, lineSearchFn: "strong_wolfe", toleranceChange: 0 });
    // The same valley on the host, so that the closure makes one tensor, the gradient.
    const closure = (): number => {
      const [x, y] = valuesOf(w) as [number, number];
      w.grad?.dispose();
      w.grad = new Tensor([-2 * (1 - x) - 400 * x * (y - x ** 2), 200 * (y - x ** 2)], { dtype: "float64" });
      return (1 - x) ** 2 + 100 * (y - x ** 2) ** 2;
    };
    optimizer.step(closure);
    const before = memory().storages;
    for (let i = 0; i < 3; i++) optimizer.step(closure);
    expect(memory().storages).toBe(before);
    // The direction, the gradient, and three corrections.
    const held = memory().storages;
    optimizer.loadStateDict(new LBFGS([w]).stateDict());
    expect(held - memory().storages).toBe(8);
  });

  it("says what is wrong", async () => {
    const { x, optimizer, closure } = valley();
    const wrong = (value: unknown): never => value as never;
    expect(() => optimizer.step(wrong(undefined))).toThrow(
      "[LBFGS.step] the closure is undefined · a step evaluates the loss several times · pass a function that",
    );
    await expect(optimizer.stepAsync(wrong(1))).rejects.toThrow("[LBFGS.step] the closure is 1");
    expect(() => optimizer.step(wrong(() => undefined))).toThrow("[LBFGS.step] the closure returned undefined");
    expect(() => optimizer.step(() => zeros([2]))).toThrow("[LBFGS.step] the closure returned an instance of Tensor");
    expect(() => optimizer.step(wrong(async () => 1))).toThrow("the callback returned a promise");
    expect(() => optimizer.addParamGroup({ params: leaf([1]) })).toThrow("[LBFGS] there are several parameter groups");
    expect(() => new LBFGS([{ params: [x] }, { params: [leaf([1])] }])).toThrow("several parameter groups");
    expect(() => new LBFGS([x, zeros([1], { requiresGrad: true })])).toThrow(
      "[LBFGS] paramGroups[0].params[1] is float32, the first parameter float64 · all parameters have one element type",
    );
    const elsewhere = zeros([1], { dtype: "float64", requiresGrad: true, backend: createCpuBackend() });
    expect(() => new LBFGS([x, elsewhere])).toThrow("[LBFGS] paramGroups[0].params[1] lives on");
    expect(() => new LBFGS([x], { lineSearchFn: wrong("wolfe") })).toThrow(
      'lineSearchFn must be "strong_wolfe" or null',
    );
    expect(() => new LBFGS([x], { maxEval: 0 })).toThrow("maxEval must be an integer ≥ 1 or null");
    optimizer.paramGroups[0]!.maxIter = 0;
    expect(() => optimizer.step(closure)).toThrow("invalid paramGroups[0].maxIter: 0");
    expect(x.item()).toBe(-1.2);
  });

  it("names everything that does not fit in a saved state, and loads nothing", () => {
    const { optimizer, closure } = valley({ maxIter: 3 });
    optimizer.step(closure);
    const saved = optimizer.stateDict();
    const other = valley();
    const load = (dict: unknown) => () => other.optimizer.loadStateDict(dict as LBFGSStateDict);
    const withState = (changes: object) => load({ ...saved, state: { 0: { ...saved.state[0], ...changes } } });
    expect(load(null)).toThrow("state is missing; paramGroups is missing · nothing was loaded");
    expect(withState({ d: zeros([3]), t: "1", ro: [1] })).toThrow(
      'state[0].t is "1", not a number; state[0].d is [3], the parameters have 2 elements',
    );
    expect(withState({ ro: [1, 2, 3, 4] })).toThrow("state[0].oldDirs is");
    expect(withState({ nIter: -1, more: 1 })).toThrow(
      "state[0].nIter is -1, not an integer ≥ 0; state[0].more is unexpected",
    );
    expect(load({ ...saved, state: { 1: saved.state[0] } })).toThrow("state[1] is unexpected");
    expect(load({ ...saved, paramGroups: [{ ...saved.paramGroups[0], lr: -1, params: [0] }] })).toThrow(
      "paramGroups[0].lr is -1, not a number ≥ 0; paramGroups[0] has 1 parameters, the optimizer's 2",
    );
    expect(other.optimizer.stateDict().state).toEqual({});
    expect(other.optimizer.paramGroups[0]!.maxIter).toBe(20);
    expect(() => enableGrad(withState({}))).not.toThrow();
  });
});
