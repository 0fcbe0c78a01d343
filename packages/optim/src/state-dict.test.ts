/** Saving and loading: resumed runs are equal to uninterrupted ones, and what does not fit is named in full. */
import { type Backend, StateError } from "@lucid/backend";
import { createCpuBackend } from "@lucid/backend-cpu";
import { setDefaultBackend, Tensor } from "@lucid/tensor";
import { describe, expect, test } from "vitest";
import {
  Adam,
  AdamW,
  CosineAnnealingLR,
  type OptimizerStateDict,
  type ParametersToOptimize,
  SGD,
  type SGDOptions,
  StepLR,
} from "./index.js";

setDefaultBackend(createCpuBackend());

const valuesOf = (tensor: Tensor): readonly number[] => Array.from(tensor.dataSync());
const STARTS: readonly (readonly number[])[] = [[0.5, -1.25, 2], [1.5], [-0.75, 0.25]];
const start = (values: readonly (readonly number[])[]): readonly Tensor[] =>
  values.map((list) => new Tensor([...list], { dtype: "float64", requiresGrad: true }));

interface Trainable {
  step(): undefined;
  stateDict(): unknown;
  loadStateDict(stateDict: never): void;
}

/** Steps from `from` to `to`; the second parameter begins late, so that its state is shorter. */
function train(optimizer: Trainable, parameters: readonly Tensor[], from: number, to: number): void {
  for (let t = from; t < to; t++) {
    parameters.forEach((parameter, k) => {
      const elements = valuesOf(parameter).map((value, i) => Math.sin(t * (k + 1) + i) + value / 3);
      parameter.grad = k === 1 && t < 8 ? null : new Tensor(elements, { dtype: "float64" });
    });
    optimizer.step();
  }
}

