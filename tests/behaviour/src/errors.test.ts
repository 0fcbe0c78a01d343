/**
 * What users are told about their mistakes: the class of the error, the operation they called, the values, the rule and,
 * where one would work, a remedy.
 */
import {
  ArgumentError,
  AutogradError,
  BackendError,
  DisposedError,
  DTypeError,
  IndexOutOfRangeError,
  LucidError,
  ShapeError,
  StateError,
} from "@lucid/backend";
import {
  arange,
  cat,
  createCpuBackend,
  enableGrad,
  eye,
  full,
  grad,
  gradcheck,
  isGradEnabled,
  linspace,
  manualSeed,
  nn,
  noGrad,
  ones,
  optim,
  randint,
  scope,
  setDefaultBackend,
  stack,
  type Tensor,
  tensor,
  valueAndGrad,
  zeros,
} from "@lucid/lucid";
import * as t from "@lucid/tensor";
import { beforeEach, describe, expect, it } from "vitest";

beforeEach(() => setDefaultBackend(createCpuBackend()));

/** A value of a wrong type. */
const wrong = (value: unknown): never => value as never;
const integers = (...values: number[]): Tensor => tensor(values, { dtype: "int32" });
const matrix = (): Tensor =>
  tensor([
    [1, 2, 3],
    [4, 5, 6],
  ]);
const weight = (): Tensor => tensor([1, 2], { requiresGrad: true });
const disposed = (): Tensor => {
  const x = ones([2]);
  x.dispose();
  return x;
};
const elsewhere = (shape: readonly number[]): Tensor => ones(shape, { backend: createCpuBackend() });

type ErrorClass = abstract new (...args: never) => LucidError;
type Mistake = readonly [code: () => unknown, kind: ErrorClass, text: string];

/** Each mistake throws an error of its class whose text begins as given. */
function check(mistakes: readonly Mistake[]): void {
  for (const [code, kind, text] of mistakes) {
    let error: unknown;
    try {
      code();
    } catch (thrown) {
      error = thrown;
    }
    expect(String(error)).toContain(text);
    expect(error, text).toBeInstanceOf(kind);
    expect(text).toBe(`[${(error as LucidError).operation}] ${text.slice(text.indexOf("] ") + 2)}`);
  }
}

