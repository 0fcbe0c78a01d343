/**
 * Attention as a fused operation: one node on the tape, which keeps the logsumexp of the scores instead of their softmax.
 *
 * @module
 */
import {
  type AttentionAttributes,
  type AttentionBackwardAttributes,
  attentionBackwardOperation,
  attentionOperation,
  constant,
  type Expr,
  ge,
  index,
  input,
  op as exprOf,
} from "@lucid/backend";
import { elementwise } from "../elementwise/elementwise.js";
import { type Formula, op } from "../elementwise/formula.js";
import { add, mul, sub } from "../operations/elementwise/arithmetic.js";
import { matmul } from "../operations/linalg/matmul.js";
import { amax } from "../operations/reduce/extremes.js";
import { sumToSize } from "../operations/reduce/sum-to-size.js";
import { transpose } from "../operations/shape/permuting.js";
import { callFused, type FusedDefinition } from "../primitives/fused.js";
import { callMap } from "../primitives/map.js";
import type { Tensor } from "../tensor/tensor.js";
import { fusedReduce } from "./reduce.js";

const LOWEST = Number.NEGATIVE_INFINITY;

const scaled = /* @__PURE__ */ elementwise((s: Formula, scale: Formula) => mul(s, scale), { name: "attention" });
const scaledMasked = /* @__PURE__ */ elementwise(
  (s: Formula, scale: Formula, mask: Formula) => add(mul(s, scale), mask),
  { name: "attention" },
);
/** The largest score, or 0 for a query that sees no key. */
const shiftOf = /* @__PURE__ */ elementwise((largest: Formula) => op("where", op("eq", largest, LOWEST), 0, largest), {
  name: "attention",
});
const shiftedExp = /* @__PURE__ */ elementwise((s: Formula, shift: Formula) => op("exp", sub(s, shift)), {
  name: "attention",
});
const logsumexpOf = /* @__PURE__ */ elementwise((sum: Formula, shift: Formula) => add(op("log", sum), shift), {
  name: "attention",
});
/** exp(s − logsumexp), the softmax; 0 for a query that sees no key. */
const probability = /* @__PURE__ */ elementwise(
  (s: Formula, sums: Formula) => op("where", op("eq", sums, LOWEST), 0, op("exp", sub(s, sums))),
  { name: "attention" },
);
/** p · (dp − delta), the gradient of the scores. */
const scoreGradient = /* @__PURE__ */ elementwise((p: Formula, dp: Formula, delta: Formula) => mul(p, sub(dp, delta)), {
  name: "attention",
});

const known = new Map<string, readonly [Expr]>();

/** Hides the keys behind the position of the query. */
function causalScores(scores: Tensor): Tensor {
  const { dtype, ndim } = scores;
  const key = `${dtype} ${ndim}`;
  let exprs = known.get(key);
  if (exprs === undefined) {
    exprs = [exprOf("where", ge(index(ndim - 2), index(ndim - 1)), input(0, dtype), constant(LOWEST, dtype))];
    known.set(key, exprs);
  }
  return callMap("attention", [scores], exprs)[0]!;
}

function scoresOf(
  query: Tensor,
  key: Tensor,
  mask: Tensor | undefined,
  { causal, scale }: AttentionAttributes,
): Tensor {
  const products = matmul(query, transpose(key, -2, -1));
  const scores = mask === undefined ? scaled(products, scale) : scaledMasked(products, scale, mask);
  return causal ? causalScores(scores) : scores;
}

/** Sums over the dimensions that were shared. */
const summedTo = (x: Tensor, like: Tensor): Tensor =>
  x.shape.every((size, axis) => size === like.shape[axis]) ? x : sumToSize(x, like.shape);

/** The gradients of attention. It has no rule, because higher derivatives follow from its composition. */
export const attentionBackward: FusedDefinition<AttentionBackwardAttributes> = {
  operation: attentionBackwardOperation,
  compose([gradient, query, key, value, y, logsumexp, mask, logsumexpGradient], attributes) {
    const p = probability(scoresOf(query!, key!, mask, attributes), logsumexp!);
    const rows = fusedReduce(mul, [gradient!, y!], { dim: -1, keepdim: true });
    const delta = logsumexpGradient === undefined ? rows : sub(rows, logsumexpGradient);
    const ofScores = scoreGradient(p, matmul(gradient!, transpose(value!, -2, -1)), delta);
    const ofProducts = scaled(ofScores, attributes.scale);
    const all = [
      matmul(ofProducts, key!),
      summedTo(matmul(transpose(ofProducts, -2, -1), query!), key!),
      summedTo(matmul(transpose(p, -2, -1), gradient!), value!),
    ];
    return attributes.maskGradient && mask !== undefined ? [...all, summedTo(ofScores, mask)] : all;
  },
};

/** Attention of queries to keys and values. */
export const fusedAttention: FusedDefinition<AttentionAttributes> = {
  operation: attentionOperation,

  compose([query, key, value, mask], attributes) {
    const scores = scoresOf(query!, key!, mask, attributes);
    const isEmpty = scores.shape.at(-1) === 0;
    const shift = isEmpty ? fusedReduce(scaled, [scores, 0], along) : shiftOf(amax(scores, -1, true));
    const logsumexp = logsumexpOf(fusedReduce(shiftedExp, [scores, shift], along), shift);
    return [matmul(probability(scores, logsumexp), value!), logsumexp];
  },

  rule: {
    saves: () => ({ inputs: [0, 1, 2, 3], outputs: [0, 1] }),

    gradients({ attributes, wanted, inputTypes, input, output, gradient, gradients }) {
      const mask = inputTypes[3] === undefined ? undefined : input(3);
      const maskGradient = mask !== undefined && wanted[3] === true;
      const inputs = [gradient(0), input(0), input(1), input(2), output(0), output(1), mask, gradients[1]];
      const all = callFused(attentionBackward, inputs, { ...attributes, maskGradient });
      return wanted.map((want, i) => (want ? all[i] : undefined));
    },
  },
};

const along = { dim: -1, keepdim: true };
