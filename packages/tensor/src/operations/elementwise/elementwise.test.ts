import { createCpuBackend } from "@lucid/backend-cpu";
import { beforeAll, describe, expect, test } from "vitest";
import { isElementwise } from "../../extend.js";
import * as lucid from "../../index.js";
import { elementwise, type Formula, type FormulaOperand, setDefaultBackend, type Tensor, tensor } from "../../index.js";

const operations = lucid as unknown as Readonly<Record<string, (...args: readonly unknown[]) => Tensor>>;
const methods = (x: Tensor): Readonly<Record<string, (...args: readonly unknown[]) => Tensor>> => x as never;

beforeAll(() => setDefaultBackend(createCpuBackend));

function expectClose(got: ArrayLike<number>, expected: readonly number[], relative: number, smallest: number): void {
  expect(got.length).toBe(expected.length);
  expected.forEach((value, i) => {
    const actual = got[i]!;
    if (Number.isFinite(value) && Math.abs(value) < 1e38 && Math.abs(value) > smallest) {
      expect(Math.abs(actual - value), `${actual} at ${i}, expected ${value}`).toBeLessThanOrEqual(
        Math.abs(value) * relative,
      );
    } else if (Math.abs(value) <= smallest && value !== 0) {
      expect(Math.abs(actual)).toBeLessThanOrEqual(2 * smallest);
    } else if (Math.abs(value) < 1e38 || !Number.isFinite(value)) expect(actual).toBe(value);
  });
}

test("integers divided by 0 give 0", () => {
  const [x, zero] = [tensor([5, -5, 0], { dtype: "int32" }), tensor([0, 0, 0], { dtype: "int32" })];
  for (const name of ["remainder", "fmod", "floorDivide", "truncDivide"])
    expect(operations[name]!(x, zero).arraySync()).toEqual([0, 0, 0]);
});

test("an operation that is not defined for an element type throws", () => {
  expect(() => tensor([true]).neg()).toThrow("[neg] is not defined for bool");
  expect(() => tensor([1], { dtype: "int32" }).frac()).toThrow("[frac] is not defined for int32");
  expect(() => tensor([1]).bitwiseNot()).toThrow("[bitwiseNot] is not defined for float32");
  expect(() => tensor([true]).pow(tensor([true]))).toThrow("[pow] is not defined for bool");
});

test("clamp keeps NaN, accepts either bound, and uses the upper one if they contradict", () => {
  const x = tensor([Number.NaN, -2, -1, 0, 1, 2, Infinity]);
  expect(x.clamp(-1, 1).arraySync()).toEqual([Number.NaN, -1, -1, 0, 1, 1, 1]);
  expect(x.clamp(null, 1).arraySync()).toEqual([Number.NaN, -2, -1, 0, 1, 1, 1]);
  expect(x.clamp(0).arraySync()).toEqual([Number.NaN, 0, 0, 0, 1, 2, Infinity]);
  expect(x.clamp(tensor([5]), 3).arraySync()).toEqual([Number.NaN, 3, 3, 3, 3, 3, 3]);
  expect(x.clamp(Number.NaN).arraySync()).toEqual(new Array(7).fill(Number.NaN));
  expect(x.int().clamp(0, 1).arraySync()).toEqual([0, 0, 0, 0, 1, 1, 1]);
  expect(x.clamp_(-1, 1)).toBe(x);
  expect(() => x.clamp()).toThrow("[clamp] got no bound · min, max or both must be given");
});

test("lerp reaches both ends exactly", () => {
  const end = tensor([0.1, 7, 1e8]);
  expect(tensor([0.3, -5, 1]).lerp(end, 1).arraySync()).toEqual(end.arraySync());
  expect(
    tensor([0, 10, 1])
      .lerp(tensor([1, 20, 5]), tensor([0.25, 0.5, 0.75]))
      .arraySync(),
  ).toEqual([0.25, 15, 4]);
});

test("powers that are computed by products equal those of pow", () => {
  const x = tensor([0.25, 1, 2, 3]);
  expect(x.pow(2).arraySync()).toEqual([0.0625, 1, 4, 9]);
  expect(x.pow(3).arraySync()).toEqual([0.015625, 1, 8, 27]);
  expect(x.pow(0.5).arraySync()).toEqual([0.5, 1, Math.fround(Math.SQRT2), Math.fround(Math.sqrt(3))]);
  expect(x.pow(-1).arraySync()).toEqual([4, 1, 0.5, Math.fround(1 / 3)]);
  expectClose(x.pow(-2).dataSync(), [16, 1, 0.25, 1 / 9], 2e-7, 0);
  expect(x.pow(0).arraySync()).toEqual([1, 1, 1, 1]);
  expect(tensor([-3, 2], { dtype: "int32" }).pow(3).arraySync()).toEqual([-27, 8]);
  expect(lucid.pow(2, tensor([3, -1])).arraySync()).toEqual([8, 0.5]);
});

