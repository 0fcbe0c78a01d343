/**
 * Optimizers, also with learning-rate schedules, against PyTorch: 100 steps in float64, two parameter groups, every option,
 * options that change on the way, and parameters without a gradient.
 */

import { noGrad } from "@lucid/autograd";
import type { Backend } from "@lucid/backend";
import * as optim from "@lucid/optim";
import { cos, matmul, setDefaultBackend, type Tensor } from "@lucid/tensor";
import { describe, expect, it } from "vitest";
import { backends } from "./backends.js";
import { difference } from "./compare.js";
import { parseTensor, readFixture } from "./fixtures.js";
import { deviceTensor, hostTensor } from "./run.js";

type Options = Readonly<Record<string, unknown>>;

interface Run {
  readonly optimizer: string;
  readonly options: Options;
  readonly secondGroup: Options;
  /** "rows": some rows of the gradients are zero; "matrices": all parameters are matrices. */
  readonly problem?: "rows" | "matrices";
  readonly parameters: Readonly<Record<string, readonly string[]>>;
  readonly scheduler?: string;
  readonly schedulerOptions?: Options;
  readonly learningRates?: readonly (readonly number[])[];
  /** By step: group, option, value. Then the second group has no gradient in every third step. */
  readonly changes?: Readonly<Record<string, readonly [group: number, option: string, value: unknown]>>;
}

/** A run of an optimizer that evaluates the loss several times in a step. */
interface SearchRun {
  readonly optimizer: string;
  readonly options: Options;
  readonly steps: readonly {
    readonly loss: number;
    readonly evaluations: number;
    readonly parameters: readonly string[];
  }[];
}

interface Fixture {
  readonly problem: { readonly a: string; readonly b: string; readonly c: string; readonly starts: readonly string[] };
  readonly runs: readonly Run[];
  readonly searches: readonly SearchRun[];
}

/** What the tests use of an optimizer, whatever its options. */
interface Steppable {
  readonly paramGroups: readonly { lr: number }[];
  step(): void;
  zeroGrad(): void;
  stateDict(): unknown;
  loadStateDict(stateDict: unknown): void;
}

/** An optimizer that evaluates the loss several times in a step. */
interface Searching {
  step(closure: () => Tensor): Tensor;
  stepAsync(closure: () => Tensor): Promise<Tensor>;
  zeroGrad(): void;
}

const { problem, runs, searches } = readFixture<Fixture>("optimizers");
const tolerance = { relative: 1e-10, absolute: 1e-11 };
const tolerances = { float32: tolerance, float64: tolerance };

const makers = optim as unknown as Readonly<Record<string, new (...args: readonly unknown[]) => Steppable>>;

/** The options that schedules take by position. */
const positional: Readonly<Record<string, string>> = { StepLR: "stepSize", CosineAnnealingLR: "tMax" };

/** Makes the parameters, and a function that computes the loss of ../generators/optimizers.py. */
function makeProblem(
  backend: Backend,
  matrices = false,
): { readonly parameters: readonly [Tensor, Tensor, Tensor]; loss(): Tensor } {
  const on = (text: string, shape?: readonly number[]): Tensor => {
    const tensor = deviceTensor(text, backend);
    return (matrices && shape !== undefined ? tensor.reshape(shape) : tensor).clone();
  };
  const [a, b, c] = [on(problem.a), on(problem.b), on(problem.c, [2, 2])];
  const [w, u, v] = problem.starts.map((text, i) => on(text, [undefined, [1, 2], [2, 2]][i]).requiresGrad_()) as [
    Tensor,
    Tensor,
    Tensor,
  ];
  const loss = (): Tensor =>
    matmul(a, w)
      .sub(b)
      .square()
      .sum()
      .mul(0.5)
      .add(v.square().square().sum().mul(0.25))
      .sub(c.mul(v).sum())
      .add(cos(u).sum().mul(w.sum()).div(10));
  return { parameters: [w, u, v], loss };
}

/** Fills the rows i of a gradient with (i + step) % 3 = 0 with zeros. */
function clearRows({ grad, shape }: Tensor, step: number): void {
  for (let i = 0; i < shape[0]!; i++) if ((i + step) % 3 === 0) grad!.select(0, i).zero_();
}

function makeSchedule(name: string, optimizer: Steppable, options: Options): Steppable {
  const { [positional[name]!]: first, ...others } = options;
  return new makers[name]!(optimizer, first, others);
}

