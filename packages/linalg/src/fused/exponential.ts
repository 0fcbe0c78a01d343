/**
 * The exponential of matrices, with its derivative.
 *
 * @module
 */
import { callFused, type FusedDefinition } from "@lucid/tensor/extend";
import { type Tensor, zerosLike } from "@lucid/tensor/functions";
import { exponentialOf } from "../algorithms/exponential.js";
import { below, beside, columns, flat, rows, transposed, unflat } from "../internal/matrices.js";
import { sizesOf } from "../internal/types.js";

const definition: FusedDefinition = {
  operation: { name: "matrixExp", inputs: ["a"], infer: ([a]) => [a!] },
  compose([a]) {
    return [unflat("matrixExp", exponentialOf(flat("matrixExp", a!)), sizesOf(a!)[0])];
  },
  rule: {
    saves: () => ({ inputs: [0], outputs: [] }),
    gradients({ input, gradient }) {
      const up = transposed(input(0));
      const g = gradient(0);
      const n = g.shape[g.ndim - 1]!;
      // The derivative in a direction is a block of the exponential of a matrix of twice the size.
      const whole = exponential(below(beside(up, g), beside(zerosLike(up), up)));
      return [columns(rows(whole, 0, n), n, 2 * n)];
    },
  },
};

/** The exponentials of matrices. */
export function exponential(a: Tensor): Tensor {
  return callFused(definition, [a], {})[0]!;
}
