/**
 * The rules of the view primitives. The gradient of a view goes back to where its elements came from.
 *
 * @module
 */
import { type Attributes, constant, index, op, type TensorType } from "@lucid/backend";
import {
  callAssign,
  callGenerate,
  callScatter,
  callView,
  type DiagonalAttributes,
  expandView,
  permuteView,
  type Rule,
  type RuleContext,
  reshaped,
  reshapeView,
  type Saves,
  type ShapeAttributes,
  type SliceAttributes,
  type UnfoldAttributes,
  type ViewName,
} from "@lucid/tensor/extend";
import type { Tensor } from "@lucid/tensor/functions";
import { expandedZeros } from "../zeros.js";
import { sumTo } from "./compute-gradients.js";

const NOTHING: Saves = { inputs: [], outputs: [] };

/** Makes a rule that needs only the gradient and the input's type. */
function viewRule<A extends Attributes>(pull: (gradient: Tensor, attributes: A, input: TensorType) => Tensor): Rule<A> {
  return {
    saves: () => NOTHING,
    gradients: ({ attributes, gradient, inputTypes }: RuleContext<A>) => [
      pull(gradient(0), attributes, inputTypes[0]!),
    ],
  };
}

export const reshapeRule: Rule<ShapeAttributes> = viewRule((gradient, _attributes, { shape }) =>
  reshaped("reshape", gradient, shape),
);

export const permuteRule: Rule<{ readonly axes: readonly number[] }> = viewRule((gradient, { axes }) =>
  callView(permuteView, gradient, { axes: axes.map((_, axis) => axes.indexOf(axis)) }),
);

export const expandRule: Rule<ShapeAttributes> = viewRule((gradient, _attributes, { shape }) => sumTo(gradient, shape));

/** For views that contain every element at most once: writes the gradient where the elements were, among zeros. */
const assigned =
  (view: ViewName) =>
  (gradient: Tensor, attributes: Attributes, { shape }: TensorType): Tensor =>
    callAssign(expandedZeros(gradient, shape), gradient, [{ view, attributes }]);

export const sliceRule: Rule<SliceAttributes> = viewRule(assigned("slice"));
export const diagonalRule: Rule<DiagonalAttributes> = viewRule(assigned("diagonal"));

/** Windows overlap, so the gradients of one element are added. */
export const unfoldRule: Rule<UnfoldAttributes> = viewRule((gradient, { axis, size, step }, { shape }) => {
  const windows = gradient.shape[axis]!;
  const last = gradient.shape.length - 1;
  const order = [...Array(axis + 1).keys(), last, ...Array.from({ length: last - axis - 1 }, (_, i) => axis + 1 + i)];
  const flat = shape.map((length, i) => (i === axis ? windows * size : length));
  const source = reshaped("reshape", callView(permuteView, gradient, { axes: order }), flat);
  const start = op("mul", index(0), constant(step, "int32"));
  const position = callGenerate("unfold", gradient.backend, [windows, size], op("add", start, index(1)));
  const column = callView(reshapeView, position, { shape: shape.map((_, i) => (i === axis ? windows * size : 1)) });
  return callScatter(
    "add",
    expandedZeros(gradient, shape),
    source,
    callView(expandView, column, { shape: flat }),
    axis,
  );
});
