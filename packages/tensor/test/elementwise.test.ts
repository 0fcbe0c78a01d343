import type { DType } from "@lucid/backend";
import { createCpuBackend } from "@lucid/backend-cpu";
import { beforeAll, describe, expect, test } from "vitest";
import * as lucid from "../src/index.js";
import { elementwise, isElementwise, setDefaultBackend, type Tensor, tensor } from "../src/index.js";
import { binary, binaryInputs, integers, integerTables, pairTypes, resultTypes, unary, unaryInputs } from "./tables.js";

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

describe.each(["float32", "float64"] as const)("in %s", (dtype) => {
  // The tables have nine digits.
  const relative = dtype === "float32" ? 2e-6 : 6e-9;
  // sin(100) and the like amplify the rounding of nothing: the inputs are exact except 0.3.
  test.each(Object.entries(unary))("%s", (name, expected) => {
    const x = tensor(unaryInputs, { dtype });
    for (const y of [operations[name]!(x), methods(x)[name]!(), methods(x.clone())[`${name}_`]!()]) {
      expect(y.dtype).toBe(dtype);
      expectClose(y.dataSync(), expected, relative, dtype === "float32" ? 1e-37 : 1e-300);
    }
  });

  test.each(Object.entries(binary))("%s", (name, expected) => {
    const y = tensor(binaryInputs, { dtype });
    const x = y.view([binaryInputs.length, 1]);
    expect(operations[name]!(x, y).arraySync()).toEqual(expected);
    expect(methods(x)[name]!(y).arraySync()).toEqual(expected);
    binaryInputs.forEach((value, column) => {
      const numbers = operations[name]!(y, value).arraySync();
      expect(numbers).toEqual(expected.map((row) => row[column]));
    });
  });
});

test.each(Object.entries(integerTables))("%s of int32", (name, expected) => {
  const y = tensor(integers, { dtype: "int32" });
  expect(operations[name]!(y.view([integers.length, 1]), y).arraySync()).toEqual(expected);
});

test("integers divided by 0 give 0", () => {
  const [x, zero] = [tensor([5, -5, 0], { dtype: "int32" }), tensor([0, 0, 0], { dtype: "int32" })];
  for (const name of ["remainder", "fmod", "floorDivide", "truncDivide"])
    expect(operations[name]!(x, zero).arraySync()).toEqual([0, 0, 0]);
});

const kinds = ["bool", "uint8", "int32", "float32"] as const;
const one = (dtype: DType): Tensor => tensor([1], { dtype });

test.each(Object.entries(resultTypes))("element types of %s", (name, expected) => {
  kinds.forEach((dtype, i) => {
    const call = (): Tensor => operations[name]!(one(dtype));
    if (expected[i] === null) expect(call, dtype).toThrow(`[${name}] is not defined for ${dtype}`);
    else expect(call().dtype, dtype).toBe(expected[i]);
  });
});

test.each(Object.entries(pairTypes))("element types of %s", (name, expected) => {
  const pairs: readonly (readonly [Tensor, Tensor | number])[] = [
    [one("bool"), one("bool")],
    [one("uint8"), one("uint8")],
    [one("int32"), one("int32")],
    [one("bool"), one("uint8")],
    [one("uint8"), one("int32")],
    [one("int32"), one("float32")],
    [one("bool"), 1],
    [one("uint8"), 1.5],
  ];
  pairs.forEach(([x, y], i) => {
    const call = (): Tensor => operations[name]!(x, y);
    if (expected[i] === null) expect(call).toThrow(`[${name}] is not defined for`);
    else expect(call().dtype, `pair ${i}`).toBe(expected[i]);
  });
});

test("clamp keeps NaN, takes either bound, and the upper one wins", () => {
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

test("powers by products are those of pow", () => {
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

test("comparisons and closeness", () => {
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

test("logic, bits and selection", () => {
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

test("formulas", () => {
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
    ["an array", wrong(x, [1, 2]), "[add] cannot compute with an array · operands are tensors, numbers or booleans"],
    ["nothing", wrong(x, undefined), "[add] cannot compute with undefined"],
    ["a string", wrong(x, "1"), '[add] cannot compute with the string "1"'],
    ["too few", wrong(x), "[add] takes 2 arguments, got 1"],
    [
      "shapes",
      () => x().add(tensor([1, 2, 3])),
      "[add] shapes do not broadcast: [2] · [3] · aligned at the last axis, sizes must be equal or 1 (2 ≠ 3)",
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
