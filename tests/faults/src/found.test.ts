/**
 * What the faults have found, each with the tensors and buffers that it was seen in.
 */
import { grad } from "@lucid/autograd";
import { type Backend, extendBackend } from "@lucid/backend";
import { createCpuBackend } from "@lucid/backend-cpu";
import { Linear, Sequential, Dropout } from "@lucid/nn";
import { Adam, LRScheduler, type Schedule, SGD } from "@lucid/optim";
import { manualSeed, rand, setDefaultBackend, Tensor, tensor } from "@lucid/tensor";
import { beforeEach, describe, expect, it } from "vitest";
import { type FaultKind, type FaultyBackend, faultyBackend } from "./faulty-backend.js";
import { createLimitedBackend } from "./limited.js";
import { values } from "./programs/program.js";

let faulty: FaultyBackend;
const other = createCpuBackend();

beforeEach(() => {
  faulty = faultyBackend(createCpuBackend());
  setDefaultBackend(faulty.backend);
});

/** How many buffers are left by work of which the n-th call fails. */
async function leftBy(kind: FaultKind, n: number, work: () => unknown): Promise<number> {
  const before = faulty.live();
  faulty.arm(kind, n);
  await expect((async () => work())()).rejects.toThrow();
  expect(faulty.disarm()).toBeInstanceOf(Error);
  return faulty.live() - before;
}

/** How many buffers are left by work that gets through. */
async function leftBySuccess(work: () => unknown): Promise<number> {
  const before = faulty.live();
  await work();
  return faulty.live() - before;
}

describe("a failure frees what was made before it", () => {
  it("in an operation of several nodes on the tape: they hold no tensor any more", async () => {
    const x = values([2, 3]).requiresGrad_();
    expect(await leftBy("memory", 3, () => x.logsumexp(1))).toBe(0);
    expect(x.storage.holds).toBe(0);
    const before = faulty.live();
    x.dispose();
    expect(faulty.live()).toBe(before - 1);
  });

  it("in a gradient that is recorded", async () => {
    const x = values([2, 3]).requiresGrad_();
    const y = x.std();
    const { holds } = x.storage;
    expect(await leftBy("kernel", 4, () => grad(y, x, { createGraph: true }))).toBe(0);
    expect(x.storage.holds).toBe(holds);
  });

  it("in gradients of several outputs", async () => {
    const x = values([2, 3]).requiresGrad_();
    const outputs = [x.sum(), x.square().sum()];
    expect(await leftBy("memory", 8, () => grad(outputs, [x]))).toBe(0);
  });

  it("when a tensor is filled from the host, or read in another order", async () => {
    expect(await leftBy("kernel", 1, () => tensor([1, 2]))).toBe(0);
    const x = values([2, 3]);
    expect(await leftBy("kernel", 1, () => x.t().dataSync())).toBe(0);
    expect(await leftBy("kernel", 1, () => String(x.t()))).toBe(0);
    expect(await leftBy("kernel", 3, () => String(values([1500])))).toBeLessThanOrEqual(1);
  });

  it("in operations that wait", async () => {
    const x = values([2, 3]);
    for (const n of [1, 2, 3]) expect(await leftBy("memory", n, () => x.atAsync([1, 0]))).toBe(0);
    expect(await leftBy("memory", 2, () => x.indexPutAsync_([[1, 0]], 5))).toBe(0);
    expect(await leftBy("kernel", 2, () => x.equalAsync(x))).toBe(0);
    const far = x.to(other);
    expect(await leftBy("kernel", 2, () => x.copyAsync_(far))).toBe(0);
  });

  it("in a backward pass that waits for another backend", async () => {
    const x = values([2, 3]).requiresGrad_();
    const loss = x.sin().to(other).square().to(faulty.backend).exp().sum();
    expect(await leftBy("memory", 4, () => loss.backwardAsync())).toBe(0);
    expect(x.grad).toBeNull();
    // The gradient is all that is left in the end; the saved values of the graph are gone.
    const saved = await leftBySuccess(() => loss.backwardAsync());
    expect(saved).toBeLessThanOrEqual(1);
  });

  it("in a module that moves, and in the state of an optimizer", async () => {
    const model = new Linear(2, 2);
    expect(await leftBy("memory", 2, () => model.to("float64"))).toBe(0);
    expect(model.weight.dtype).toBe("float32");
    const optimizer = new Adam(model.parameters());
    model(values([3, 2]))
      .sum()
      .backward();
    optimizer.step();
    expect(await leftBy("memory", 3, () => optimizer.stateDict())).toBe(0);
    const saved = optimizer.stateDict();
    const state = Object.fromEntries(
      Object.entries(saved.state).map(([key, entry]) => [
        key,
        Object.fromEntries(
          Object.entries(entry).map(([name, value]) => [name, value instanceof Tensor ? value.to(other) : value]),
        ),
      ]),
    );
    expect(await leftBy("memory", 3, () => optimizer.loadStateDictAsync({ ...saved, state }))).toBe(0);
    // The tensors that came over are gone, too: the copies have taken the place of those before.
    expect(await leftBySuccess(() => optimizer.loadStateDictAsync({ ...saved, state }))).toBe(0);
  });
});

