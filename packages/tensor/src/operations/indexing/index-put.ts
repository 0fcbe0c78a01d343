/**
 * Writing into the part of a tensor that positions, slices, masks and index tensors select.
 *
 * @module
 */
import { ArgumentError, checkOptions, describeValue, dtypes, type OptionNames, scalar } from "@lucid/backend";
import { identityExpr } from "../../memory/elements.js";
import { owned, ownedAsync } from "../../memory/ownership.js";
import { callScatter } from "../../primitives/indexing.js";
import { reshapeStrides } from "../../primitives/layout.js";
import { callGenerate, callMapInto } from "../../primitives/map.js";
import type { Tensor } from "../../tensor/tensor.js";
import { add } from "../elementwise/arithmetic.js";
import { logicalOr } from "../elementwise/logic.js";
import { assertFlag } from "../internal/arguments.js";
import { assertNumber, assertTensor } from "../internal/checks.js";
import { converted, copied, expanded, reshaped, viewed } from "../internal/views.js";
import { type Picked, pickedBy } from "./index-parts.js";
import {
  indexAlong,
  joinAxes,
  joinPicks,
  type MaskPositions,
  explainingIndexErrors,
  ordered,
  readMasks,
  readMasksAsync,
} from "./index-picks.js";
import { maskedFill_ } from "./masking.js";
import type { Index } from "./slice.js";
import { copy_ } from "./writing.js";

/** Options of {@link indexPut_}. */
export interface IndexPutOptions {
  /**
   * Whether the value is added to the elements, once for every time an element is named; default false: the elements
   * are replaced, and the last value for an element stays.
   */
  readonly accumulate?: boolean;
}

const indexPutOptionNames: OptionNames<IndexPutOptions> = { accumulate: true };

/**
 * Writes a value into a part of the tensor, as `x[…] = value` does in Python.
 *
 * @param indices - everything that {@link at} takes, in a list.
 * @param value - a number, a boolean or a tensor, which broadcasts to the part and is converted to the tensor's type.
 * @param options - `accumulate` adds the value instead of replacing the elements. Bools are added by "or".
 * @throws what {@link at} throws; ShapeError for a value that does not broadcast to the part.
 *
 * @example
 * ```ts
 * indexPut_(zeros([2, 3]), [1, slice(1)], 5); // → Tensor([[0, 0, 0], [0, 5, 5]])
 * indexPut_(zeros([3]), [[0, 2, 2]], tensor([1, 2, 3]), { accumulate: true }); // → Tensor([1, 0, 5])
 * ```
 *
 * @see torch.Tensor.index_put_
 */
export function indexPut_<T extends Tensor>(
  x: T,
  indices: readonly Index[],
  value: Tensor | number | boolean,
  options?: IndexPutOptions,
): T {
  const accumulate = checkPut("indexPut_", x, indices, value, options);
  owned(() => {
    const picked = pickedBy("indexPut_", x, indices);
    const masks = fillsMask(picked, value, accumulate)
      ? undefined
      : readMasks("indexPut_", picked.picks, "indexPutAsync_");
    put("indexPut_", picked, value, accumulate, masks);
  });
  return x;
}

/**
 * Writes a value into a part of the tensor, as {@link indexPut_} does, for masks on backends that cannot be read
 * synchronously.
 *
 * @throws what {@link indexPut_} throws, as a rejection.
 *
 * @example
 * ```ts
 * await indexPutAsync_(zeros([3]), [[true, false, true]], tensor([1, 2])); // → Tensor([1, 0, 2])
 * ```
 */
export async function indexPutAsync_<T extends Tensor>(
  x: T,
  indices: readonly Index[],
  value: Tensor | number | boolean,
  options?: IndexPutOptions,
): Promise<T> {
  const accumulate = checkPut("indexPutAsync_", x, indices, value, options);
  await ownedAsync(async (step) => {
    const picked = step(() => pickedBy("indexPutAsync_", x, indices));
    const fills = fillsMask(picked, value, accumulate);
    const masks = fills ? undefined : await readMasksAsync("indexPutAsync_", picked.picks);
    step(() => put("indexPutAsync_", picked, value, accumulate, masks));
  });
  return x;
}

/** Checks the arguments. Returns whether the value is added. */
function checkPut(
  operation: string,
  x: Tensor,
  indices: readonly Index[],
  value: Tensor | number | boolean,
  options: IndexPutOptions | undefined,
): boolean {
  assertTensor(operation, "the input", x);
  if (!Array.isArray(indices)) {
    throw new ArgumentError(operation, `the indices: ${describeValue(indices)}`, { rule: "a list is needed" });
  }
  if (typeof value === "object") assertTensor(operation, "the value", value);
  else assertNumber(operation, "the value", value);
  checkOptions(operation, options, indexPutOptionNames);
  const { accumulate = false } = options ?? {};
  assertFlag(operation, "accumulate", accumulate);
  return accumulate;
}

