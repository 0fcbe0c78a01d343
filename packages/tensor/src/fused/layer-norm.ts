/**
 * Layer normalisation as a fused operation: one node on the tape, and one kernel where the backend has it.
 *
 * @module
 */
import {
  constant,
  type DType,
  input,
  type LayerNormAttributes,
  type LayerNormBackwardAttributes,
  layerNormBackwardOperation,
  layerNormOperation,
  op,
  scalar,
} from "@lucid/backend";
import { elementwise } from "../elementwise/elementwise.js";
import type { Formula } from "../elementwise/formula.js";
import { add, mul, sub } from "../operations/elementwise/arithmetic.js";
import { div } from "../operations/elementwise/division.js";
import { square } from "../operations/elementwise/powers.js";
import { countAlong } from "../operations/internal/reduce-steps.js";
import { converted, perType } from "../operations/internal/views.js";
import { mean } from "../operations/reduce/mean.js";
import { sum } from "../operations/reduce/reductions.js";
import { callFused, type FusedDefinition } from "../primitives/fused.js";
import { callReduce } from "../primitives/reduce.js";
import type { Tensor } from "../tensor/tensor.js";
import { fusedReduce } from "./reduce.js";

const squaredDistance = /* @__PURE__ */ elementwise((x: Formula, center: Formula) => square(sub(x, center)), {
  name: "layerNorm",
});
/** Computes 1 / √(Σ / n + eps). The scalars are n and eps. */
const inverseDeviation = /* @__PURE__ */ perType((dtype: DType) => {
  const variance = op("div", input(0, dtype), scalar(0, dtype));
  return op("div", constant(1, dtype), op("sqrt", op("add", variance, scalar(1, dtype))));
});
const normalised = (x: Formula, center: Formula, factor: Formula) => mul(sub(x, center), factor);

/** Computes (x − mean) · factor, with or without weight and bias. */
const forward = /* @__PURE__ */ elementwise(normalised, { name: "layerNorm" });
const forwardWeight = /* @__PURE__ */ elementwise(
  (x: Formula, center: Formula, factor: Formula, weight: Formula) => mul(normalised(x, center, factor), weight),
  { name: "layerNorm" },
);
const forwardBias = /* @__PURE__ */ elementwise(
  (x: Formula, center: Formula, factor: Formula, bias: Formula) => add(normalised(x, center, factor), bias),
  { name: "layerNorm" },
);
const forwardAffine = /* @__PURE__ */ elementwise(
  (x: Formula, center: Formula, factor: Formula, weight: Formula, bias: Formula) =>
    add(mul(normalised(x, center, factor), weight), bias),
  { name: "layerNorm" },
);

/** Computes g · x̂, whose sum is the gradient of the weight. */
const timesNormalised = /* @__PURE__ */ elementwise(
  (g: Formula, x: Formula, center: Formula, factor: Formula) => mul(g, normalised(x, center, factor)),
  { name: "layerNorm" },
);
/** Computes g · weight · x̂. */
const weightedTimesNormalised = /* @__PURE__ */ elementwise(
  (g: Formula, weight: Formula, x: Formula, center: Formula, factor: Formula) =>
    mul(mul(g, weight), normalised(x, center, factor)),
  { name: "layerNorm" },
);
/** Computes factor · (h − mean(h) − x̂ · mean(h · x̂)), where h is the gradient of (x − mean) · factor. */
const inputGradient = /* @__PURE__ */ elementwise(
  (h: Formula, x: Formula, center: Formula, factor: Formula, meanH: Formula, meanHXhat: Formula) => {
    // What is constant along a row is grouped, so that it is computed once for each row.
    const shift = mul(factor, meanH);
    const slope = mul(factor, meanHXhat);
    return sub(sub(mul(h, factor), shift), mul(normalised(x, center, factor), slope));
  },
  { name: "layerNorm" },
);
const weightedInputGradient = /* @__PURE__ */ elementwise(
  (g: Formula, x: Formula, center: Formula, factor: Formula, meanH: Formula, meanHXhat: Formula, weight: Formula) => {
    const shift = mul(factor, meanH);
    const slope = mul(factor, meanHXhat);
    return sub(sub(mul(mul(g, weight), factor), shift), mul(normalised(x, center, factor), slope));
  },
  { name: "layerNorm" },
);
/** Computes the gradient that x gets through the outputs mean and factor: (ofMean − x̂ · factor² · ofFactor) / n. */
const statisticsGradient = /* @__PURE__ */ elementwise(
  (x: Formula, center: Formula, factor: Formula, ofMean: Formula, ofFactor: Formula, count: Formula) =>
    div(sub(ofMean, mul(normalised(x, center, factor), mul(ofFactor, square(factor)))), count),
  { name: "layerNorm" },
);

