/**
 * Distances between all pairs of rows.
 *
 * @module
 */
import { checkOptions, formatShape, type OptionNames, ShapeError } from "@lucid/backend";
import { owned } from "@lucid/tensor/extend";
import { indexSelect, norm, sub, type Tensor, triuIndices, unbind } from "@lucid/tensor/functions";
import { assertFloatingTensor, assertNotNegative } from "../internal/checks.js";

/** Options of `pdist`. */
export interface PdistOptions {
  /** The degree of the norm, 0 or above; default 2. */
  readonly p?: number;
}

const optionNames: OptionNames<PdistOptions> = { p: true };

/**
 * Computes the distances between all pairs of different rows, in the order (0, 1), (0, 2), …, (1, 2), ….
 *
 *     (Σ |xᵢ − xⱼ|^p)^(1/p)
 *
 * Shapes: `(n, m) → (n · (n − 1) / 2)`.
 *
 * @param input - vectors, one in each row.
 * @param p - the degree of the norm, by position or in the options; default 2.
 * @throws ShapeError unless the input is a matrix; DTypeError unless it holds floating-point numbers; ArgumentError
 * unless p ≥ 0.
 *
 * @example
 * ```ts
 * functional.pdist(tensor([[0, 0], [3, 4], [0, 1]])); // → Tensor([5, 1, 4.2426])
 * ```
 *
 * Source: torch.nn.functional.pdist.
 */
export function pdist(input: Tensor, p?: number | PdistOptions): Tensor {
  assertFloatingTensor("pdist", "input", input);
  const options = typeof p === "object" ? p : { p };
  checkOptions("pdist", options, optionNames);
  const { p: degree = 2 } = options;
  assertNotNegative("pdist", "p", degree);
  if (input.ndim !== 2) {
    throw new ShapeError("pdist", `the input is ${formatShape(input.shape)}`, [input.shape], {
      rule: "it is a matrix, with a vector in each row",
    });
  }
  return owned(() => {
    const count = input.shape[0]!;
    const [first, second] = unbind(triuIndices(count, count, { offset: 1, backend: input.backend })) as [
      Tensor,
      Tensor,
    ];
    return norm(sub(indexSelect(input, 0, first), indexSelect(input, 0, second)), degree, -1);
  });
}
