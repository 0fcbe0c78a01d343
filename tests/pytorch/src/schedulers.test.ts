/**
 * Learning-rate schedules against PyTorch: all options, changes from outside, resumed schedules, momenta, jumps to other
 * epochs; and schedules that go on from a saved state.
 */
import { describe, expect, it } from "vitest";
import "@lucid/autograd";
import { createCpuBackend } from "@lucid/backend-cpu";
import * as optim from "@lucid/optim";
import { setDefaultBackend, tensor, zeros } from "@lucid/tensor";
import { readFixture } from "./fixtures.js";

type Options = Readonly<Record<string, unknown>>;

/** A schedule and what happens to it; described in ../generators/schedulers.py. */
interface Run {
  readonly scheduler: string;
  readonly options: Options;
  readonly optimizer: "SGD" | "Adam";
  readonly rates: readonly number[];
  readonly halvedAfter?: number;
  readonly lastEpoch?: number;
  readonly metrics?: readonly number[];
  readonly jumps?: readonly number[];
  readonly learningRates: readonly (readonly number[])[];
  readonly momenta: readonly (readonly number[])[];
}

/** What the tests use of a schedule. */
interface AnySchedule {
  step(argument?: number): void;
  getLastLr(): readonly number[];
  stateDict(): unknown;
  loadStateDict(stateDict: unknown): void;
}

/** An optimizer whose rates and momenta are compared. */
interface AnyOptimizer {
  readonly paramGroups: readonly { lr: number; momentum?: number; betas?: readonly [number, number] }[];
  step(): void;
  stateDict(): unknown;
  loadStateDict(stateDict: unknown): void;
}

setDefaultBackend(createCpuBackend());

const functions: Readonly<Record<string, (epoch: number) => number>> = {
  inverse: (epoch) => 1 / (epoch + 1),
  powers: (epoch) => 0.9 ** epoch,
  sometimes: (epoch) => (epoch % 3 === 0 ? 0.7 : 1),
};

/** The options that schedules take by position. */
const positional: Readonly<Record<string, readonly string[]>> = {
  StepLR: ["stepSize"],
  CosineAnnealingLR: ["tMax"],
  LambdaLR: ["lrLambda"],
  MultiplicativeLR: ["lrLambda"],
  MultiStepLR: ["milestones"],
  ExponentialLR: ["gamma"],
  CosineAnnealingWarmRestarts: ["t0"],
  CyclicLR: ["baseLr", "maxLr"],
  OneCycleLR: ["maxLr"],
  SWALR: ["swaLr"],
};

const makers = { ...optim.lrScheduler, ...optim.swaUtils } as unknown as Readonly<
  Record<string, new (...args: readonly unknown[]) => AnySchedule>
>;

/** Replaces the names of functions by the functions. */
const known = (value: unknown): unknown =>
  Array.isArray(value) ? value.map(known) : (functions[value as string] ?? value);

function make(name: string, given: Options, optimizer: AnyOptimizer, lastEpoch?: number): AnySchedule {
  const { schedulers, milestones } = given;
  if (schedulers !== undefined) {
    const list = (schedulers as readonly [string, Options][]).map(([one, options]) => make(one, options, optimizer));
    return name === "SequentialLR" ? new makers[name]!(optimizer, list, milestones) : new makers[name]!(list);
  }
  const own: Record<string, unknown> = {};
  for (const [option, value] of Object.entries(given)) own[option] = known(value);
  const first = (positional[name] ?? []).map((option) => {
    const value = own[option];
    delete own[option];
    return value;
  });
  return new makers[name]!(optimizer, ...first, { ...own, ...(lastEpoch !== undefined && { lastEpoch }) });
}

function start({ scheduler, options, optimizer: kind, rates, lastEpoch }: Run): readonly [AnyOptimizer, AnySchedule] {
  const groups = rates.map((lr) => ({
    params: [zeros([1], { requiresGrad: true })],
    lr,
    ...(lastEpoch !== undefined ? { initialLr: lr } : undefined),
  }));
  const optimizer = (kind === "SGD"
    ? new optim.SGD(groups, { lr: 1, momentum: 0.5 })
    : new optim.Adam(groups, { lr: 1 })) as unknown as AnyOptimizer;
  return [optimizer, make(scheduler, options, optimizer, lastEpoch)];
}

/** Makes the step of an epoch. */
function advance({ halvedAfter, metrics, jumps }: Run, epoch: number, optimizer: AnyOptimizer, one: AnySchedule): void {
  optimizer.step();
  if (epoch === halvedAfter) optimizer.paramGroups[0]!.lr *= 0.5;
  one.step((metrics ?? jumps)?.[epoch]);
}

const momentaOf = ({ paramGroups }: AnyOptimizer): readonly number[] =>
  paramGroups.map(({ momentum, betas }) => betas?.[0] ?? momentum!);
const ratesOf = ({ paramGroups }: AnyOptimizer): readonly number[] => paramGroups.map(({ lr }) => lr);

