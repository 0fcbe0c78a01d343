/**
 * Bilinear maps.
 *
 * @module
 */
import { DTypeError, formatShape, ShapeError } from "@lucid/backend";
import { fusedReduce, owned } from "@lucid/tensor/extend";
import {
  add,
  elementwise,
  type Formula,
  matmul,
  mul,
  permute,
  reshape,
  type Tensor,
  unsqueeze,
} from "@lucid/tensor/functions";
import { assertFloatingTensor } from "../internal/checks.js";

const product = /* @__PURE__ */ elementwise((x: Formula, y: Formula) => mul(x, y), { name: "bilinear" });

/**
 * Applies a bilinear map to pairs of vectors, and adds a bias.
 *
 *     y[k] = x1ᵀ · weight[k] · x2 + bias[k]
 *
 * Shapes: `(…, in1), (…, in2), (out, in1, in2), (out) → (…, out)`.
 *
 * @param input1 - the first vectors.
 * @param input2 - the second vectors.
 * @param weight - one matrix for each output.
 * @param bias - default (and null): none.
 * @throws ShapeError if sizes do not fit; DTypeError unless all hold floating-point numbers of one type.
 *
 * @example
 * ```ts
 * functional.bilinear(tensor([[1, 2]]), tensor([[3, 4]]), tensor([[[1, 0], [0, 1]]])); // → Tensor([[11]])
 * ```
 *
 * Source: torch.nn.functional.bilinear.
 */
export function bilinear(input1: Tensor, input2: Tensor, weight: Tensor, bias?: Tensor | null): Tensor {
  assertFloatingTensor("bilinear", "first input", input1);
  assertFloatingTensor("bilinear", "second input", input2);
  assertFloatingTensor("bilinear", "weight", weight);
  if (bias !== undefined && bias !== null) assertFloatingTensor("bilinear", "bias", bias);
  assertFit(input1, input2, weight, bias ?? undefined);
  const leading = input1.shape.slice(0, -1);
  const [outputs, size1, size2] = weight.shape as readonly [number, number, number];
  const count = leading.reduce((total, size) => total * size, 1);
  return owned(() => {
    const left = matmul(reshape(input1, [count, size1]), reshape(permute(weight, [1, 0, 2]), [size1, outputs * size2]));
    const right = unsqueeze(reshape(input2, [count, size2]), 1);
    const result = fusedReduce(product, [reshape(left, [count, outputs, size2]), right], { dim: 2 });
    return reshape(bias ? add(result, bias) : result, [...leading, outputs]);
  });
}

/** @throws unless shapes and types fit together. */
function assertFit(input1: Tensor, input2: Tensor, weight: Tensor, bias: Tensor | undefined): void {
  const [outputs, size1, size2] = weight.shape;
  const fits =
    weight.ndim === 3 &&
    input1.ndim > 0 &&
    input1.shape.at(-1) === size1 &&
    input2.shape.at(-1) === size2 &&
    `${input1.shape.slice(0, -1)}` === `${input2.shape.slice(0, -1)}` &&
    (bias === undefined || (bias.ndim === 1 && bias.shape[0] === outputs));
  const all = [input1, input2, weight, ...(bias === undefined ? [] : [bias])];
  if (!fits) {
    const shapes = all.map(({ shape }) => shape);
    throw new ShapeError("bilinear", `the shapes are ${shapes.map(formatShape).join(" · ")}`, shapes, {
      rule: "they are (…, in1), (…, in2), (out, in1, in2) and, for a bias, (out)",
    });
  }
  const types = all.map(({ dtype }) => dtype);
  if (types.some((dtype) => dtype !== types[0])) {
    throw new DTypeError("bilinear", `the types are ${types.join(" · ")}`, types, { rule: "all have one type" });
  }
}
