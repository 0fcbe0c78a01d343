/**
 * Softmax and its logarithm as fused operations: each is one node on the tape, and one kernel where the backend has it.
 *
 * @module
 */
import {
  op as exprOf,
  input,
  logSoftmaxBackwardOperation,
  logSoftmaxOperation,
  type SoftmaxAttributes,
  softmaxBackwardOperation,
  softmaxOperation,
} from "@lucid/backend";
import { elementwise } from "../elementwise/elementwise.js";
import { type Formula, op } from "../elementwise/formula.js";
import { mul, sub } from "../operations/elementwise/arithmetic.js";
import { div } from "../operations/elementwise/division.js";
import { copied, perType } from "../operations/internal/views.js";
import { amax } from "../operations/reduce/extremes.js";
import { sum } from "../operations/reduce/reductions.js";
import { callFused, type FusedDefinition, type FusedRule } from "../primitives/fused.js";
import { callReduce } from "../primitives/reduce.js";
import { fusedReduce } from "./reduce.js";

const shiftedExp = /* @__PURE__ */ elementwise((x: Formula, shift: Formula) => op("exp", sub(x, shift)), {
  name: "softmax",
});
const logOf = /* @__PURE__ */ perType((dtype) => exprOf("log", input(0, dtype)));
const shifted = /* @__PURE__ */ elementwise((x: Formula, shift: Formula, log: Formula) => sub(sub(x, shift), log), {
  name: "logSoftmax",
});
const softmaxGradient = /* @__PURE__ */ elementwise((g: Formula, y: Formula, total: Formula) => mul(sub(g, total), y), {
  name: "softmax",
});
const logSoftmaxGradient = /* @__PURE__ */ elementwise(
  (g: Formula, y: Formula, total: Formula) => sub(g, mul(op("exp", y), total)),
  { name: "logSoftmax" },
);

/** The gradient of softmax's input. It has no rule, because higher derivatives follow from its composition. */
export const softmaxBackward: FusedDefinition<SoftmaxAttributes> = {
  operation: softmaxBackwardOperation,
  compose([gradient, y], { axis }) {
    const total = fusedReduce(mul, [gradient!, y!], { dim: axis, keepdim: true });
    return [softmaxGradient(gradient!, y!, total)];
  },
};

/** The gradient of logSoftmax's input. It has no rule, because higher derivatives follow from its composition. */
export const logSoftmaxBackward: FusedDefinition<SoftmaxAttributes> = {
  operation: logSoftmaxBackwardOperation,
  compose: ([gradient, y], { axis }) => [logSoftmaxGradient(gradient!, y!, sum(gradient!, axis, true))],
};

/** Makes the rule of both operations: the gradient of the input depends on the output and its gradient. */
const ruleBy = (backward: FusedDefinition<SoftmaxAttributes>): FusedRule<SoftmaxAttributes> => ({
  saves: () => ({ inputs: [], outputs: [0] }),
  gradients: ({ attributes, gradient, output }) => callFused(backward, [gradient(0), output(0)], attributes),
});

/** Softmax along one axis. */
export const fusedSoftmax: FusedDefinition<SoftmaxAttributes> = {
  operation: softmaxOperation,
  rule: ruleBy(softmaxBackward),
  compose([x], { axis }) {
    if (x!.numel() === 0) return [copied("softmax", x!)];
    const exps = shiftedExp(x!, amax(x!, axis, true));
    return [div(exps, sum(exps, axis, true))];
  },
};

/** The logarithm of softmax along one axis. */
export const fusedLogSoftmax: FusedDefinition<SoftmaxAttributes> = {
  operation: logSoftmaxOperation,
  rule: ruleBy(logSoftmaxBackward),
  compose([x], { axis }) {
    if (x!.numel() === 0) return [copied("logSoftmax", x!)];
    const shift = amax(x!, axis, true);
    const { expr, inputs, scalars } = shiftedExp.trace([x!, shift]);
    const log = callReduce(
      inputs,
      {
        op: "sum",
        value: expr,
        finish: logOf(expr.dtype),
        axes: [axis],
        keepdim: true,
        name: "logSoftmax",
      },
      scalars,
    );
    return [shifted(x!, shift, log)];
  },
};
