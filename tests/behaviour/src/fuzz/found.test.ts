/** Calls with wrong arguments that the fuzzer found to break a promise, with what they must say now. */
import { inOrder, input, LucidError, type StateError, withDerivative } from "@lucid/backend";
import { multiDot, tensorsolve } from "@lucid/linalg";
import {
  abs,
  bernoulli_,
  createCpuBackend,
  differentiate,
  elementwise,
  type Formula,
  gradcheck,
  gradgradcheck,
  logicalXor,
  manualSeed,
  matmul,
  nn,
  noGrad,
  normal_,
  optim,
  peekGradient,
  promoteTypes,
  setDefaultBackend,
  setRandomState,
  sinh,
  Tensor,
  tensor,
  toAsync,
  uniform_,
  zeros,
} from "@lucid/lucid";
import { beforeEach, describe, expect, it } from "vitest";

/** What was passed, as the compiler would not allow. */
const wrong = (value: unknown): never => value as never;
const huge = (): unknown[] => new Array(2 ** 32 - 1);
const leaf = (): Tensor => zeros([2], { requiresGrad: true });

beforeEach(() => setDefaultBackend(createCpuBackend()));

const cases: Readonly<Record<string, readonly [work: () => unknown, message: string]>> = {
  "a list of factors with holes": [
    () => multiDot(wrong(huge())),
    "[multiDot] factor 0 is not a tensor: undefined · wrap it: tensor(…)",
  ],
  "a text as dimensions of tensorsolve": [
    () => tensorsolve(zeros([1]), zeros([1]), wrong("x")),
    '[tensorsolve] dims is "x" · dims is a list of dimensions',
  ],
  "a promise of a callback that was refused and then rejected ended the program": [
    () => new nn.L1Loss().apply(wrong(() => Promise.reject(new Error("rejected")))),
    "[L1Loss.apply] the callback returned a promise · the callback must be synchronous, because the call ends when it returns · await before or after it",
  ],
  "the prototype of tensors as the lowest value of an option was printed as a tensor": [
    () => optim.integerFrom(wrong(Tensor.prototype), 1),
    "[integerFrom] the lowest value is an instance of Tensor · it is an integer",
  ],
  "an options object before other operands recursed for ever": [
    () => (logicalXor as (...args: unknown[]) => unknown)({}, zeros([2]), 1),
    "[logicalXor] cannot compute with an object · operands are tensors, numbers or booleans",
  ],
  "a backend as operand": [
    () => (sinh as (...args: unknown[]) => unknown)({ ...createCpuBackend() }, 2, 3),
    "[sinh] cannot compute with an object · operands are tensors, numbers or booleans",
  ],
  "an options object in the middle": [
    () => (abs as (...args: unknown[]) => unknown)(zeros([2]), {}, 1),
    "[abs] cannot compute with an object · operands are tensors, numbers or booleans",
  ],
  "a symbol inside a formula": [
    () => elementwise((x: Formula) => x.lt(wrong(Symbol("s"))))(zeros([2])),
    "[lt] cannot compute with Symbol(s) inside a formula · operands are formulas, numbers or booleans",
  ],
  "types that do not exist": [
    () => promoteTypes(wrong("x"), wrong(1)),
    '[promoteTypes] unknown dtype "x" · dtypes are float32, float64, float16, bfloat16, int32, uint8, bool',
  ],
  "a product whose first factor is no tensor": [
    () => matmul(wrong({}), zeros([2])),
    "[matmul] the first factor is not a tensor: an object · wrap it: tensor(…)",
  ],
  "an object that cannot become text as callback": [
    () => noGrad(wrong({ toString: null })),
    "[noGrad] an object is not a function",
  ],
  "a list with a symbol as closure": [
    () => new optim.SGD([leaf()], { lr: 1 }).step(wrong([Symbol("s")])),
    "[enableGrad] [Symbol(s)] is not a function",
  ],
  "bounds that are not numbers": [
    () => uniform_(zeros([2]), wrong(huge())),
    "[uniform_] from is [undefined, undefined, undefined, undefined, undefined, undefined, undefined, undefined, …] · from is a number",
  ],
  "a long string as standard deviation": [
    () => normal_(zeros([2]), 0, wrong("x".repeat(100_000))),
    `[normal_] std is "${"x".repeat(40)}…" · std is a number`,
  ],
  "a probability that is not a number": [
    () => bernoulli_(zeros([2]), wrong("1")),
    '[bernoulli_] "1" is no probability · a probability is a number from 0 to 1',
  ],
  "no random state": [
    () => setRandomState(wrong(undefined)),
    "[setRandomState] not a random state: undefined · a state is what getRandomState() returned",
  ],
  "a dimension that is an object": [
    () => zeros([2]).size(wrong(Object.create(null))),
    "[size] dim an object is out of range for size 1 · the tensor has the dims -1 to 0",
  ],
  "a gradient that cannot become text": [
    () => {
      zeros([2]).grad = wrong([Symbol("s")]);
    },
    "[grad] the gradient is [Symbol(s)] · a gradient is a tensor, or null",
  ],
  "the gradient of no tensor": [
    () => peekGradient(wrong(undefined)),
    "[peekGradient] the argument is undefined · it is a tensor",
  ],
  "gradcheck without inputs": [
    () => gradcheck((x) => x, wrong(undefined)),
    "[gradcheck] the inputs are undefined · the inputs are a list of tensors",
  ],
  "gradgradcheck with holes": [
    () => gradgradcheck((x) => x, wrong(huge())),
    "[gradgradcheck] an input is undefined · the inputs are a list of tensors",
  ],
  "gradcheck of a function that returns nothing": [
    () =>
      gradcheck(
        wrong(() => {}),
        [leaf()],
      ),
    "[gradcheck] the function returned undefined · it returns a tensor or a list of tensors",
  ],
  "derivatives of no expressions": [
    () => differentiate(wrong(undefined), [0]),
    "[differentiate] the outputs are undefined · they are a list of expressions",
  ],
  "derivatives by inputs that are no list": [
    () => differentiate([input(0, "float32")], wrong({ p: 1 })),
    "[differentiate] the wanted inputs are an object · they are a list of the inputs' positions",
  ],
  "a stated derivative of no expression": [
    () => withDerivative(wrong(1), [], () => []),
    "[withDerivative] the value is no expression: 1 · expressions are made by input, constant, scalar, index, random, cast and op of one copy of @lucid/backend",
  ],
  "partials that are no function": [
    () => withDerivative(input(0, "float32"), [], wrong(undefined)),
    "[withDerivative] the partials are undefined · partials are a function that gives one derivative for every operand",
  ],
  "expressions that are no list": [
    () => inOrder(wrong(undefined)),
    "[inOrder] the roots are undefined · they are a list of expressions",
  ],
  "an optimizer without algorithm": [
    () => new optim.Optimizer(wrong(undefined), [leaf()]),
    "[Optimizer] the algorithm is undefined · the algorithm has a name, options, state, terms, update · use defineAlgorithm({ … })",
  ],
  "a schedule that is none": [
    () =>
      new optim.LRScheduler(
        wrong(() => {}),
        wrong({}),
        {},
      ),
    "[LRScheduler] the schedule is a function · the schedule has a name, options, required, rate · use StepLR or CosineAnnealingLR",
  ],
  "four billion holes as parameters": [
    () => new optim.SGD(wrong(huge()), { lr: 1 }),
    "[SGD] paramGroups[0].params[0] is undefined · only tensors can be optimized",
  ],
  "a cyclic list as option": [
    () => {
      const list: unknown[] = [];
      list.push(list);
      return new optim.SGD([leaf()], { lr: wrong(list) });
    },
    "[SGD] invalid lr: [a list] · lr must be a number ≥ 0",
  ],
  "four billion holes as normalized shape": [
    () => nn.functional.layerNorm(zeros([2]), wrong(huge())),
    "[layerNorm] the normalized shape is [undefined, undefined, undefined, undefined, undefined, undefined, undefined, undefined, …] · it lists the sizes of the last dimensions, one at least",
  ],
  "a string as the state of a schedule": [
    () => new optim.StepLR(new optim.SGD([leaf()], { lr: 1 }), 2).loadStateDict(wrong("x".repeat(100_000))),
    `[StepLR.loadStateDict] the state dict is "${"x".repeat(40)}…" · it is what stateDict() returned`,
  ],
  "a class as seed": [
    () => manualSeed(wrong(nn.Linear)),
    "[manualSeed] a function is no seed · a seed is a safe integer",
  ],
  "a detached array as backend": [
    () => {
      const array = new Float32Array(2);
      structuredClone(array.buffer, { transfer: [array.buffer] });
      setDefaultBackend(wrong(array));
    },
    "[setDefaultBackend] an instance of Float32Array is not a backend · pass a backend or a function that makes one",
  ],
  "a symbol as position": [
    () => new nn.Sequential(new nn.ReLU()).at(wrong(Symbol("s"))),
    "[Sequential.at] the index is Symbol(s) · the index is an integer",
  ],
  "a position that cannot become a number": [
    () => new nn.ModuleList([]).at(wrong(Object.create(null))),
    "[ModuleList.at] the index is an object · the index is an integer",
  ],
  "a long string as type of a module": [
    () => new nn.ReLU().to(wrong("x".repeat(100_000))),
    `[ReLU.to] a module cannot become "${"x".repeat(40)}…" · parameters have a floating type`,
  ],
};

