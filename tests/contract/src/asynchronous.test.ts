/**
 * Backends that cannot be read synchronously. Every function that would read throws an error that names an asynchronous
 * alternative, and that alternative works.
 */
import * as autograd from "@lucid/autograd";
import { type Backend, BackendError, extendBackend } from "@lucid/backend";
import { createCpuBackend } from "@lucid/backend-cpu";
import { Linear, Module, Parameter } from "@lucid/nn";
import { Adam, SGD } from "@lucid/optim";
import * as t from "@lucid/tensor";
import { slice, Tensor, tensor } from "@lucid/tensor";
import { describe, expect, it } from "vitest";

const cpu: Backend = createCpuBackend();

/** A backend like cpu that cannot be read synchronously. It counts reads. */
function asynchronous(): { readonly backend: Backend; readonly reads: () => number } {
  const base = createCpuBackend();
  let reads = 0;
  const backend = extendBackend(base, {
    name: "asynchronous",
    readSync: undefined,
    hostView: undefined,
    read(buffer, start, length) {
      reads++;
      return base.read(buffer, start, length);
    },
  });
  return { backend, reads: () => reads };
}

const { backend: slow } = asynchronous();
const dtype = "float64";
const on = (data: t.TensorData, requiresGrad = false): Tensor => tensor(data, { backend: slow, dtype, requiresGrad });
/** A mask that was computed on the device, so its values are not known on the host. */
const computedMask = (): Tensor => on([1, 0, 3]).gt(0.5);

/** A call of the alternative that the error names. */
type Call = (form: (...args: readonly unknown[]) => unknown) => unknown;

/** A synchronous function that reads. */
interface Form {
  readonly sync: () => unknown;
  /** The object that has the asynchronous alternative. */
  readonly owner: () => object;
  readonly call: Call;
  /** The result of the asynchronous alternative, as plain data. */
  readonly expected: unknown;
}

/** Makes the entries for a function and for the method of the same name. */
function both(name: string, x: () => Tensor, args: () => readonly unknown[], expected: unknown): Record<string, Form> {
  const functions = t as unknown as Record<string, (...args: readonly unknown[]) => unknown>;
  const methods = (): Record<string, (...args: readonly unknown[]) => unknown> => x() as never;
  return {
    [name]: {
      sync: () => functions[name]!(x(), ...args()),
      owner: () => t,
      call: (form) => form(x(), ...args()),
      expected,
    },
    [`Tensor.${name}`]: {
      sync: () => methods()[name]!(...args()),
      owner: () => Tensor.prototype,
      call: (form) => Reflect.apply(form, x(), args()),
      expected,
    },
  };
}

const onTensor = (
  name: "item" | "data" | "array",
  sync: (x: Tensor) => unknown,
  x: () => Tensor,
  expected: unknown,
): Form => ({
  sync: () => sync(x()),
  owner: () => Tensor.prototype,
  call: (form) => Reflect.apply(form, x(), []),
  expected: name === "data" ? { data: expected } : expected,
});

const x3 = (): Tensor => on([1, 2, 3]);
const far = (): Tensor => on([4, 5, 6]);
const cube = (x: Tensor): Tensor => x.pow(3);

function layerState(): { readonly layer: Linear; readonly dict: Record<string, Tensor> } {
  const layer = new Linear(1, 1, { backend: cpu });
  return { layer, dict: { weight: tensor([[2]], { backend: slow }), bias: tensor([3], { backend: slow }) } };
}

function optimizerState() {
  const weight = tensor([1], { backend: cpu, requiresGrad: true });
  const optimizer = new SGD([weight], { lr: 0.5, momentum: 0.5 });
  const saved = optimizer.stateDict();
  const dict = { ...saved, state: { 0: { momentumBuffer: tensor([8], { backend: slow }) } } };
  return { weight, optimizer, dict };
}

/** Makes the entry for a function that differentiates another function. */
function derivative(name: "vjp" | "hvp" | "vhp" | "jacobian" | "hessian", expected: unknown): Form {
  const functions = autograd as unknown as Record<string, (...args: readonly unknown[]) => unknown>;
  const matrix = name === "jacobian" || name === "hessian";
  const args = (): readonly unknown[] => [
    (x: Tensor) => x.to(slow).pow(3).sum(),
    tensor([1, 2], { backend: cpu }),
    ...(matrix || name === "vjp" ? [] : [tensor([1, 10], { backend: cpu })]),
  ];
  return {
    sync: () => functions[name]!(...args()),
    owner: () => autograd,
    async call(form) {
      const found = await form(...args());
      return matrix ? found : (found as readonly Tensor[])[1];
    },
    expected,
  };
}