test("comparisons and isclose, allclose and equal treat NaN and infinities as PyTorch does", () => {
  const { NaN: nan } = Number;
  const [x, y] = [
    tensor([1, 1, nan, Infinity, -Infinity, 1]),
    tensor([1.000001, 1.1, nan, Infinity, Infinity, Infinity]),
  ];
  expect(x.isclose(y).arraySync()).toEqual([true, false, false, true, false, false]);
  expect(x.isclose(y, { equalNan: true }).arraySync()).toEqual([true, false, true, true, false, false]);
  expect(x.allclose(y)).toBe(false);
  expect(tensor([1, 2]).allclose(tensor([1.000001, 2]))).toBe(true);
  expect(tensor([[1], [2]]).allclose(2, { atol: 1 })).toBe(true);
  expect(tensor([1, 2]).equal(tensor([1, 2]))).toBe(true);
  expect(tensor([1, 2]).equal(tensor([[1, 2]]))).toBe(false);
  expect(tensor([nan]).equal(tensor([nan]))).toBe(false);
  expect(tensor([1, 2, nan]).ne(2).arraySync()).toEqual([true, false, true]);
  expect(tensor([1, 2, nan]).ge(2).arraySync()).toEqual([false, true, false]);
  expect(tensor([1, nan, -Infinity]).isfinite().arraySync()).toEqual([true, false, false]);
  expect(tensor([1, 2], { dtype: "int32" }).isfinite().arraySync()).toEqual([true, true]);
});

test("numbers beyond the range of an integer type wrap around or widen, as in PyTorch", () => {
  const bytes = (values: readonly number[]): Tensor => tensor(values, { dtype: "uint8" });
  expect(bytes([0, 255]).eq(-1).arraySync()).toEqual([false, true]);
  expect(bytes([0, 255]).lt(-1).arraySync()).toEqual([true, false]);
  expect(bytes([0, 1]).eq(256).arraySync()).toEqual([true, false]);
  expect(bytes([1, 3]).add(-1).arraySync()).toEqual([0, 2]);
  expect(bytes([0, 1, 3]).add(300).arraySync()).toEqual([44, 45, 47]);
  expect(bytes([1, 3]).mul(-1).arraySync()).toEqual([255, 253]);
  expect(bytes([7]).bitwiseAnd(-1).arraySync()).toEqual([7]);
  expect(bytes([0, 7, 255]).floorDivide(-1).arraySync()).toEqual([0, 0, 1]);
  expect(bytes([0, 255]).clamp(-1, 5).arraySync()).toEqual([5, 5]);
  expect(bytes([0, 7]).clamp({ min: -5 }).arraySync()).toEqual([251, 251]);
  expect(
    bytes([0, 7])
      .where(tensor([false, true]), -1)
      .arraySync(),
  ).toEqual([255, 7]);
  expect(bytes([5]).add_(-6).arraySync()).toEqual([255]);
  const large = tensor([2147483647, 5], { dtype: "int32" });
  expect(large.eq(3e9).arraySync()).toEqual([false, false]);
  expect(large.lt(3e9).arraySync()).toEqual([true, true]);
  expect(large.add(3e9).arraySync()).toEqual([5147483648, 3000000000]);
  expect(large.add(3e9).dtype).toBe("float32");
  expect(elementwise((x) => x.add(-1))(bytes([0])).arraySync()).toEqual([255]);
});

test("closeness of integers does not overflow, and negative tolerances are refused", () => {
  const x = tensor([2147483647, 5], { dtype: "int32" });
  const y = tensor([-1, 5], { dtype: "int32" });
  expect(x.isclose(y).arraySync()).toEqual([false, true]);
  expect(x.allclose(y)).toBe(false);
  expect(() => x.isclose(y, { rtol: -1 })).toThrow("[isclose] rtol is -1 · a tolerance is 0 or more");
  expect(() => x.allclose(y, { atol: Number.NaN })).toThrow("[allclose] atol is NaN");
  expect(() => x.isclose(y, { equalnan: true } as never)).toThrow('did you mean "equalNan"?');
});

