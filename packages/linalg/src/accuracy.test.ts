/**
 * How accurate the decompositions are: residuals and orthogonality in units of n · ε, for matrices that are hard for one
 * reason or another, and of more than one block.
 */
import { createCpuBackend } from "@lucid/backend-cpu";
import {
  abs,
  add,
  amax,
  arange,
  cat,
  diag,
  div,
  eye,
  manualSeed,
  matmul,
  mul,
  ones,
  pow,
  randn,
  setDefaultBackend,
  sub,
  type Tensor,
  to,
  transpose,
  unsqueeze,
  zeros,
} from "@lucid/tensor/functions";
import { describe, expect, it } from "vitest";
import {
  cholesky,
  eigh,
  eigvalsh,
  geqrf,
  householderProduct,
  inv,
  lstsq,
  lu,
  matrixExp,
  matrixRank,
  pinv,
  qr,
  solve,
  solveTriangular,
  svd,
  svdvals,
} from "./index.js";

setDefaultBackend(createCpuBackend);

const float64 = { dtype: "float64" } as const;
const t = (x: Tensor): Tensor => transpose(x, -2, -1);
const largest = (x: Tensor): number => (x.numel() === 0 ? 0 : Number(amax(abs(x)).dataSync()[0]));
const epsilons = { float32: 2 ** -23, float64: 2 ** -52 } as const;

/** The largest element of a difference, in units of n · ε · the largest element of what it should be. */
function units(got: Tensor, expected: Tensor, size = largest(expected)): number {
  const n = Math.max(1, ...got.shape.slice(-2));
  const epsilon = epsilons[got.dtype as "float32" | "float64"];
  return largest(sub(got, expected)) / (n * epsilon * (size === 0 ? 1 : size));
}

const orthogonality = (q: Tensor): number => units(matmul(t(q), q), eye(q.shape[q.ndim - 1]!, { dtype: q.dtype }));

/** The Hilbert matrix, whose condition number grows fastest. */
function hilbert(n: number): Tensor {
  const i = arange(n, float64);
  return div(1, add(add(unsqueeze(i, 1), unsqueeze(i, 0)), 1));
}

/** Square matrices by what makes them hard. */
function matrices(): Readonly<Record<string, Tensor>> {
  manualSeed(3);
  const q = qr(randn([40, 40], float64)).Q;
  const withValues = (values: Tensor): Tensor => matmul(mul(q, values), t(q));
  const low = matmul(randn([50, 7], float64), randn([7, 50], float64));
  return {
    "1 × 1": randn([1, 1], float64),
    "2 × 2": randn([2, 2], float64),
    "random, 33": randn([33, 33], float64),
    "random, a batch": randn([3, 20, 20], float64),
    "random, 70": randn([70, 70], float64),
    zero: zeros([5, 5], float64),
    identity: eye(6, float64),
    ones: ones([7, 7], float64),
    "rank 7 of 50": low,
    Hilbert: hilbert(12),
    graded: mul(randn([20, 20], float64), pow(10, mul(arange(20, float64), -1))),
    "graded downwards": mul(randn([20, 20], float64), unsqueeze(pow(10, mul(arange(20, float64), -1)), 1)),
    "equal eigenvalues": withValues(cat([ones([20], float64), mul(ones([20], float64), -2)])),
    "near eigenvalues": withValues(add(1, mul(arange(40, float64), 1e-12))),
    large: mul(randn([9, 9], float64), 1e12),
    small: mul(randn([9, 9], float64), 1e-12),
    "very large": mul(randn([4, 4], float64), 1e160),
    "very small": mul(randn([4, 4], float64), 1e-160),
    "a permutation": matmul(eye(4, float64), diag(ones([3], float64), 1)),
  };
}