describe("a success leaves its result alone", () => {
  it("after operations that make other tensors on the way", async () => {
    const x = values([2, 3]);
    const works: Readonly<Record<string, () => unknown>> = {
      var: () => x.var(1),
      softmax: () => x.softmax(1),
      logsumexp: () => x.logsumexp(1),
      roll: () => x.roll(1, 0),
      at: () => x.at([1, 0], [2, 2]),
      atAsync: () => x.atAsync([1, 0], [2, 2]),
      prod: () => x.prod(1),
      repeat: () => x.repeat(2, 2),
      nonzeroAsync: () => x.nonzeroAsync(),
    };
    for (const [name, work] of Object.entries(works)) expect(await leftBySuccess(work), name).toBe(1);
  });

  it("after writing in place", async () => {
    const x = values([3, 3]);
    const works: readonly (() => unknown)[] = [
      () => x.narrow(1, 0, 2).add_(x.narrow(1, 1, 2)),
      () => x.add_(x.t()),
      () => x.t().indexPut_([[0, 1]], x.narrow(0, 0, 2)),
      () => x.indexPutAsync_([[0, 1]], 5),
      () => String(x.t()),
    ];
    for (const work of works) expect(await leftBySuccess(work), String(work)).toBe(0);
  });
});

describe("random numbers", () => {
  it("are the same when a call that failed is repeated", () => {
    manualSeed(3);
    const expected = rand([4]).arraySync();
    manualSeed(3);
    faulty.arm("memory", 1);
    expect(() => rand([4])).toThrow();
    faulty.disarm();
    expect(rand([4]).arraySync()).toEqual(expected);
  });

  it("are the same when a call with wrong arguments is corrected", () => {
    const x = values([4]);
    manualSeed(3);
    const expected = values([4])
      .bernoulli_(values([4]).abs())
      .arraySync();
    manualSeed(3);
    expect(() => x.bernoulli_(values([3]).abs())).toThrow("bernoulli_");
    expect(x.bernoulli_(values([4]).abs()).arraySync()).toEqual(expected);
  });

  it("are the same when a layer fails after it has drawn", () => {
    const model = new Sequential(new Dropout(0.5), new Linear(3, 2));
    const x = values([2, 3]);
    manualSeed(3);
    const expected = model(x).detach().arraySync();
    manualSeed(3);
    faulty.arm("kernel", 2);
    expect(() => model(x)).toThrow();
    faulty.disarm();
    expect(model(x).detach().arraySync()).toEqual(expected);
  });
});