test("clamp promotes all three operands together", () => {
  const scalar64 = tensor(1, { dtype: "float64" });
  expect(tensor([2]).clamp(scalar64).dtype).toBe("float32");
  expect(tensor([2]).clamp({ max: scalar64 }).arraySync()).toEqual([1]);
  expect(tensor([2]).clamp(scalar64, tensor([3], { dtype: "float64" })).dtype).toBe("float64");
  expect(() => tensor([2]).clamp({})).toThrow("[clamp] got no bound");
  expect(() => tensor([2]).clamp(0, { max: 1, maxi: 2 } as never)).toThrow('unknown option "maxi"');
  expect(() => tensor([2]).clamp(0, { min: 1 } as never)).toThrow("[clamp] min is given twice");
});

test("an object in place of an operand is refused, also before other arguments and inside options", () => {
  const x = tensor([2]);
  const text = "cannot compute with an object · operands are tensors, numbers or booleans";
  expect(() => x.isclose({} as never)).toThrow(`[isclose] ${text}`);
  expect(() => x.allclose({} as never)).toThrow(`[isclose] ${text}`);
  expect(() => x.clamp({} as never, 1)).toThrow(`[clamp] ${text}`);
  expect(() => x.clamp({ min: {} } as never)).toThrow(`[clamp] ${text}`);
  expect(() => x.clamp_({ min: {} } as never)).toThrow(`[clamp] ${text}`);
  expect(() => elementwise((a, b, c) => a.add(b).add(c))(x, {} as never, 1)).toThrow(text);
});

test("add and sub take alpha, and div takes rounding modes", () => {
  const x = tensor([1, 2]);
  const bytes = tensor([0, 1, 3], { dtype: "uint8" });
  expect(x.add(x, { alpha: 2 }).arraySync()).toEqual([3, 6]);
  expect(x.sub(1, { alpha: 0.5 }).arraySync()).toEqual([0.5, 1.5]);
  expect(bytes.add(bytes, { alpha: -1 }).arraySync()).toEqual([0, 0, 0]);
  expect(bytes.sub(bytes, { alpha: 2 }).arraySync()).toEqual([0, 255, 253]);
  expect(x.clone().add_(x, { alpha: 3 }).arraySync()).toEqual([4, 8]);
  expect(
    tensor([true, false])
      .add(tensor([true, false]), { alpha: true })
      .arraySync(),
  ).toEqual([true, false]);
  expect(() => bytes.add(bytes, { alpha: 1.5 })).toThrow("[add] alpha is a fraction, the elements are uint8");
  expect(() => x.add(x, { alfa: 2 } as never)).toThrow('[add] unknown option "alfa" · the options are alpha');
  expect(() => x.mul(...([x, { alpha: 2 }] as never as [Tensor]))).toThrow("[mul] cannot compute with an object");
  expect(tensor([7, -7]).div(2, { roundingMode: "floor" }).arraySync()).toEqual([3, -4]);
  expect(tensor([7, -7]).div_(2, { roundingMode: "trunc" }).arraySync()).toEqual([3, -3]);
  expect(tensor([7, -7]).div(2, { roundingMode: null }).arraySync()).toEqual([3.5, -3.5]);
  expect(() => x.div(2, { roundingMode: "up" as never })).toThrow(
    '[div] roundingMode is "up" · it is "floor", "trunc"',
  );
});

test("sigmoid keeps small numbers", () => {
  // 1 / (1 + e^88.723), from float64.
  expect(tensor([-88.723]).sigmoid().item() / 2.938e-39).toBeCloseTo(1, 3);
  expect(tensor([-1000, 1000]).sigmoid().arraySync()).toEqual([0, 1]);
});

test("operators throw and name the methods; text stays possible", () => {
  const x = tensor([1, 2]) as never as number;
  expect(() => x * 2).toThrow(
    "[Tensor] JavaScript's operators and Math do not compute with a tensor · call a method: .mul()",
  );
  expect(() => x > 0).toThrow(".gt() for >");
  expect(() => x + 1).toThrow("[Tensor] the operators + and == do not compute with a tensor");
  expect(() => Math.sin(x)).toThrow(".sin() for Math.sin()");
  expect(`${x}`).toBe("Tensor([1, 2])");
  expect(String(x)).toBe("Tensor([1, 2])");
  const wrong = elementwise((y) => ((y as never as number) * 2) as never);
  expect(() => wrong(tensor([1]))).toThrow("[Formula] JavaScript's operators and Math do not compute with a formula");
});