describe("shapes", () => {
  it("that do not fit", () => {
    const x = matrix();
    check([
      [
        () => x.add(ones([2, 2])),
        ShapeError,
        "[add] shapes do not broadcast: [2, 3] · [2, 2] · aligned at the last dimension, sizes must be equal or 1 (3 ≠ 2)",
      ],
      [() => x.matmul(x), ShapeError, "[matmul] inner dimensions differ: [2, 3] · [2, 3] (3 ≠ 2)"],
      [() => x.reshape(4), ShapeError, "[reshape] [2, 3] cannot be reshaped to [4] (6 ≠ 4 elements)"],
      [() => x.view(-1, -1), ArgumentError, "[view] −1 twice in [-1, -1]"],
      [() => x.expand(3, 3), ShapeError, "[expand] [2, 3] does not expand to [3, 3]"],
      [() => cat([x, ones([2, 2, 2])]), ShapeError, "[cat] shapes do not line up along dim 0: [2, 3] · [2, 2, 2]"],
      [() => cat([]), ArgumentError, "[cat] there is no tensor"],
      [() => stack([x, ones([3])]), ShapeError, "[stack] shapes differ: [2, 3] · [3]"],
      [() => x.clone().copy_(ones([5])), ShapeError, "[copy_] shapes do not broadcast: [2, 3] · [5]"],
      [() => x.clone().indexPut_([0], ones([7])), ShapeError, "[indexPut_] shapes do not broadcast: [3] · [7]"],
      [() => x.permute(0), ArgumentError, "[permute] 1 dims for the shape [2, 3]: [0]"],
      [() => x.permute(0, 0), ArgumentError, "[permute] dim 0 appears twice: [0, 0]"],
      [() => x.split([1, 5]), ArgumentError, "[split] the sizes [1, 5] add up to 6"],
      [() => x.unfold(0, 9, 1), ArgumentError, "[unfold] a window of 9 in dim 0 of [2, 3]"],
      [() => x.item(), ShapeError, "[item] a tensor of shape [2, 3] has 6 elements"],
      [() => zeros([0]).max(), ArgumentError, "[max] nothing to choose from: shape [0]"],
      [() => zeros([-1]), ArgumentError, "[zeros] size -1 in [-1]"],
      [() => ones([1.5]), ArgumentError, "[ones] size 1.5 is not an integer"],
      [
        () => ones(wrong("3")),
        ArgumentError,
        '[ones] the shape is "3" · a shape is a list of sizes, or the sizes one by one · write ones([2, 3]) or ones(2, 3)',
      ],
      [() => eye(-1), ArgumentError, "[eye] the number of rows is -1"],
      [() => arange(0, 5, 0), ArgumentError, "[arange] a step of 0 never leads from 0 to 5"],
      [() => linspace(0, 1, -2), ArgumentError, "[linspace] the number of steps is -2"],
      [() => randint(0, 0, [2]), ArgumentError, "[randint] there are no 32-bit integers to draw from: 0 ≤ value < 0"],
    ]);
  });

  it("and indices that are out of range", () => {
    const x = matrix();
    check([
      [() => x.at(5), IndexOutOfRangeError, "[at] index 5 is out of range for size 2"],
      [() => x.at(-3), IndexOutOfRangeError, "[at] index -3 is out of range for size 2"],
      [() => x.at(0, 0, 0), ArgumentError, "[at] indices for 3 dimensions of the shape [2, 3] · there are 2"],
      [() => x.at([0, 9]), IndexOutOfRangeError, "[at] index 9 is out of range for size 2"],
      [
        () => x.gather(1, integers(9).reshape(1, 1)),
        IndexOutOfRangeError,
        "[gather] index 9 is out of range for size 3",
      ],
      [() => x.indexSelect(0, integers(2)), IndexOutOfRangeError, "[indexSelect] index 2 is out of range for size 2"],
      [() => x.take(integers(6)), IndexOutOfRangeError, "[take] index 6 is out of range for size 6"],
      [
        () => x.scatterAdd(1, integers(3).reshape(1, 1), ones([1, 1])),
        IndexOutOfRangeError,
        "[scatterAdd] index 3 is out of range for size 3",
      ],
      [
        () => x.indexAdd(0, integers(2), ones([1, 3])),
        IndexOutOfRangeError,
        "[indexAdd] index 2 is out of range for size 2",
      ],
      [() => x.clone().indexPut_([[7]], 1), IndexOutOfRangeError, "[indexPut_] index 7 is out of range for size 2"],
      [() => x.select(0, 7), IndexOutOfRangeError, "[select] index 7 is out of range for size 2"],
      [() => x.narrow(0, 1, 5), IndexOutOfRangeError, "[narrow] end 6 is out of range for size 2"],
      [
        () => x.sum(5),
        IndexOutOfRangeError,
        "[sum] dim 5 is out of range for size 2 · a tensor with 2 dimensions has the dims -2 to 1",
      ],
      [() => x.softmax(2), IndexOutOfRangeError, "[softmax] dim 2 is out of range for size 2"],
      [() => x.squeeze(9), IndexOutOfRangeError, "[squeeze] dim 9 is out of range for size 2"],
      [() => x.sum(0.5), ArgumentError, "[sum] dim 0.5 is not an integer"],
      [() => x.topk(9), ArgumentError, "[topk] k is 9 along dim 1 of [2, 3]"],
    ]);
  });
});