const { runs } = readFixture<{ readonly runs: readonly Run[] }>("schedulers");

/** Names a run. */
function titleOf({ learningRates: _rates, momenta: _momenta, scheduler, options, ...others }: Run): string {
  return `${scheduler} ${JSON.stringify(options)}, ${JSON.stringify(others)}`;
}

describe("learning rates and momenta are PyTorch's", () => {
  for (const run of runs) {
    it(titleOf(run), () => {
      const [optimizer, scheduler] = start(run);
      run.learningRates.forEach((expected, epoch) => {
        const close = (found: readonly number[], wanted: readonly number[], what: string): void => {
          expect(found.length).toBe(wanted.length);
          found.forEach((value, i) => {
            expect(Math.abs(value - wanted[i]!), `${what} of group ${i}, epoch ${epoch}`).toBeLessThan(1e-14);
          });
        };
        close(ratesOf(optimizer), expected, "rate");
        close(momentaOf(optimizer), run.momenta[epoch]!, "momentum");
        expect(scheduler.getLastLr()).toEqual(ratesOf(optimizer));
        if (epoch < run.learningRates.length - 1) advance(run, epoch, optimizer, scheduler);
      });
    });
  }
});

describe("schedules go on from a saved state as without a break", () => {
  for (const run of runs) {
    it(titleOf(run), () => {
      const [optimizer, scheduler] = start(run);
      const middle = Math.floor(run.learningRates.length / 2);
      for (let epoch = 0; epoch < middle; epoch++) advance(run, epoch, optimizer, scheduler);
      const saved = structuredClone(scheduler.stateDict());
      const [otherOptimizer, other] = start(run);
      otherOptimizer.loadStateDict(optimizer.stateDict());
      other.loadStateDict(saved);
      expect(other.stateDict()).toEqual(scheduler.stateDict());
      for (let epoch = middle; epoch < run.learningRates.length - 1; epoch++) {
        advance(run, epoch, optimizer, scheduler);
        advance(run, epoch, otherOptimizer, other);
        expect(ratesOf(otherOptimizer)).toEqual(ratesOf(optimizer));
        expect(momentaOf(otherOptimizer)).toEqual(momentaOf(optimizer));
      }
    });
  }
});

describe("schedules check what they get", () => {
  const optimizer = new optim.SGD([tensor([1], { requiresGrad: true })], { lr: 1, momentum: 0.5 });

  it("refuse lists of another length than there are groups", () => {
    expect(() => new optim.LambdaLR(optimizer, [() => 1, () => 2])).toThrow(
      "[LambdaLR] lrLambda has 2 values, and the optimizer 1 groups",
    );
  });

  it("refuse epochs below 0", () => {
    expect(() => new optim.StepLR(optimizer, 2).step(-1)).toThrow(
      "[StepLR] invalid epoch: -1 · an epoch is a finite number ≥ 0",
    );
  });

  it("refuse to cycle a momentum that does not exist", () => {
    const adagrad = new optim.Adagrad([tensor([1], { requiresGrad: true })]);
    expect(() => new optim.CyclicLR(adagrad, 0.1, 0.2)).toThrow(
      "[CyclicLR] the optimizer has neither momentum nor betas: pass { cycleMomentum: false }",
    );
  });

  it("need to know the number of steps of one cycle, and end with it", () => {
    expect(() => new optim.OneCycleLR(optimizer, 1, { epochs: 3 })).toThrow(
      "[OneCycleLR] the number of steps is not known",
    );
    const schedule = new optim.OneCycleLR(optimizer, 1, { totalSteps: 2 });
    schedule.step();
    schedule.step();
    expect(() => schedule.step()).toThrow("[OneCycleLR] step 4 is too much · there are 2 steps");
  });

  it("take turns only if they belong to the same optimizer", () => {
    const other = new optim.SGD([tensor([1], { requiresGrad: true })], { lr: 1 });
    const schedules = [new optim.StepLR(optimizer, 2), new optim.StepLR(other, 2)] as const;
    expect(() => new optim.ChainedScheduler(schedules)).toThrow(
      "[ChainedScheduler] schedulers[1] belongs to another optimizer",
    );
    expect(() => new optim.SequentialLR(optimizer, [schedules[0]], [3])).toThrow(
      "[SequentialLR] the milestones are [3] · 1 schedules need a list of 0 integers ≥ 0",
    );
  });

  it("look at tensors, also awaited ones", async () => {
    const schedule = new optim.ReduceLROnPlateau(optimizer, { patience: 0 });
    schedule.step(tensor(1));
    await schedule.stepAsync(tensor([0.5]));
    expect(schedule.stateDict()).toMatchObject({ best: 0.5, lastEpoch: 2, numBadEpochs: 0 });
    expect(() => schedule.step(tensor([1, 2]))).toThrow("[ReduceLROnPlateau] the metric is");
  });
});
