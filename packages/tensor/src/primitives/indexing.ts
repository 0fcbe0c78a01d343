/**
 * The primitives that follow index values: gather and scatter.
 *
 * @module
 */
import { IndexOutOfRangeError, mayOverlap, type ScatterMode, type TensorType, type View } from "@lucid/backend";
import { type Call, dispatch, type Primitive } from "../dispatch/call.js";
import { allocate, type Tensor } from "../tensor/tensor.js";
import { copyView, identityExpr, prepareTargets, release } from "./map.js";

/** Attributes of {@link gatherElements}. */
export interface GatherAttributes {
  readonly axis: number;
  /** What errors call the operation. */
  readonly name: string;
  readonly [name: string]: number | string;
}

/**
 * Inputs `(source, index)`; `output[…, i, …] = source[…, index[…, i, …], …]` along `axis`. The int32 index is not negative
 * and has the source's sizes on all other axes.
 */
export const gatherElements: Primitive<GatherAttributes> = {
  name: "gather",

  infer([source, index]: readonly TensorType[]): readonly TensorType[] {
    return [{ shape: index!.shape, dtype: source!.dtype }];
  },

  run({ inputs, attributes, targets, backend }: Call<GatherAttributes>): readonly Tensor[] {
    const [source, index] = inputs as readonly [Tensor, Tensor];
    const result = targets?.[0] ?? allocate(backend, index.shape, source.dtype);
    try {
      backend.gather(source.layout, index.layout, attributes.axis, result.layout);
    } catch (error) {
      throw renamed(attributes.name, error);
    }
    if (targets !== undefined) result.storage.version++;
    return [result];
  },
};

/** Attributes of {@link scatterElements}. */
export interface ScatterAttributes {
  readonly mode: ScatterMode;
  readonly axis: number;
  /** What errors call the operation. */
  readonly name: string;
  readonly [name: string]: number | string;
}

/**
 * Inputs `(base, source, index)`: the base with `output[…, index[…, i, …], …] ∘= source[…, i, …]`. With a target, the target
 * is the base.
 */
export const scatterElements: Primitive<ScatterAttributes> = {
  name: "scatter",

  infer([base]: readonly TensorType[]): readonly TensorType[] {
    return [{ shape: base!.shape, dtype: base!.dtype }];
  },

  run({ inputs, attributes, targets, backend }: Call<ScatterAttributes>): readonly Tensor[] {
    const [base, source, index] = inputs as readonly [Tensor, Tensor, Tensor];
    let result = targets?.[0];
    let from = source.layout;
    let at = index.layout;
    const copies: Tensor[] = [];
    if (result === undefined) {
      result = allocate(backend, base.shape, base.dtype);
      backend.map({ exprs: [identityExpr(base.dtype)], inputs: [base.layout], scalars: [], outputs: [result.layout] });
    } else {
      prepareTargets(attributes.name, result.shape, [result], [], backend);
      from = apart(from, result, copies);
      at = apart(at, result, copies);
    }
    try {
      backend.scatter(attributes.mode, from, at, attributes.axis, result.layout);
    } catch (error) {
      throw renamed(attributes.name, error);
    } finally {
      release(copies);
    }
    if (targets !== undefined) result.storage.version++;
    return [result];
  },
};

/** The view, or where it overlaps the target a copy, which joins `copies`. */
function apart(view: View, target: Tensor, copies: Tensor[]): View {
  if (!mayOverlap(view, target.layout)) return view;
  const copy = copyView(view, target.backend);
  copies.push(copy);
  return copy.layout;
}

/** What a backend says about an index value, in the name of the operation that was called. */
function renamed(operation: string, error: unknown): unknown {
  if (!(error instanceof IndexOutOfRangeError) || error.operation === operation) return error;
  return new IndexOutOfRangeError(operation, error.index, error.size, { cause: error });
}

/** {@link gatherElements} as a function. */
export function callGather(source: Tensor, index: Tensor, axis: number, name = "gather"): Tensor {
  return dispatch(gatherElements, [source, index], { axis, name })[0]!;
}

/** {@link scatterElements} as a function; a target is written in place and must be `base`. */
export function callScatter(
  mode: ScatterMode,
  base: Tensor,
  source: Tensor,
  index: Tensor,
  axis: number,
  target?: Tensor,
  name = "scatter",
): Tensor {
  return dispatch(
    scatterElements,
    [base, source, index],
    { mode, axis, name },
    target === undefined ? undefined : [target],
  )[0]!;
}