describe("data and element types", () => {
  it("of which no tensor can be made", () => {
    check([
      [
        () => tensor(wrong([[1, 2], [3]])),
        ArgumentError,
        "[Tensor] the data are ragged: a list of 1 at [1] where a list of 2 should be",
      ],
      [
        () => tensor(wrong([1, [2]])),
        ArgumentError,
        "[Tensor] the data are ragged: a list at [1] where a number should be",
      ],
      [() => tensor(wrong(["a"])), ArgumentError, '[Tensor] cannot make a tensor of "a"'],
      [() => tensor(wrong([null])), ArgumentError, "[Tensor] cannot make a tensor of null"],
      [() => tensor(wrong(undefined)), ArgumentError, "[Tensor] cannot make a tensor of undefined"],
      [() => tensor(wrong(1n)), ArgumentError, "[Tensor] cannot make a tensor of 1"],
      [
        () => tensor([1], { dtype: wrong("long") }),
        DTypeError,
        '[Tensor] unknown dtype "long" · dtypes are float32, float64, float16, bfloat16, int32, uint8, bool · use "int32"',
      ],
      [() => tensor([1], { backend: wrong({}) }), BackendError, "[Tensor] an object is not a backend"],
      [() => zeros([1], { backend: wrong("cpu") }), BackendError, '[zeros] "cpu" is not a backend'],
      [() => full([2], wrong("x")), ArgumentError, '[full] the value is not a number: "x"'],
      [() => manualSeed(wrong("x")), ArgumentError, '[manualSeed] "x" is no seed'],
    ]);
  });

  it("that do not fit an operation", () => {
    const x = matrix();
    check([
      [() => x.to(wrong("foo")), DTypeError, '[to] unknown dtype "foo"'],
      [() => tensor([true]).sub(true), DTypeError, "[sub] is not defined for bool"],
      [() => integers(1, 2).mean(), DTypeError, "[mean] needs a floating type: got int32"],
      [() => x.gather(1, ones([1, 1])), DTypeError, "[gather] the index is float32 · an index is int32"],
      [() => x.maskedFill(x, 1), DTypeError, "[maskedFill] the mask is float32 · a mask is bool"],
      [() => integers(1).requiresGrad_(), DTypeError, "[requiresGrad] a int32 tensor cannot require a gradient"],
      [() => x.matmul(x.t().to("float64")), DTypeError, "[matmul] element types differ: float32 · float64"],
    ]);
  });
});

describe("autograd", () => {
  it("refuses what has no gradient", () => {
    const w = weight();
    check([
      [() => integers(1).backward(), AutogradError, "[backward] the tensor [1] does not require a gradient"],
      [
        () => w.mul(2).backward(),
        AutogradError,
        "[backward] the tensor has 2 elements: [2] · only a single number has a gradient of its own · reduce it first",
      ],
      [
        () => {
          const loss = w.exp().sum();
          loss.backward();
          loss.backward();
        },
        AutogradError,
        "[backward] the graph through [sum] was freed by an earlier backward",
      ],
      [() => w.sum().backward(wrong("x")), ArgumentError, '[backward] the gradient is "x" · a gradient is a tensor'],
      [() => w.backward(wrong([1, 2])), ArgumentError, "[backward] the gradient is [1, 2]"],
      [
        () => w.mul(1).backward(elsewhere([2])),
        BackendError,
        "[backward] the gradient lives on another backend: cpu #",
      ],
      [() => w.mul(1).backward(disposed()), DisposedError, "[backward] the gradient was disposed"],
      [
        () => {
          w.grad = wrong("x");
        },
        ArgumentError,
        '[grad] the gradient is "x" · a gradient is a tensor, or null',
      ],
      [
        () => {
          w.grad = ones([3]);
        },
        ShapeError,
        "[grad] the gradient is [3], the tensor [2]",
      ],
      [
        () => {
          w.grad = ones([2], { dtype: "float64" });
        },
        DTypeError,
        "[grad] the gradient is float64, the tensor float32",
      ],
      [
        () => {
          w.grad = elsewhere([2]);
        },
        BackendError,
        "[grad] the gradient lives on another backend",
      ],
      [() => w.registerHook(wrong(null)), ArgumentError, "[registerHook] null is not a function"],
      [() => noGrad(wrong(null)), ArgumentError, "[noGrad] null is not a function"],
      [() => enableGrad(wrong("x")), ArgumentError, '[enableGrad] "x" is not a function'],
      [() => scope(wrong(null)), ArgumentError, "[scope] null is not a function"],
      [() => grad(wrong(null)), ArgumentError, "[grad] null is not a function"],
      [() => valueAndGrad(wrong(3)), ArgumentError, "[grad] 3 is not a function"],
      [() => gradcheck(wrong(3), [w]), ArgumentError, "[gradcheck] 3 is not a function"],
    ]);
    expect(isGradEnabled()).toBe(true);
    // The one that got through its first backward.
    expect(w.grad!.shape).toEqual([2]);
  });
});

