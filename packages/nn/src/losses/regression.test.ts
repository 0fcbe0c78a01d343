import { createCpuBackend } from "@lucid/backend-cpu";
import { setDefaultBackend, Tensor } from "@lucid/tensor";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { functional, HuberLoss, L1Loss, type Module, MSELoss, type Reduction, SmoothL1Loss } from "../index.js";

beforeAll(() => setDefaultBackend(createCpuBackend));
afterEach(() => vi.restoreAllMocks());

type Loss = Module<[input: Tensor, target: Tensor]>;

const values = (x: Tensor | null): number[] => Array.from(x!.dataSync());

function close(actual: Tensor | null, expected: readonly number[]): void {
  const found = values(actual);
  expect(found).toHaveLength(expected.length);
  for (const [i, value] of expected.entries()) expect(found[i]).toBeCloseTo(value, 6);
}

const leaf = (data: readonly number[]): Tensor => new Tensor(data, { requiresGrad: true });

const x = [0, 0.5, -1, 1, -2.5, 3];
const y = [0, -0.25, 0, 0, 1, 0.5];
const sixth = 0.16666667;

/** PyTorch's losses of x and y, and the gradient of their mean with respect to x. */
const table: readonly (readonly [name: string, make: (r: Reduction) => Loss, none: number[], gradient: number[]])[] = [
  [
    "HuberLoss",
    (reduction) => new HuberLoss({ reduction }),
    [0, 0.28125, 0.5, 0.5, 3, 2],
    [0, 0.125, -sixth, sixth, -sixth, sixth],
  ],
  [
    "HuberLoss, delta 0.5",
    (reduction) => new HuberLoss({ reduction, delta: 0.5 }),
    [0, 0.25, 0.375, 0.375, 1.625, 1.125],
    [0, 0.083333336, -0.083333336, 0.083333336, -0.083333336, 0.083333336],
  ],
  [
    "HuberLoss, delta 3",
    (reduction) => new HuberLoss({ reduction, delta: 3 }),
    [0, 0.28125, 0.5, 0.5, 6, 3.125],
    [0, 0.125, -sixth, sixth, -0.5, 0.41666669],
  ],
  [
    "SmoothL1Loss",
    (reduction) => new SmoothL1Loss({ reduction }),
    [0, 0.28125, 0.5, 0.5, 3, 2],
    [0, 0.125, -sixth, sixth, -sixth, sixth],
  ],
  [
    "SmoothL1Loss, beta 0.5",
    (reduction) => new SmoothL1Loss({ reduction, beta: 0.5 }),
    [0, 0.5, 0.75, 0.75, 3.25, 2.25],
    [0, sixth, -sixth, sixth, -sixth, sixth],
  ],
  [
    // PyTorch 1.13 says −1/6 for the gradient at residual 0; the L1 loss, which this is, has 0 there.
    "SmoothL1Loss, beta 0",
    (reduction) => new SmoothL1Loss({ reduction, beta: 0 }),
    [0, 0.75, 1, 1, 3.5, 2.5],
    [0, sixth, -sixth, sixth, -sixth, sixth],
  ],
  [
    "MSELoss",
    (reduction) => new MSELoss({ reduction }),
    [0, 0.5625, 1, 1, 12.25, 6.25],
    [0, 0.25, -0.33333334, 0.33333334, -1.1666667, 0.83333337],
  ],
  [
    "L1Loss",
    (reduction) => new L1Loss({ reduction }),
    [0, 0.75, 1, 1, 3.5, 2.5],
    [0, sixth, -sixth, sixth, -sixth, sixth],
  ],
];

describe.each(table)("%s", (_, make, none, gradient) => {
  const sum = none.reduce((a, b) => a + b);

  it("has PyTorch's values for every reduction", () => {
    const [a, b] = [new Tensor(x), new Tensor(y)];
    close(make("none")(a, b), none);
    close(make(null)(a, b), none);
    close(make("sum")(a, b), [sum]);
    close(make("mean")(a, b), [sum / 6]);
    expect(make("mean")(a, b).shape).toEqual([]);
    expect(make("none")(new Tensor([x]), new Tensor([y])).shape).toEqual([1, 6]);
  });

  it("has PyTorch's gradients, and their negatives for the target", () => {
    const [a, b] = [leaf(x), leaf(y)];
    make("mean")(a, b).backward();
    close(a.grad, gradient);
    close(
      b.grad,
      gradient.map((value) => -value),
    );
    const c = leaf(x);
    make("sum")(c, new Tensor(y)).backward();
    close(
      c.grad,
      gradient.map((value) => 6 * value),
    );
  });

  it("keeps float64", () => {
    const a = new Tensor(new Float64Array(x));
    expect(make("sum")(a, new Tensor(new Float64Array(y))).dtype).toBe("float64");
  });

  it("has the mean NaN if there are no elements", () => {
    const nothing = new Tensor(new Float32Array(0));
    expect(values(make("mean")(nothing, nothing))).toEqual([NaN]);
    expect(values(make("sum")(nothing, nothing))).toEqual([0]);
  });
});

