/**
 * Whole trainings of small networks against PyTorch, from its initial state dict to its final one.
 */
import { describe, expect, it } from "vitest";
import "@lucid/autograd";
import * as nn from "@lucid/nn";
import * as optim from "@lucid/optim";
import { setDefaultBackend, type Tensor } from "@lucid/tensor";
import { backends } from "./backends.js";
import { difference } from "./compare.js";
import { parseTensor, readFixture } from "./fixtures.js";
import { deviceTensor, hostTensor } from "./run.js";

type Dict = Readonly<Record<string, string>>;

interface Training {
  readonly input: string;
  readonly target: string;
  readonly initial: Dict;
  readonly losses: readonly number[];
  readonly states: Readonly<Record<string, Dict>>;
}

interface Setup {
  readonly model: () => nn.Sequential;
  readonly criterion: () => (input: Tensor, target: Tensor) => Tensor;
  readonly optimizer: (parameters: readonly Tensor[]) => { step(): void; zeroGrad(): void };
}

const float64 = { dtype: "float64" } as const;

/** The networks of ../generators/training.py. */
const setups: Readonly<Record<string, Setup>> = {
  tanh: {
    model: () => new nn.Sequential(new nn.Linear(3, 8, float64), new nn.Tanh(), new nn.Linear(8, 2, float64)),
    criterion: () => new nn.HuberLoss({ delta: 1 }),
    optimizer: (parameters) => new optim.SGD(parameters, { lr: 0.1, momentum: 0.9 }),
  },
  relu: {
    model: () =>
      new nn.Sequential(
        new nn.Linear(3, 6, float64),
        new nn.ReLU(),
        new nn.Linear(6, 6, float64),
        new nn.Sigmoid(),
        new nn.Linear(6, 2, { ...float64, bias: false }),
      ),
    criterion: () => new nn.MSELoss(),
    optimizer: (parameters) => new optim.Adam(parameters, { lr: 0.02 }),
  },
  gelu: {
    model: () =>
      new nn.Sequential(
        new nn.Linear(3, 5, float64),
        new nn.GELU(),
        new nn.Linear(5, 4, float64),
        new nn.GELU({ approximate: "tanh" }),
        new nn.Linear(4, 2, float64),
      ),
    criterion: () => new nn.SmoothL1Loss({ reduction: "sum" }),
    optimizer: (parameters) => new optim.AdamW(parameters, { lr: 0.02 }),
  },
  classes: {
    model: () => new nn.Sequential(new nn.Linear(3, 6, float64), new nn.ReLU(), new nn.Linear(6, 4, float64)),
    criterion: () => new nn.CrossEntropyLoss({ labelSmoothing: 0.1 }),
    optimizer: (parameters) => new optim.SGD(parameters, { lr: 0.2 }),
  },
};

const tolerance = { relative: 1e-9, absolute: 1e-11 };
const tolerances = { float32: tolerance, float64: tolerance };

for (const { name: backendName, create } of backends) {
  describe(`training on ${backendName}, as PyTorch`, () => {
    const backend = create();
    for (const [name, fixture] of Object.entries(readFixture<Readonly<Record<string, Training>>>("training"))) {
      it(name, () => {
        setDefaultBackend(backend);
        const { model: makeModel, criterion: makeCriterion, optimizer: makeOptimizer } = setups[name]!;
        const model = makeModel();
        const tensors = (dict: Dict) =>
          Object.fromEntries(Object.entries(dict).map(([key, text]) => [key, deviceTensor(text, backend)]));
        model.loadStateDict(tensors(fixture.initial));
        const criterion = makeCriterion();
        const optimizer = makeOptimizer([...model.parameters()]);
        const input = deviceTensor(fixture.input, backend);
        const target = deviceTensor(fixture.target, backend);
        fixture.losses.forEach((expected, step) => {
          const loss = criterion(model(input), target);
          optimizer.zeroGrad();
          loss.backward();
          optimizer.step();
          const value = loss.item();
          expect(Math.abs(value - expected), `loss of step ${step}: ${value}`).toBeLessThan(1e-9 * (1 + expected));
          const state = fixture.states[step + 1];
          if (state === undefined) return;
          const own = model.stateDict();
          expect(Object.keys(own)).toEqual(Object.keys(state));
          for (const [key, text] of Object.entries(state)) {
            expect(
              difference(hostTensor(own[key]!), parseTensor(text), tolerances),
              `${key}, step ${step}`,
            ).toBeUndefined();
          }
        });
      });
    }
  });
}