describe("what the fuzzer found is refused:", () => {
  it.each(Object.entries(cases))("%s", (_, [work, message]) => {
    let error: unknown;
    try {
      work();
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(LucidError);
    expect((error as LucidError).message).toBe(message);
  });

  it("toAsync of a value that is no tensor, and to a value that is no target", async () => {
    await expect(toAsync(wrong(undefined), "float64")).rejects.toThrow(
      "[toAsync] the input is not a tensor: undefined",
    );
    await expect(
      toAsync(
        zeros([2]),
        wrong((x: unknown) => x),
      ),
    ).rejects.toThrow("[toAsync] a function is neither an element type nor a backend");
  });
});

it("a message about many mismatches is short, and the error's fields hold them all", () => {
  const state = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`extra${i}`, zeros([1])]));
  let error: unknown;
  try {
    new nn.ReLU().loadStateDict(state);
  } catch (thrown) {
    error = thrown;
  }
  expect((error as StateError).message.length).toBeLessThan(2000);
  expect((error as StateError).unexpected).toHaveLength(1000);
});

it("null means no bound inside formulas, too", () => {
  expect(elementwise((x: Formula) => x.clamp(null, 1))(tensor([-2, 2])).arraySync()).toEqual([-2, 1]);
});

it("ModuleDict.get returns undefined for a key that is no string", () => {
  const dict = new nn.ModuleDict({ a: new nn.ReLU() });
  expect(dict.get(wrong(Object.create(null)))).toBeUndefined();
  expect(dict.has(wrong(Symbol("a")))).toBe(false);
});

it("a module can be a hook", () => {
  const model = new nn.Linear(2, 2);
  class AddsOne extends nn.Module<[module: unknown, inputs: unknown, output: Tensor]> {
    forward(_module: unknown, _inputs: unknown, output: Tensor): Tensor {
      return output.mul(0).add(1);
    }
  }
  model.registerForwardHook(wrong(new AddsOne()));
  expect((model(zeros([1, 2])) as Tensor).arraySync()).toEqual([[1, 1]]);
});

it("utils name what is no module", () => {
  const { prune } = nn.utils;
  expect(() => prune.identity(wrong(undefined), "weight")).toThrow("[identity] undefined is not a module");
  expect(() => prune.randomUnstructured(wrong(undefined), wrong(undefined), 1)).toThrow(
    "[randomUnstructured] undefined",
  );
});
