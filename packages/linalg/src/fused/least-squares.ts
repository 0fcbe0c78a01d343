/**
 * Least squares with the singular value decomposition, with their derivative.
 *
 * @module
 */
import { callFused, type FusedDefinition } from "@lucid/tensor/extend";
import { gt, matmul, mul, sum, type Tensor, to, unsqueeze, zeros } from "@lucid/tensor/functions";
import { transposed } from "../internal/matrices.js";
import { integers, sizesOf, typed } from "../internal/types.js";
import { boundOf, pseudoInverse, pseudoInverseGradient, reciprocalAbove } from "./pseudo-inverse.js";
import { singularFactors } from "./svd.js";

const definition: FusedDefinition = {
  operation: {
    name: "lstsq",
    inputs: ["a", "b", "rcond"],
    infer([a, b]) {
      const [batch, m, n] = sizesOf(a!);
      return [typed(a!, batch, n, sizesOf(b!)[2]), integers(batch), typed(a!, batch, Math.min(m, n))];
    },
  },
  compose([a, b, rcond]) {
    const [u, values, vh] = singularFactors(a!, false);
    const bound = boundOf(values, nothing(a!), rcond!);
    const inner = mul(unsqueeze(reciprocalAbove(values, bound), -1), matmul(transposed(u), b!));
    return [matmul(transposed(vh), inner), sum(to(gt(values, bound), "int32"), -1), values];
  },
  rule: {
    saves: () => ({ inputs: [0, 1, 2], outputs: [] }),
    gradients({ wanted, input, gradients: [g] }) {
      if (g === undefined) return [undefined, undefined, undefined];
      const a = input(0);
      const p = pseudoInverse(a, nothing(a), input(2), false);
      const ofB = matmul(transposed(p), g);
      const ofA = wanted[0] ? pseudoInverseGradient(a, p, matmul(g, transposed(input(1)))) : undefined;
      return [ofA, ofB, undefined];
    },
  },
};

const nothing = (a: Tensor): Tensor => zeros([], { dtype: a.dtype, backend: a.backend });

/** The solution of least norm, the ranks of the matrices, and their singular values. */
export function leastSquares(a: Tensor, b: Tensor, rcond: Tensor): readonly [x: Tensor, rank: Tensor, values: Tensor] {
  return callFused(definition, [a, b, rcond], {}) as unknown as readonly [Tensor, Tensor, Tensor];
}