const forms: Readonly<Record<string, Form>> = {
  dataSync: onTensor("data", (x) => x.dataSync(), x3, [1, 2, 3]),
  arraySync: onTensor("array", (x) => x.arraySync(), x3, [1, 2, 3]),
  tolist: onTensor("array", (x) => x.tolist(), x3, [1, 2, 3]),
  toJSON: onTensor("array", (x) => JSON.stringify(x), x3, [1, 2, 3]),
  item: onTensor(
    "item",
    (x) => x.item(),
    () => on(7),
    7,
  ),
  ...both("at", x3, () => [computedMask()], [1, 3]),
  ...both("nonzero", x3, () => [], [[0], [1], [2]]),
  ...both(
    "unique",
    () => on([3, 1, 3]),
    () => [],
    [1, 3],
  ),
  ...both(
    "uniqueConsecutive",
    () => on([3, 1, 1]),
    () => [],
    [3, 1],
  ),
  ...both(
    "bincount",
    () => tensor([0, 2, 2], { backend: slow, dtype: "int32" }),
    () => [],
    [1, 0, 2],
  ),
  ...both("repeatInterleave", x3, () => [tensor([2, 0, 1], { dtype: "int32", backend: slow })], [1, 1, 3]),
  ...both("maskedSelect", x3, () => [computedMask()], [1, 3]),
  ...both("indexPut_", x3, () => [[computedMask()], on([8, 9])], [8, 2, 9]),
  ...both("to", x3, () => [cpu], [1, 2, 3]),
  ...both("allclose", x3, () => [on([1, 2, 3.5])], false),
  ...both("equal", x3, () => [x3()], true),
  ...both(
    "copy_",
    () => tensor([0, 0, 0], { backend: cpu, dtype }),
    () => [far()],
    [4, 5, 6],
  ),
  gradcheck: {
    sync: () => autograd.gradcheck(cube, [on([1, 2], true)]),
    owner: () => autograd,
    call: (form) => form(cube, [on([1, 2], true)]),
    expected: true,
  },
  gradgradcheck: {
    sync: () => autograd.gradgradcheck(cube, [on([1, 2], true)]),
    owner: () => autograd,
    call: (form) => form(cube, [on([1, 2], true)]),
    expected: true,
  },
  backward: {
    sync: () => tensor([1, 2], { backend: cpu, requiresGrad: true }).to(slow).square().sum().backward(),
    owner: () => Tensor.prototype,
    async call(form) {
      const x = tensor([1, 2], { backend: cpu, requiresGrad: true });
      await Reflect.apply(form, x.to(slow).square().sum(), []);
      return x.grad;
    },
    expected: [2, 4],
  },
  vjp: derivative("vjp", [3, 12]),
  hvp: derivative("hvp", [6, 120]),
  vhp: derivative("vhp", [6, 120]),
  jacobian: derivative("jacobian", [3, 12]),
  hessian: derivative("hessian", [
    [6, 0],
    [0, 12],
  ]),
  "grad of tensors": {
    sync() {
      const x = tensor([1, 2], { backend: cpu, requiresGrad: true });
      return autograd.grad(x.to(slow).square().sum(), [x]);
    },
    owner: () => autograd,
    async call(form) {
      const x = tensor([1, 2], { backend: cpu, requiresGrad: true });
      const [gradient] = (await form(x.to(slow).square().sum(), [x])) as readonly Tensor[];
      return gradient;
    },
    expected: [2, 4],
  },
  "Module.to": {
    sync: () => new Linear(1, 1, { backend: slow }).to(cpu),
    owner: () => Module.prototype,
    async call(form) {
      const layer = new Linear(1, 1, { backend: slow });
      await Reflect.apply(form, layer, [cpu]);
      return layer.parameters().map(({ backend }) => backend.name);
    },
    expected: ["cpu", "cpu"],
  },
  "Module.loadStateDict": {
    sync() {
      const { layer, dict } = layerState();
      return layer.loadStateDict(dict);
    },
    owner: () => Module.prototype,
    async call(form) {
      const { layer, dict } = layerState();
      await Reflect.apply(form, layer, [dict]);
      return layer.weight.detach();
    },
    expected: [[2]],
  },
  "Optimizer.loadStateDict": {
    sync() {
      const { optimizer, dict } = optimizerState();
      return optimizer.loadStateDict(dict);
    },
    owner: () => SGD.prototype,
    async call(form) {
      const { weight, optimizer, dict } = optimizerState();
      await Reflect.apply(form, optimizer, [dict]);
      weight.grad = tensor([2], { backend: cpu });
      optimizer.step();
      // The momentum is 0.5 · 8 + 2, and the weight 1 − 0.5 · 6.
      return weight.detach();
    },
    expected: [-2],
  },
};

