/**
 * Layer normalisation as a fused operation: one node on the tape, and one kernel where the backend has it.
 *
 * @module
 */
import { constant, type DType, input, op, scalar, type TensorType } from "@lucid/backend";
import { elementwise } from "../elementwise/elementwise.js";
import type { Formula } from "../elementwise/formula.js";
import type { FusedDefinition } from "../primitives/fused.js";
import { callReduce } from "../primitives/reduce.js";
import { add, div, mul, sub } from "./arithmetic.js";
import { fusedReduce } from "./fused-reduce.js";
import { square } from "./powers.js";
import { countAlong } from "./reduce-steps.js";
import { sum } from "./reductions.js";
import { mean } from "./statistics.js";
import { perType } from "./steps.js";

/** Attributes of {@link layerNormOperation}: over how many of the last axes, and what is added to variances. */
export type LayerNormAttributes = { readonly axes: number; readonly eps: number };

const squaredDistance = /* @__PURE__ */ elementwise((x: Formula, center: Formula) => square(sub(x, center)), {
  name: "layerNorm",
});
/** 1 / √(Σ / n + eps); the call-time numbers are n and eps. */
const inverseDeviation = /* @__PURE__ */ perType((dtype: DType) => {
  const variance = op("div", input(0, dtype), scalar(0, dtype));
  return op("div", constant(1, dtype), op("sqrt", op("add", variance, scalar(1, dtype))));
});
const centered = (x: Formula, center: Formula, factor: Formula) => mul(sub(x, center), factor);
const normalised = /* @__PURE__ */ elementwise(
  (x: Formula, center: Formula, factor: Formula, weight: Formula, bias: Formula) =>
    add(mul(centered(x, center, factor), weight), bias),
  { name: "layerNorm" },
);
const byWeight = /* @__PURE__ */ elementwise(
  (g: Formula, x: Formula, center: Formula, factor: Formula) => mul(g, centered(x, center, factor)),
  { name: "layerNorm" },
);
const weightedByWeight = /* @__PURE__ */ elementwise(
  (g: Formula, weight: Formula, x: Formula, center: Formula, factor: Formula) =>
    mul(mul(g, weight), centered(x, center, factor)),
  { name: "layerNorm" },
);
/** r · (g·w − mean(g·w) − x̂ · mean(g·w·x̂)), and what arrives through the outputs m and r themselves, over n. */
const byInput = /* @__PURE__ */ elementwise(
  (
    g: Formula,
    weight: Formula,
    x: Formula,
    center: Formula,
    factor: Formula,
    plain: Formula,
    slanted: Formula,
    ofCenter: Formula,
    ofFactor: Formula,
    count: Formula,
  ) => {
    // What does not change along a row stands together: it is computed once for each.
    const level = sub(mul(factor, plain), div(ofCenter, count));
    const slope = add(mul(factor, slanted), div(mul(ofFactor, square(factor)), count));
    return sub(sub(mul(mul(g, weight), factor), level), mul(centered(x, center, factor), slope));
  },
  { name: "layerNorm" },
);

const from = (start: number, end: number): readonly number[] =>
  Array.from({ length: Math.max(0, end - start) }, (_, i) => start + i);

/**
 * Layer normalisation over the last axes, `(x − m) · r · weight + bias` with the mean m and r = 1 / √(variance + eps). Inputs:
 * x, weight and bias, which have the shape of those axes. Outputs: the result, m and r, these with the axes kept in size 1.
 */
export const layerNormOperation: FusedDefinition<LayerNormAttributes> = {
  name: "layerNorm",
  saves: { inputs: [0, 1], outputs: [1, 2] },

  infer([x]: readonly TensorType[], { axes }: LayerNormAttributes): readonly TensorType[] {
    const { shape, dtype } = x!;
    const kept = shape.map((size, axis) => (axis < shape.length - axes ? size : 1));
    return [
      { shape, dtype },
      { shape: kept, dtype },
      { shape: kept, dtype },
    ];
  },

  compose([x, weight, bias], { axes, eps }) {
    const reduced = from(x!.ndim - axes, x!.ndim);
    const center = mean(x!, reduced, true);
    const inputs = [x!, center];
    const factor = callReduce(inputs, {
      op: "sum",
      value: squaredDistance.trace(inputs).expr,
      finish: inverseDeviation(x!.dtype),
      scalars: [countAlong(x!.shape, reduced), eps],
      axes: reduced,
      keepdim: true,
      name: "layerNorm",
    });
    return [normalised(x!, center, factor, weight!, bias!), center, factor];
  },

  rule({ inputs, outputs, gradients, attributes: { axes }, wanted }) {
    const [x, weight] = [inputs[0]!, inputs[1]!];
    const [center, factor] = [outputs[1]!, outputs[2]!];
    const g = gradients[0]!;
    const reduced = from(x.ndim - axes, x.ndim);
    const others = from(0, x.ndim - axes);
    const overOthers = { axes: others };
    let ofX: typeof x | undefined;
    if (wanted[0]) {
      const options = { axes: reduced, keepdim: true, mean: true };
      const plain = fusedReduce(mul, [g, weight], options);
      const slanted = fusedReduce(weightedByWeight, [g, weight, x, center, factor], options);
      const [ofCenter, ofFactor] = [gradients[1]!, gradients[2]!];
      const count = countAlong(x.shape, reduced);
      ofX = byInput(g, weight, x, center, factor, plain, slanted, ofCenter, ofFactor, count);
    }
    const alone = others.length === 0;
    return [
      ofX,
      wanted[1]
        ? alone
          ? byWeight(g, x, center, factor)
          : fusedReduce(byWeight, [g, x, center, factor], overOthers)
        : undefined,
      wanted[2] ? (alone ? g : sum(g, others)) : undefined,
    ];
  },
};
