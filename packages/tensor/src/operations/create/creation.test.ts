import { createCpuBackend } from "@lucid/backend-cpu";
import { beforeAll, describe, expect, test } from "vitest";
import {
  arange,
  empty,
  eye,
  full,
  fullLike,
  linspace,
  ones,
  onesLike,
  setDefaultBackend,
  tensor,
  zeros,
  zerosLike,
} from "../../index.js";
import { messageOf } from "../../../test/support.js";

beforeAll(() => setDefaultBackend(createCpuBackend()));

test("zeros, ones, full and their like-forms make constant tensors", () => {
  expect(zeros([2, 2]).arraySync()).toEqual([
    [0, 0],
    [0, 0],
  ]);
  expect(zeros([]).arraySync()).toBe(0);
  expect(zeros([0, 3]).shape).toEqual([0, 3]);
  expect(ones([2], { dtype: "bool" }).arraySync()).toEqual([true, true]);
  expect(full([2], 2.5).arraySync()).toEqual([2.5, 2.5]);
  expect(full([1], true).dtype).toBe("bool");
  expect(full([1], 3).dtype).toBe("float32");
  expect(full([1], 300, { dtype: "uint8" }).arraySync()).toEqual([255]);
  expect(empty([2, 3], { dtype: "int32" }).dtype).toBe("int32");
  const x = tensor([1, 2], { dtype: "int32" });
  expect(zerosLike(x).dtype).toBe("int32");
  expect(onesLike(x, { dtype: "float64" }).dtype).toBe("float64");
  expect(fullLike(x, 7).arraySync()).toEqual([7, 7]);
});

test("the shape given is copied", () => {
  const shape = [2, 2];
  const x = zeros(shape);
  shape[0] = 5;
  expect(x.shape).toEqual([2, 2]);
});

test("eye makes ones on the diagonal", () => {
  expect(eye(2).arraySync()).toEqual([
    [1, 0],
    [0, 1],
  ]);
  expect(eye(1, 3, { dtype: "int32" }).arraySync()).toEqual([[1, 0, 0]]);
  expect(eye(2, { dtype: "bool" }).arraySync()).toEqual([
    [true, false],
    [false, true],
  ]);
});

test("arange makes sequences, and chooses the type as PyTorch does", () => {
  expect(arange(3).dtype).toBe("int32");
  expect(arange(3).arraySync()).toEqual([0, 1, 2]);
  expect(arange(2, 5).arraySync()).toEqual([2, 3, 4]);
  expect(arange(5, 0, -2).arraySync()).toEqual([5, 3, 1]);
  expect(arange(0.5, 3).arraySync()).toEqual([0.5, 1.5, 2.5]);
  expect(arange(0).shape).toEqual([0]);
  expect(arange(3, { dtype: "float64" }).dtype).toBe("float64");
  // PyTorch: torch.arange(0, 1, 0.1)
  const expected = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9].map(Math.fround);
  expect(arange(0, 1, 0.1).arraySync()).toEqual(expected);
  expect(arange(0, 1, 0.1, { dtype: "float64" }).shape).toEqual([10]);
});

test("linspace is exact at both ends", () => {
  // PyTorch's, to nine digits.
  const seventh = [0, 0.166666672, 0.333333343, 0.5, 0.666666627, 0.833333313, 1].map(Math.fround);
  expect(linspace(0, 1, 7).arraySync()).toEqual(seventh);
  expect(linspace(-3, 3, 4).arraySync()).toEqual([-3, -1, 1, 3]);
  expect(linspace(1, 2, 1).arraySync()).toEqual([1]);
  expect(linspace(1, 2, 0).shape).toEqual([0]);
  const ends = linspace(0.1, 0.7, 1001).dataSync();
  expect([ends[0], ends[1000]]).toEqual([Math.fround(0.1), Math.fround(0.7)]);
  expect(linspace(0, 10, 5, { dtype: "int32" }).arraySync()).toEqual([0, 2, 5, 7, 10]);
});