describe("elementwise", () => {
  const leaky = elementwise((x, slope) => lucid.where(x.lt(0), x.mul(slope), x), { defaults: { slope: 0.01 } });

  test("accepts default values, by position or in options", () => {
    const x = tensor([-1, 2], { dtype: "float64" });
    expect(leaky(x).arraySync()).toEqual([-0.01, 2]);
    expect(leaky(x, 0.5).arraySync()).toEqual([-0.5, 2]);
    expect(leaky(x, { slope: 0.25 }).arraySync()).toEqual([-0.25, 2]);
    expect(leaky(x, tensor([3, 3])).arraySync()).toEqual([-3, 2]);
    expect(elementwise((y) => leaky(y, { slope: 2 }))(x).arraySync()).toEqual([-2, 2]);
    expect(elementwise((y) => leaky(y))(x).arraySync()).toEqual([-0.01, 2]);
    expect(() => leaky(x, { slop: 2 } as never)).toThrow('did you mean "slope"?');
  });

  test("accepts JavaScript's default values", () => {
    const power = elementwise((x: Formula, factor: FormulaOperand = 3) => x.mul(factor));
    expect(power(tensor([2])).arraySync()).toEqual([6]);
    expect(power(tensor([2]), 5).arraySync()).toEqual([10]);
    expect(power(tensor([2]), ...([undefined] as never as [])).arraySync()).toEqual([6]);
    const one = elementwise((x) => x.mul(2));
    expect(() => (one as never as typeof power)(tensor([2]), 5)).toThrow("takes 1 argument, got 2");
  });

  test("explains what is wrong with a definition or its result", () => {
    const wrong = (f: unknown, options?: unknown) => () => elementwise(f as never, options as never);
    expect(wrong(null)).toThrow("[elementwise] the formula is null · a formula is a function of elements");
    expect(wrong((x: Formula) => x, null)).toThrow("options must be an object: got null");
    expect(wrong((x: Formula) => x, { nam: "f" })).toThrow('did you mean "name"?');
    expect(wrong((x: Formula) => x, { name: 3 })).toThrow("the name is 3 · a name is a string");
    expect(wrong((x: Formula) => x, { defaults: { a: "1" } })).toThrow('the default of a is "1"');
    expect(wrong((x: Formula) => x, { defaults: { a: 1, b: 2 } })).toThrow(
      "2 defaults for a formula with 1 parameters",
    );
    expect(wrong((x: Formula) => x, { literals: [1n] })).toThrow("the literals are [1n]");
    expect(wrong((x: Formula) => x, { derivative: 1 })).toThrow("the derivative is 1 · it is a formula");
    const nothing = elementwise((() => undefined) as never) as (x: Tensor) => Tensor;
    expect(() => nothing(tensor([1]))).toThrow(/takes|returned undefined/);
    const silent = elementwise((x: Formula) => void x.mul(2) as never, { name: "silent" });
    expect(() => silent(tensor([1]))).toThrow("[silent] the formula returned undefined");
    expect(() => silent(tensor([1]))).toThrow("write `return` before the result");
    expect(() => elementwise((x) => x)(Symbol("s") as never)).toThrow("cannot compute with Symbol(s)");
    expect(() => elementwise((x) => x)(1n as never)).toThrow("cannot compute with 1n");
  });
});

test("computes logic, bits and selections", () => {
  const x = tensor([6, 5, -5], { dtype: "int32" });
  expect(x.bitwiseAnd(3).arraySync()).toEqual([2, 1, 3]);
  expect(x.bitwiseOr(3).arraySync()).toEqual([7, 7, -5]);
  expect(x.bitwiseXor(3).arraySync()).toEqual([5, 6, -8]);
  expect(x.bitwiseNot().arraySync()).toEqual([-7, -6, 4]);
  expect(x.bitwiseLeftShift(2).arraySync()).toEqual([24, 20, -20]);
  expect(x.bitwiseRightShift(1).arraySync()).toEqual([3, 2, -3]);
  expect(tensor([0, 2, Number.NaN]).logicalNot().arraySync()).toEqual([true, false, false]);
  expect(
    tensor([0, 2])
      .logicalAnd(tensor([1, 1]))
      .arraySync(),
  ).toEqual([false, true]);
  expect(tensor([0, 2]).logicalOr(false).arraySync()).toEqual([false, true]);
  expect(tensor([0, 2]).logicalXor(true).arraySync()).toEqual([true, false]);
  const mask = tensor([true, false, true]);
  expect(lucid.where(mask, x, 0).arraySync()).toEqual([6, 0, -5]);
  expect(x.where(mask, 0).arraySync()).toEqual([6, 0, -5]);
  expect(lucid.where(mask, 1, 0).dtype).toBe("float32");
  expect(lucid.where(mask, true, false).dtype).toBe("bool");
});

