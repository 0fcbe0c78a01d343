import { describe, expect, test } from "vitest";
import { elementwise } from "../../elementwise/elementwise.js";
import { fusedReduce } from "../../fused/reduce.js";
import { sub } from "../elementwise/arithmetic.js";
import { square } from "../elementwise/powers.js";
import { amax, amin, argmax, argmin, max, min } from "./extremes.js";
import { logsumexp } from "./logsumexp.js";
import { mean } from "./mean.js";
import { all, any, countNonzero, prod, sum } from "./reductions.js";
import { logSoftmax, softmax } from "./softmax.js";
import { std, var as variance } from "./variance.js";
import { transpose } from "../shape/index.js";
import type { Tensor } from "../../tensor/tensor.js";
import { arrayOf, counted, distance, flatOf, messageOf, shaped, tensor } from "../../../test/support.js";

/** Expected numbers are PyTorch's (1.13). */
const x = shaped([0.5, -1.25, 3, 2, 7.5, -4, 1.5, 0.25, -2.5, 6, -3.5, 9], [2, 2, 3]);

function expectClose(actual: Tensor, shape: readonly number[], expected: readonly number[]): void {
  expect(actual.shape).toEqual(shape);
  expect(distance(flatOf(actual), expected), `${flatOf(actual)} against ${expected}`).toBeLessThan(2e-6);
}

describe("sums, products, means", () => {
  test("reduce any axes", () => {
    expectClose(sum(x), [], [18.5]);
    expectClose(sum(x, [0, 2]), [2], [1.5, 17]);
    expectClose(sum(x, [-1, 0]), [2], [1.5, 17]);
    expectClose(sum(x, 1, true), [2, 1, 3], [2.5, 6.25, -1, 7.5, -3.25, 6.5]);
    expectClose(prod(x, 2), [2, 2], [-1.875, -60, -0.9375, -189]);
    expectClose(mean(x, -1), [2, 2], [0.75, 1.8333333730697632, -0.25, 3.8333332538604736]);
    expectClose(mean(transpose(x, 0, 2), 0), [2, 2], [0.75, -0.25, 1.8333333730697632, 3.8333332538604736]);
  });

  test("an empty list of axes means all, as in PyTorch", () => {
    expectClose(sum(x, []), [], [18.5]);
    expectClose(amax(x, []), [], [9]);
  });

  test("a tensor without axes has the axis 0", () => {
    expectClose(sum(tensor(3), 0), [], [3]);
    expectClose(mean(tensor(3), -1, true), [], [3]);
    expect(arrayOf(argmax(tensor(3), 0))).toBe(0);
    const { values, indices } = max(tensor(3), 0, true);
    expect([arrayOf(values), arrayOf(indices)]).toEqual([3, 0]);
  });

  test("bools and integers become int32, which wraps", () => {
    for (const [data, dtype, total] of [
      [[true, false, true], "bool", 2],
      [[200, 100, 3], "uint8", 303],
      [[2147483647, 2, 0], "int32", -2147483647],
    ] as const) {
      const result = sum(tensor(data, dtype));
      expect([result.dtype, arrayOf(result)]).toEqual(["int32", total]);
    }
    const product = prod(tensor([65536, 65536, 3], "int32"));
    expect([product.dtype, arrayOf(product)]).toEqual(["int32", 0]);
    expect(arrayOf(prod(tensor([200, 2], "uint8")))).toBe(400);
  });

  test("have their identities for no elements", () => {
    const nothing = shaped([], [0, 3]);
    expect(arrayOf(sum(nothing, 0))).toEqual([0, 0, 0]);
    expect(arrayOf(sum(nothing, 1))).toEqual([]);
    expect(arrayOf(prod(nothing))).toBe(1);
    expect(arrayOf(mean(nothing))).toBeNaN();
    expect(arrayOf(any(nothing))).toBe(0);
    expect(arrayOf(all(nothing))).toBe(1);
    expect(arrayOf(logsumexp(nothing, 0))).toEqual([-Infinity, -Infinity, -Infinity]);
    expect(logsumexp(nothing, 1).shape).toEqual([0]);
    expect(max(shaped([], [0, 3]), 1).values.shape).toEqual([0]);
    expect(messageOf(() => amax(nothing))).toBe(
      "[amax] nothing to choose from: shape [0, 3], axes [0, 1] · the extreme of no elements is not defined",
    );
    expect(messageOf(() => max(nothing, 0))).toContain("nothing to choose from");
    expect(messageOf(() => argmin(nothing))).toContain("[argmin] nothing to choose from");
  });
});

