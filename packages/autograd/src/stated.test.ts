/** Derivatives that formulas state, and derivatives at infinity and NaN. The numbers are PyTorch's. */
import { createCpuBackend } from "@lucid/backend-cpu";
import { elementwise, type Formula, log, maximum, setDefaultBackend, sub, type Tensor, tensor } from "@lucid/tensor";
import { beforeAll, describe, expect, test } from "vitest";
import { gradcheck, gradgradcheck } from "./index.js";

beforeAll(() => setDefaultBackend(createCpuBackend()));

const leaf = (values: readonly number[]): Tensor => tensor(values, { dtype: "float64", requiresGrad: true });

/** The gradients of the sum of what `compute` makes of leaves. */
function gradients(compute: (...leaves: Tensor[]) => Tensor, ...leaves: Tensor[]): readonly unknown[] {
  compute(...leaves)
    .sum()
    .backward();
  return leaves.map((x) => x.grad?.arraySync());
}

describe("a formula that states its derivative", () => {
  const passing = elementwise((x) => x.round(), { name: "passing", derivative: () => 1 });

  test("is differentiated by it; equal formulas that state none are not", () => {
    expect(gradients(passing, leaf([0.4, 1.6]))).toEqual([[1, 1]]);
    expect(gradients((x) => x.round(), leaf([0.4, 1.6]))).toEqual([[0, 0]]);
  });

  test("passes gradients on to the values from which its arguments were computed, inside and outside of formulas", () => {
    const outer = elementwise((x) => passing(x.mul(3)).mul(x));
    // d/dx round(3x)·x = 3x + round(3x), the rounding passing gradients.
    expect(gradients(outer, leaf([2.1]))[0]).toEqual([expect.closeTo(12.3, 12)]);
    expect(gradients((x) => passing(x.mul(3)).mul(x), leaf([2.1]))[0]).toEqual([expect.closeTo(12.3, 12)]);
  });

  test("can be differentiated again, and its derivative can call the formula itself", () => {
    const sigmoid: (x: Formula) => Formula = (x) => logistic(x) as Formula;
    const logistic = elementwise((x: Formula) => x.neg().exp().add(1).reciprocal(), {
      name: "logistic",
      derivative: (x: Formula) => sigmoid(x).mul(sub(1, sigmoid(x))),
    }) as { (x: Formula): Formula; (x: Tensor): Tensor };
    expect(gradcheck((x) => logistic(x), [leaf([-1, 0.5, 3])])).toBe(true);
    expect(gradgradcheck((x) => logistic(x), [leaf([-1, 0.5, 3])])).toBe(true);
    expect(gradients((x) => logistic(x), leaf([-1000, 1000]))).toEqual([[0, 0]]);
  });

  test("gives PyTorch's gradient of binary cross-entropy where the probability is 0 or 1", () => {
    const clampedLog = (x: Formula): Formula => maximum(log(x), -100);
    const bce = elementwise(
      (p: Formula, t: Formula) => sub(t.sub(1).mul(clampedLog(sub(1, p))), t.mul(clampedLog(p))),
      {
        name: "bce",
        derivative: (p: Formula, t: Formula) => [p.sub(t).div(maximum(p.mul(sub(1, p)), 1e-12)), null],
      },
    );
    const p = leaf([0, 1, 0.5, 0, 1]);
    const loss = bce(p, tensor([0, 1, 1, 1, 0], { dtype: "float64" })).sum();
    expect(loss.item()).toBeCloseTo(200.6931471805599, 9);
    loss.backward();
    expect(p.grad!.arraySync()).toEqual([0, 0, -2, -1e12, 1e12]);
  });

  test("refuses a derivative that returns a wrong number of parts", () => {
    const wrong = elementwise((x, y) => x.mul(y), { name: "wrong", derivative: () => [1] });
    expect(() => gradients(wrong, leaf([1]), leaf([2]))).toThrow("[wrong] the derivative has 1 parts for 2 arguments");
    const nothing = elementwise((x) => x.exp(), { name: "nothing", derivative: () => undefined as never });
    expect(() => gradients(nothing, leaf([1]))).toThrow("[nothing] the derivative returned undefined");
  });
});

test("fmod of NaN has the gradient 1", () => {
  expect(gradients((x) => x.fmod(2), leaf([Number.NaN, 3]))).toEqual([[1, 1]]);
  expect(gradients((x, y) => x.fmod(y), leaf([Number.NaN, 3]), leaf([2, 2]))).toEqual([
    [1, 1],
    [Number.NaN, -1],
  ]);
  expect(gradgradcheck((x, y) => x.fmod(y), [leaf([5.3, -7.1]), leaf([2, 3])])).toBe(true);
});

test.each<readonly [string, (c: Tensor, x: Tensor) => Tensor]>([
  ["c·x·x", (c, x) => c.mul(x).mul(x)],
  ["c·x² of a square", (c, x) => c.mul(x.square())],
  ["c·x² of a power", (c, x) => c.mul(x.pow(2))],
  ["x²·c", (c, x) => x.square().mul(c)],
  ["c·x² in one formula", (c, x) => elementwise((a, b) => a.mul(b).mul(b))(c, x)],
])("the second derivative of %s at infinity is 2c where c is a leaf, too", (_, compute) => {
  const [c, x] = [leaf([2]), leaf([Infinity])];
  compute(c, x).sum().backward(null, { createGraph: true });
  const first = x.grad!;
  expect(first.arraySync()).toEqual([Infinity]);
  x.grad = null;
  c.grad = null;
  first.sum().backward();
  expect(x.grad!.arraySync()).toEqual([4]);
  expect(c.grad!.arraySync()).toEqual([Infinity]);
});
