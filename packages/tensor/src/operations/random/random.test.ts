import { philox } from "@lucid/backend";
import { createCpuBackend } from "@lucid/backend-cpu";
import { beforeAll, describe, expect, test } from "vitest";
import { withRandomKey } from "../../extend.js";
import {
  full,
  getRandomState,
  manualSeed,
  rand,
  randint,
  randn,
  randnLike,
  randperm,
  setDefaultBackend,
  setRandomState,
  tensor,
  zeros,
} from "../../index.js";
import { messageOf } from "../../../test/support.js";

beforeAll(() => setDefaultBackend(createCpuBackend()));

const mean = (values: ArrayLike<number>): number => Array.from(values).reduce((sum, v) => sum + v, 0) / values.length;
const variance = (values: ArrayLike<number>): number => {
  const center = mean(values);
  return mean(Array.from(values, (v) => (v - center) ** 2));
};

test("uniform numbers are the upper 24 bits of the generator's words", () => {
  manualSeed(42);
  const expected = Array.from({ length: 9 }, (_, i) => (philox(42, 0, i) >>> 8) / 2 ** 24);
  expect(Array.from(rand([9]).dataSync())).toEqual(expected);
  // The second call has the next key.
  const next = Array.from({ length: 6 }, (_, i) => (philox(42, 4, i) >>> 8) / 2 ** 24);
  expect(Array.from(rand([2, 3]).dataSync())).toEqual(next);
});

test("float64 uniform numbers have 53 bits of two words", () => {
  manualSeed(7);
  const expected = Array.from(
    { length: 5 },
    (_, i) => ((philox(7, 0, i) >>> 5) * 2 ** 26 + (philox(7, 1, i) >>> 6)) / 2 ** 53,
  );
  expect(Array.from(rand([5], { dtype: "float64" }).dataSync())).toEqual(expected);
});

test("normal numbers follow the Box–Muller transformation", () => {
  manualSeed(3);
  const expected = Array.from({ length: 50 }, (_, i) => {
    const radius = Math.sqrt(-2 * Math.log(((philox(3, 0, i) >>> 1) + 0.5) / 2 ** 31));
    return radius * Math.cos(((philox(3, 1, i) >>> 8) / 2 ** 24) * 2 * Math.PI);
  });
  randn([50])
    .dataSync()
    .forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i]!, 5);
    });
});

test("integers are remainders of 61 bits, or of 32 for wide ranges", () => {
  manualSeed(5);
  const narrow = Array.from({ length: 20 }, (_, i) => {
    const bits = BigInt(philox(5, 0, i) >>> 1) * 2n ** 30n + BigInt(philox(5, 1, i) >>> 2);
    return Number(bits % 10n) - 4;
  });
  expect(randint(-4, 6, [20]).arraySync()).toEqual(narrow);
  for (const [draw, range] of [100_000, 2 ** 30 + 1, 1_500_000_000, 2 ** 31 - 1].entries()) {
    const wide = Array.from({ length: 200 }, (_, i) => (philox(5, 4 + 4 * draw, i) >>> 0) % range);
    expect(randint(range, [200]).arraySync()).toEqual(wide);
  }
});

test("means and variances are right within four standard errors", () => {
  manualSeed(0);
  const n = 100_000;
  const uniform = rand([n]).dataSync();
  expect(Math.min(...uniform.slice(0, 1000))).toBeGreaterThanOrEqual(0);
  expect(Math.max(...uniform.slice(0, 1000))).toBeLessThan(1);
  // Four standard errors of the mean and of the variance.
  expect(Math.abs(mean(uniform) - 0.5)).toBeLessThan(4 * Math.sqrt(1 / 12 / n));
  expect(Math.abs(variance(uniform) - 1 / 12)).toBeLessThan(4 * Math.sqrt(1 / 180 / n));
  for (const dtype of ["float32", "float64"] as const) {
    const normal = randn([n], { dtype }).dataSync();
    expect(Math.abs(mean(normal))).toBeLessThan(4 * Math.sqrt(1 / n));
    expect(Math.abs(variance(normal) - 1)).toBeLessThan(4 * Math.sqrt(2 / n));
    expect(normal.every(Number.isFinite)).toBe(true);
  }
  const coins = full([n], 0.3).bernoulli().dataSync();
  expect(Math.abs(mean(coins) - 0.3)).toBeLessThan(4 * Math.sqrt(0.21 / n));
});

test("a seed repeats everything that follows it", () => {
  const draw = (): unknown[] => [
    rand([3]).arraySync(),
    randn([3], { dtype: "float64" }).arraySync(),
    randint(100, [3]).arraySync(),
    randperm(6).arraySync(),
    full([4], 0.5).bernoulli().arraySync(),
  ];
  manualSeed(123);
  const first = draw();
  manualSeed(123);
  expect(draw()).toEqual(first);
  manualSeed(124);
  expect(draw()).not.toEqual(first);
  manualSeed(123 + 2 ** 32);
  expect(draw()).not.toEqual(first);
});

test("the state can be stored and set", () => {
  rand([2]);
  const state = JSON.parse(JSON.stringify(getRandomState()));
  const x = randn([4]).arraySync();
  setRandomState(state);
  expect(randn([4]).arraySync()).toEqual(x);
  setRandomState({ key: 1, draws: 2 ** 30 });
  expect(withRandomKey((key) => key)[0]).not.toBe(1);
  setRandomState({ key: 1, draws: 2 ** 30 - 1 });
  expect(withRandomKey((key) => key)).toEqual([1, -4]);
});

