/**
 * The primitives that put tensors into parts of others: assign and concatenate.
 *
 * @module
 */
import { type Backend, formatShape, ShapeError, type TensorType, type View } from "@lucid/backend";
import { type Call, dispatch, type Primitive } from "../dispatch/call.js";
import { allocate, type Tensor } from "../tensor/tensor.js";
import { broadcastView, withLayout } from "./layout.js";
import { identityExpr, prepareTargets, release } from "./map.js";
import { applyViews, type ViewStep } from "./views.js";

/** Attributes of {@link assignView}. */
export interface AssignAttributes {
  /** The views that lead from the base to the part that is written. */
  readonly steps: readonly ViewStep[];
  readonly [name: string]: readonly ViewStep[];
}

/** Inputs `(base, value)`: the base with one of its views replaced by the value, which broadcasts. With a target, the target is the base. */
export const assignView: Primitive<AssignAttributes> = {
  name: "assign",

  infer([base]: readonly TensorType[]): readonly TensorType[] {
    return [{ shape: base!.shape, dtype: base!.dtype }];
  },

  run({ inputs, attributes, targets, backend }: Call<AssignAttributes>): readonly Tensor[] {
    const [base, value] = inputs as readonly [Tensor, Tensor];
    const result = targets?.[0] ?? copy(backend, base);
    const part = applyViews(result.layout, attributes.steps);
    const views: View[] = [broadcastView(value.layout, part.shape)];
    const copies = prepareTargets("assign", part.shape, [{ ...result, layout: part } as Tensor], views, backend);
    try {
      backend.map({ exprs: [identityExpr(base.dtype)], inputs: views, scalars: [], outputs: [part] });
    } finally {
      release(copies);
    }
    if (targets !== undefined) result.storage.version++;
    return [result];
  },
};

function copy(backend: Backend, base: Tensor): Tensor {
  const result = allocate(backend, base.shape, base.dtype);
  backend.map({ exprs: [identityExpr(base.dtype)], inputs: [base.layout], scalars: [], outputs: [result.layout] });
  return result;
}

/** Attributes of {@link concatenate}. */
export interface ConcatenateAttributes {
  readonly axis: number;
  readonly [name: string]: number;
}

/** The inputs, of one element type, one after another along an axis. */
export const concatenate: Primitive<ConcatenateAttributes> = {
  name: "cat",

  infer(inputs: readonly TensorType[], { axis }: ConcatenateAttributes): readonly TensorType[] {
    return [{ shape: joinedShape(inputs, axis), dtype: inputs[0]!.dtype }];
  },

  run({ inputs, attributes: { axis }, targets, backend }: Call<ConcatenateAttributes>): readonly Tensor[] {
    const result = targets?.[0] ?? allocate(backend, joinedShape(inputs, axis), inputs[0]!.dtype);
    const exprs = [identityExpr(result.dtype)];
    const { layout } = result;
    let start = 0;
    for (const { layout: part } of inputs) {
      const output = withLayout(layout, part.shape, layout.strides, layout.offset + start * layout.strides[axis]!);
      if (part.shape[axis]! > 0) backend.map({ exprs, inputs: [part], scalars: [], outputs: [output] });
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
        `shapes do not line up along axis ${axis}: ${shapes.map(formatShape).join(" · ")}`,
        shapes,
        {
          rule: "all axes but the joined one must be equal",
        },
      );
    }
    length += shape[axis]!;
  }
  return first.map((size, i) => (i === axis ? length : size));
}

/** {@link assignView} as a function; a target is written in place and must be `base`. */
export function callAssign(base: Tensor, value: Tensor, steps: readonly ViewStep[], target?: Tensor): Tensor {
  return dispatch(assignView, [base, value], { steps }, target === undefined ? undefined : [target])[0]!;
}

/** {@link concatenate} as a function. */
export function callConcatenate(inputs: readonly Tensor[], axis: number): Tensor {
  return dispatch(concatenate, inputs, { axis })[0]!;
}
