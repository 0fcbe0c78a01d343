/**
 * Reading and writing the elements that a mask selects.
 *
 * @module
 */
import { ArgumentError, DTypeError, describeValue, dtypes, formatShape, ShapeError } from "@lucid/backend";
import { elementwise } from "../../elementwise/elementwise.js";
import { type Formula, formulaOf, op } from "../../elementwise/formula.js";
import { owned, ownedAsync } from "../../memory/ownership.js";
import { broadcastShapes } from "../../primitives/layout.js";
import type { Tensor } from "../../tensor/tensor.js";
import { assertTensor } from "../internal/checks.js";
import { expanded, withoutRepeats } from "../internal/views.js";
import { pickedBy } from "./index-parts.js";
import { gatherPicks, readMasks, readMasksAsync } from "./index-picks.js";

const masked = /* @__PURE__ */ elementwise(
  (x: Formula, mask: Formula, value: Formula) => op("where", mask, formulaOf(value.as(x.dtype)), x),
  { name: "maskedFill" },
);

/** @throws ArgumentError or DTypeError unless `mask` is a bool tensor. @internal */
export function assertMask(operation: string, mask: Tensor): void {
  assertTensor(operation, "the mask", mask);
  if (mask.dtype === "bool") return;
  throw new DTypeError(operation, `the mask is ${mask.dtype}`, [mask.dtype], {
    rule: "a mask is bool",
    remedy: "compare: x.ne(0)",
  });
}

/**
 * Converts a value to a tensor without dimensions in the type of `x`.
 *
 * @throws ArgumentError unless it is a number, a boolean or a tensor; ShapeError for a tensor that has dimensions.
 */
function singleValue(operation: string, x: Tensor, value: Tensor | number | boolean): Tensor | number {
  if (typeof value === "number" || typeof value === "boolean") return dtypes[x.dtype].convert(Number(value));
  if (typeof value !== "object") {
    throw new ArgumentError(operation, `the value is ${describeValue(value)}`, {
      rule: "a value is a number, a boolean or a tensor without dimensions",
    });
  }
  assertTensor(operation, "the value", value);
  if (value.ndim === 0) return value;
  throw new ShapeError(operation, `the value has the shape ${formatShape(value.shape)}`, [value.shape], {
    rule: "a value is a number or a tensor without dimensions",
    remedy: "choose between two tensors with where(mask, value, x)",
  });
}

/**
 * Writes one value wherever a mask is true, in a copy of the tensor.
 *
 * @param mask - a bool tensor; tensor and mask broadcast together.
 * @param value - a number, a boolean or a tensor without dimensions; it is converted to the type of the tensor.
 * @throws DTypeError for a mask that is not bool; ShapeError for a value that has dimensions.
 *
 * @example
 * ```ts
 * maskedFill(tensor([1, 2]), tensor([true, false]), -Infinity); // → Tensor([-Infinity, 2])
 * ```
 *
 * @see torch.Tensor.masked_fill
 */
export function maskedFill(x: Tensor, mask: Tensor, value: Tensor | number | boolean): Tensor {
  assertTensor("maskedFill", "the input", x);
  assertMask("maskedFill", mask);
  return masked(x, mask, singleValue("maskedFill", x, value));
}

/**
 * Writes one value wherever a mask is true. An expanded tensor can be written if the mask is the same for all elements
 * that share memory because the mask is expanded too.
 *
 * @param mask - a bool tensor that broadcasts to the tensor.
 * @param value - a number, a boolean or a tensor without dimensions; it is converted to the type of the tensor.
 * @throws DTypeError for a mask that is not bool; ShapeError for a value that has dimensions, or a mask that does not
 * broadcast to the tensor; ArgumentError if elements share memory.
 *
 * @example
 * ```ts
 * maskedFill_(tensor([1, 2]), tensor([true, false]), 0); // → Tensor([0, 2])
 * ```
 *
 * @see torch.Tensor.masked_fill_
 */
export function maskedFill_<T extends Tensor>(x: T, mask: Tensor, value: Tensor | number | boolean): T {
  assertTensor("maskedFill_", "the input", x);
  assertMask("maskedFill_", mask);
  const given = singleValue("maskedFill_", x, value);
  if (!x.layout.strides.includes(0)) return masked.writeInto(x, [x, mask, given]);
  owned(() => {
    const whole = expanded("maskedFill_", mask, x.shape);
    const [part, flags] = withoutRepeats(x, whole) as readonly [Tensor, Tensor];
    masked.writeInto(part, [part, flags, given]);
  });
  return x;
}

/** Broadcasts the tensor and the mask together, to at least one dimension. */
function broadcastTogether(operation: string, x: Tensor, mask: Tensor): readonly [x: Tensor, mask: Tensor] {
  assertTensor(operation, "the input", x);
  assertMask(operation, mask);
  const shape = broadcastShapes(operation, [x.shape, mask.shape]);
  const whole = shape.length === 0 ? [1] : shape;
  return [expanded(operation, x, whole), expanded(operation, mask, whole)];
}

/**
 * Selects the elements where a mask is true, in row-major order.
 *
 * Shapes: `(…) → (n)`, where n is the number of places.
 *
 * @param mask - a bool tensor; tensor and mask broadcast together.
 * @throws DTypeError for a mask that is not bool; BackendError on a backend that cannot be read synchronously.
 *
 * @example
 * ```ts
 * maskedSelect(tensor([1, 2, 3]), tensor([true, false, true])); // → Tensor([1, 3])
 * ```
 *
 * @see torch.masked_select
 */
export function maskedSelect(x: Tensor, mask: Tensor): Tensor {
  return owned(() => {
    const [elements, flags] = broadcastTogether("maskedSelect", x, mask);
    const picked = pickedBy("maskedSelect", elements, [flags]);
    return gatherPicks("maskedSelect", picked, readMasks("maskedSelect", picked.picks, "maskedSelectAsync"));
  });
}

/**
 * Selects the elements where a mask is true, as {@link maskedSelect} does, for backends that cannot be read
 * synchronously.
 *
 * @example
 * ```ts
 * await maskedSelectAsync(tensor([1, 2]), tensor([true, false])); // → Tensor([1])
 * ```
 */
export async function maskedSelectAsync(x: Tensor, mask: Tensor): Promise<Tensor> {
  return ownedAsync(async (step) => {
    const picked = step(() => {
      const [elements, flags] = broadcastTogether("maskedSelectAsync", x, mask);
      return pickedBy("maskedSelectAsync", elements, [flags]);
    });
    const masks = await readMasksAsync("maskedSelectAsync", picked.picks);
    return step(() => owned(() => gatherPicks("maskedSelectAsync", picked, masks)));
  });
}
