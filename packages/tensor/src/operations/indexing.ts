/**
 * Reading and writing by indices, masks and index tensors.
 *
 * @module
 */
import { DTypeError, dtypes, scalar } from "@lucid/backend";
import { owned } from "../memory/ownership.js";
import { callGather, callScatter } from "../primitives/indexing.js";
import { broadcastShapes, reshapeStrides } from "../primitives/layout.js";
import { callGenerate, callMapInto, identityExpr } from "../primitives/map.js";
import { read, readSync } from "../tensor/reading.js";
import { Tensor } from "../tensor/tensor.js";
import { add } from "./arithmetic.js";
import { assertList, assertNumber, assertTensor } from "./checks.js";
import { type Picked, pickedBy } from "./index-parts.js";
import {
  indexAlong,
  joinAxes,
  joinPicks,
  type MaskPositions,
  naming,
  ordered,
  readMasks,
  readMasksAsync,
  truePositions,
} from "./index-picks.js";
import { maskedFill_ } from "./masking.js";
import type { Index } from "./slice.js";
import { converted, expanded, reshaped, viewed } from "./steps.js";
import { copy_ } from "./writing.js";

/** Options of {@link indexPut_}. */
export interface IndexPutOptions {
  /** Adds the value to what is there, once for every time an element is named; default false: the last one stays. */
  readonly accumulate?: boolean;
}

/** What the picks name, in memory of its own. */
function gathered(operation: string, { view, picks }: Picked, masks: MaskPositions): Tensor {
  const joint = joinPicks(operation, view, picks, masks);
  const source = joinAxes(operation, view, joint);
  const result = naming(operation, picks, () => callGather(source, indexAlong(operation, joint), joint.axis));
  return viewed(result, joint.shape);
}

/**
 * The part of a tensor that indices name, as `x[…]` in Python. Integers (negative from the end), `slice(…)`, `"..."` and
 * null (a new axis) give a view. int32 tensors or lists of integers pick positions of their axis: several broadcast, and
 * their axes take the place of the picked ones, or come first where those are not neighbours. A bool tensor or list is a
 * mask of the axes that it stands for. (torch.Tensor.__getitem__)
 *
 * @throws IndexOutOfRangeError for a position outside of its axis; ArgumentError, ShapeError or DTypeError for what is no
 * index or does not fit; BackendError for a mask where elements cannot be read synchronously.
 *
 * @example
 * ```ts
 * const x = tensor([[1, 2, 3], [4, 5, 6]]);
 * at(x, 1); // → Tensor([4, 5, 6])
 * at(x, "...", slice(null, null, -2)); // → Tensor([[3, 1], [6, 4]])
 * at(x, [0, 1, 1], [0, 0, -1]); // → Tensor([1, 4, 6])
 * at(x, x.gt(2)); // → Tensor([3, 4, 5, 6])
 * ```
 */
export function at(x: Tensor, ...indices: readonly Index[]): Tensor {
  assertTensor("at", "the input", x);
  return owned(() => {
    const picked = pickedBy("at", x, indices);
    if (picked.picks.length === 0) return picked.view;
    return gathered("at", picked, readMasks("at", picked.picks, "atAsync()"));
  });
}

/**
 * {@link at} for masks on backends that cannot read synchronously.
 *
 * @example
 * ```ts
 * await atAsync(tensor([1, 2, 3]), [true, false, true]); // → Tensor([1, 3])
 * ```
 */
export async function atAsync(x: Tensor, ...indices: readonly Index[]): Promise<Tensor> {
  const picked = pickedBy("atAsync", x, indices);
  if (picked.picks.length === 0) return picked.view;
  const masks = await readMasksAsync(picked.picks);
  return owned(() => gathered("atAsync", picked, masks));
}

/**
 * Writes `value`, which broadcasts and is converted, into the part of the tensor that indices name, as `x[…] = value` in
 * Python; they may be all that {@link at} takes. (torch.Tensor.index_put_)
 *
 * @throws what {@link at} throws; ShapeError for a value that does not broadcast to the part; DTypeError for adding up bools.
 *
 * @example
 * ```ts
 * indexPut_(zeros([2, 3]), [1, slice(1)], 5); // → Tensor([[0, 0, 0], [0, 5, 5]])
 * indexPut_(zeros([3]), [[0, 2, 2]], tensor([1, 2, 3]), { accumulate: true }); // → Tensor([1, 0, 5])
 * ```
 */
export function indexPut_<T extends Tensor>(
  x: T,
  indices: readonly Index[],
  value: Tensor | number | boolean,
  { accumulate = false }: IndexPutOptions = {},
): T {
  assertTensor("indexPut_", "the input", x);
  assertList("indexPut_", "the indices", indices);
  if (typeof value === "object") assertTensor("indexPut_", "the value", value);
  else assertNumber("indexPut_", "the value", value);
  if (accumulate && x.dtype === "bool") {
    throw new DTypeError("indexPut_", "bools cannot be added up", ["bool"], {
      remedy: 'convert the tensor first: .to("int32")',
    });
  }
  owned(() => {
    const picked = pickedBy("indexPut_", x, indices);
    if (picked.picks.length === 0) writeInto(picked.view, value, accumulate);
    else if (!accumulate && (typeof value !== "object" || value.size === 1) && fillMask(picked, value)) return;
    else scatterInto(picked, value, accumulate);
  });
  return x;
}

/** The value as elements of the type of `x`. */
function elementsOf(x: Tensor, value: Tensor | number | boolean): Tensor {
  if (typeof value === "object") return converted("indexPut_", value, x.dtype);
  return callGenerate("indexPut_", x.backend, [], scalar(0, x.dtype), [dtypes[x.dtype].convert(Number(value))]);
}

