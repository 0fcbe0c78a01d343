import { createCpuBackend } from "@lucid/backend-cpu";
import { ones, setDefaultBackend, type Tensor, tensor } from "@lucid/tensor";
import { describe, expect, it } from "vitest";
import { Buffer, Linear, Module, Sequential, utils } from "../../index.js";

const { AveragedModel, getEmaAvgFn, getEmaMultiAvgFn, getSwaAvgFn, getSwaMultiAvgFn, updateBn, updateBnAsync } =
  utils.swaUtils;

setDefaultBackend(createCpuBackend());

/** A layer with running statistics. */
class Statistics extends Module {
  momentum: number | null = 0.1;
  runningMean = new Buffer([0, 0]);
  readonly batches = new Buffer(tensor(0, { dtype: "int32" }));

  resetRunningStats(): void {
    this.runningMean.zero_();
    this.batches.zero_();
  }

  forward(x: Tensor): Tensor {
    if (!this.training) return x.sub(this.runningMean);
    this.batches.add_(1);
    const share = this.momentum ?? 1 / this.batches.item();
    this.runningMean.copy_(this.runningMean.mul(1 - share).add(x.detach().mean(0).mul(share)));
    return x.sub(x.mean(0));
  }
}

const valuesOf = (module: Module, name: string): unknown => module.getParameter(name).detach().arraySync();

describe("AveragedModel", () => {
  const model = (): Linear => new Linear(1, 2, { bias: false });
  const weigh = (layer: Linear, values: readonly number[]): void =>
    void layer.weight.detach().copy_(tensor(values.map((value) => [value])));

  it("begins with the first weights, and gives all weights the same share", () => {
    const layer = model();
    const average = new AveragedModel(layer);
    for (const values of [
      [1, 8],
      [2, 4],
      [6, 0],
    ]) {
      weigh(layer, values);
      average.updateParameters(layer);
    }
    expect(valuesOf(average, "module.weight")).toEqual([[3], [4]]);
    expect(average.nAveraged.item()).toBe(3);
    expect(Object.keys(average.stateDict())).toEqual(["n_averaged", "module.weight"].sort().reverse());
    expect(average(ones([1, 1])).arraySync()).toEqual([[3, 4]]);
    expect(valuesOf(layer, "weight")).toEqual([[6], [0]]);
  });

  const ways = { avgFn: { avgFn: getEmaAvgFn(0.75) }, multiAvgFn: { multiAvgFn: getEmaMultiAvgFn(0.75) } };
  it.each(Object.entries(ways))("follows %s", (_, options) => {
    const layer = model();
    const average = new AveragedModel(layer, options);
    weigh(layer, [4, -4]);
    average.updateParameters(layer);
    weigh(layer, [8, 4]);
    average.updateParameters(layer);
    weigh(layer, [1, 2]);
    average.updateParameters(layer);
    // 0.75 · (0.75 · 4 + 0.25 · 8) + 0.25 · 1, and the same of −4, 4 and 2.
    expect(valuesOf(average, "module.weight")).toEqual([[4], [-1]]);
  });

  it("goes on where a state dict ended", () => {
    const layer = model();
    const [first, second] = [new AveragedModel(layer), new AveragedModel(layer)];
    weigh(layer, [2, 2]);
    first.updateParameters(layer);
    second.loadStateDict(first.stateDict());
    weigh(layer, [4, 8]);
    second.updateParameters(layer);
    expect(valuesOf(second, "module.weight")).toEqual([[3], [5]]);
  });

  it("copies buffers, or averages them with useBuffers, those of integers too", () => {
    const layer = new Statistics();
    const set = (mean: readonly number[], count: number): void => {
      layer.runningMean.copy_(tensor(mean));
      layer.batches.copy_(tensor(count, { dtype: "int32" }));
    };
    const copied = new AveragedModel(layer);
    const averaged = new AveragedModel(layer, { useBuffers: true });
    for (const [mean, count] of [
      [[1, 2], 4],
      [[3, 6], 7],
    ] as const) {
      set(mean, count);
      copied.updateParameters(layer);
      averaged.updateParameters(layer);
    }
    const means = [copied, averaged].map((module) => module.getBuffer("module.runningMean").arraySync());
    expect(means).toEqual([
      [3, 6],
      [2, 4],
    ]);
    const counts = [copied, averaged].map((module) => module.getBuffer("module.batches").item());
    expect(counts).toEqual([7, 5]);
  });

  it("refuses wrong models and options, and changes nothing then", () => {
    const layer = model();
    const average = new AveragedModel(layer);
    const before = valuesOf(average, "module.weight");
    expect(() => average.updateParameters(new Linear(1, 2))).toThrow("[AveragedModel] the model has 2 parameters");
    expect(() => average.updateParameters(new Linear(2, 2, { bias: false }))).toThrow("[AveragedModel]");
    expect(valuesOf(average, "module.weight")).toEqual(before);
    expect(average.nAveraged.item()).toBe(0);
    const both = { avgFn: getSwaAvgFn(), multiAvgFn: getSwaMultiAvgFn() };
    expect(() => new AveragedModel(layer, both)).toThrow("[AveragedModel] avgFn and multiAvgFn are both given");
    expect(() => new AveragedModel(layer, { avgFunction: null } as never)).toThrow('unknown option "avgFunction"');
    expect(() => new AveragedModel({} as never)).toThrow("[AveragedModel] an object is not a module");
    expect(() => getEmaAvgFn(1.5)).toThrow("[getEmaAvgFn] decay is 1.5");
    expect(() => getEmaMultiAvgFn(-1)).toThrow("[getEmaMultiAvgFn] decay is -1");
  });

  it("keeps what it was where an averaging function throws halfway", () => {
    const layer = model();
    const average = new AveragedModel(layer, {
      multiAvgFn: ([own]) => {
        own!.fill_(9);
        throw new Error("halfway");
      },
    });
    const before = valuesOf(average, "module.weight");
    expect(() => average.updateParameters(layer)).toThrow("halfway");
    expect(valuesOf(average, "module.weight")).toEqual(before);
  });
});

describe("updateBn", () => {
  const data = [tensor([[1, 2]]), [tensor([[3, 6]]), "a label"], tensor([[5, 1]])] as const;

  it("averages the statistics of all data, and leaves modes and momenta as they were", async () => {
    for (const update of [updateBn, updateBnAsync]) {
      const statistics = new Statistics();
      const model = new AveragedModel(new Sequential(statistics, new Linear(2, 1)));
      model.eval();
      const [inner] = model.modules().filter((module) => module instanceof Statistics);
      (inner as Statistics).training = true;
      await update(data, model);
      expect(model.getBuffer("module.0.runningMean").arraySync()).toEqual([3, 3]);
      expect((inner as Statistics).momentum).toBe(0.1);
      expect([model.training, (inner as Statistics).training]).toEqual([false, true]);
      expect(statistics.runningMean.arraySync()).toEqual([0, 0]);
    }
  });

  it("does not read data for a model without such layers", () => {
    let read = 0;
    const loader = {
      *[Symbol.iterator]() {
        read++;
        yield ones([1, 2]);
      },
    };
    updateBn(loader, new Linear(2, 1));
    expect(read).toBe(0);
  });

  it("refuses other data, and restores the layers then", () => {
    const statistics = new Statistics();
    expect(() => updateBn([[1]] as never, statistics)).toThrow("[updateBn] the data hold");
    expect(statistics.momentum).toBe(0.1);
    expect(() => updateBn([], 3 as never)).toThrow("[updateBn] 3 is not a module");
  });
});
