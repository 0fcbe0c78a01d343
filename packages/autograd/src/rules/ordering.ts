/**
 * The rules of scan and sort.
 *
 * @module
 */
import { AutogradError, type ScanOp } from "@lucid/backend";
import {
  callScan,
  callScatter,
  callView,
  type ScanAttributes,
  type SortAttributes,
  sliceView,
  type Tensor,
} from "@lucid/tensor/core";
import type { Rule, RuleContext, Saves } from "../rule.js";
import { zerosOf } from "./product.js";

/** The elements of an axis in reverse. */
function flipped(x: Tensor, axis: number): Tensor {
  const { shape } = x;
  return callView(sliceView, x, {
    starts: shape.map((size, i) => (i === axis ? Math.max(size - 1, 0) : 0)),
    steps: shape.map((_, i) => (i === axis ? -1 : 1)),
    sizes: shape,
  });
}

const scans: Readonly<Record<ScanOp, ((gradient: Tensor, axis: number) => Tensor) | undefined>> = {
  sum: (gradient, axis) => flipped(callScan("sum", flipped(gradient, axis), axis), axis),
  prod: undefined,
  max: undefined,
  min: undefined,
};

export const scanRule: Rule<ScanAttributes> = {
  saves({ op }: ScanAttributes): Saves {
    if (scans[op] === undefined) {
      throw new AutogradError("scan", `a running ${op} has no derivative`, { remedy: "use detach() on its input" });
    }
    return { inputs: [], outputs: [] };
  },

  gradients({ attributes: { op, axis }, gradient }: RuleContext<ScanAttributes>): readonly (Tensor | undefined)[] {
    return [scans[op]!(gradient(0), axis)];
  },
};

export const sortRule: Rule<SortAttributes> = {
  saves: (): Saves => ({ inputs: [], outputs: [1] }),

  gradients({ attributes: { axis }, gradient, output }: RuleContext<SortAttributes>): readonly (Tensor | undefined)[] {
    const arrived = gradient(0);
    return [callScatter("add", zerosOf(arrived, arrived.shape), arrived, output(1), axis)];
  },
};