/** Without leading axes of size 1 that the part does not have, as in PyTorch. */
function trimmed(value: Tensor, rank: number): Tensor {
  let extra = 0;
  while (value.ndim - extra > rank && value.shape[extra] === 1) extra++;
  return extra === 0 ? value : viewed(value, value.shape.slice(extra));
}

function writeInto(part: Tensor, value: Tensor | number | boolean, accumulate: boolean): void {
  const elements = trimmed(elementsOf(part, value), part.ndim);
  if (accumulate) add.into(part, [part, elements]);
  else callMapInto("indexPut_", [part], [elements], [identityExpr(part.dtype)]);
}

/** Writes a single value under a lone mask, which nobody has to read. Whether that was it. */
function fillMask({ view, picks }: Picked, value: Tensor | number | boolean): boolean {
  const [pick] = picks;
  if (picks.length !== 1 || pick!.index.dtype !== "bool") return false;
  const { axis, sizes, index } = pick!;
  const last = axis + sizes.length;
  const mask = viewed(
    index,
    view.shape.map((size, i) => (i >= axis && i < last ? size : 1)),
  );
  maskedFill_(view, mask, typeof value === "object" ? viewed(value, []) : value);
  return true;
}

function scatterInto({ view, picks }: Picked, value: Tensor | number | boolean, accumulate: boolean): void {
  const operation = "indexPut_";
  const joint = joinPicks(operation, view, picks, readMasks(operation, picks, "positions: mask.nonzeroAsync()"));
  const part = ordered(view, joint.order);
  const elements = expanded(operation, trimmed(elementsOf(view, value), joint.shape.length), joint.shape);
  const index = indexAlong(operation, joint);
  const source = reshaped(operation, elements, index.shape);
  const viewable = reshapeStrides(part.layout, joint.joined) !== undefined;
  // Where the picked axes cannot be joined by a view, a copy is written and copied back.
  const target = joinAxes(operation, part, { ...joint, order: part.shape.map((_, axis) => axis) });
  naming(operation, picks, () =>
    callScatter(accumulate ? "add" : "set", target, source, index, joint.axis, target, operation),
  );
  if (!viewable) copy_(part, viewed(target, part.shape));
}

/** Row-major positions as rows of coordinates. */
function coordinates(x: Tensor, positions: Int32Array): Tensor {
  const { shape } = x;
  const rank = shape.length;
  const rows = new Int32Array(positions.length * rank);
  for (let i = 0; i < positions.length; i++) {
    let rest = positions[i]!;
    for (let axis = rank - 1; axis >= 0; axis--) {
      const size = shape[axis]!;
      rows[i * rank + axis] = rest % size;
      rest = Math.floor(rest / size);
    }
  }
  return viewed(new Tensor(rows, { backend: x.backend }), [positions.length, rank]);
}

/**
 * The positions of all elements that are not 0, a row for each: `(…)` → `(n, rank)`, int32. (torch.nonzero)
 *
 * @throws BackendError where elements cannot be read synchronously.
 *
 * @example
 * ```ts
 * nonzero(tensor([[0, 5], [6, 0]])); // → Tensor([[0, 1], [1, 0]], dtype=int32)
 * ```
 */
export function nonzero(x: Tensor): Tensor {
  assertTensor("nonzero", "the input", x);
  return owned(() => {
    const flags = converted("nonzero", x, "bool");
    return coordinates(x, truePositions(readSync("nonzero", flags, "nonzeroAsync()")));
  });
}

/** {@link nonzero} for backends that cannot read synchronously. */
export async function nonzeroAsync(x: Tensor): Promise<Tensor> {
  return coordinates(x, truePositions(await read("nonzeroAsync", x)));
}

/** The tensor and the mask broadcast together. */
function alike(operation: string, x: Tensor, mask: Tensor): readonly [x: Tensor, mask: Tensor] {
  assertTensor(operation, "the mask", mask);
  if (mask.dtype !== "bool") {
    throw new DTypeError(operation, `the mask is ${mask.dtype}`, [mask.dtype], {
      rule: "a mask is bool",
      remedy: "compare: x.ne(0)",
    });
  }
  const shape = broadcastShapes(operation, [x.shape, mask.shape]);
  const whole = shape.length === 0 ? [1] : shape;
  return [expanded(operation, x, whole), expanded(operation, mask, whole)];
}

/**
 * The elements where the bool `mask` is true, in a row; tensor and mask broadcast. (torch.masked_select)
 *
 * @throws DTypeError for a mask that is not bool; BackendError where elements cannot be read synchronously.
 *
 * @example
 * ```ts
 * maskedSelect(tensor([1, 2, 3]), tensor([true, false, true])); // → Tensor([1, 3])
 * ```
 */
export function maskedSelect(x: Tensor, mask: Tensor): Tensor {
  return owned(() => {
    const [elements, flags] = alike("maskedSelect", x, mask);
    const picked = pickedBy("maskedSelect", elements, [flags]);
    return gathered("maskedSelect", picked, readMasks("maskedSelect", picked.picks, "maskedSelectAsync()"));
  });
}

/** {@link maskedSelect} for backends that cannot read synchronously. */
export async function maskedSelectAsync(x: Tensor, mask: Tensor): Promise<Tensor> {
  const [elements, flags] = alike("maskedSelectAsync", x, mask);
  const picked = pickedBy("maskedSelectAsync", elements, [flags]);
  const masks = await readMasksAsync(picked.picks);
  return owned(() => gathered("maskedSelectAsync", picked, masks));
}
