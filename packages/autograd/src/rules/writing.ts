/**
 * The rules of assign, concatenate, transfer and fused operations.
 *
 * @module
 */
import { constant } from "@lucid/backend";
import {
  type AssignAttributes,
  type ConcatenateAttributes,
  callAssign,
  callGenerate,
  callTransfer,
  callView,
  type FusedDefinition,
  reshapeView,
  type ShapeAttributes,
  sliceView,
  type Tensor,
  toAsync,
  viewPrimitives,
} from "@lucid/tensor/core";
import type { Rule, RuleContext, Saves } from "../rule.js";
import { reshapedCopy } from "./product.js";
import { sumTo } from "./through.js";

const NOTHING: Saves = { inputs: [], outputs: [] };

export const assignRule: Rule<AssignAttributes> = {
  saves: () => NOTHING,

  gradients({
    attributes: { steps },
    wanted,
    gradient,
    inputTypes,
  }: RuleContext<AssignAttributes>): readonly (Tensor | undefined)[] {
    const arrived = gradient(0);
    const results: (Tensor | undefined)[] = [];
    if (wanted[0]) {
      const zero = callGenerate("zeros", arrived.backend, [], constant(0, arrived.dtype));
      results[0] = callAssign(arrived, zero, steps);
    }
    if (wanted[1]) {
      let part = arrived;
      for (const { view, attributes } of steps) {
        const primitive = viewPrimitives[view]!;
        // The base was contiguous, which its gradient need not be.
        if (primitive === reshapeView) part = reshapedCopy(part, (attributes as ShapeAttributes).shape);
        else part = callView(primitive, part, attributes as never);
      }
      results[1] = sumTo(part, inputTypes[1]!.shape);
    }
    return results;
  },
};

export const concatenateRule: Rule<ConcatenateAttributes> = {
  saves: () => NOTHING,

  gradients({
    attributes: { axis },
    wanted,
    gradient,
    inputTypes,
  }: RuleContext<ConcatenateAttributes>): readonly (Tensor | undefined)[] {
    const arrived = gradient(0);
    let start = 0;
    return inputTypes.map(({ shape }, i) => {
      const from = start;
      start += shape[axis]!;
      if (!wanted[i]) return undefined;
      return callView(sliceView, arrived, {
        starts: shape.map((_, a) => (a === axis ? from : 0)),
        steps: shape.map(() => 1),
        sizes: shape,
      });
    });
  },
};

export const transferRule: Rule<Record<never, never>> = {
  saves: () => NOTHING,
  gradients: ({ gradient, backend }: RuleContext<Record<never, never>>) => [callTransfer(gradient(0), backend)],
  gradientsAsync: async ({ gradient, backend }: RuleContext<Record<never, never>>) => [
    await toAsync(gradient(0), backend),
  ],
};

/** The rule that a fused operation brings along. */
export function fusedRule(definition: FusedDefinition<never>): Rule<never> {
  return {
    saves: () => ({ inputs: definition.saves.inputs ?? [], outputs: definition.saves.outputs ?? [] }),

    gradients({ attributes, wanted, inputTypes, outputTypes, input, output, gradient }: RuleContext<never>) {
      const { inputs = [], outputs = [] } = definition.saves;
      return definition.rule({
        attributes,
        wanted,
        inputs: inputTypes.map((_, i) => (inputs.includes(i) ? input(i) : undefined)) as readonly Tensor[],
        outputs: outputTypes.map((_, k) => (outputs.includes(k) ? output(k) : undefined)) as readonly Tensor[],
        gradients: outputTypes.map((_, k) => gradient(k)),
      });
    },
  };
}