describe("backends and memory", () => {
  it("refuse tensors of different backends, and disposed ones", () => {
    const x = matrix();
    check([
      [() => x.add(elsewhere([2, 3])), BackendError, "[add] tensors live on different backends: cpu #"],
      [() => x.matmul(elsewhere([3, 2])), BackendError, "[matmul] tensors live on different backends"],
      [() => x.clone().add_(elsewhere([2, 3])), BackendError, "[add_] tensors live on different backends"],
      [() => disposed().add(1), DisposedError, "[add] the tensor was disposed"],
      [() => disposed().sum(), DisposedError, "[sum] the tensor was disposed"],
      [() => disposed().reshape(2, 1), DisposedError, "[reshape] the tensor was disposed"],
      [() => disposed().fill_(1), DisposedError, "[fill_] the tensor was disposed"],
      [() => disposed().detach().add(1), DisposedError, "[add] the tensor was disposed"],
      [() => disposed().to(createCpuBackend()), DisposedError, "[to] the tensor was disposed"],
      [() => disposed().dataSync(), DisposedError, "[dataSync] the tensor was disposed"],
      [() => setDefaultBackend(wrong(null)), BackendError, "[setDefaultBackend] null is not a backend"],
      [() => x.to(wrong([])), BackendError, "[to] [] is neither an element type nor a backend"],
    ]);
    // Two backends of one name are numbered; the numbers depend on which were named before.
    expect(() => x.add(elsewhere([2, 3]))).toThrow(
      /: cpu #\d+ · cpu #\d+ · an operation needs all its tensors on one backend · move one with t\.to\(backend\)$/,
    );
  });
});

