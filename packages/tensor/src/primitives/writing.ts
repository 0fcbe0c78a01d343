/**
 * The primitives that write tensors into parts of others: assign and concatenate.
 *
 * @module
 */
import { formatShape, ShapeError, type TensorType, type View } from "@lucid/backend";
import { type Call, dispatch, type Primitive } from "../dispatch/call.js";
import { copyElements, copyInto } from "../memory/elements.js";
import { allocate, type Tensor, tensorOf } from "../tensor/tensor.js";
import { broadcastView, withLayout } from "./layout.js";
import { prepareTargets, release } from "./map.js";
import type { ViewStep } from "./view-steps.js";
import { applyViews } from "./views.js";

/** Attributes of {@link assignView}. */
export interface AssignAttributes {
  /** The steps that lead from the base to the part that is written. */
  readonly steps: readonly ViewStep[];
  readonly [name: string]: readonly ViewStep[];
}

/**
 * Replaces a view of the base by a value, which broadcasts. The inputs are `(base, value)`. If there is a target, it is
 * the base.
 */
export const assignView: Primitive<AssignAttributes> = {
  name: "assign",

  infer([base]: readonly TensorType[]): readonly TensorType[] {
    return [{ shape: base!.shape, dtype: base!.dtype }];
  },

  run({ inputs, attributes, targets, backend }: Call<AssignAttributes, number>): readonly Tensor[] {
    const [base, value] = inputs as readonly [Tensor, Tensor];
    const result = targets?.[0] ?? tensorOf(copyElements(base.layout, backend));
    const part = applyViews(result.layout, attributes.steps);
    const views: View[] = [broadcastView(value.layout, part.shape)];
    const copies = prepareTargets("assign", part.shape, [{ layout: part }], views, backend);
    try {
      copyInto(part, views[0]!, backend);
    } finally {
      release(copies);
    }
    if (targets !== undefined) result.storage.version++;
    return [result];
  },
};

/** Attributes of {@link concatenate}. */
export interface ConcatenateAttributes {
  readonly axis: number;
  readonly [name: string]: number;
}

/** Joins the inputs, which have one element type, along an axis. */
export const concatenate: Primitive<ConcatenateAttributes> = {
  name: "cat",

  infer(inputs: readonly TensorType[], { axis }: ConcatenateAttributes): readonly TensorType[] {
    return [{ shape: joinedShape(inputs, axis), dtype: inputs[0]!.dtype }];
  },

  run({ inputs, attributes: { axis }, targets, backend }: Call<ConcatenateAttributes, number>): readonly Tensor[] {
    const result = targets?.[0] ?? allocate(backend, joinedShape(inputs, axis), inputs[0]!.dtype);
    const { layout } = result;
    let start = 0;
    for (const { layout: part } of inputs) {
      const output = withLayout(layout, part.shape, layout.strides, layout.offset + start * layout.strides[axis]!);
      if (part.shape[axis]! > 0) copyInto(output, part, backend);
      start += part.shape[axis]!;
    }
    if (targets !== undefined) result.storage.version++;
    return [result];
  },
};

function joinedShape(inputs: readonly TensorType[], axis: number): readonly number[] {
  const first = inputs[0]!.shape;
  let length = 0;
  for (const { shape } of inputs) {
    const fits = shape.length === first.length && shape.every((size, i) => i === axis || size === first[i]);
    if (!fits) {
      const shapes = inputs.map((input) => input.shape);
      throw new ShapeError(
        "cat",
        `shapes do not line up along dim ${axis}: ${shapes.map(formatShape).join(" · ")}`,
        shapes,
        {
          rule: "all dimensions but the joined one must be equal",
        },
      );
    }
    length += shape[axis]!;
  }
  return first.map((size, i) => (i === axis ? length : size));
}

/** Calls {@link assignView}. A target is written in place and must be `base`. */
export function callAssign(base: Tensor, value: Tensor, steps: readonly ViewStep[], target?: Tensor): Tensor {
  return dispatch(assignView, [base, value], { steps }, undefined, target === undefined ? undefined : [target])[0]!;
}

/** Calls {@link concatenate}. */
export function callConcatenate(inputs: readonly Tensor[], axis: number): Tensor {
  return dispatch(concatenate, inputs, { axis })[0]!;
}