for (const dtype of ["float64", "float32"] as const) {
  describe(dtype, () => {
    for (const [name, exact] of Object.entries(matrices())) {
      if (dtype === "float32" && name.startsWith("very")) continue;
      const a = to(exact, dtype);
      it(`svd, qr, lu and eigh are backward stable: ${name}`, () => {
        const { U, S, Vh } = svd(a);
        expect(units(matmul(mul(U, unsqueeze(S, -2)), Vh), a)).toBeLessThan(4);
        expect(orthogonality(U)).toBeLessThan(4);
        expect(orthogonality(t(Vh))).toBeLessThan(4);
        expect(units(svdvals(a), S, largest(S))).toBeLessThan(4);
        const values = [...S.dataSync()].slice(0, S.shape[S.ndim - 1]);
        expect(values).toEqual([...values].sort((x, y) => y - x));
        const { Q, R } = qr(a);
        expect(units(matmul(Q, R), a)).toBeLessThan(4);
        expect(orthogonality(Q)).toBeLessThan(4);
        const { P, L, U: upper } = lu(a);
        expect(units(matmul(P, matmul(L, upper)), a)).toBeLessThan(4);
        expect(largest(L)).toBe(1);
        const symmetric = add(a, t(a));
        const { eigenvalues, eigenvectors } = eigh(symmetric);
        expect(units(matmul(mul(eigenvectors, unsqueeze(eigenvalues, -2)), t(eigenvectors)), symmetric)).toBeLessThan(
          4,
        );
        expect(orthogonality(eigenvectors)).toBeLessThan(4);
        expect(units(eigvalsh(symmetric), eigenvalues, largest(eigenvalues))).toBeLessThan(4);
      });
    }

    it("cholesky and solve have small residuals for more than one block", () => {
      manualSeed(5);
      const a = randn([2, 70, 70], { dtype });
      const positive = add(matmul(a, t(a)), eye(70, { dtype }));
      const l = cholesky(positive);
      expect(units(matmul(l, t(l)), positive)).toBeLessThan(1);
      const b = randn([2, 70, 3], { dtype });
      const x = solve(a, b);
      expect(units(matmul(a, x), b, largest(a) * largest(x))).toBeLessThan(1);
      const triangle = solveTriangular(l, b, { upper: false });
      expect(units(matmul(l, triangle), b, largest(l) * largest(triangle))).toBeLessThan(1);
      expect(
        units(matmul(inv(positive), positive), eye(70, { dtype }), largest(inv(positive)) * largest(positive)),
      ).toBeLessThan(1);
    });
  });
}

describe("matrices with and without full rank", () => {
  it("pinv fulfils the conditions of Penrose", () => {
    manualSeed(7);
    const a = matmul(randn([12, 4], float64), randn([4, 9], float64));
    const p = pinv(a, 1e-12);
    expect(units(matmul(matmul(a, p), a), a)).toBeLessThan(10);
    expect(units(matmul(matmul(p, a), p), p)).toBeLessThan(10);
    expect(units(matmul(a, p), t(matmul(a, p)))).toBeLessThan(10);
    expect(units(matmul(p, a), t(matmul(p, a)))).toBeLessThan(10);
    expect(matrixRank(a).dataSync()[0]).toBe(4);
  });

  it("lstsq leaves a residual that is orthogonal to the columns", () => {
    manualSeed(8);
    const a = randn([50, 35], float64);
    const b = randn([50, 2], float64);
    for (const driver of ["gels", "gelsd"] as const) {
      const { solution } = lstsq(a, b, { driver });
      expect(largest(matmul(t(a), sub(matmul(a, solution), b)))).toBeLessThan(1e-12);
    }
  });

  it("householderProduct of many reflections is Q", () => {
    manualSeed(9);
    const a = randn([80, 70], float64);
    const packed = geqrf(a);
    expect(units(householderProduct(packed.a, packed.tau), qr(a).Q)).toBeLessThan(1);
  });
});

describe("matrixExp", () => {
  it("of a rotation by any angle is its cosine and sine", () => {
    for (const angle of [0.1, 3, 50, 1000]) {
      const turn = mul(to(sub(diag(ones([1]), 1), diag(ones([1]), -1)), "float64"), angle);
      const got = [...matrixExp(turn).dataSync()];
      const [c, s] = [Math.cos(angle), Math.sin(angle)];
      for (const [i, value] of [c, s, -s, c].entries()) {
        expect(Math.abs(got[i]! - value)).toBeLessThan(2e-16 * (2 + angle) * 4);
      }
    }
  });
});

describe("values that are no numbers", () => {
  it("NaN and Infinity give NaN and do not hang", () => {
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const a = add(eye(3, float64), mul(ones([3, 3], float64), bad));
      for (const x of [svdvals(a), eigvalsh(a), qr(a).R]) expect(x.dataSync().some(Number.isNaN)).toBe(true);
    }
  });
});