/** A result as plain data, read without blocking. */
async function plain(value: unknown): Promise<unknown> {
  if (value instanceof Tensor) return value.array();
  return ArrayBuffer.isView(value) ? { data: Array.from(value as Float64Array) } : value;
}

function errorOf(call: () => unknown): BackendError {
  try {
    call();
  } catch (error) {
    expect(error).toBeInstanceOf(BackendError);
    return error as BackendError;
  }
  throw new Error("nothing was thrown");
}

describe("a form that reads", () => {
  it.each(Object.entries(forms))(
    "%s names a form that exists and works",
    async (_, { sync, owner, call, expected }) => {
      const { message } = errorOf(sync);
      const name = /· use await (\w+)\(\)$/.exec(message)?.[1];
      expect(name, message).toBeDefined();
      const form = (owner() as Readonly<Record<string, unknown>>)[name!];
      expect(form, `${message}: there is no ${name}`).toBeTypeOf("function");
      expect(await plain(await call(form as never))).toEqual(expected);
    },
  );

  it("has an entry here for every asynchronous form", () => {
    const named = (owner: object): string[] =>
      Object.getOwnPropertyNames(owner).filter((name) => /Async_?$/.test(name));
    const methods = [Tensor, Module, Object.getPrototypeOf(SGD.prototype).constructor as object].flatMap((type) =>
      named((type as typeof Tensor).prototype),
    );
    const tested = Object.values(forms).map(({ sync }) => /use await (\w+)/.exec(errorOf(sync).message)?.[1]);
    // toString throws no error: it prints the tensor without its elements.
    const missing = [...named(t), ...named(autograd), ...methods].filter((name) => !tested.includes(name));
    expect([...new Set(missing)]).toEqual(["toStringAsync"]);
  });

  it("text shows elements after a wait", async () => {
    expect(String(x3())).toBe("Tensor(shape=[3], dtype=float64, backend=asynchronous)");
    expect(await x3().toStringAsync()).toBe("Tensor([1, 2, 3], dtype=float64)");
    const x = on([1, 2], true);
    await x.square().sum().backwardAsync();
    expect(await x.toStringAsync()).toBe("Tensor([1, 2], dtype=float64, grad=[2, 4])");
    const long = t.arange(2000, { backend: slow });
    expect(await long.toStringAsync()).toBe(String(t.arange(2000, { backend: cpu })));
    long.dispose();
    await expect(long.toStringAsync()).rejects.toThrow("[toStringAsync] the tensor was disposed");
  });

  it("copyAsync_ keeps gradients, and broadcasts and converts as copy_ does", async () => {
    const source = tensor([1.5, 2.5], { backend: slow, requiresGrad: true });
    const target = await t.zeros([2, 2], { backend: cpu }).copyAsync_(source);
    expect(target.detach().arraySync()).toEqual([
      [1.5, 2.5],
      [1.5, 2.5],
    ]);
    await target.square().sum().backwardAsync();
    expect(await source.grad!.array()).toEqual([6, 10]);
    const whole = tensor([0, 0], { backend: cpu, dtype: "int32" });
    expect((await whole.copyAsync_(source.detach())).arraySync()).toEqual([1, 2]);
    await expect(whole.copyAsync_(on([1, 2, 3]))).rejects.toThrow("copyAsync_");
  });
});

describe("masks and indices that came from the host", () => {
  it("are never read from the device", () => {
    const { backend, reads } = asynchronous();
    const x = tensor([10, 20, 30], { backend });
    const mask = tensor([true, false, true], { backend });
    const results = [
      x.at([true, false, true]),
      x.at(mask),
      x.maskedSelect(mask),
      x.at([0, -1]),
      x.clone().indexPut_([mask], tensor([1, 2], { backend })),
      x.clone().indexPut_([[false, true, true]], tensor([1, 2], { backend })),
    ];
    expect(reads()).toBe(0);
    expect(results.map(({ shape }) => shape)).toEqual([[2], [2], [2], [2], [3], [3]]);
    expect(() => x.at([0, 5])).toThrow("[at] index 5 is out of range for size 3");
    expect(reads()).toBe(0);
  });

  it("select the right elements, also as views", async () => {
    const x = on([10, 20, 30]);
    const table = tensor(
      [
        [true, false, true],
        [false, true, false],
      ],
      { backend: slow },
    );
    expect(await x.at(table.select(0, 0)).array()).toEqual([10, 30]);
    expect(await x.at(table.select(0, 1)).array()).toEqual([20]);
    expect(await x.maskedSelect(table).array()).toEqual([10, 30, 20]);
    expect(
      await x
        .clone()
        .indexPut_([[true, true, false]], on([1, 2]))
        .array(),
    ).toEqual([1, 2, 30]);
  });

  it("are read after they were written on the device", async () => {
    const x = on([10, 20, 30]);
    const mask = tensor([true, false, true], { backend: slow });
    mask.logicalNot_();
    expect(() => x.at(mask)).toThrow("use await atAsync()");
    expect(await (await x.atAsync(mask)).array()).toEqual([20]);
  });

  it("may be masks on a backend that can be read", async () => {
    expect(
      await on([10, 20, 30])
        .at(tensor([1, 0, 3], { backend: cpu }).gt(0.5))
        .array(),
    ).toEqual([10, 30]);
  });
});

