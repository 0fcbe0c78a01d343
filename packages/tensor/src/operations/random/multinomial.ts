/**
 * Drawing positions by weights.
 *
 * @module
 */
import { ArgumentError, checkOptions, formatShape, type OptionNames, ShapeError } from "@lucid/backend";
import { elementwise } from "../../elementwise/elementwise.js";
import { type Formula, op } from "../../elementwise/formula.js";
import { owned } from "../../memory/ownership.js";
import type { Tensor } from "../../tensor/tensor.js";
import { mul } from "../elementwise/arithmetic.js";
import { clampMax } from "../elementwise/bounds.js";
import { searchsorted } from "../indexing/searching.js";
import { assertFlag } from "../internal/arguments.js";
import { assertCount, assertFloating, assertTensor } from "../internal/checks.js";
import { copied, sliced } from "../internal/views.js";
import { cumsum } from "../sort/cumulative.js";
import { topk } from "../sort/sorting.js";
import { rand } from "./random.js";

/** Options of {@link multinomial}. */
export interface MultinomialOptions {
  /** Whether a position may be drawn several times; default false. */
  readonly replacement?: boolean;
}

const optionNames: OptionNames<MultinomialOptions> = { replacement: true };

/** The time until an event of this rate, negated: the earliest events are a draw without replacement. */
const earliness = /* @__PURE__ */ elementwise((weight: Formula, uniform: Formula) =>
  op("div", op("log", op("sub", 1, uniform)), weight),
);

/**
 * Draws positions along the last dimension, each with a probability proportional to its weight.
 *
 * Shapes: `(n) → (numSamples)`, `(m, n) → (m, numSamples)`. The result is int32.
 *
 * Without replacement, each row needs at least as many weights that are not 0 as are drawn; this is not checked.
 *
 * @param numSamples - how many positions to draw.
 * @param options - `replacement` (default false): whether a position may be drawn several times.
 * @throws DTypeError unless the weights are floating; ShapeError unless there are one or two dimensions; ArgumentError if
 * more are drawn without replacement than there are.
 *
 * @example
 * ```ts
 * multinomial(tensor([0, 1, 0]), 1); // → Tensor([1], dtype=int32)
 * multinomial(tensor([0, 1, 0]), 3, { replacement: true }); // → Tensor([1, 1, 1], dtype=int32)
 * ```
 *
 * @see torch.multinomial
 */
export function multinomial(x: Tensor, numSamples: number, options?: boolean | MultinomialOptions): Tensor {
  assertTensor("multinomial", "the weights", x);
  assertFloating("multinomial", x.dtype);
  assertCount("multinomial", "numSamples", numSamples, 1);
  const given = typeof options === "boolean" ? { replacement: options } : options;
  checkOptions("multinomial", given, optionNames);
  const replacement = given?.replacement ?? false;
  assertFlag("multinomial", "replacement", replacement);
  if (x.ndim < 1 || x.ndim > 2) {
    throw new ShapeError("multinomial", `the weights have the shape ${formatShape(x.shape)}`, [x.shape], {
      rule: "they are a vector, or a matrix with weights in each row",
    });
  }
  const axis = x.ndim - 1;
  const size = x.shape[axis]!;
  if (!replacement && numSamples > size) {
    throw new ArgumentError("multinomial", `${numSamples} of ${size} positions`, {
      rule: "without replacement, there are at least as many as are drawn",
    });
  }
  const { backend, dtype } = x;
  return owned(() => {
    const weights = x.detach();
    if (!replacement) {
      const early = earliness(weights, rand(x.shape, { backend, dtype }));
      return copied("multinomial", topk(early, numSamples, axis).indices);
    }
    const sums = cumsum(weights, axis);
    const drawn = mul(rand([...x.shape.slice(0, -1), numSamples], { backend, dtype }), sliced(sums, axis, size - 1, 1));
    return clampMax(searchsorted(sums, drawn, { right: true }), size - 1);
  });
}