describe("HuberLoss", () => {
  it("gives the results that the documentation shows", () => {
    const input = leaf([1, 2, 3, 4]);
    const loss = new HuberLoss()(input, new Tensor([0.5, 2.5, 2.5, 5]));
    expect(loss.item()).toBe(0.21875);
    loss.backward();
    expect(values(input.grad)).toEqual([0.125, -0.125, 0.125, -0.25]);

    const other = leaf([1, -1, 1, -1]);
    const total = new HuberLoss({ reduction: "sum" })(other, new Tensor([0, 0, 0, 0]));
    expect(total.item()).toBe(2);
    total.backward();
    expect(values(other.grad)).toEqual([1, -1, 1, -1]);
  });

  // PyTorch 1.13, reduction "none", target 0, gradient of the sum.
  it.each([
    [Number.NaN, Number.NaN, Number.NaN],
    [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 1],
    [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, -1],
  ])("of the residual %d is %d, and its gradient %d", (residual, value, gradient) => {
    for (const make of [HuberLoss, SmoothL1Loss]) {
      const input = leaf([residual, 1]);
      const loss = new make({ reduction: "none" })(input, new Tensor([0, 0]));
      expect(values(loss)).toEqual([value, 0.5]);
      loss.sum().backward();
      expect(values(input.grad)).toEqual([gradient, 1]);
    }
  });

  it("broadcasts with one warning, and sums the gradients of repeated elements", () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    const [a, b] = [
      new Tensor(
        [
          [1, 2],
          [3, 4],
        ],
        { requiresGrad: true },
      ),
      leaf([0.5, 3.5]),
    ];
    const criterion = new HuberLoss();
    const loss = criterion(a, b);
    loss.backward();
    expect(loss.item()).toBe(0.8125);
    expect(values(a.grad)).toEqual([0.125, -0.25, 0.25, 0.125]);
    expect(values(b.grad)).toEqual([-0.375, 0.125]);
    criterion(a, b);
    expect(warn.mock.calls.map(([text]) => text)).toEqual([
      "[huberLoss] input and target have different shapes and were broadcast: [2, 2] · [2]. " +
        "This is usually a mistake; reshape one of them to the other's shape. (This warning appears once.)",
    ]);
    expect(() => criterion(new Tensor([1, 2, 3]), b)).toThrow(/^\[huberLoss\] .*\[3\].*\[2\]/);
  });

  it("refuses bad options at construction", () => {
    for (const delta of [0, -1, Number.NaN, "1", null]) {
      expect(() => new HuberLoss({ delta: delta as number })).toThrow(
        `[HuberLoss] delta is ${typeof delta === "string" ? '"1"' : delta} · delta is a number above 0`,
      );
    }
    expect(() => new HuberLoss({ reduction: "average" as "mean" })).toThrow(
      '[HuberLoss] unknown reduction "average" · a reduction is "mean", "sum", "none" or null, which means "none"',
    );
    expect(() => new SmoothL1Loss({ beta: -1 })).toThrow("[SmoothL1Loss] beta is -1 · beta is a number, 0 or above");
    expect(() => functional.huberLoss(new Tensor([1]), new Tensor([1]), { delta: 0 })).toThrow(
      "[huberLoss] delta is 0",
    );
    expect(new HuberLoss({ delta: Number.POSITIVE_INFINITY })(new Tensor([4]), new Tensor([0])).item()).toBe(8);
  });

  it("refuses integers, and values that are no tensor", () => {
    const whole = new Tensor([1], { dtype: "int32" });
    expect(() => new HuberLoss()(whole, whole)).toThrow(
      '[huberLoss] needs a floating type: got int32 · int32 · convert one: .to("float32")',
    );
    expect(() => new MSELoss()(whole, 3 as unknown as Tensor)).toThrow("[mseLoss] the target is not a tensor: 3");
  });

  it("prints its options", () => {
    expect(String(new HuberLoss({ delta: 2 }))).toBe('HuberLoss(reduction="mean", delta=2)');
    expect(String(new SmoothL1Loss({ reduction: null }))).toBe('SmoothL1Loss(reduction="none", beta=1)');
  });
});