test("erfc keeps its digits where 1 − erf loses them", () => {
  const x = [0.5, 1, 2, 3, 5, 9];
  // From mpmath in 60 digits.
  const expected = [
    0.4795001221869535, 0.15729920705028513, 0.004677734981047266, 2.2090496998585441e-5, 1.5374597944280349e-12,
    4.13703174651381e-37,
  ];
  expectClose(tensor(x).erfc().dataSync(), expected, 3e-7, 0);
  expectClose(tensor(x, { dtype: "float64" }).erfc().dataSync(), expected, 1e-15, 0);
  expect(tensor([20, 26.5], { dtype: "float64" }).erfc().dataSync()[0]! / 5.395865611607901e-176).toBeCloseTo(1, 14);
});

test("every element-wise operation has its three methods", () => {
  for (const [name, operation] of Object.entries(lucid)) {
    if (!isElementwise(operation) || name === "where") continue;
    expect(typeof methods(tensor([1]))[name], name).toBe("function");
    expect(typeof methods(tensor([1]))[`${name}_`], name).toBe("function");
    expect(typeof (lucid.Formula.prototype as unknown as Record<string, unknown>)[name], name).toBe("function");
  }
});

test("computes formulas of several operations and of many arguments", () => {
  const gaussian = elementwise((x, width) => x.div(width).square().mul(-0.5).exp());
  expectClose(gaussian(tensor([0, 1, 2], { dtype: "float64" }), 1).dataSync(), [1, 0.60653066, 0.135335283], 1e-8, 0);
  const step = elementwise((x) => x.where(x.gt(0), 0).clamp(null, 1));
  expect(step(tensor([-1, 0.5, 3])).arraySync()).toEqual([0, 0.5, 1]);
  // More arguments than one key of codes holds, once with tensors and once with a number in the last place.
  const total = elementwise((a, b, c, d, e, f, g, h, i, j, k, l) =>
    [b, c, d, e, f, g, h, i, j, k, l].reduce((sum, x) => sum.add(x), a),
  );
  const x = tensor([1]);
  expect(total(x, x, x, x, x, x, x, x, x, x, x, x).item()).toBe(12);
  expect(total(x, x, x, x, x, x, x, x, x, x, x, 0.5).item()).toBe(11.5);
  expect(total(x, x, x, x, x, x, x, x, x, x, x.int(), 0.5).item()).toBe(11.5);
});

describe("errors", () => {
  const x = tensorLater([1, 2]);
  const wrong =
    (...args: readonly unknown[]) =>
    () =>
      operations.add!(...args.map((arg) => (arg === x ? x() : arg)));
  test.each([
    ["no tensor", wrong(1, 2), "[add] got no tensor · at least one operand is a tensor · wrap a number: tensor(x)"],
    ["an array", wrong(x, [1, 2]), "[add] cannot compute with [1, 2] · operands are tensors, numbers or booleans"],
    ["nothing", wrong(x, undefined), "[add] cannot compute with undefined"],
    ["a string", wrong(x, "1"), '[add] cannot compute with "1"'],
    ["too few", wrong(x), "[add] takes 2 to 3 arguments, got 1"],
    [
      "shapes",
      () => x().add(tensor([1, 2, 3])),
      "[add] shapes do not broadcast: [2] · [3] · aligned at the last dimension, sizes must be equal or 1 (2 ≠ 3)",
    ],
    ["shape in place", () => x().add_(tensor([[1, 2]])), "[add_] "],
    ["type in place", () => x().int().add_(0.5), "[add_] a float32 result cannot be written into a int32 tensor"],
    ["bool", () => x().bool().sub(x().bool()), "[sub] is not defined for bool · use logicalXor or logicalNot"],
    [
      "a tensor inside a formula",
      () => elementwise((y) => y.add(x() as never))(x()),
      "[add] got a tensor inside a formula",
    ],
  ])("%s", (_, call, message) => {
    expect(call).toThrow(message);
  });
});

/** Makes a tensor when it is asked for: there is no backend while tests are collected. */
function tensorLater(data: readonly number[]): () => Tensor {
  return () => tensor(data);
}
