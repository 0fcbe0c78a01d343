/**
 * Softmax and its logarithm as fused operations: one node on the tape, and one kernel where the backend has it.
 *
 * @module
 */
import { input, op, type TensorType } from "@lucid/backend";
import { elementwise } from "../elementwise/elementwise.js";
import { apply, type Formula } from "../elementwise/formula.js";
import type { FusedDefinition } from "../primitives/fused.js";
import { callReduce } from "../primitives/reduce.js";
import { div, mul, sub } from "./arithmetic.js";
import { amax } from "./extremes.js";
import { fusedReduce } from "./fused-reduce.js";
import { sum } from "./reductions.js";
import { copied, perType } from "./steps.js";

/** Attributes of {@link softmaxOperation} and {@link logSoftmaxOperation}. */
export type SoftmaxAttributes = { readonly axis: number };

const shiftedExp = /* @__PURE__ */ elementwise((x: Formula, shift: Formula) => apply("exp", sub(x, shift)), {
  name: "softmax",
});
const logOf = /* @__PURE__ */ perType((dtype) => op("log", input(0, dtype)));
const shifted = /* @__PURE__ */ elementwise((x: Formula, shift: Formula, log: Formula) => sub(sub(x, shift), log), {
  name: "logSoftmax",
});
const softmaxGradient = /* @__PURE__ */ elementwise((g: Formula, y: Formula, total: Formula) => mul(sub(g, total), y), {
  name: "softmax",
});
const logSoftmaxGradient = /* @__PURE__ */ elementwise(
  (g: Formula, y: Formula, total: Formula) => sub(g, mul(apply("exp", y), total)),
  { name: "logSoftmax" },
);

const infer = ([x]: readonly TensorType[]): readonly TensorType[] => [{ shape: x!.shape, dtype: x!.dtype }];
const saves = { outputs: [0] };

/** The softmax along one axis, as backends may implement it. */
export const softmaxOperation: FusedDefinition<SoftmaxAttributes> = {
  name: "softmax",
  infer,
  saves,

  compose([x], { axis }) {
    if (x!.size === 0) return [copied("softmax", x!)];
    const exps = shiftedExp(x!, amax(x!, axis, true));
    return [div(exps, sum(exps, axis, true))];
  },

  rule({ outputs, gradients, attributes: { axis } }) {
    const y = outputs[0]!;
    const gradient = gradients[0];
    if (gradient === undefined) return [undefined];
    return [softmaxGradient(gradient, y, fusedReduce(mul, [gradient, y], { axes: axis, keepdim: true }))];
  },
};

/** The logarithm of the softmax along one axis, as backends may implement it. */
export const logSoftmaxOperation: FusedDefinition<SoftmaxAttributes> = {
  name: "logSoftmax",
  infer,
  saves,

  compose([x], { axis }) {
    if (x!.size === 0) return [copied("logSoftmax", x!)];
    const shift = amax(x!, axis, true);
    const { expr, inputs, scalars } = shiftedExp.trace([x!, shift]);
    const log = callReduce(inputs, {
      op: "sum",
      value: expr,
      finish: logOf(expr.dtype),
      scalars,
      axes: [axis],
      keepdim: true,
      name: "logSoftmax",
    });
    return [shifted(x!, shift, log)];
  },

  rule({ outputs, gradients, attributes: { axis } }) {
    const gradient = gradients[0];
    if (gradient === undefined) return [undefined];
    return [logSoftmaxGradient(gradient, outputs[0]!, sum(gradient, axis, true))];
  },
};
