/** Graphs of great width and depth: nothing recurses over a graph, and nothing spreads a list of nodes over arguments. */
import { createCpuBackend, grad, setDefaultBackend, stack, type Tensor, tensor } from "@lucid/lucid";
import { beforeEach, describe, expect, it } from "vitest";

beforeEach(() => setDefaultBackend(createCpuBackend()));

const COUNT = 200_000;
const double = (data: number | readonly number[]): Tensor => tensor(data, { dtype: "float64" });
const leaf = (data: number | readonly number[]): Tensor => tensor(data, { dtype: "float64", requiresGrad: true });

/** A balanced sum of −x, 200,000 times: a graph of great width, in which every term leads to x. */
function wide(x: Tensor): Tensor {
  const parts = Array.from({ length: COUNT }, () => x.neg());
  for (let n = parts.length; n > 1; n = Math.ceil(n / 2)) {
    for (let i = 0; i < n >> 1; i++) parts[i] = parts[2 * i]!.add(parts[2 * i + 1]!);
    if (n % 2 === 1) parts[n >> 1] = parts[n - 1]!;
  }
  return parts[0]!;
}

/** x + x + … + x, 200,000 times: a graph of great width and depth. */
function ladder(x: Tensor): Tensor {
  let y = x;
  for (let i = 1; i < COUNT; i++) y = y.add(x);
  return y;
}

describe("a large graph", () => {
  it("may use an input 200,000 times", () => {
    expect(grad(wide)(double(1)).item()).toBe(-COUNT);
  });

  it("may be 200,000 operations deep", () => {
    const chain = (x: Tensor): Tensor => {
      let y = x;
      for (let i = 0; i < COUNT; i++) y = y.neg();
      return y;
    };
    expect(grad(chain)(double(1)).item()).toBe(1);
    const x = leaf(1);
    chain(x).backward();
    expect(x.grad!.item()).toBe(1);
  });

  it("may be both, for backward and for a gradient that is given", () => {
    const x = leaf([1, 2]);
    const y = ladder(x);
    expect(y.detach().arraySync()).toEqual([COUNT, 2 * COUNT]);
    const [gradient] = grad(y, [x], { gradOutputs: double([3, 4]), retainGraph: true });
    expect(gradient!.arraySync()).toEqual([3 * COUNT, 4 * COUNT]);
    y.backward(double([1, 5]));
    expect(x.grad!.arraySync()).toEqual([COUNT, 5 * COUNT]);
  });

  it("may be differentiated twice", () => {
    const x = leaf(3);
    // d/dx (COUNT · x)² = 2 · COUNT² · x, and its derivative.
    const [slope] = grad(ladder(x).square(), [x], { createGraph: true });
    expect(slope!.item()).toBe(6 * COUNT ** 2);
    slope!.backward();
    expect(x.grad!.item()).toBe(2 * COUNT ** 2);
  });

  it("may have an operation of 200,000 inputs", () => {
    const x = leaf([1, 2]);
    stack(Array.from({ length: COUNT }, () => x))
      .sum()
      .backward();
    expect(x.grad!.arraySync()).toEqual([COUNT, COUNT]);
  });

  it("may write in place 200,000 times", () => {
    const x = leaf(1);
    const y = x.clone();
    for (let i = 0; i < COUNT; i++) y.neg_();
    y.backward();
    expect(x.grad!.item()).toBe(1);
  });
});
