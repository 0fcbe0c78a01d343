/**
 * The largest elements of windows as fused operations. Where a backend has no kernel, one reduction over the windows
 * finds the largest elements, and another one their positions.
 *
 * @module
 */
import {
  type Attributes,
  constant,
  type Expr,
  index,
  type MaxPoolAttributes,
  maxPoolAtOperation,
  maxPoolOperation,
  op,
  scalar,
  sizeOf,
  windowsOf,
} from "@lucid/backend";
import { elementwise } from "../elementwise/elementwise.js";
import type { Formula } from "../elementwise/formula.js";
import { sub } from "../operations/elementwise/arithmetic.js";
import { minimum } from "../operations/elementwise/bounds.js";
import { eq, isnan, lt } from "../operations/elementwise/comparison.js";
import { where } from "../operations/elementwise/where.js";
import { reshaped, viewed } from "../operations/internal/views.js";
import { amax } from "../operations/reduce/extremes.js";
import type { FusedDefinition, FusedRule } from "../primitives/fused.js";
import { callGather, callScatter } from "../primitives/indexing.js";
import { callGenerate } from "../primitives/map.js";
import { callView, expandView } from "../primitives/views.js";
import type { Tensor } from "../tensor/tensor.js";
import { fusedReduce } from "./reduce.js";
import { padded, windowsView } from "./windows.js";

/** The position of what may not be chosen. */
const NOWHERE = 2 ** 31 - 1;

/**
 * Of an element x at a position, a number whose minimum over the window tells what is chosen: the position if x is the
 * maximum, and −1 − position if x is NaN.
 */
const candidate = /* @__PURE__ */ elementwise(
  (x: Formula, largest: Formula, position: Formula) => {
    const ofNaN = where(isnan(x), sub(-1, position), NOWHERE);
    return where(isnan(largest), ofNaN, where(eq(x, largest), position, NOWHERE));
  },
  { name: "maxPool" },
);

/** The position that the minimum of the candidates tells. A window of padding alone gets one, too. */
const told = /* @__PURE__ */ elementwise(
  (least: Formula, last: Formula) => minimum(where(lt(least, 0), sub(-1, least), least), last),
  { name: "maxPool" },
);

/** Returns the largest elements along the last axes of windows, and their positions. */
function choose(windows: Tensor, positions: Tensor, axes: number, size: number): readonly [Tensor, Tensor] {
  const dim = Array.from({ length: axes }, (_, i) => windows.ndim - axes + i);
  const largest = amax(windows, dim, true);
  const least = fusedReduce(candidate, [windows, largest, positions], { op: "min", dim, keepdim: true });
  const shape = largest.shape.slice(0, -axes);
  return [viewed(largest, shape), viewed(told(least, size - 1), shape)];
}

/** The positions of the elements of all windows, `(…windows, …kernel)`; what lies in the padding has none. */
function positionsOf(
  x: Tensor,
  space: readonly number[],
  windows: readonly number[],
  { kernel, stride, padding, dilation }: MaxPoolAttributes,
): Tensor {
  const axes = space.length;
  let position: Expr = constant(0, "int32");
  let inside: Expr = constant(1, "bool");
  for (let axis = 0; axis < axes; axis++) {
    const start = op("mul", index(axis), constant(stride[axis]!, "int32"));
    const step = op("mul", index(axes + axis), constant(dilation[axis]!, "int32"));
    const along = op("sub", op("add", start, step), constant(padding[axis]![0], "int32"));
    const within = op("and", op("le", constant(0, "int32"), along), op("lt", along, constant(space[axis]!, "int32")));
    inside = op("and", inside, within);
    position = op("add", op("mul", position, constant(space[axis]!, "int32")), along);
  }
  const marked = op("where", inside, position, constant(NOWHERE, "int32"));
  return callGenerate("maxPool", x.backend, [...windows, ...kernel], marked);
}

/** The gradient goes to the elements that were chosen. */
function chosenRule<A extends Attributes>(): FusedRule<A> {
  return {
    saves: () => ({ inputs: [], outputs: [1] }),
    gradients({ inputTypes, output, gradients, backend }) {
      const g = gradients[0];
      if (g === undefined) return [undefined, undefined];
      const indices = output(1);
      const { shape } = inputTypes[0]!;
      const first = shape.length === 2 ? 1 : 2;
      const [lines, size] = [sizeOf(shape.slice(0, first)), sizeOf(shape.slice(first))];
      const count = sizeOf(indices.shape.slice(first));
      const zeros = callGenerate("maxPool", backend, [lines, size], scalar(0, g.dtype), [0]);
      const source = reshaped("maxPool", g, [lines, count]);
      const target = reshaped("maxPool", indices, [lines, count]);
      return [reshaped("maxPool", callScatter("add", zeros, source, target, 1), shape), undefined];
    },
  };
}

/** The largest elements of windows, and their positions. */
export const fusedMaxPool: FusedDefinition<MaxPoolAttributes> = {
  operation: maxPoolOperation,
  compose([x], attributes) {
    const { kernel, padding } = attributes;
    const [, , ...space] = x!.shape;
    const windows = windowsOf("maxPool", space, kernel, attributes);
    const all = windowsView(padded("maxPool", x!, padding, -Infinity), kernel, attributes);
    return choose(all, positionsOf(x!, space, windows, attributes), kernel.length, sizeOf(space));
  },
  rule: /* @__PURE__ */ chosenRule(),
};

/** The largest elements of windows that a tensor describes, and their positions. */
export const fusedMaxPoolAt: FusedDefinition<Readonly<Record<never, never>>> = {
  operation: maxPoolAtOperation,
  compose([x, places]) {
    const [lines, size] = x!.shape as [number, number];
    const [repeats, windows, taps] = places!.shape as [number, number, number];
    const flat = reshaped("maxPool", places!, [repeats, windows * taps]);
    const at = callView(expandView, flat, { shape: [lines, windows * taps] });
    const all = viewed(callGather(x!, at, 1, "maxPool"), [lines, windows, taps]);
    return choose(all, places!, 1, size);
  },
  rule: /* @__PURE__ */ chosenRule(),
};
