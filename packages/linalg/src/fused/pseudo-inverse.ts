/**
 * The pseudo-inverse, with its derivative, which exists where the rank does not change.
 *
 * @module
 */
import { callFused, type FusedDefinition } from "@lucid/tensor/extend";
import {
  abs,
  add,
  amax,
  div,
  elementwise,
  type Formula,
  lt,
  matmul,
  maximum,
  mul,
  sub,
  sum,
  type Tensor,
  unsqueeze,
  where,
} from "@lucid/tensor/functions";
import { transposed } from "../internal/matrices.js";
import { sizesOf, typed } from "../internal/types.js";
import { eigenFactors } from "./eigh.js";
import { singularFactors } from "./svd.js";

type Hermitian = { readonly hermitian: boolean };

/** 1 / x where x is large enough, and 0 elsewhere. */
export const reciprocalAbove: (x: Tensor, bound: Tensor) => Tensor = /* @__PURE__ */ elementwise(
  (x: Formula, bound: Formula) => where(lt(bound, abs(x)), div(1, x), 0),
  { name: "pinv" },
);

/** The bound below which singular values `[…, k]` count as 0: the larger of `atol` and `rtol · σ₁`. */
export function boundOf(values: Tensor, atol: Tensor, rtol: Tensor): Tensor {
  const count = values.shape[values.ndim - 1]!;
  const largest = count === 0 ? sum(values, -1) : amax(values, -1);
  return unsqueeze(maximum(atol, mul(rtol, largest)), -1);
}

/** The matrix with the reciprocal values, from the factors. */
function inverted(a: Tensor, atol: Tensor, rtol: Tensor, hermitian: boolean): Tensor {
  if (hermitian) {
    const [values, vectors] = eigenFactors(a, false);
    const inverse = reciprocalAbove(values, boundOf(abs(values), atol, rtol));
    return matmul(mul(vectors, unsqueeze(inverse, -2)), transposed(vectors));
  }
  const [u, values, vh] = singularFactors(a, false);
  const inverse = reciprocalAbove(values, boundOf(values, atol, rtol));
  return matmul(transposed(vh), mul(unsqueeze(inverse, -1), transposed(u)));
}

/** The gradient of the matrix from that of its pseudo-inverse `p`. */
export function pseudoInverseGradient(a: Tensor, p: Tensor, g: Tensor): Tensor {
  const [, m, n] = sizesOf(a);
  const [up, back] = [transposed(p), transposed(g)];
  if (m <= n) {
    const k = matmul(back, p);
    const inner = matmul(k, up);
    return add(
      sub(inner, transposed(matmul(p, k))),
      sub(matmul(matmul(up, p), sub(back, matmul(k, a))), matmul(matmul(a, p), inner)),
    );
  }
  const k = matmul(p, back);
  const inner = matmul(up, k);
  return add(
    sub(inner, transposed(matmul(k, p))),
    sub(matmul(matmul(sub(back, matmul(a, k)), p), up), matmul(matmul(inner, p), a)),
  );
}

const definition: FusedDefinition<Hermitian> = {
  operation: {
    name: "pinv",
    inputs: ["a", "atol", "rtol"],
    infer([a]) {
      const [batch, m, n] = sizesOf(a!);
      return [typed(a!, batch, n, m)];
    },
  },
  compose([a, atol, rtol], { hermitian }) {
    return [inverted(a!, atol!, rtol!, hermitian)];
  },
  rule: {
    saves: () => ({ inputs: [0], outputs: [0] }),
    gradients: ({ input, output, gradient }) => [
      pseudoInverseGradient(input(0), output(0), gradient(0)),
      undefined,
      undefined,
    ],
  },
};

/** The pseudo-inverse. The tolerances are one number for each matrix. */
export function pseudoInverse(a: Tensor, atol: Tensor, rtol: Tensor, hermitian: boolean): Tensor {
  return callFused(definition, [a, atol, rtol], { hermitian })[0]!;
}