describe("a resumed run equals the uninterrupted one, bit for bit", () => {
  const makers: readonly (readonly [string, (parameters: readonly Tensor[]) => Trainable])[] = [
    ["SGD", (p) => new SGD(p, { lr: 0.1 })],
    ["SGD with momentum", (p) => new SGD(p, { lr: 0.1, momentum: 0.9, dampening: 0.3 })],
    ["SGD with nesterov", (p) => new SGD([{ params: p, nesterov: true }], { lr: 0.1, momentum: 0.9 })],
    ["Adam", (p) => new Adam(p, { lr: 0.1 })],
    ["Adam with amsgrad in one group", (p) => new Adam([{ params: p[0]!, amsgrad: true }, { params: p.slice(1) }])],
    ["AdamW", (p) => new AdamW(p, { lr: 0.1, amsgrad: true })],
  ];
  for (const [name, make] of makers) {
    for (const middle of [0, 5, 13]) {
      test(`${name}, after ${middle} steps`, () => {
        const parameters = start(STARTS);
        const optimizer = make(parameters);
        train(optimizer, parameters, 0, middle);
        const saved = optimizer.stateDict();
        const values = parameters.map(valuesOf);
        // Going on must not change what was saved.
        train(optimizer, parameters, middle, 30);
        const fresh = start(values);
        const again = make(fresh);
        again.loadStateDict(saved as never);
        train(again, fresh, middle, 30);
        expect(fresh.map(valuesOf)).toEqual(parameters.map(valuesOf));
        // Resuming must not change it either.
        const others = start(values);
        const once = make(others);
        once.loadStateDict(saved as never);
        train(once, others, middle, 30);
        expect(others.map(valuesOf)).toEqual(parameters.map(valuesOf));
      });
    }
  }

  test("loading replaces the state and the options of an optimizer that has run", () => {
    const parameters = start(STARTS);
    const optimizer = new SGD(parameters, { lr: 0.1, momentum: 0.9 });
    train(optimizer, parameters, 0, 10);
    const saved = optimizer.stateDict();
    const values = parameters.map(valuesOf);
    train(optimizer, parameters, 10, 20);
    const expected = parameters.map(valuesOf);
    optimizer.paramGroups[0]!.lr = 5;
    optimizer.loadStateDict(saved);
    parameters.forEach((parameter, k) => {
      parameter.backend.write(parameter.storage.buffer, 0, Float64Array.from(values[k]!));
    });
    train(optimizer, parameters, 10, 20);
    expect(parameters.map(valuesOf)).toEqual(expected);
  });

  test("after amsgrad was switched on between the last step and saving", () => {
    const parameters = start(STARTS);
    const optimizer = new Adam(parameters);
    train(optimizer, parameters, 0, 5);
    optimizer.paramGroups[0]!.amsgrad = true;
    const saved = optimizer.stateDict();
    const others = start(parameters.map(valuesOf));
    const resumed = new Adam(others);
    resumed.loadStateDict(saved);
    train(optimizer, parameters, 5, 10);
    train(resumed, others, 5, 10);
    expect(others.map(valuesOf)).toEqual(parameters.map(valuesOf));
  });

  test("also with schedules", () => {
    for (const make of [
      (optimizer: SGD) => new StepLR(optimizer, 3, { gamma: 0.5 }),
      (optimizer: SGD) => new CosineAnnealingLR(optimizer, 6, { etaMin: 0.01 }),
    ]) {
      const optimizer = new SGD(start(STARTS), { lr: 0.3 });
      const schedule = make(optimizer);
      const rates = (scheduler: { step(): void }, of: SGD, epochs: number): readonly number[] =>
        Array.from({ length: epochs }, () => {
          scheduler.step();
          return of.paramGroups[0]!.lr;
        });
      rates(schedule, optimizer, 4);
      const saved = [optimizer.stateDict(), JSON.parse(JSON.stringify(schedule.stateDict()))] as const;
      const expected = rates(schedule, optimizer, 10);
      const other = new SGD(start(STARTS), { lr: 7 });
      other.loadStateDict(saved[0]);
      const resumed = make(other);
      resumed.loadStateDict(saved[1]);
      expect(resumed.stateDict()).toEqual(saved[1]);
      expect(resumed.lastEpoch).toBe(4);
      expect(resumed.getLastLr()).toEqual([saved[0].paramGroups[0]!.lr]);
      expect(rates(resumed, other, 10)).toEqual(expected);
      // The other way round: first both, then their states.
      const third = new SGD(start(STARTS), { lr: 7 });
      const scheduled = make(third);
      scheduled.loadStateDict(saved[1]);
      third.loadStateDict(saved[0]);
      expect(third.paramGroups[0]!.initialLr).toBe(0.3);
      expect(rates(scheduled, third, 10)).toEqual(expected);
      third.loadStateDict(new SGD(start(STARTS)).stateDict());
      expect(third.paramGroups[0]!).not.toHaveProperty("initialLr");
    }
  });
});

