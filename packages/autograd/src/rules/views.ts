/**
 * The rules of the view primitives: a view's gradient goes back to where its elements came from.
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
  reshapeView,
  type ShapeAttributes,
  type SliceAttributes,
  type Tensor,
  type UnfoldAttributes,
} from "@lucid/tensor/core";
import type { Rule, RuleContext, Saves } from "../rule.js";
import { reshapedCopy, zerosOf } from "./product.js";
import { sumTo } from "./through.js";

const NOTHING: Saves = { inputs: [], outputs: [] };

/** A rule that needs the gradient and the input's type alone. */
function viewRule<A extends Attributes>(pull: (gradient: Tensor, attributes: A, input: TensorType) => Tensor): Rule<A> {
  return {
    saves: () => NOTHING,
    gradients: ({ attributes, gradient, inputTypes }: RuleContext<A>) => [
      pull(gradient(0), attributes, inputTypes[0]!),
    ],
  };
}

export const reshapeRule: Rule<ShapeAttributes> = viewRule((gradient, _attributes, { shape }) =>
  reshapedCopy(gradient, shape),
);

export const permuteRule: Rule<{ readonly axes: readonly number[] }> = viewRule((gradient, { axes }) =>
  callView(permuteView, gradient, { axes: axes.map((_, axis) => axes.indexOf(axis)) }),
);

export const expandRule: Rule<ShapeAttributes> = viewRule((gradient, _attributes, { shape }) => sumTo(gradient, shape));

/** For views that name every element at most once: the gradient is written where the elements were, among zeros. */
const assigned =
  (view: string) =>
  (gradient: Tensor, attributes: Attributes, { shape }: TensorType): Tensor =>
    callAssign(zerosOf(gradient, shape), gradient, [{ view, attributes }]);

export const sliceRule: Rule<SliceAttributes> = viewRule(assigned("slice"));
export const diagonalRule: Rule<DiagonalAttributes> = viewRule(assigned("diagonal"));

/** Windows overlap, so what belongs to one element is added up. */
export const unfoldRule: Rule<UnfoldAttributes> = viewRule((gradient, { axis, size, step }, { shape }) => {
  const windows = gradient.shape[axis]!;
  const last = gradient.shape.length - 1;
  const order = [...Array(axis + 1).keys(), last, ...Array.from({ length: last - axis - 1 }, (_, i) => axis + 1 + i)];
  const flat = shape.map((length, i) => (i === axis ? windows * size : length));
  const source = reshapedCopy(callView(permuteView, gradient, { axes: order }), flat);
  const start = op("mul", index(0), constant(step, "int32"));
  const position = callGenerate("unfold", gradient.backend, [windows, size], op("add", start, index(1)));
  const column = callView(reshapeView, position, { shape: shape.map((_, i) => (i === axis ? windows * size : 1)) });
  return callScatter("add", zerosOf(gradient, shape), source, callView(expandView, column, { shape: flat }), axis);
});
