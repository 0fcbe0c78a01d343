/**
 * Optimizers: steps with the options of the fixtures, and loading a state.
 *
 * @module
 */
import type { Backend } from "@lucid/backend";
import * as optim from "@lucid/optim";
import { Tensor } from "@lucid/tensor";
import { readFixture } from "../../../pytorch/src/fixtures.js";
import type { Trial } from "../trial.js";
import { type Program, values } from "./program.js";

type Options = Readonly<Record<string, unknown>>;

interface Run {
  readonly optimizer: string;
  readonly options: Options;
  readonly secondGroup: Options;
  readonly problem?: string;
}

/** What the programs use of an optimizer, whatever its options. */
interface AnyOptimizer {
  step(): void;
  zeroGrad(setToNull?: boolean): void;
  stateDict(): { readonly state: Readonly<Record<number, Readonly<Record<string, Tensor | number>>>> };
  loadStateDict(state: unknown): void;
  loadStateDictAsync(state: unknown): Promise<void>;
}

const makers = optim as unknown as Readonly<Record<string, new (...args: readonly unknown[]) => AnyOptimizer>>;

/** Parameters of two groups, and an optimizer that has made some steps; new gradients are there. */
interface Trained {
  readonly parameters: readonly Tensor[];
  readonly optimizer: AnyOptimizer;
}

function differentiate(parameters: readonly Tensor[]): void {
  const [w, u, v] = parameters as readonly [Tensor, Tensor, Tensor];
  w.matmul(u).square().sum().add(v.square().square().sum()).backward();
}

function trained({ optimizer: kind, options, secondGroup, problem }: Run, steps: number): Trained {
  const last = problem === "matrices" ? [2, 2] : [4];
  const parameters = [values([2, 3]), values([3, 2], 3), values(last, 5)].map((x) => x.detach().requiresGrad_());
  const [w, u, v] = parameters;
  const optimizer = new makers[kind]!([{ params: [w, u] }, { params: [v], ...secondGroup }], options);
  for (let step = 0; step < steps; step++) {
    optimizer.zeroGrad();
    differentiate(parameters);
    optimizer.step();
  }
  optimizer.zeroGrad();
  differentiate(parameters);
  return { parameters, optimizer };
}

const bytesOf = (x: Tensor): string => Array.from(x.dataSync()).join();

/** The state tensors and numbers of an optimizer, as text. */
function stateOf(optimizer: AnyOptimizer): unknown {
  return Object.entries(optimizer.stateDict().state).map(([key, entry]) => [
    key,
    Object.entries(entry).map(([name, value]) => [name, value instanceof Tensor ? bytesOf(value) : value]),
  ]);
}

function trial({ parameters, optimizer }: Trained, work: () => unknown, mayKeep: number): Trial {
  return {
    tensors: parameters,
    work,
    state: () => stateOf(optimizer),
    outcome: () => {
      const now = [parameters.map(bytesOf), stateOf(optimizer), parameters.map(({ grad }) => grad)];
      // The next step is as it should be, too.
      optimizer.zeroGrad();
      differentiate(parameters);
      optimizer.step();
      return [now, parameters, stateOf(optimizer)];
    },
    mayKeep,
    interruptible: true,
  };
}

/** The runs of the fixtures, each combination of options once. */
function distinctRuns(): readonly Run[] {
  const { runs } = readFixture<{ readonly runs: readonly Run[] }>("optimizers");
  const seen = new Map<string, Run>();
  for (const run of runs) seen.set(JSON.stringify([run.optimizer, run.options, run.secondGroup]), run);
  return [...seen.values()];
}

/** Tensors of the closure's calls in a step, which are at most six with eight tensors each. */
const CLOSURE_TENSORS = 48;

/** Steps of an optimizer that evaluates the loss several times, at once and awaited. */
function searchPrograms(): readonly Program[] {
  return (["step", "stepAsync"] as const).flatMap((method) =>
    [0, 2].map((before) => ({
      name: `${method} ${before + 1} of LBFGS`,
      prepare: (): Trial => {
        const w = values([3]).detach().requiresGrad_();
        const optimizer = new optim.LBFGS([w], { maxIter: 3, historySize: 2, lineSearchFn: "strong_wolfe" });
        const closure = (): Tensor => {
          optimizer.zeroGrad();
          const loss = w.square().square().sum().add(w.exp().sum());
          loss.backward();
          return loss;
        };
        for (let step = 0; step < before; step++) optimizer.step(closure);
        optimizer.zeroGrad();
        const state = (): unknown => {
          const text = (_: string, x: unknown): unknown => (x instanceof Tensor ? bytesOf(x) : x);
          return [bytesOf(w), JSON.stringify(optimizer.stateDict(), text)];
        };
        // The closure is user code: it sets the gradient of the parameter, and its tensors are the collector's.
        return {
          tensors: [],
          work: () => optimizer[method](closure),
          state,
          outcome: state,
          mayKeep: CLOSURE_TENSORS,
          interruptible: true,
        };
      },
    })),
  );
}

/** State tensors that a step has allocated wait for the next attempt: at most three for each of three parameters. */
const WAITING_STATE = 9;

/** The programs; `other` is a backend without faults. */
export function optimizerPrograms(other: Backend): readonly Program[] {
  const steps = distinctRuns().flatMap((run) =>
    [0, 2].map((before) => ({
      name: `step ${before + 1} of ${run.optimizer} ${JSON.stringify(run.options)} ${JSON.stringify(run.secondGroup)}`,
      prepare: () => {
        const made = trained(run, before);
        return trial(made, () => made.optimizer.step(), before === 0 ? WAITING_STATE : 0);
      },
    })),
  );
  const adam = { optimizer: "Adam", options: { lr: 0.1, amsgrad: true }, secondGroup: {} };
  const source = (where?: Backend): unknown => {
    const saved = trained(adam, 3).optimizer.stateDict();
    if (where === undefined) return saved;
    const state = Object.entries(saved.state).map(([key, entry]) => [
      key,
      Object.fromEntries(
        Object.entries(entry).map(([name, value]) => [name, value instanceof Tensor ? value.to(where) : value]),
      ),
    ]);
    return { ...saved, state: Object.fromEntries(state) };
  };
  const load = (name: string, work: (made: Trained, state: unknown) => unknown, where?: Backend): Program => ({
    name,
    prepare: () => {
      const state = source(where);
      const made = trained(adam, 1);
      return trial(made, () => work(made, state), 0);
    },
  });
  return [
    ...steps,
    ...searchPrograms(),
    load("optimizer: loadStateDict", ({ optimizer }, state) => optimizer.loadStateDict(state)),
    load(
      "optimizer: loadStateDict from another backend",
      ({ optimizer }, state) => optimizer.loadStateDict(state),
      other,
    ),
    load("optimizer: loadStateDictAsync", ({ optimizer }, state) => optimizer.loadStateDictAsync(state), other),
    load("optimizer: stateDict", ({ optimizer }) => void optimizer.stateDict()),
    load("optimizer: zeroGrad", ({ optimizer }) => optimizer.zeroGrad(false)),
  ];
}
