/** Initializers that no fixture can hold: what is random, and what PyTorch documents about it. */
import { createCpuBackend } from "@lucid/backend-cpu";
import { manualSeed, matmul, setDefaultBackend, type Tensor, zeros } from "@lucid/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import { init } from "../index.js";

beforeAll(() => {
  setDefaultBackend(createCpuBackend);
  manualSeed(7);
});

/** The largest difference of x · xᵀ from the identity. */
function error(x: Tensor): number {
  const product = matmul(x, x.t());
  return product
    .sub(init.eye_(zeros(product.shape, { dtype: x.dtype })))
    .abs()
    .max()
    .item();
}

describe("orthogonal_", () => {
  it("makes rows orthonormal where there are fewer rows, and columns elsewhere", () => {
    for (const dtype of ["float32", "float64"] as const) {
      const most = dtype === "float32" ? 2e-6 : 1e-14;
      expect(error(init.orthogonal_(zeros([5, 9], { dtype })))).toBeLessThan(most);
      expect(error(init.orthogonal_(zeros([9, 5], { dtype })).t())).toBeLessThan(most);
      expect(error(init.orthogonal_(zeros([64, 64], { dtype })))).toBeLessThan(most * 10);
      expect(error(init.orthogonal_(zeros([4, 2, 3], { dtype })).reshape([4, 6]))).toBeLessThan(most);
    }
  });

  it("multiplies by the gain", () => {
    const x = init.orthogonal_(zeros([3, 3], { dtype: "float64" }), 2);
    expect(x.square().sum().item()).toBeCloseTo(12, 10);
  });

  it("refuses a vector", () => {
    expect(() => init.orthogonal_(zeros([3]))).toThrow("[orthogonal_] the tensor has shape [3]");
  });
});

describe("sparse_", () => {
  it("sets the share of every column to 0, rounded up", () => {
    const x = init.sparse_(zeros([7, 50]), 0.3);
    expect(x.eq(0).sum(0).arraySync()).toEqual(new Array(50).fill(3));
    // The zeros stand in different rows.
    expect(x.eq(0).sum(1).min().item()).toBeGreaterThan(0);
  });
});

describe("dirac_", () => {
  it("repeats the identity in every group", () => {
    const x = init.dirac_(zeros([4, 2, 1, 1]), { groups: 2 });
    expect(x.reshape([4, 2]).arraySync()).toEqual([
      [1, 0],
      [0, 1],
      [1, 0],
      [0, 1],
    ]);
    expect(() => init.dirac_(zeros([3, 2, 1]), 2)).toThrow("[dirac_] 3 outputs for 2 groups");
  });
});

describe("truncNormal_", () => {
  it("has the moments of the truncated normal distribution", () => {
    const x = init.truncNormal_(zeros([200_000], { dtype: "float64" }));
    // Between −2 and 2, the variance is 1 − 4 φ(2) / (2 Φ(2) − 1).
    const variance = 1 - (4 * Math.exp(-2)) / Math.sqrt(2 * Math.PI) / 0.9544997361036416;
    expect(x.mean().item()).toBeCloseTo(0, 2);
    expect(x.square().mean().item()).toBeCloseTo(variance, 2);
    expect(x.abs().max().item()).toBeLessThanOrEqual(2);
    expect(x.abs().max().item()).toBeGreaterThan(1.99);
    const tail = init.truncNormal_(zeros([50_000], { dtype: "float64" }), { mean: 1, std: 2, a: 5, b: 9 });
    // The mean above two standard deviations and below four: 1 + 2 (φ(2) − φ(4)) / (Φ(4) − Φ(2)).
    const phi = (z: number): number => Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
    expect(tail.mean().item()).toBeCloseTo(1 + (2 * (phi(2) - phi(4))) / (0.9999683287581669 - 0.9772498680518208), 1);
  });
});