describe("the layout of state dicts", () => {
  test("is PyTorch's, with the names in camelCase", () => {
    const parameters = start(STARTS);
    const optimizer = new Adam([
      { params: parameters[0]!, lr: 0.5 },
      { params: parameters.slice(1), amsgrad: true },
    ]);
    new StepLR(optimizer, 1);
    train(optimizer, parameters, 0, 1);
    const { state, paramGroups } = optimizer.stateDict();
    const common = { eps: 1e-8, weightDecay: 0, maximize: false, betas: [0.9, 0.999] };
    expect(paramGroups).toEqual([
      { ...common, lr: 0.5, amsgrad: false, initialLr: 0.5, params: [0] },
      { ...common, lr: 0.001, amsgrad: true, initialLr: 0.001, params: [1, 2] },
    ]);
    expect(Object.keys(state)).toEqual(["0", "2"]);
    expect(Object.keys(state[0]!)).toEqual(["step", "expAvg", "expAvgSq"]);
    expect(Object.keys(state[2]!)).toEqual(["step", "expAvg", "expAvgSq", "maxExpAvgSq"]);
    expect((state[2]!.expAvg as Tensor).shape).toEqual([2]);
  });

  test("contains no state for momentum without a step, and for plain SGD", () => {
    const parameters = start(STARTS);
    const plain = new SGD(parameters);
    train(plain, parameters, 0, 2);
    expect(plain.stateDict().state).toEqual({});
    expect(new SGD(parameters, { momentum: 0.9 }).stateDict().state).toEqual({});
  });

  test("has tensors that are converted to the parameters' type, whatever the numbers of the parameters are", () => {
    const w = new Tensor([1, 2], { requiresGrad: true });
    const optimizer = new SGD([w], { lr: 1, momentum: 0.5 });
    const { paramGroups } = optimizer.stateDict();
    const momentumBuffer = new Tensor([0.1, 4], { dtype: "float64" });
    optimizer.loadStateDict({
      state: { 17: { momentumBuffer } },
      paramGroups: [{ ...paramGroups[0]!, params: [17] }],
    });
    const loaded = optimizer.stateDict().state[0]!.momentumBuffer as Tensor;
    expect(loaded.dtype).toBe("float32");
    expect(valuesOf(loaded)).toEqual([Math.fround(0.1), 4]);
    w.grad = new Tensor([0, 0]);
    optimizer.step();
    expect(valuesOf(w)).toEqual([Math.fround(1 - Math.fround(0.05)), 0]);
    expect(valuesOf(momentumBuffer)).toEqual([0.1, 4]);
  });
});