describe("modules, losses and optimizers", () => {
  it("refuse wrong arguments", () => {
    const x = matrix();
    const linear = new nn.Linear(3, 2);
    const call = linear as unknown as (...args: unknown[]) => unknown;
    const huber = new nn.HuberLoss();
    const F = nn.functional;
    check([
      [() => call(ones([2])), ShapeError, "[linear] input and weight do not fit: [2] · [2, 3] (2 ≠ 3)"],
      [() => call([1, 2, 3]), ArgumentError, "[linear] the input is not a tensor: [1, 2, 3]"],
      [() => call(null), ArgumentError, "[linear] the input is not a tensor: null"],
      [() => call(), ArgumentError, "[linear] the input is not a tensor: undefined"],
      [() => call(x, x), ArgumentError, "[Linear] got 2 arguments · forward takes 1"],
      [() => call(integers(1, 2, 3)), DTypeError, "[linear] element types differ: int32 · float32"],
      [() => new nn.Linear(wrong("x"), 1), ArgumentError, '[Linear] inFeatures is "x"'],
      [() => new nn.Linear(Number.NaN, 2), ArgumentError, "[Linear] inFeatures is NaN"],
      [() => new nn.Dropout(2), ArgumentError, "[Dropout] p is 2 · p is a number from 0 to 1"],
      [() => new nn.HuberLoss({ delta: 0 }), ArgumentError, "[HuberLoss] delta is 0 · delta is a number above 0"],
      [() => new nn.HuberLoss({ delta: Number.NaN }), ArgumentError, "[HuberLoss] delta is NaN"],
      [() => new nn.HuberLoss({ reduction: wrong("avg") }), ArgumentError, '[HuberLoss] unknown reduction "avg"'],
      [() => huber(x, wrong(null)), ArgumentError, "[huberLoss] the target is not a tensor: null"],
      [() => new nn.MSELoss()(x, ones([4])), ShapeError, "[mseLoss] shapes do not broadcast: [2, 3] · [4]"],
      [() => new nn.Sequential(wrong(null)), ArgumentError, "[Sequential] null is not a module"],
      [() => new nn.Flatten()(wrong(null)), ArgumentError, "[flatten] the input is not a tensor: null"],
      [() => new nn.Parameter(integers(1)), DTypeError, "[Parameter] a parameter cannot be int32"],
      [() => F.crossEntropy(x, integers(1)), ShapeError, "[crossEntropy] target [1] does not fit input [2, 3]"],
      [
        () => F.crossEntropy(x, integers(7, 0)),
        IndexOutOfRangeError,
        "[crossEntropy] index 7 is out of range for size 3",
      ],
      [() => linear.to(wrong("int32")), DTypeError, '[Linear.to] a module cannot become "int32"'],
    ]);
  });

  it("refuse state that does not fit", () => {
    const linear = new nn.Linear(3, 2);
    const before = String(linear.weight.arraySync());
    check([
      [
        () => linear.loadStateDict({ weight: ones([2, 3]), foo: ones([1]) }),
        StateError,
        '[Linear.loadStateDict] the state does not fit: missing "bias"; unexpected "foo" · nothing was loaded',
      ],
      [
        () => linear.loadStateDict({ weight: ones([3, 2]), bias: ones([2]) }),
        StateError,
        '[Linear.loadStateDict] the state does not fit: "weight" has shape [3, 2], not [2, 3]',
      ],
      [
        () => linear.loadStateDict({ weight: ones([2, 3]), bias: wrong(null) }),
        StateError,
        '[Linear.loadStateDict] the state does not fit: "bias" is not a tensor',
      ],
      [() => linear.loadStateDict(wrong(null)), ArgumentError, "[Linear.loadStateDict] the state is null"],
    ]);
    expect(String(linear.weight.arraySync())).toBe(before);
  });

  it("refuse wrong hyperparameters and parameters", () => {
    const w = weight();
    check([
      [() => new optim.SGD([]), ArgumentError, "[SGD] the parameter list is empty"],
      [() => new optim.SGD(wrong(null)), ArgumentError, "[SGD] the parameters are null"],
      [() => new optim.SGD(wrong(w)), ArgumentError, "[SGD] the parameters are a tensor"],
      [() => new optim.SGD(wrong(new nn.Linear(1, 1))), ArgumentError, "[SGD] the parameters are a module"],
      [() => new optim.SGD([w], { lr: Number.NaN }), ArgumentError, "[SGD] invalid lr: NaN · lr must be a number ≥ 0"],
      [() => new optim.SGD([w], { lr: wrong("0.1") }), ArgumentError, '[SGD] invalid lr: "0.1"'],
      [() => new optim.SGD([w], { momentum: -1 }), ArgumentError, "[SGD] invalid momentum: -1"],
      [
        () => new optim.SGD([w], wrong({ learningRate: 1 })),
        ArgumentError,
        '[SGD] unknown option "learningRate" · the options are lr, momentum',
      ],
      [
        () => new optim.SGD([w.mul(2)]),
        ArgumentError,
        "[SGD] paramGroups[0].params[0] [2] was computed from other tensors",
      ],
      [() => new optim.SGD([wrong("x")]), ArgumentError, '[SGD] paramGroups[0].params[0] is "x"'],
      [() => new optim.Adam([w], { betas: [1, 2] }), ArgumentError, "[Adam] invalid betas: [1, 2]"],
      [
        () => new optim.Adam([w], wrong(null)),
        ArgumentError,
        "[Adam] options must be an object: got null · the options are lr, betas",
      ],
      [
        () => new optim.Adam([w]).loadStateDict(wrong({})),
        StateError,
        "[Adam.loadStateDict] the state dict does not fit: state is missing; paramGroups is missing",
      ],
      [() => new optim.SGD([w]).addParamGroup(wrong(null)), ArgumentError, "[SGD] paramGroups[1] is null"],
    ]);
    expect(w.arraySync()).toEqual([1, 2]);
  });

  it("find an option that was set to a wrong value before anything is written", () => {
    const w = weight();
    const optimizer = new optim.SGD([w], { lr: 0.1 });
    w.sum().backward();
    optimizer.paramGroups[0]!.lr = Number.NaN;
    expect(() => optimizer.step()).toThrow("[SGD] invalid paramGroups[0].lr: NaN");
    expect(w.arraySync()).toEqual([1, 2]);
    optimizer.paramGroups[0]!.lr = 0.5;
    optimizer.step();
    expect(w.arraySync()).toEqual([0.5, 1.5]);
  });
});

