/**
 * The rules of assign, concatenate and transfer.
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
  type Rule,
  type RuleContext,
  reshaped,
  reshapeView,
  type Saves,
  type ShapeAttributes,
  sliceView,
  type TransferAttributes,
  viewPrimitives,
} from "@lucid/tensor/extend";
import { type Tensor, toAsync } from "@lucid/tensor/functions";
import { sumTo } from "./compute-gradients.js";

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
        const primitive = viewPrimitives[view];
        // The base was contiguous, but its gradient need not be, so this step may have to copy.
        if (primitive === reshapeView) part = reshaped("reshape", part, (attributes as ShapeAttributes).shape);
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

export const transferRule: Rule<TransferAttributes> = {
  saves: () => NOTHING,
  gradients: ({ operation, gradient, backend }: RuleContext<TransferAttributes>) => [
    callTransfer(gradient(0), backend, operation, `${operation}Async`),
  ],
  gradientsAsync: async ({ gradient, backend }: RuleContext<TransferAttributes>) => [
    await toAsync(gradient(0), backend),
  ],
};
