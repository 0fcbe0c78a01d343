/**
 * The Cholesky decomposition, with its derivative.
 *
 * @module
 */
import { callFused, type FusedDefinition } from "@lucid/tensor/extend";
import { add, matmul, mul, type Tensor, tril } from "@lucid/tensor/functions";
import { choleskyOf } from "../algorithms/cholesky.js";
import { flat, transposed, unflat } from "../internal/matrices.js";
import { sizesOf } from "../internal/types.js";
import { triangularSolve } from "./triangular.js";

const definition: FusedDefinition = {
  operation: { name: "cholesky", inputs: ["a"], infer: ([a]) => [a!] },
  compose([a]) {
    return [unflat("cholesky", choleskyOf(flat("cholesky", a!)), sizesOf(a!)[0])];
  },
  rule: {
    saves: () => ({ inputs: [], outputs: [0] }),
    gradients({ output, gradient }) {
      const l = output(0);
      const inner = matmul(transposed(l), gradient(0));
      const symmetric = add(tril(inner), transposed(tril(inner, -1)));
      const adjoint = transposed(l);
      const half = triangularSolve(adjoint, symmetric, { upper: true, unit: false });
      return [mul(transposed(triangularSolve(adjoint, transposed(half), { upper: true, unit: false })), 0.5)];
    },
  },
};

/** The lower triangular L with `L · Lᵀ = a`, of which the lower triangle is read. */
export function choleskyFactor(a: Tensor): Tensor {
  return callFused(definition, [a], {})[0]!;
}
