/**
 * Solving triangular systems, with its derivative.
 *
 * @module
 */
import { callFused, type FusedDefinition } from "@lucid/tensor/extend";
import { matmul, neg, type Tensor, tril, triu } from "@lucid/tensor/functions";
import { solveTriangle, type Triangle } from "../algorithms/triangular.js";
import { flat, transposed, unflat } from "../internal/matrices.js";
import { sizesOf } from "../internal/types.js";

/** The attributes: which triangle, and whether the diagonal counts as ones. */
export type TriangleAttributes = { readonly upper: boolean; readonly unit: boolean };

/** Solves `a · x = b`. Both have one batch. */
const definition: FusedDefinition<TriangleAttributes> = {
  operation: {
    name: "solveTriangular",
    inputs: ["a", "b"],
    infer: ([, b]) => [b!],
  },
  compose([a, b], { upper, unit }) {
    const [batch] = sizesOf(b!);
    return [
      unflat(
        "solveTriangular",
        solveTriangle(flat("solveTriangular", a!), flat("solveTriangular", b!), { upper, unit }),
        batch,
      ),
    ];
  },
  rule: {
    saves: () => ({ inputs: [0], outputs: [0] }),
    gradients({ attributes, wanted, input, output, gradient }) {
      const { upper, unit } = attributes;
      const ofB = triangularSolve(transposed(input(0)), gradient(0), { upper: !upper, unit });
      if (!wanted[0]) return [undefined, ofB];
      const full = neg(matmul(ofB, transposed(output(0))));
      const ofA = upper ? triu(full, unit ? 1 : 0) : tril(full, unit ? -1 : 0);
      return [ofA, ofB];
    },
  },
};

/** Solves `a · x = b` for triangular matrices of one batch. */
export function triangularSolve(a: Tensor, b: Tensor, { upper, unit }: Triangle): Tensor {
  return callFused(definition, [a, b], { upper, unit })[0]!;
}