const range = (start: number, end: number): readonly number[] =>
  Array.from({ length: Math.max(0, end - start) }, (_, i) => start + i);

/** Returns the axes that are normalised, and the other axes. */
function axesOf({ ndim }: Tensor, axes: number): readonly [inner: readonly number[], outer: readonly number[]] {
  return [range(ndim - axes, ndim), range(0, ndim - axes)];
}

/** Sums over axes. There may be none. */
const sumOver = (x: Tensor, axes: readonly number[]): Tensor => (axes.length === 0 ? x : sum(x, axes));

/** Computes the gradients of the weight and of the bias. */
function affineGradients(
  g: Tensor,
  x: Tensor,
  center: Tensor,
  factor: Tensor,
  outer: readonly number[],
): readonly [ofWeight: Tensor, ofBias: Tensor] {
  const ofWeight =
    outer.length === 0
      ? timesNormalised(g, x, center, factor)
      : fusedReduce(timesNormalised, [g, x, center, factor], { dim: outer });
  return [ofWeight, sumOver(g, outer)];
}

/** The gradients of layer normalisation. It has no rule, because higher derivatives follow from its composition. */
export const layerNormBackward: FusedDefinition<LayerNormBackwardAttributes> = {
  operation: layerNormBackwardOperation,
  compose([g, x, center, factor, weight], { axes, affine }) {
    const [inner, outer] = axesOf(x!, axes);
    const means = { dim: inner, keepdim: true, mean: true };
    let ofX: Tensor;
    if (weight === undefined) {
      const meanH = mean(g!, inner, true);
      const meanHXhat = fusedReduce(timesNormalised, [g!, x!, center!, factor!], means);
      ofX = inputGradient(g!, x!, center!, factor!, meanH, meanHXhat);
    } else {
      const meanH = fusedReduce(mul, [g!, weight], means);
      const meanHXhat = fusedReduce(weightedTimesNormalised, [g!, weight, x!, center!, factor!], means);
      ofX = weightedInputGradient(g!, x!, center!, factor!, meanH, meanHXhat, weight);
    }
    return affine ? [ofX, ...affineGradients(g!, x!, center!, factor!, outer)] : [ofX];
  },
};

/** Layer normalisation over the last axes. */
export const fusedLayerNorm: FusedDefinition<LayerNormAttributes> = {
  operation: layerNormOperation,

  compose([x, weight, bias], { axes, eps }) {
    const [inner] = axesOf(x!, axes);
    const center = mean(x!, inner, true);
    const inputs = [x!, center];
    const factor = callReduce(
      inputs,
      {
        op: "sum",
        value: squaredDistance.trace(inputs).expr,
        finish: inverseDeviation(x!.dtype),
        axes: inner,
        keepdim: true,
        name: "layerNorm",
      },
      [countAlong(x!.shape, inner), eps],
    );
    const y =
      weight === undefined
        ? bias === undefined
          ? forward(x!, center, factor)
          : forwardBias(x!, center, factor, bias)
        : bias === undefined
          ? forwardWeight(x!, center, factor, weight)
          : forwardAffine(x!, center, factor, weight, bias);
    return [y, center, factor];
  },

  rule: {
    saves: () => ({ inputs: [0, 1], outputs: [1, 2] }),

    gradients({ attributes: { axes }, wanted, inputTypes, input, output, gradients, gradient }) {
      const x = input(0);
      const weight = inputTypes[1] === undefined ? undefined : input(1);
      const [center, factor] = [output(1), output(2)];
      const [inner, outer] = axesOf(x, axes);
      const [g, ofMean, ofFactor] = gradients;
      const affine = wanted[1]! || wanted[2]!;
      let ofX: Tensor | undefined;
      let ofAffine: readonly (Tensor | undefined)[] = [];
      if (g !== undefined && wanted[0]) {
        [ofX, ...ofAffine] = callFused(layerNormBackward, [g, x, center, factor, weight], { axes, affine });
      } else if (g !== undefined && affine) {
        ofAffine = affineGradients(g, x, center, factor, outer).map((more) => converted("layerNorm", more, x.dtype));
      }
      if (wanted[0] && (ofMean !== undefined || ofFactor !== undefined)) {
        const count = countAlong(x.shape, inner);
        const made = statisticsGradient(x, center, factor, gradient(1), gradient(2), count);
        const more = converted("layerNorm", made, x.dtype);
        ofX = ofX === undefined ? more : add(ofX, more);
      }
      return [ofX, wanted[1] ? ofAffine[0] : undefined, wanted[2] ? ofAffine[1] : undefined];
    },
  },
};