describe("a backend whose members throw at once", () => {
  it("causes rejected promises", async () => {
    const base = createCpuBackend();
    const broken = extendBackend(base, {
      name: "broken",
      readSync: undefined,
      hostView: undefined,
      copyFrom: undefined,
      read: () => {
        throw new BackendError("read", "the device does not answer", ["broken"]);
      },
    });
    const x = tensor([1, 2, 3], { backend: broken });
    const mask = x.gt(1);
    const w = tensor([1, 2], { backend: broken, requiresGrad: true });
    const layer = new Linear(1, 1, { backend: broken });
    const target = tensor([0, 0, 0], { backend: cpu });
    const calls: readonly (() => Promise<unknown>)[] = [
      () => x.data(),
      () => x.array(),
      () => x.sum().itemAsync(),
      () => x.toStringAsync(),
      () => x.atAsync(mask),
      () => x.nonzeroAsync(),
      () => x.maskedSelectAsync(mask),
      () => x.indexPutAsync_([mask], tensor([1, 2], { backend: broken })),
      () => x.toAsync(cpu),
      () => x.allcloseAsync(1),
      () => x.equalAsync(x),
      () => target.copyAsync_(x),
      () => w.square().sum().backwardAsync(),
      () => autograd.gradcheckAsync(cube, [w]),
      () => autograd.gradgradcheckAsync(cube, [w]),
      () => layer.toAsync(cpu),
      () => new Linear(1, 1, { backend: cpu }).loadStateDictAsync(layer.stateDict()),
    ];
    for (const call of calls) {
      const promise = call();
      expect(promise, String(call)).toBeInstanceOf(Promise);
      await expect(promise, String(call)).rejects.toThrow("the device does not answer");
    }
    expect(w.grad).toBeNull();
    expect(target.arraySync()).toEqual([0, 0, 0]);
  });
});

describe("hooks and callbacks that return promises are refused", () => {
  const layer = (): Linear => new Linear(1, 1, { backend: cpu });
  const one = (): Tensor => tensor([[1]], { backend: cpu, requiresGrad: true });
  const later = async (): Promise<void> => {};

  it.each<readonly [string, () => unknown]>([
    [
      "registerForwardPreHook",
      () => {
        const module = layer();
        module.registerForwardPreHook(later as never);
        module(one());
      },
    ],
    [
      "registerForwardHook",
      () => {
        const module = layer();
        module.registerForwardHook(later as never);
        module(one());
      },
    ],
    [
      "registerFullBackwardHook",
      () => {
        const module = layer();
        module.registerFullBackwardHook(later as never);
        module(one()).sum().backward();
      },
    ],
    [
      "registerHook",
      () => {
        const x = one();
        x.registerHook(later as never);
        x.sum().backward();
      },
    ],
    ["apply", () => layer().apply(later as never)],
    ["enableGrad", () => new Adam([new Parameter(one().detach())]).step(later)],
  ])("%s", (name, call) => {
    expect(call).toThrow(`${name}] the callback returned a promise`);
  });
});

it("training runs without a synchronous read", async () => {
  const { backend } = asynchronous();
  const layer = new Linear(1, 1, { backend });
  await layer.loadStateDictAsync({ weight: tensor([[0]], { backend: cpu }), bias: tensor([0], { backend: cpu }) });
  const optimizer = new SGD(layer.parameters(), { lr: 0.25 });
  const x = tensor([[1], [-1]], { backend });
  const y = x.mul(2).add(1);
  for (let step = 0; step < 20; step++) {
    optimizer.zeroGrad();
    await layer(x).sub(y).square().mean().backwardAsync();
    optimizer.step();
  }
  // The line is y = 2x + 1; every step halves the error.
  expect(await layer.weight.itemAsync()).toBeCloseTo(2, 5);
  expect(await layer.bias!.itemAsync()).toBeCloseTo(1, 5);
  expect(await layer(x).at(slice(0, 1)).array()).toEqual([[expect.closeTo(3, 5)]]);
});
