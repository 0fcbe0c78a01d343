/**
 * The linear map, as the layer Linear applies it.
 *
 * @module
 */
import { dtypes, formatShape, input, op, ShapeError, sizeOf } from "@lucid/backend";
import { owned } from "../../memory/ownership.js";
import { callMatmul } from "../../primitives/matmul.js";
import { callView, permuteView } from "../../primitives/views.js";
import type { Tensor } from "../../tensor/tensor.js";
import { add } from "../elementwise/arithmetic.js";
import { assertRank, assertSameType, assertTensor } from "../internal/checks.js";
import { perType, reshaped, viewed } from "../internal/views.js";
import { matmul } from "./matmul.js";

const TRANSPOSED = { axes: [1, 0] } as const;
const BY_TRANSPOSED = { transposeB: true } as const;

/** The epilogue that adds the bias to the product. */
const withBias = /* @__PURE__ */ perType((dtype) => op("add", input(0, dtype), input(1, dtype)));

/**
 * Applies a linear map to vectors, and adds a bias.
 *
 * `x · weightᵀ + bias`, computed as one matrix product.
 *
 * Shapes: `(…, in), (out, in), (out) → (…, out)`; with a vector as weight and no bias, `(…, in), (in) → (…)`.
 *
 * @param bias - default (and null): none.
 * @throws ShapeError if sizes do not fit; DTypeError if the element types differ or are bool.
 *
 * @example
 * ```ts
 * linear(tensor([[1, 2]]), tensor([[3, 4], [5, 6]]), tensor([0.5, 0])); // → Tensor([[11.5, 17]])
 * linear(tensor([[1, 2]]), tensor([3, 4])); // → Tensor([11])
 * ```
 *
 * @see torch.nn.functional.linear
 */
export function linear(x: Tensor, weight: Tensor, bias?: Tensor | null): Tensor {
  assertTensor("linear", "the input", x);
  assertTensor("linear", "the weight", weight);
  if (weight.ndim === 1) return withVector(x, weight, bias);
  assertRank("linear", "the weight", weight, 2);
  assertSameType("linear", x, weight);
  const { shape } = x;
  const inner = shape[shape.length - 1];
  const [width, depth] = weight.shape as readonly [number, number];
  if (inner !== depth) {
    throw new ShapeError(
      "linear",
      `input and weight do not fit: ${formatShape(shape)} · ${formatShape(weight.shape)} (${inner ?? "no dimensions"} ≠ ${depth})`,
      [shape, weight.shape],
      { rule: "the input's last dimension must have the size of the weight's last: (…, in) · (out, in)" },
    );
  }
  if (bias !== undefined && bias !== null) {
    assertTensor("linear", "the bias", bias);
    assertSameType("linear", weight, bias);
    if (bias.ndim !== 1 || bias.shape[0] !== width) {
      throw new ShapeError(
        "linear",
        `weight and bias do not fit: ${formatShape(weight.shape)} · ${formatShape(bias.shape)}`,
        [weight.shape, bias.shape],
        { rule: `the bias must be [${width}]` },
      );
    }
  }
  if (dtypes[x.dtype].kind !== "float") {
    return owned(() => {
      const result = matmul(x, callView(permuteView, weight, TRANSPOSED));
      return bias ? add(result, bias) : result;
    });
  }
  if (shape.length === 2) return linearRows(x, weight, bias);
  return owned(() => {
    const leading = shape.slice(0, -1);
    return viewed(linearRows(reshaped("linear", x, [sizeOf(leading), inner]), weight, bias), [...leading, width]);
  });
}

function linearRows(rows: Tensor, weight: Tensor, bias: Tensor | null | undefined): Tensor {
  return bias
    ? callMatmul(rows, weight, { transposeB: true, epilogue: withBias(rows.dtype), extras: [bias] })
    : callMatmul(rows, weight, BY_TRANSPOSED);
}

/** Multiplies rows with one vector. */
function withVector(x: Tensor, weight: Tensor, bias: Tensor | null | undefined): Tensor {
  if (bias !== undefined && bias !== null) {
    assertTensor("linear", "the bias", bias);
    throw new ShapeError(
      "linear",
      `a bias was given for the weight ${formatShape(weight.shape)}`,
      [weight.shape, bias.shape],
      {
        rule: "a vector as weight takes no bias",
        remedy: "give the weight as a matrix: weight.unsqueeze(0)",
      },
    );
  }
  const { shape } = x;
  const inner = shape[shape.length - 1];
  assertSameType("linear", x, weight);
  if (inner !== weight.shape[0]) {
    throw new ShapeError(
      "linear",
      `input and weight do not fit: ${formatShape(shape)} · ${formatShape(weight.shape)}`,
      [shape, weight.shape],
      { rule: "the input's last dimension must have the size of the weight" },
    );
  }
  return matmul(x, weight);
}