describe("a call in place that exceeds the limits of a backend", () => {
  it("is finished if one of its parts fails, and changes nothing if the first one does", () => {
    faulty = faultyBackend(createLimitedBackend());
    setDefaultBackend(faulty.backend);
    const x = tensor([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    // A part has four elements.
    faulty.arm("kernel", 2);
    x.add_(10);
    expect(faulty.disarm()).toBeInstanceOf(Error);
    expect(x.arraySync()).toEqual([11, 12, 13, 14, 15, 16, 17, 18, 19]);
    faulty.arm("kernel", 1);
    expect(() => x.add_(10)).toThrow();
    faulty.disarm();
    expect(x.arraySync()).toEqual([11, 12, 13, 14, 15, 16, 17, 18, 19]);
  });

  it("writes nothing before all that it needs has been computed", () => {
    faulty = faultyBackend(createLimitedBackend());
    setDefaultBackend(faulty.backend);
    const parameter = (): Tensor => tensor([1, 2], { requiresGrad: true });
    const steps = (fault: number): number[] => {
      const w = parameter();
      const optimizer = new Adam([w], { lr: 0.5, amsgrad: true });
      for (let i = 0; i < 2; i++) {
        w.grad = tensor([1, -2]);
        if (i === 1) faulty.arm("memory", fault);
        try {
          optimizer.step();
        } catch {
          optimizer.step();
        }
      }
      return Array.from(w.dataSync());
    };
    const expected = steps(0);
    let fault = 0;
    do {
      expect(steps(++fault)).toEqual(expected);
    } while (faulty.disarm() !== undefined);
    expect(fault).toBeGreaterThan(5);
  });
});

describe("optimizers", () => {
  it("fill all gradients with zeros, or none", () => {
    const parameters = [values([2]), values([3]), values([4])].map((x) => x.requiresGrad_());
    const optimizer = new SGD(parameters, { lr: 1 });
    for (const parameter of parameters) parameter.grad = values(parameter.shape, 5);
    const gradients = (): unknown => parameters.map(({ grad }) => grad!.arraySync());
    const before = gradients();
    faulty.arm("kernel", 1);
    expect(() => optimizer.zeroGrad(false)).toThrow();
    expect(gradients()).toEqual(before);
    faulty.arm("kernel", 2);
    optimizer.zeroGrad(false);
    faulty.disarm();
    expect(gradients()).toEqual([
      [0, 0],
      [0, 0, 0],
      [0, 0, 0, 0],
    ]);
  });

  it("use a gradient that was overwritten after a step which could not be finished", () => {
    const [w, v] = [tensor([1], { requiresGrad: true }), tensor([1], { requiresGrad: true })];
    const optimizer = new SGD([w, v], { lr: 0.5 });
    w.grad = tensor([1]);
    v.grad = tensor([1]);
    faulty.arm("lost", 2);
    expect(() => optimizer.step()).toThrow("lost");
    faulty.disarm();
    expect([w.item(), v.item()]).toEqual([0.5, 1]);
    w.grad.fill_(2);
    v.grad.fill_(2);
    optimizer.step();
    // 0.5 − 0.5 · 2 and 1 − 0.5 · 2.
    expect([w.item(), v.item()]).toEqual([-0.5, 0]);
  });
});

describe("a schedule", () => {
  it("changes no group if the rate of one of them cannot be computed", () => {
    const [w, v] = [tensor([1], { requiresGrad: true }), tensor([1], { requiresGrad: true })];
    let fails = true;
    const halving: Schedule<object> = {
      name: "Halving",
      options: {},
      required: [],
      rate: ({ lr, steps }) => {
        if (fails && lr === 0.5) throw new Error("no rate");
        return steps === 0 ? lr : lr / 2;
      },
    };
    const optimizer = new SGD([
      { params: [w], lr: 1 },
      { params: [v], lr: 0.5 },
    ]);
    const groups = (): unknown => optimizer.paramGroups.map(({ lr, initialLr }) => [lr, initialLr]);
    const before = groups();
    expect(() => new LRScheduler(halving, optimizer, {})).toThrow("no rate");
    expect(groups()).toEqual(before);
    fails = false;
    const schedule = new LRScheduler(halving, optimizer, {});
    const [after, state] = [groups(), schedule.stateDict()];
    fails = true;
    expect(() => schedule.step()).toThrow("no rate");
    expect(groups()).toEqual(after);
    expect(schedule.stateDict()).toEqual(state);
    fails = false;
    schedule.step();
    expect(schedule.getLastLr()).toEqual([0.5, 0.25]);
  });
});

describe("loadStateDict", () => {
  it("restores all tensors if one of them can never be written", async () => {
    const base: Backend = createCpuBackend();
    let broken: object | undefined;
    const backend = extendBackend(base, {
      name: "broken",
      map: (call) => {
        if (call.outputs.some(({ buffer }) => buffer === broken)) throw new Error("this buffer cannot be written");
        base.map(call);
      },
    });
    setDefaultBackend(backend);
    const model = new Sequential(new Linear(2, 2), new Linear(2, 2));
    const parameters = model.parameters();
    const state = Object.fromEntries(Object.entries(model.stateDict()).map(([key, value]) => [key, value.add(1)]));
    const read = (): unknown =>
      parameters.map(({ storage }) => [storage.version, backend.readSync!(storage.buffer, 0, 2)]);
    const before = read();
    broken = parameters[2]!.storage.buffer;
    expect(() => model.loadStateDict(state)).toThrow("this buffer cannot be written");
    expect(read()).toEqual(before);
    await expect(model.loadStateDictAsync(state)).rejects.toThrow("this buffer cannot be written");
    expect(read()).toEqual(before);
  });

  it("with an entry that cannot be read changes nothing", () => {
    const model = (): Sequential => new Sequential(new Linear(3, 4), new Linear(4, 2));
    const names = Object.keys(model().stateDict());
    for (const name of names) {
      const made = model();
      const before = made.parameters().map((parameter) => parameter.detach().arraySync());
      const state = Object.fromEntries(Object.entries(made.stateDict()).map(([key, value]) => [key, value.mul(2)]));
      state[name]!.dispose();
      expect(() => made.loadStateDict(state)).toThrow(
        `[Sequential.loadStateDict] the state does not fit: ${JSON.stringify(name)} was disposed · nothing was loaded`,
      );
      expect(made.parameters().map((parameter) => parameter.detach().arraySync())).toEqual(before);
    }
    const made = model();
    const state = made.stateDict();
    made.parameters()[2]!.dispose();
    expect(() => made.loadStateDict(state)).toThrow('the module\'s own "1.weight" was disposed');
  });
});