for (const { name: backendName, create } of backends) {
  describe(`optimizers on ${backendName}, as PyTorch's`, () => {
    const backend = create();
    for (const run of runs) {
      const { optimizer: kind, options, secondGroup, scheduler: schedule } = run;
      const title = [kind, options, "second group", secondGroup, schedule ?? "", run.schedulerOptions ?? ""];
      if (run.changes !== undefined) title.push("with changes", run.changes as never);
      it(title.map((part) => (typeof part === "string" ? part : JSON.stringify(part))).join(" "), () => {
        setDefaultBackend(backend);
        const { parameters, loss } = makeProblem(backend, run.problem === "matrices");
        const [w, u, v] = parameters;
        const groups = [{ params: [w, u] }, { params: [v], ...secondGroup }];
        const optimizer = new makers[kind]!(groups, options);
        const scheduler = schedule === undefined ? undefined : makeSchedule(schedule, optimizer, run.schedulerOptions!);
        for (let step = 1; step <= 100; step++) {
          const change = run.changes?.[step];
          if (change !== undefined) Object.assign(optimizer.paramGroups[change[0]]!, { [change[1]]: change[2] });
          optimizer.zeroGrad();
          loss().backward();
          if (run.problem === "rows") for (const parameter of parameters) clearRows(parameter, step);
          if (run.changes !== undefined && step % 3 === 0) v.grad = null;
          if (scheduler !== undefined) {
            const rates = optimizer.paramGroups.map((group) => group.lr);
            rates.forEach((rate, i) => {
              expect(
                Math.abs(rate - run.learningRates![step - 1]![i]!),
                `rate of group ${i}, step ${step}`,
              ).toBeLessThan(1e-15);
            });
          }
          optimizer.step();
          scheduler?.step();
          run.parameters[step]?.forEach((expected, i) => {
            const found = difference(hostTensor(parameters[i]!), parseTensor(expected), tolerances);
            expect(found, `parameter ${i} after step ${step}`).toBeUndefined();
          });
        }
      });
    }

    for (const run of runs) {
      if (run.changes !== undefined || run.scheduler !== undefined) continue;
      const { optimizer: kind, options, secondGroup } = run;
      const title = [kind, options, "second group", secondGroup];
      it(`goes on after a saved state to the bit: ${title.map((part) => JSON.stringify(part)).join(" ")}`, () => {
        setDefaultBackend(backend);
        const make = () => {
          const { parameters, loss } = makeProblem(backend, run.problem === "matrices");
          const [w, u, v] = parameters;
          const optimizer = new makers[kind]!([{ params: [w, u] }, { params: [v], ...secondGroup }], options);
          const train = (from: number, to: number): void => {
            for (let step = from; step < to; step++) {
              optimizer.zeroGrad();
              loss().backward();
              if (run.problem === "rows") for (const parameter of parameters) clearRows(parameter, step);
              optimizer.step();
            }
          };
          return { parameters, optimizer, train };
        };
        const [whole, resumed] = [make(), make()];
        whole.train(0, 5);
        noGrad(() => {
          for (const [i, parameter] of resumed.parameters.entries()) parameter.copy_(whole.parameters[i]!);
        });
        resumed.optimizer.loadStateDict(whole.optimizer.stateDict());
        for (const one of [whole, resumed]) one.train(5, 10);
        const values = ({ parameters }: typeof whole) => parameters.map((parameter) => hostTensor(parameter).values);
        expect(values(resumed)).toEqual(values(whole));
      });
    }

    for (const { optimizer: kind, options, steps } of searches) {
      it(`${kind} ${JSON.stringify(options)}, at once and awaited`, async () => {
        setDefaultBackend(backend);
        for (const method of ["step", "stepAsync"] as const) {
          const { parameters, loss: lossOf } = makeProblem(backend);
          const optimizer = new makers[kind]!(parameters, options) as unknown as Searching;
          let evaluations = 0;
          const closure = (): Tensor => {
            evaluations++;
            optimizer.zeroGrad();
            const loss = lossOf();
            loss.backward();
            return loss;
          };
          for (const [step, expected] of steps.entries()) {
            const loss = (await optimizer[method](closure)).item();
            const where = `after ${method} ${step + 1}`;
            expect(Math.abs(loss - expected.loss), `loss ${loss} ${where}`).toBeLessThan(1e-10);
            expect(evaluations, `evaluations ${where}`).toBe(expected.evaluations);
            expected.parameters.forEach((text, i) => {
              const found = difference(hostTensor(parameters[i]!), parseTensor(text), tolerances);
              expect(found, `parameter ${i} ${where}`).toBeUndefined();
            });
          }
        }
      });
    }
  });
}
