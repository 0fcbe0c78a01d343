/**
 * The primitives that read and write at positions in an index tensor: gather and scatter.
 *
 * @module
 */
import { isStorageType, mayOverlap, type ScatterMode, type TensorType, type View, withinLimits } from "@lucid/backend";
import { type Call, dispatch, type Primitive } from "../dispatch/call.js";
import { copyElements, copyInto, type Elements } from "../memory/elements.js";
import { defer, namingIndices } from "../memory/failures.js";
import { allocate, type Tensor } from "../tensor/tensor.js";
import { prepareTargets, release } from "./map.js";
import { computedElements } from "./storage-types.js";

/** Attributes of {@link gatherElements}. */
export interface GatherAttributes {
  readonly axis: number;
  /** What errors call the operation. */
  readonly name: string;
  readonly [name: string]: number | string;
}

/**
 * Inputs `(source, index)`; `output[…, i, …] = source[…, index[…, i, …], …]` along `axis`. The int32 index is not
 * negative and has the source's sizes on all other axes.
 */
export const gatherElements: Primitive<GatherAttributes> = {
  name: "gather",

  infer([source, index]: readonly TensorType[]): readonly TensorType[] {
    return [{ shape: index!.shape, dtype: source!.dtype }];
  },

  run({ inputs, attributes, targets, backend }: Call<GatherAttributes, number>): readonly Tensor[] {
    const [source, index] = inputs as readonly [Tensor, Tensor];
    const result = targets?.[0] ?? allocate(backend, index.shape, source.dtype);
    const deferred = namingIndices(attributes.name, () =>
      withinLimits(backend).gather(source.layout, index.layout, attributes.axis, result.layout),
    );
    if (deferred) defer([result.storage], attributes.name, deferred);
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
 * Inputs `(base, source, index)`: the base with `output[…, index[…, i, …], …] ∘= source[…, i, …]`. With a target, the
 * target is the base.
 */
export const scatterElements: Primitive<ScatterAttributes> = {
  name: "scatter",

  infer([base]: readonly TensorType[]): readonly TensorType[] {
    return [{ shape: base!.shape, dtype: base!.dtype }];
  },

  run({ inputs, attributes, targets, backend }: Call<ScatterAttributes, number>): readonly Tensor[] {
    const [base, source, index] = inputs as readonly [Tensor, Tensor, Tensor];
    let result = targets?.[0];
    let from = source.layout;
    let at = index.layout;
    const copies: Elements[] = [];
    if (result === undefined) {
      result = allocate(backend, base.shape, base.dtype);
      copyInto(result.layout, base.layout, backend);
    } else {
      prepareTargets(attributes.name, result.shape, [result], [], backend);
      from = copyIfOverlapping(from, result, copies);
      at = copyIfOverlapping(at, result, copies);
    }
    try {
      const { mode, axis, name } = attributes;
      let to: Elements = result;
      if (mode !== "set" && isStorageType(result.dtype)) {
        to = computedElements(result, copies);
        from = computedElements({ storage: source.storage, layout: from }, copies).layout;
      }
      const deferred = namingIndices(name, () => withinLimits(backend).scatter(mode, from, at, axis, to.layout));
      if (to !== result) copyInto(result.layout, to.layout, backend);
      if (deferred) defer([result.storage], name, deferred);
    } finally {
      release(copies);
    }
    if (targets !== undefined) result.storage.version++;
    return [result];
  },
};

/** Returns the view, or a copy of it if it overlaps the target. The copy is added to `copies`. */
function copyIfOverlapping(view: View, target: Tensor, copies: Elements[]): View {
  if (!mayOverlap(view, target.layout)) return view;
  const copy = copyElements(view, target.backend);
  copies.push(copy);
  return copy.layout;
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
    undefined,
    target === undefined ? undefined : [target],
  )[0]!;
}