describe("extremes", () => {
  test("return values, positions and truth", () => {
    expect(arrayOf(max(x))).toBe(9);
    expect(arrayOf(min(x))).toBe(-4);
    expect(arrayOf(amin(x, [0, 1]))).toEqual([0.5, -3.5, -4]);
    const along = max(x, 1);
    expect(arrayOf(along.values)).toEqual([
      [2, 7.5, 3],
      [6, 0.25, 9],
    ]);
    expect([along.indices.dtype, arrayOf(along.indices)]).toEqual([
      "int32",
      [
        [1, 1, 0],
        [1, 0, 1],
      ],
    ]);
    expect(min(x, -1, true).values.shape).toEqual([2, 2, 1]);
    expect(arrayOf(argmax(x))).toBe(11);
    expect(arrayOf(argmin(x, 2))).toEqual([
      [1, 2],
      [2, 1],
    ]);
    expect(argmax(x, 2, true).shape).toEqual([2, 2, 1]);
    expect(arrayOf(argmax(tensor([1, 3, 3])))).toBe(1);
  });

  test("are NaN if an element is NaN", () => {
    const values = tensor([NaN, 1, 3]);
    expect(arrayOf(max(values, 0).values)).toBeNaN();
    expect(arrayOf(max(values, 0).indices)).toBe(0);
    expect(arrayOf(argmin(values))).toBe(0);
    expect(arrayOf(amin(values))).toBeNaN();
    expect(arrayOf(any(tensor([0, NaN])))).toBe(1);
    expect(arrayOf(all(tensor([NaN])))).toBe(1);
    expect(arrayOf(countNonzero(tensor([[0, NaN, 2]]), 1))).toEqual([2]);
  });

  test("are bools for any and all", () => {
    const flags = tensor([
      [0, 0],
      [0, 5],
    ]);
    expect([any(flags, 1).dtype, arrayOf(any(flags, 1))]).toEqual(["bool", [0, 1]]);
    expect(arrayOf(all(flags, 0, true))).toEqual([[0, 0]]);
  });
});

describe("variance", () => {
  test("equal numbers that were computed by hand", () => {
    expectClose(variance(x), [], [17.850378036499023]);
    expectClose(variance(x, [0, 2]), [2], [3.799999952316284, 31.46666717529297]);
    expectClose(
      variance(x, 2, { correction: 0 }),
      [2, 2],
      [3.0416667461395264, 22.05555534362793, 2.7916667461395264, 28.38888931274414],
    );
    expectClose(
      std(x, 1, { keepdim: true }),
      [2, 1, 3],
      [
        1.0606601238250732, 6.1871843338012695, 4.949747562408447, 3.181980609893799, 2.6516504287719727,
        8.131728172302246,
      ],
    );
    expectClose(
      std(x, 2, { correction: 2 }),
      [2, 2],
      [3.020761489868164, 8.134289741516113, 2.8939592838287354, 9.228578567504883],
    );
  });

  test("a divisor that is not positive counts as 0", () => {
    expect(arrayOf(variance(tensor([1])))).toBeNaN();
    expect(arrayOf(std(tensor([1])))).toBeNaN();
    expect(arrayOf(variance(tensor([])))).toBeNaN();
    expect(arrayOf(variance(tensor([1, 2]), 0, { correction: 3 }))).toBe(Infinity);
    expect(arrayOf(std(tensor([2, 2])))).toBe(0);
  });

  test("do not lose digits by cancellation", () => {
    expectClose(variance(tensor([1e4, 1e4 + 1, 1e4 + 2])), [], [1]);
  });
});

