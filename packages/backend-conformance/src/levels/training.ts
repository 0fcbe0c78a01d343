/**
 * The level `training`: two small networks, whose losses must be those of PyTorch in every step. `scripts/training.py`
 * is the same program in PyTorch.
 *
 * @module
 */

import { noGrad } from "@lucid/autograd";
import { type Backend, extendBackend } from "@lucid/backend";
import { CrossEntropyLoss, GELU, HuberLoss, Linear, type Module, Sequential, Tanh } from "@lucid/nn";
import { AdamW, SGD } from "@lucid/optim";
import { scope, type Tensor } from "@lucid/tensor";
import { type ConformanceCase, defineCase, type Level } from "../case.js";
import { generate, type Numbers } from "../framework/arrays.js";
import { agree, elements, place } from "../framework/check.js";
import { trainingLosses } from "../reference/training.js";
import { fail } from "../session.js";
import type { FloatType } from "../types.js";

/** The backend and the element type of a run. */
interface Place {
  readonly backend: Backend;
  readonly dtype: FloatType;
}

/** Makes a matrix whose element [i, j] is ((a·i + b·j) mod modulus − ⌊modulus / 2⌋) / scale. */
function grid(shape: Numbers, a: number, b: number, modulus: number, scale: number): number[] {
  return generate(shape, ([i, j]) => (((a * i! + b * j!) % modulus) - Math.floor(modulus / 2)) / scale);
}

function matrix({ backend, dtype }: Place, shape: Numbers, ...by: readonly [number, number, number, number]): Tensor {
  return place(backend, { shape, values: grid(shape, ...by) }, dtype);
}

function setLayer(layer: Linear, k: number, at: Place): void {
  const { outFeatures, inFeatures } = layer;
  noGrad(() => {
    layer.weight.copy_(matrix(at, [outFeatures, inFeatures], 5 + k, 3, 11, 16));
    layer.bias!.copy_(matrix(at, [1, outFeatures], 0, 7, 5, 16).select(0, 0));
  });
}

function network(at: Place, [first, hidden, last]: readonly [number, number, number], activation: Module): Module {
  const layers = [new Linear(first, hidden, at), new Linear(hidden, last, at)] as const;
  layers.forEach((layer, k) => {
    setLayer(layer, k, at);
  });
  return new Sequential(layers[0], activation, layers[1]);
}

/** The part of an optimizer that a run uses. */
type SteppedBy = Pick<SGD | AdamW, "step" | "zeroGrad">;

/** A run. It returns promises of its losses, so that it need not wait for them. */
type Run = (at: Place) => readonly Promise<readonly number[]>[];

function steps(count: number, optimizer: SteppedBy, loss: (step: number) => Tensor): Promise<readonly number[]>[] {
  return Array.from({ length: count }, (_, step) => {
    const value = loss(step);
    optimizer.zeroGrad();
    value.backward();
    optimizer.step();
    const read = elements(value.detach());
    value.dispose();
    return read;
  });
}

const runs: Readonly<Record<keyof typeof trainingLosses, Run>> = {
  regression(at) {
    const x = matrix(at, [12, 3], 7, 13, 17, 8);
    const y = matrix(at, [12, 2], 5, 3, 13, 4);
    const model = network(at, [3, 8, 2], new Tanh());
    const criterion = new HuberLoss({ delta: 1 });
    const optimizer = new SGD(model.parameters(), { lr: 0.125, momentum: 0.75 });
    return steps(30, optimizer, () => criterion(model(x), y));
  },

  classification(at) {
    const x = matrix(at, [20, 4], 3, 11, 19, 8);
    const whole = (shape: Numbers, value: (i: number) => number): Tensor =>
      place(at.backend, { shape, values: generate(shape, ([i]) => value(i!)) }, "int32");
    const classes = whole([20], (i) => (i * i + 1) % 3);
    const model = network(at, [4, 10, 3], new GELU());
    const criterion = new CrossEntropyLoss();
    const optimizer = new AdamW(model.parameters(), { lr: 0.03125, weightDecay: 0.125 });
    return steps(40, optimizer, (step) => {
      const rows = whole([8], (k) => (step * 5 + k * 3) % 20);
      return criterion(model(x.indexSelect(0, rows)), classes.indexSelect(0, rows));
    });
  },
};

/** The largest difference of losses after this number of steps. */
const TOLERANCE: Readonly<Record<FloatType, number>> = { float32: 2e-5, float64: 1e-11 };

function lossCases(dtype: FloatType): ConformanceCase[] {
  return (Object.keys(runs) as (keyof typeof runs)[]).map((name) =>
    defineCase(["training", name, dtype], [dtype, "int32", "bool"], async ({ backend }) => {
      const losses = (await Promise.all(runs[name]({ backend, dtype }))).flat();
      const expected = trainingLosses[name];
      agree("losses", losses, expected, [expected.length], TOLERANCE[dtype]);
    }),
  );
}

/** The level `training`. */
export const trainingLevel: Level = {
  name: "training",
  cases: () => [
    ...lossCases("float32"),
    ...lossCases("float64"),
    defineCase(["training", "the same run twice", "float32"], ["float32", "int32", "bool"], async ({ backend }) => {
      const at = { backend, dtype: "float32" } as const;
      const [first, second] = [runs.regression(at), runs.regression(at)];
      const [a, b] = [(await Promise.all(first)).flat(), (await Promise.all(second)).flat()];
      const different = a.findIndex((loss, i) => !Object.is(loss, b[i]));
      if (different >= 0) fail(`the losses of step ${different} differ: ${a[different]} and ${b[different]}`);
    }),
    defineCase(
      ["training", "memory stays where it is", "float32"],
      ["float32", "int32", "bool"],
      async ({ backend }) => {
        let buffers = 0;
        const counting = extendBackend(backend, {
          allocate(type, length) {
            buffers++;
            return backend.allocate(type, length);
          },
          free(buffer) {
            buffers--;
            backend.free(buffer);
          },
        });
        const at = { backend: counting, dtype: "float32" } as const;
        const x = matrix(at, [12, 3], 7, 13, 17, 8);
        const y = matrix(at, [12, 2], 5, 3, 13, 4);
        const model = network(at, [3, 8, 2], new Tanh());
        const criterion = new HuberLoss();
        const optimizer = new SGD(model.parameters(), { lr: 0.125, momentum: 0.75 });
        const run = (count: number): void => {
          for (let step = 0; step < count; step++) {
            scope(() => {
              const loss = criterion(model(x), y);
              optimizer.zeroGrad();
              loss.backward();
              optimizer.step();
            });
          }
        };
        run(3);
        const before = [buffers, backend.memory?.().bytes ?? 0] as const;
        run(20);
        await elements(x);
        if (buffers > before[0]) fail(`20 steps leave ${buffers - before[0]} buffers behind`);
        const bytes = (backend.memory?.().bytes ?? 0) - before[1];
        if (bytes > 0) fail(`20 steps leave ${bytes} bytes behind`);
      },
    ),
  ],
};