describe("data", () => {
  test("can be numbers, booleans and typed arrays", () => {
    expect(tensor(2).shape).toEqual([]);
    expect(tensor([[1], [2]]).shape).toEqual([2, 1]);
    expect(tensor([]).shape).toEqual([0]);
    expect(tensor([[], []]).shape).toEqual([2, 0]);
    expect(tensor([true, false]).dtype).toBe("bool");
    expect(tensor([true, 2]).arraySync()).toEqual([1, 2]);
    expect(tensor([1, true]).dtype).toBe("float32");
    expect(tensor(new Float64Array([0.1])).arraySync()).toEqual([0.1]);
    expect(tensor([new Int32Array([1, 2]), new Int32Array([3, 4])]).dtype).toBe("int32");
    expect(tensor(Buffer.from([1, 2])).dtype).toBe("uint8");
    expect(tensor([1.7, -1.7, Number.NaN, 1e20], { dtype: "int32" }).arraySync()).toEqual([1, -1, 0, 2147483647]);
    expect(tensor([0, 2, Number.NaN], { dtype: "bool" }).arraySync()).toEqual([false, true, true]);
  });

  test("are copied", () => {
    const values = new Float32Array([1, 2]);
    const x = tensor(values);
    values[0] = 5;
    expect(x.arraySync()).toEqual([1, 2]);
    x.dataSync()[0] = 7;
    expect(x.arraySync()).toEqual([1, 2]);
  });

  const suggests = (shape: string): string =>
    `the first elements suggest the shape ${shape}, and every list of a level must have the same length`;
  const kinds = "data are numbers, booleans, nested arrays of them, or typed arrays";
  test.each([
    [
      [[1, 2], [3]],
      `[Tensor] the data are ragged: a list of 1 at [1] where a list of 2 should be · ${suggests("[2, 2]")}`,
    ],
    [[[1, 2], 3], `[Tensor] the data are ragged: 3 at [1] where a list of 2 should be · ${suggests("[2, 2]")}`],
    [[1, [2]], `[Tensor] the data are ragged: a list at [1] where a number should be · ${suggests("[2]")}`],
    [[1, "2"], '[Tensor] "2" at [1] is not a number · data are numbers or booleans'],
    [[1, undefined], "[Tensor] undefined at [1] is not a number · data are numbers or booleans"],
    ["1", `[Tensor] cannot make a tensor of "1" · ${kinds}`],
    [null, `[Tensor] cannot make a tensor of null · ${kinds}`],
    [{ a: 1 }, `[Tensor] cannot make a tensor of an object · ${kinds}`],
    [[[1n]], `[Tensor] cannot make a tensor of 1n · ${kinds}`],
    [
      new Int16Array(2),
      "[Tensor] cannot hold a Int16Array · typed arrays may be Float32Array, Float64Array, Int32Array or Uint8Array · copy it into one of those, or spread it into an array",
    ],
  ])("refuses %s", (data: unknown, message) => {
    expect(messageOf(() => tensor(data as never))).toBe(message);
  });
});

describe("refuses", () => {
  test.each([
    [
      () => zeros(),
      "[zeros] no shape is given · a shape is a list of sizes, or the sizes one by one · write zeros([2, 3]) or zeros(2, 3)",
    ],
    [() => zeros([2, -1]), "[zeros] size -1 in [2, -1] · sizes are integers ≥ 0"],
    [() => ones([1.5]), "[ones] size 1.5 is not an integer"],
    [() => ones(2, 1.5), "[ones] size 1.5 is not an integer"],
    [
      () => zeros([2], 3 as never),
      "[zeros] options must be an object: got 3 · the options are dtype, requiresGrad, backend",
    ],
    [
      () => ones([2], "float64" as never),
      '[ones] options must be an object: got "float64" · the options are dtype, requiresGrad, backend',
    ],
    [
      () => ones(2, null as never),
      "[ones] options must be an object: got null · the options are dtype, requiresGrad, backend",
    ],
    [
      () => (zeros as unknown as (...args: readonly unknown[]) => void)(2, {}, 3),
      "[zeros] unexpected argument 3 · options come last",
    ],
    [
      () => tensor([1], { requires_grad: true } as never),
      '[Tensor] unknown option "requires_grad" · the options are dtype, requiresGrad, backend · did you mean "requiresGrad"?',
    ],
    [() => zeros([1], { requiresGrad: 1 as never }), "[zeros] requiresGrad is 1 · requiresGrad is true or false"],
    [() => arange("3" as never), '[arange] unexpected argument "3" · arange takes 1 to 3 numbers, then options'],
    [() => arange(1, 2, 3, 4 as never), "[arange] unexpected argument 4 · arange takes 1 to 3 numbers, then options"],
    [
      () => zeros([1], { dtype: "long" as never }),
      '[zeros] unknown dtype "long" · dtypes are float32, float64, float16, bfloat16, int32, uint8, bool · use "int32"',
    ],
    [
      () => tensor([1], { dtype: "int64" as never }),
      '[Tensor] unknown dtype "int64" · dtypes are float32, float64, float16, bfloat16, int32, uint8, bool · use "int32"',
    ],
    [
      () => arange(0, 3, 0),
      "[arange] a step of 0 never leads from 0 to 3 · the step is not 0 and has the sign of end − start",
    ],
    [
      () => arange(0, 3, -1),
      "[arange] a step of -1 never leads from 0 to 3 · the step is not 0 and has the sign of end − start",
    ],
    [() => arange(Number.NaN), "[arange] NaN is not a finite number"],
    [() => arange(3, { dtype: "bool" }), "[arange] a sequence of numbers cannot be bool"],
    [() => linspace(0, 1, -1), "[linspace] the number of steps is -1 · the number of steps is at least 0"],
    [() => eye(2.5), "[eye] the number of rows 2.5 is not an integer"],
  ])("%s", (call, message) => {
    expect(messageOf(call)).toBe(message);
  });
});