test("randperm returns every integer once, in mixed order", () => {
  manualSeed(1);
  const order = randperm(1000).dataSync();
  expect(order.constructor).toBe(Int32Array);
  expect(Array.from(order).sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, i) => i));
  expect(Array.from(order)).not.toEqual(Array.from({ length: 1000 }, (_, i) => i));
  expect(randperm(0).shape).toEqual([0]);
  expect(randperm(3, { dtype: "float32" }).dtype).toBe("float32");
});

describe("in place", () => {
  test("uniform_, normal_ and bernoulli_ fill and return the tensor", () => {
    manualSeed(2);
    const x = zeros([2000]);
    expect(x.uniform_(-2, 3)).toBe(x);
    const values = Array.from(x.dataSync());
    expect(values.every((value) => value >= -2 && value < 3)).toBe(true);
    expect(Math.abs(mean(values) - 0.5)).toBeLessThan(4 * Math.sqrt(25 / 12 / 2000));
    x.normal_(10, 0.5);
    expect(Math.abs(mean(x.dataSync()) - 10)).toBeLessThan(4 * 0.5 * Math.sqrt(1 / 2000));
    expect(zeros([3]).bernoulli_(1).arraySync()).toEqual([1, 1, 1]);
    expect(
      zeros([2, 2], { dtype: "bool" })
        .bernoulli_(tensor([0, 1]))
        .arraySync(),
    ).toEqual([
      [false, true],
      [false, true],
    ]);
    expect(Array.from(new Set(zeros([100]).bernoulli_().dataSync())).sort()).toEqual([0, 1]);
  });

  test("uniform_ never reaches the upper end", () => {
    // Between 2²⁴ and 2²⁴ + 2 float32 holds two numbers, and rounding would often give the upper.
    const x = zeros([1000]).uniform_(2 ** 24, 2 ** 24 + 2);
    expect(new Set(x.dataSync())).toEqual(new Set([2 ** 24]));
  });
});

describe("refuses", () => {
  test.each([
    [
      () => rand([2], { dtype: "int32" }),
      "[rand] cannot draw int32 · these random numbers are floats · draw integers with randint()",
    ],
    [
      () => randnLike(tensor([true])),
      "[randnLike] cannot draw bool · these random numbers are floats · draw integers with randint()",
    ],
    [
      () => randint(3, 3, [2]),
      "[randint] there are no 32-bit integers to draw from: 3 ≤ value < 3 · low < high, both 32-bit integers, less than 2³¹ apart",
    ],
    [() => randint(1.5, [2]), "[randint] high 1.5 is not an integer"],
    [
      () => randint(3, 5 as never),
      "[randint] no shape is given · a shape is a list of sizes, or the sizes one by one · write randint([2, 3]) or randint(2, 3)",
    ],
    [() => manualSeed(0.5), "[manualSeed] 0.5 is no seed · a seed is a safe integer"],
    [() => zeros([1]).uniform_(2, 1), "[uniform_] there is nothing between 2 and 1 · from ≤ to"],
    [() => zeros([1]).normal_(0, -1), "[normal_] the standard deviation is -1 · std ≥ 0"],
    [() => zeros([1]).bernoulli_(1.5), "[bernoulli_] 1.5 is no probability · a probability is a number from 0 to 1"],
    [
      () => tensor([1], { dtype: "int32" }).bernoulli(),
      '[bernoulli] needs a floating type: got int32 · convert first: .to("float32")',
    ],
  ])("%s", (call, message) => {
    expect(messageOf(call)).toBe(message);
  });
});

describe("arguments of random functions", () => {
  test("are a shape as a list or as separate sizes, and options last or by position", () => {
    expect(randn(64, 1, { dtype: "float64" }).dtype).toBe("float64");
    expect(randn(64, 1, { dtype: "float64" }).shape).toEqual([64, 1]);
    expect(rand([2, 3]).shape).toEqual([2, 3]);
    expect(rand(2, 3).shape).toEqual([2, 3]);
    expect(randint(5, 6, [2, 2], { dtype: "uint8" }).arraySync()).toEqual([
      [5, 5],
      [5, 5],
    ]);
    expect(tensor([3, 3]).bernoulli({ p: 1 }).arraySync()).toEqual([1, 1]);
    expect(tensor([3, 3]).bernoulli_({ p: 0 }).arraySync()).toEqual([0, 0]);
    expect(zeros([2]).uniform_({ from: 3, to: 3 }).arraySync()).toEqual([3, 3]);
    expect(zeros([2]).normal_({ mean: 5, std: 0 }).arraySync()).toEqual([5, 5]);
    expect(zeros([2]).normal_(5, 0).arraySync()).toEqual([5, 5]);
  });

  test.each<readonly [() => unknown, string]>([
    [() => randn([2], { dtpe: "float64" } as never), 'did you mean "dtype"?'],
    [() => randint(5, [2], null as never), "[randint] options must be an object: got null"],
    [() => zeros([2]).normal_(null as never), "[normal_] mean is null · mean is a number"],
    [() => zeros([2]).uniform_({ low: 1 } as never), '[uniform_] unknown option "low"'],
    [() => zeros([2]).bernoulli_("1" as never), '[bernoulli_] "1" is no probability'],
    [() => setRandomState(null as never), "[setRandomState] not a random state: null"],
    [() => manualSeed(1n as never), "[manualSeed] 1n is no seed"],
  ])("wrong call %# is explained", (call, message) => {
    expect(messageOf(call)).toContain(message);
  });
});