describe("wrong values of any type", () => {
  const NONSENSE: Readonly<Record<string, unknown>> = {
    undefined: undefined,
    null: null,
    "a string": "x",
    "an array": [1, 2],
    "an object": {},
    "a function": () => 1,
    "a promise": Promise.resolve(1),
  };
  /** Functions of data, numbers or formulas, and functions that compute nothing: their first argument is not a tensor. */
  const notOfTensors = new Set(
    `tensor zeros ones full empty rand randn eye arange linspace randint randperm slice elementwise fusedReduce
    memory scope getRandomState setRandomState manualSeed getDefaultBackend setDefaultBackend promoteTypes broadcastShapes`.split(
      /\s+/,
    ),
  );
  const functions = Object.entries({ ...t, ...nn.functional } as Readonly<Record<string, unknown>>).filter(
    ([name, value]) =>
      typeof value === "function" && /^[a-z]/.test(name) && !/Async_?$/.test(name) && !notOfTensors.has(name),
  ) as (readonly [string, (...args: unknown[]) => unknown])[];

  it("in place of the tensor are refused in the name of the operation", () => {
    expect(functions.length).toBeGreaterThan(150);
    for (const [name, fn] of functions) {
      for (const [what, value] of Object.entries(NONSENSE)) {
        let error: unknown;
        try {
          fn(value);
        } catch (thrown) {
          error = thrown;
        }
        expect.soft(error, `${name}(${what})`).toBeInstanceOf(LucidError);
        expect.soft((error as LucidError)?.operation, `${name}(${what})`).toBe(name);
      }
    }
  });

  it("in place of another argument are refused too, or have no effect, and change nothing", () => {
    for (const [name, fn] of functions) {
      for (const [what, value] of Object.entries(NONSENSE)) {
        const shapes: readonly ((x: Tensor, other: Tensor) => readonly unknown[])[] = [
          (x) => [x, value],
          (x, other) => [x, other, value],
          (x) => [x, 0, value],
          (x) => [x, 0, integers(0, 1), value],
        ];
        for (const shape of shapes) {
          const x = matrix();
          const other = matrix();
          const args = shape(x, other);
          // Options that are null are the language's own error.
          if (value === null && (args.length > 2 || name === "gelu")) continue;
          let error: unknown;
          try {
            fn(...args);
          } catch (thrown) {
            error = thrown;
          }
          if (error === undefined) continue;
          expect.soft(error, `${name}(…, ${what}): ${String(error)}`).toBeInstanceOf(LucidError);
          expect([...x.dataSync(), ...other.dataSync()], name).toEqual([1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6]);
        }
      }
    }
  });
});
