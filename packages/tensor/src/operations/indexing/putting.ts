/**
 * Reading and writing by positions in the flattened tensor, by positions along a dimension that broadcast, and by masks
 * that take their values from a list.
 *
 * @module
 */
import { checkOptions, type OptionNames, ShapeError, sizeOf } from "@lucid/backend";
import { elementwise } from "../../elementwise/elementwise.js";
import { type Formula, op } from "../../elementwise/formula.js";
import { owned } from "../../memory/ownership.js";
import { callGather, callScatter } from "../../primitives/indexing.js";
import { broadcastShapes } from "../../primitives/layout.js";
import { callScan } from "../../primitives/ordering.js";
import type { Tensor } from "../../tensor/tensor.js";
import { type DimOptions, dimArgument, assertFlag } from "../internal/arguments.js";
import { assertIndices, assertSameType, assertTensor } from "../internal/checks.js";
import { dimOf } from "../internal/dims.js";
import { converted, expanded, reshaped, viewed } from "../internal/views.js";
import { counted } from "./gathering.js";
import { modeFor } from "./index-along.js";
import { assertMask } from "./masking.js";

/** Options of {@link put}. */
export interface PutOptions {
  /** Whether the source is added to the elements; default false: the elements are replaced. */
  readonly accumulate?: boolean;
}

const putOptionNames: OptionNames<PutOptions> = { accumulate: true };

/**
 * Writes elements to positions in the flattened tensor, in a copy of it. If a position appears twice, the last element
 * stays.
 *
 * @param index - int32 positions; negative ones count from the end.
 * @param source - a tensor of the type of `x` with as many elements as the index.
 * @param options - `accumulate` (default false): whether the source is added.
 * @throws IndexOutOfRangeError for a position < −n or ≥ n, the number of elements; ShapeError or DTypeError for
 * arguments that do not fit.
 *
 * @example
 * ```ts
 * put(zeros([2, 2]), tensor([3, 0], { dtype: "int32" }), tensor([5, 6])); // → Tensor([[6, 0], [0, 5]])
 * ```
 *
 * @see torch.Tensor.put
 */
export function put(x: Tensor, index: Tensor, source: Tensor, options?: boolean | PutOptions): Tensor {
  assertTensor("put", "the input", x);
  assertIndices("put", index);
  assertTensor("put", "the source", source);
  assertSameType("put", x, source);
  const given = typeof options === "boolean" ? { accumulate: options } : options;
  checkOptions("put", given, putOptionNames);
  assertFlag("put", "accumulate", given?.accumulate);
  const count = index.numel();
  if (source.numel() !== count) {
    throw new ShapeError("put", `${source.numel()} elements for ${count} positions`, [index.shape, source.shape], {
      rule: "there is one element for each position",
    });
  }
  return owned(() => {
    const positions = counted(reshaped("put", index, [count]), x.numel());
    const mode = given?.accumulate === true ? modeFor(x.dtype, "add") : "set";
    const flat = reshaped("put", x, [x.numel()]);
    const written = callScatter(mode, flat, reshaped("put", source, [count]), positions, 0, undefined, "put");
    return viewed(written, x.shape);
  });
}

/**
 * Selects elements along a dimension at the positions that an index tensor holds. Tensor and index broadcast together
 * along all other dimensions. It selects what `argsort` and `argmax` (with `keepdim`) name.
 *
 * @param index - int32 positions, which are not negative.
 * @param dim - the dimension; left out, positions are those of the flattened tensor.
 * @throws IndexOutOfRangeError for an index < 0 or ≥ the size of the dimension; ShapeError or DTypeError for an index
 * that does not fit.
 *
 * @example
 * ```ts
 * const x = tensor([[3, 1, 2]]);
 * takeAlongDim(x, x.argsort(1), 1); // → Tensor([[1, 2, 3]])
 * ```
 *
 * @see torch.take_along_dim
 */
export function takeAlongDim(x: Tensor, index: Tensor, dim?: number | null | DimOptions): Tensor {
  assertTensor("takeAlongDim", "the input", x);
  assertIndices("takeAlongDim", index);
  const along = dim === null ? undefined : dimArgument("takeAlongDim", dim, undefined);
  if (along === undefined) {
    return owned(() => {
      const flat = reshaped("takeAlongDim", x, [x.numel()]);
      return callGather(flat, reshaped("takeAlongDim", index, [index.numel()]), 0, "takeAlongDim");
    });
  }
  const axis = dimOf("takeAlongDim", along, x.ndim);
  if (x.ndim !== index.ndim) {
    throw new ShapeError("takeAlongDim", `${x.ndim} and ${index.ndim} dimensions`, [x.shape, index.shape], {
      rule: "tensor and index have as many dimensions",
    });
  }
  const without = (shape: readonly number[]): number[] => shape.map((size, i) => (i === axis ? 1 : size));
  const common = broadcastShapes("takeAlongDim", [without(x.shape), without(index.shape)]);
  const sized = (size: number): number[] => common.map((other, i) => (i === axis ? size : other));
  return owned(() => {
    const source = expanded("takeAlongDim", x, sized(x.shape[axis]!));
    const indices = expanded("takeAlongDim", index, sized(index.shape[axis]!));
    return callGather(source, indices, axis, "takeAlongDim");
  });
}

/** The position of the next unused element of the source, and 0 where the mask is false. */
const nextPosition = /* @__PURE__ */ elementwise((mask: Formula, count: Formula) =>
  op("where", mask, op("sub", count, 1), 0),
);
const chosen = /* @__PURE__ */ elementwise((mask: Formula, value: Formula, x: Formula) => op("where", mask, value, x));

/**
 * Replaces the elements where a mask is true by the elements of a source, in their order, in a copy of the tensor.
 *
 * @param mask - a bool tensor; tensor and mask broadcast together.
 * @param source - a tensor of the type of `x`, with at least as many elements as the mask has places.
 * @throws DTypeError for a mask that is not bool or a source of another type; IndexOutOfRangeError if the source has too
 * few elements.
 *
 * @example
 * ```ts
 * maskedScatter(tensor([1, 2, 3]), tensor([true, false, true]), tensor([7, 8])); // → Tensor([7, 2, 8])
 * ```
 *
 * @see torch.Tensor.masked_scatter
 */
export function maskedScatter(x: Tensor, mask: Tensor, source: Tensor): Tensor {
  assertTensor("maskedScatter", "the input", x);
  assertMask("maskedScatter", mask);
  assertTensor("maskedScatter", "the source", source);
  assertSameType("maskedScatter", x, source);
  const shape = broadcastShapes("maskedScatter", [x.shape, mask.shape]);
  return owned(() => {
    const flags = reshaped("maskedScatter", expanded("maskedScatter", mask, shape), [sizeOf(shape)]);
    if (flags.numel() === 0) return expanded("maskedScatter", x, shape);
    const count = callScan("sum", converted("maskedScatter", flags, "int32"), 0);
    const flat = reshaped("maskedScatter", source, [source.numel()]);
    const values = callGather(flat, nextPosition(flags, count), 0, "maskedScatter");
    return chosen(mask, viewed(values, shape), x);
  });
}