describe("exponentials", () => {
  test("of logsumexp do not overflow", () => {
    expectClose(
      logsumexp(x, 2),
      [2, 2],
      [3.0919857025146484, 7.504088401794434, 1.7660653591156006, 9.048590660095215],
    );
    expectClose(logsumexp(x, [0, 2], true), [1, 2, 1], [3.3274993896484375, 9.242032051086426]);
    const special = tensor([
      [Infinity, 1],
      [-Infinity, -Infinity],
      [NaN, 1],
      [Infinity, -Infinity],
      [1000, 999],
    ]);
    expectClose(logsumexp(special, 1), [5], [Infinity, -Infinity, NaN, Infinity, 1000.313232421875]);
    expectClose(logsumexp(tensor([0, 0], "int32")), [], [Math.LN2]);
  });

  test("of softmax do not overflow", () => {
    expectClose(
      softmax(x, 1),
      [2, 2, 3],
      [
        0.18242551386356354, 0.00015843621804378927, 0.9990890026092529, 0.8175744414329529, 0.999841570854187,
        0.0009110512328334153, 0.010986942797899246, 0.977022647857666, 1.0129991096619051e-5, 0.9890130758285522,
        0.022977370768785477, 0.9999898672103882,
      ],
    );
    const special = tensor([
      [0, -Infinity, 1],
      [-Infinity, -Infinity, -Infinity],
      [Infinity, 0, 0],
      [NaN, 0, 0],
      [1000, 1000, 0],
    ]);
    expectClose(
      softmax(special, 1),
      [5, 3],
      [0.2689414322376251, 0, 0.7310585975646973, NaN, NaN, NaN, NaN, NaN, NaN, NaN, NaN, NaN, 0.5, 0.5, 0],
    );
    expect(arrayOf(softmax(tensor(5), 0))).toBe(1);
    expect(softmax(shaped([], [0, 3]), 0).shape).toEqual([0, 3]);
  });

  test("of logSoftmax keep small probabilities", () => {
    expectClose(
      logSoftmax(x, -1),
      [2, 2, 3],
      [
        -2.5919857025146484, -4.341985702514648, -0.091985784471035, -5.504088401794434, -0.004088496323674917,
        -11.504088401794434, -0.26606541872024536, -1.5160653591156006, -4.26606559753418, -3.048590898513794,
        -12.548590660095215, -0.048590850085020065,
      ],
    );
    const special = tensor([
      [0, -Infinity, 1],
      [-Infinity, -Infinity, -Infinity],
      [1000, 1000, 0],
    ]);
    expectClose(
      logSoftmax(special, 1),
      [3, 3],
      [
        -1.31326162815094,
        -Infinity,
        -0.31326165795326233,
        NaN,
        NaN,
        NaN,
        -0.6931471824645996,
        -0.6931471824645996,
        -1000.6931762695312,
      ],
    );
    expect(logSoftmax(shaped([], [2, 0]), 1).shape).toEqual([2, 0]);
    expect(arrayOf(logSoftmax(tensor(5), -1))).toBe(0);
  });
});

describe("fusedReduce", () => {
  const squaredError = elementwise((a, b) => square(sub(a, b)), { name: "squaredError" });

  test("broadcasts, accepts numbers, and divides", () => {
    const a = counted([2, 3]);
    expect(arrayOf(fusedReduce(squaredError, [a, 1]))).toBe(31);
    expect(arrayOf(fusedReduce(squaredError, [a, tensor([[1], [2]])], { dim: 1 }))).toEqual([2, 14]);
    expect(arrayOf(fusedReduce(squaredError, [a, 1], { mean: true, dim: 0, keepdim: true }))).toEqual([
      [2.5, 4.5, 8.5],
    ]);
    expect(arrayOf(fusedReduce(squaredError, [a, 1], { mean: 2 }))).toBe(15.5);
    expect(arrayOf(fusedReduce(squaredError, [a, 1], { op: "max", dim: 1 }))).toEqual([1, 16]);
    const ints = fusedReduce(squaredError, [counted([3], "uint8"), 20]);
    expect([ints.dtype, arrayOf(ints)]).toEqual(["int32", (400 % 256) + (361 % 256) + (324 % 256)]);
  });

  test("needs floating values for a mean", () => {
    expect(messageOf(() => fusedReduce(squaredError, [counted([3], "int32"), 1], { mean: true }))).toBe(
      '[squaredError] needs a floating type: got int32 · convert first: .to("float32")',
    );
  });
});

describe("errors", () => {
  const matrix = counted([2, 3]);
  const ints = counted([2], "int32");

  test.each([
    [() => sum(matrix, 2), "[sum] dim 2 is out of range for size 2 · a tensor with 2 dimensions has the dims -2 to 1"],
    [() => sum(matrix, [0, -2]), "[sum] dim -2 appears twice: [0, -2] · a dimension may appear once"],
    [() => sum(matrix, 0.5), "[sum] dim 0.5 is not an integer"],
    [
      () => sum(tensor(1), 1),
      "[sum] dim 1 is out of range for size 0 · a tensor with 0 dimensions has the dims -1 to 0",
    ],
    [() => sum(matrix, "rows" as never), '[sum] dim "rows" is not an integer'],
    [
      () => max(matrix, -3),
      "[max] dim -3 is out of range for size 2 · a tensor with 2 dimensions has the dims -2 to 1",
    ],
    [() => mean(ints), '[mean] needs a floating type: got int32 · convert first: .to("float32")'],
    [() => variance(ints), '[var] needs a floating type: got int32 · convert first: .to("float32")'],
    [() => std(ints), '[std] needs a floating type: got int32 · convert first: .to("float32")'],
    [() => softmax(ints, 0), '[softmax] needs a floating type: got int32 · convert first: .to("float32")'],
    [
      () => logSoftmax(matrix, 2),
      "[logSoftmax] dim 2 is out of range for size 2 · a tensor with 2 dimensions has the dims -2 to 1",
    ],
  ])("%#", (code, text) => {
    expect(messageOf(code)).toBe(text);
  });
});
