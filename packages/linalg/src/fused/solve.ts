/**
 * Solving and inverting with a decomposition that was computed before. The matrix is an input too: its values are not used,
 * but the gradient is its own, so that the decomposition needs no derivative.
 *
 * @module
 */
import { callFused, type FusedDefinition } from "@lucid/tensor/extend";
import { matmul, neg, type Tensor } from "@lucid/tensor/functions";
import { inverseOrder } from "../algorithms/lu.js";
import { solveTriangle } from "../algorithms/triangular.js";
import { flat, flatVectors, gatherRows, identity, transposed, unflat } from "../internal/matrices.js";
import { sizesOf } from "../internal/types.js";

/** A matrix and its decomposition. */
export interface Decomposed {
  readonly a: Tensor;
  readonly lu: Tensor;
  readonly order: Tensor;
}

const UPPER = { upper: true, unit: false };
const LOWER_UNIT = { upper: false, unit: true };

/** Solves for a batch `[batch, n, k]`, of the matrix or of its transpose. */
function solveFlat(lu: Tensor, order: Tensor, b: Tensor, adjoint: boolean): Tensor {
  if (!adjoint) return solveTriangle(lu, solveTriangle(lu, gatherRows(b, order), LOWER_UNIT), UPPER);
  const upright = transposed(lu);
  const inner = solveTriangle(upright, b, { upper: false, unit: false });
  return gatherRows(solveTriangle(upright, inner, { upper: true, unit: true }), inverseOrder(order));
}

type Adjoint = { readonly adjoint: boolean };

const solving: FusedDefinition<Adjoint> = {
  operation: { name: "solve", inputs: ["a", "lu", "order", "b"], infer: ([, , , b]) => [b!] },
  compose([, lu, order, b], { adjoint }) {
    const [batch] = sizesOf(b!);
    return [
      unflat("solve", solveFlat(flat("solve", lu!), flatVectors("solve", order!), flat("solve", b!), adjoint), batch),
    ];
  },
  rule: {
    saves: () => ({ inputs: [0, 1, 2], outputs: [0] }),
    gradients({ attributes: { adjoint }, wanted, input, output, gradient }) {
      const decomposed = { a: input(0), lu: input(1), order: input(2) };
      const ofB = solveDecomposed(decomposed, gradient(0), !adjoint);
      if (!wanted[0]) return [undefined, undefined, undefined, ofB];
      const x = output(0);
      const ofA = adjoint ? matmul(x, transposed(ofB)) : matmul(ofB, transposed(x));
      return [neg(ofA), undefined, undefined, ofB];
    },
  },
};

/** Solves `a · x = b`, or `aᵀ · x = b` if it is adjoint. All have one batch. */
export function solveDecomposed({ a, lu, order }: Decomposed, b: Tensor, adjoint = false): Tensor {
  return callFused(solving, [a, lu, order, b], { adjoint })[0]!;
}

const inverting: FusedDefinition = {
  operation: { name: "inv", inputs: ["a", "lu", "order"], infer: ([a]) => [a!] },
  compose([, lu, order]) {
    const [batch, n] = sizesOf(lu!);
    const factors = flat("inv", lu!);
    const inverse = solveFlat(factors, flatVectors("solve", order!), identity(factors, [factors.shape[0]!], n), false);
    return [unflat("inv", inverse, batch)];
  },
  rule: {
    saves: () => ({ inputs: [], outputs: [0] }),
    gradients({ output, gradient }) {
      const adjoint = transposed(output(0));
      return [neg(matmul(matmul(adjoint, gradient(0)), adjoint)), undefined, undefined];
    },
  },
};

/** Inverts a matrix. */
export function inverseOf({ a, lu, order }: Decomposed): Tensor {
  return callFused(inverting, [a, lu, order], {})[0]!;
}