/** Writes the value. Without `masks` there is one mask, which is not read on the host. */
function put(
  operation: string,
  picked: Picked,
  value: Tensor | number | boolean,
  accumulate: boolean,
  masks: MaskPositions | undefined,
): void {
  if (picked.picks.length === 0) writePart(operation, picked.view, value, accumulate);
  else if (masks === undefined) fillMask(picked, value);
  else scatterPart(operation, picked, value, accumulate, masks);
}

/** Makes a tensor of the value, in the type of `x`. */
function elementsOf(operation: string, x: Tensor, value: Tensor | number | boolean): Tensor {
  if (typeof value === "object") return converted(operation, value, x.dtype);
  return callGenerate(operation, x.backend, [], scalar(0, x.dtype), [dtypes[x.dtype].convert(Number(value))]);
}

/** Drops the leading dimensions of size 1 that the part does not have, as PyTorch does. */
function withoutLeadingOnes(value: Tensor, rank: number): Tensor {
  let extra = 0;
  while (value.ndim - extra > rank && value.shape[extra] === 1) extra++;
  return extra === 0 ? value : viewed(value, value.shape.slice(extra));
}

function writePart(operation: string, part: Tensor, value: Tensor | number | boolean, accumulate: boolean): void {
  const elements = withoutLeadingOnes(elementsOf(operation, part, value), part.ndim);
  if (accumulate) (part.dtype === "bool" ? logicalOr : add).writeInto(part, [part, elements]);
  else callMapInto(operation, [part], [elements], [identityExpr(part.dtype)]);
}

/** Whether one value is written under one bool mask. Such a mask need not be read on the host. */
function fillsMask({ picks }: Picked, value: Tensor | number | boolean, accumulate: boolean): boolean {
  const single = typeof value !== "object" || value.numel() === 1;
  return single && !accumulate && picks.length === 1 && picks[0]!.index.dtype === "bool";
}

function fillMask({ view, picks }: Picked, value: Tensor | number | boolean): void {
  const { axis, sizes, index } = picks[0]!;
  const last = axis + sizes.length;
  const mask = viewed(
    index,
    view.shape.map((size, i) => (i >= axis && i < last ? size : 1)),
  );
  maskedFill_(view, mask, typeof value === "object" ? viewed(value, []) : value);
}

function scatterPart(
  operation: string,
  { view, picks }: Picked,
  value: Tensor | number | boolean,
  accumulate: boolean,
  masks: MaskPositions,
): void {
  const joint = joinPicks(operation, view, picks, masks);
  const part = ordered(view, joint.order);
  const elements = expanded(
    operation,
    withoutLeadingOnes(elementsOf(operation, view, value), joint.shape.length),
    joint.shape,
  );
  const index = indexAlong(operation, joint);
  const source = reshaped(operation, elements, index.shape);
  const viewable = reshapeStrides(part.layout, joint.joined) !== undefined;
  const mode = !accumulate ? "set" : view.dtype === "bool" ? "max" : "add";
  // If no view can join the selected axes, a copy is written and then copied back.
  const target = joinAxes(operation, part, { ...joint, order: part.shape.map((_, axis) => axis) });
  explainingIndexErrors(operation, picks, () =>
    callScatter(mode, target, source, index, joint.axis, target, operation),
  );
  if (!viewable) copy_(part, viewed(target, part.shape));
}

/**
 * Writes a value into a part of a copy of the tensor. {@link indexPut_} writes into the tensor itself.
 *
 * @param indices - everything that {@link at} takes, in a list.
 * @param value - a number, a boolean or a tensor, which broadcasts to the part and is converted to the tensor's type.
 * @param options - `accumulate` adds the value instead of replacing the elements. Bools are added by "or".
 * @throws what {@link at} throws; ShapeError for a value that does not broadcast to the part.
 *
 * @example
 * ```ts
 * indexPut(zeros([3]), [1], 5); // → Tensor([0, 5, 0])
 * ```
 *
 * @see torch.Tensor.index_put
 */
export function indexPut(
  x: Tensor,
  indices: readonly Index[],
  value: Tensor | number | boolean,
  options?: IndexPutOptions,
): Tensor {
  assertTensor("indexPut", "the input", x);
  return owned(() => indexPut_(copied("indexPut", x), indices, value, options));
}