describe("loadStateDict names every mismatch and changes nothing", () => {
  function refused(parameters: ParametersToOptimize<SGDOptions>, dict: unknown): StateError {
    const optimizer = new SGD(parameters, { lr: 0.25, momentum: 0.5 });
    const before = optimizer.stateDict();
    let thrown: unknown;
    try {
      optimizer.loadStateDict(dict as OptimizerStateDict<SGDOptions>);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(StateError);
    expect(optimizer.stateDict()).toEqual(before);
    return thrown as StateError;
  }

  test("for values that are no state dict", () => {
    for (const dict of [undefined, null, 3, [], {}]) {
      const error = refused(start(STARTS), dict);
      expect(error.message).toBe(
        "[SGD.loadStateDict] the state dict does not fit: state is missing; paramGroups is missing · nothing was loaded",
      );
      expect(error.missing).toEqual(["state", "paramGroups"]);
    }
  });

  test("for groups of other sizes", () => {
    const parameters = start(STARTS);
    const saved = new SGD([{ params: parameters.slice(0, 2) }, { params: parameters.slice(2) }]).stateDict();
    expect(refused(parameters, saved).message).toBe(
      "[SGD.loadStateDict] the state dict does not fit: paramGroups has 2 groups, the optimizer 1; " +
        "paramGroups[0] has 2 parameters, the optimizer's 3 · nothing was loaded",
    );
  });

  test("for the state of another optimizer", () => {
    const parameters = start(STARTS);
    const adam = new Adam(parameters);
    train(adam, parameters, 0, 1);
    const error = refused(parameters, adam.stateDict());
    expect(error.missing).toEqual(["paramGroups[0].momentum", "paramGroups[0].dampening", "paramGroups[0].nesterov"]);
    expect(error.unexpected).toEqual([
      "paramGroups[0].betas",
      "paramGroups[0].eps",
      "paramGroups[0].amsgrad",
      "state[0].step",
      "state[0].expAvg",
      "state[0].expAvgSq",
      "state[2].step",
      "state[2].expAvg",
      "state[2].expAvgSq",
    ]);
    expect(error.message).toContain("paramGroups[0].momentum is missing; ");
    expect(error.message).toContain("state[2].expAvgSq is unexpected");
  });

  test("for wrong values", () => {
    const parameters = start(STARTS);
    const [group] = new SGD(parameters, { momentum: 0.5 }).stateDict().paramGroups;
    const disposed = new Tensor([1, 2]);
    disposed.dispose();
    const message = refused(parameters, {
      state: {
        0: { momentumBuffer: new Tensor([1, 2]) },
        1: {},
        2: { momentumBuffer: disposed },
        3: {},
      },
      paramGroups: [{ ...group!, lr: -1, nesterov: "yes", initialLr: Number.NaN }],
    }).message;
    expect(message).toBe(
      "[SGD.loadStateDict] the state dict does not fit: paramGroups[0].lr is -1, not a number ≥ 0; " +
        'paramGroups[0].nesterov is "yes", not true or false; paramGroups[0].initialLr is NaN, not a number ≥ 0; ' +
        "state[0].momentumBuffer is [2], its parameter [3]; state[2].momentumBuffer was disposed; " +
        "state[3] is unexpected · nothing was loaded",
    );
  });

  test("for missing state and state of wrong types", () => {
    const parameters = start([[1], [2], [3]]);
    const optimizer = new Adam(parameters);
    const [group] = optimizer.stateDict().paramGroups;
    const one = new Tensor([1]);
    const dict = {
      state: {
        0: { expAvg: one, step: 1 },
        1: { step: -1, expAvg: 3, expAvgSq: new Tensor([1], { dtype: "int32" }) },
        2: 5,
      },
      paramGroups: [group!],
    };
    expect(() => optimizer.loadStateDict(dict as never)).toThrow(
      "[Adam.loadStateDict] the state dict does not fit: state[0].expAvgSq is missing; " +
        "state[1].step is -1, not an integer ≥ 0; state[1].expAvg is 3, not a tensor; " +
        "state[1].expAvgSq is int32, not floating; state[2] is 5, not an object · nothing was loaded",
    );
  });

  test("for the state of another schedule", () => {
    const optimizer = new SGD(start(STARTS), { lr: 0.5 });
    const schedule = new StepLR(optimizer, 2);
    const before = schedule.stateDict();
    expect(before).toEqual({ stepSize: 2, gamma: 0.1, lastEpoch: 0, stepCount: 1, baseLrs: [0.5], lastLr: [0.5] });
    const other = new CosineAnnealingLR(optimizer, 2).stateDict();
    expect(() => schedule.loadStateDict({ ...other, lastLr: [1, 2] } as never)).toThrow(
      "[StepLR.loadStateDict] the state dict does not fit: stepSize is missing; gamma is missing; tMax is unexpected; " +
        "etaMin is unexpected; lastLr is [1, 2], not a list of 1 numbers ≥ 0 · nothing was loaded",
    );
    expect(schedule.stateDict()).toEqual(before);
  });
});

test("tensors on a backend that cannot be read at once are loaded with loadStateDictAsync", async () => {
  const { readSync: _, hostView: __, ...members } = createCpuBackend();
  const device: Backend = { ...members, name: "device" };
  const away = new Tensor([1, 2], { dtype: "float64", requiresGrad: true, backend: device });
  const source = new SGD([away], { lr: 0.5, momentum: 0.9 });
  away.grad = new Tensor([3, 4], { dtype: "float64", backend: device });
  source.step();
  const here = new Tensor([1, 2], { dtype: "float64", requiresGrad: true });
  const optimizer = new SGD([here], { lr: 0.1 });
  const saved = source.stateDict();
  expect(() => optimizer.loadStateDict(saved)).toThrow();
  expect(optimizer.stateDict().state).toEqual({});
  await optimizer.loadStateDictAsync(saved);
  // The first value of the momentum is the gradient.
  expect(valuesOf(optimizer.stateDict().state[0]!.momentumBuffer as Tensor)).toEqual([3, 4]);
  expect(optimizer.paramGroups[0]!.lr).toBe(0.5);
  await expect(optimizer.loadStateDictAsync({} as never)).rejects.toThrow("[SGD.loadStateDict]");
});
