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
  type Rule,
  type RuleContext,
  type Saves,
  type ScanAttributes,
  type SortAttributes,
  sliceView,
} from "@lucid/tensor/extend";
import type { Tensor } from "@lucid/tensor/functions";
import { expandedZeros } from "../zeros.js";
import { runningProductGradient } from "./running-product.js";

/** Reverses the elements of an axis. */
function flipped(x: Tensor, axis: number): Tensor {
  const { shape } = x;
  return callView(sliceView, x, {
    starts: shape.map((size, i) => (i === axis ? Math.max(size - 1, 0) : 0)),
    steps: shape.map((_, i) => (i === axis ? -1 : 1)),
    sizes: shape,
  });
}

/** What the rule of a running operation saves, and the gradient of its input. */
interface RunningRule {
  readonly saved: Saves;
  gradient(context: RuleContext<ScanAttributes>, arrived: Tensor, axis: number): Tensor;
}

const scans: Readonly<Record<ScanOp, RunningRule | undefined>> = {
  sum: {
    saved: { inputs: [], outputs: [] },
    gradient: (_, arrived, axis) => flipped(callScan("sum", flipped(arrived, axis), axis), axis),
  },
  prod: {
    saved: { inputs: [0], outputs: [0] },
    gradient: ({ input, output }, arrived, axis) => runningProductGradient(input(0), output(0), arrived, axis),
  },
  max: undefined,
  min: undefined,
};

export const scanRule: Rule<ScanAttributes> = {
  saves({ op }: ScanAttributes): Saves {
    const rule = scans[op];
    if (rule === undefined) {
      throw new AutogradError("scan", `a running ${op} has no derivative`, {
        remedy: `use cum${op}, whose values have one`,
      });
    }
    return rule.saved;
  },

  gradients(context: RuleContext<ScanAttributes>): readonly (Tensor | undefined)[] {
    const { op, axis } = context.attributes;
    return [scans[op]!.gradient(context, context.gradient(0), axis)];
  },
};

export const sortRule: Rule<SortAttributes> = {
  saves: (): Saves => ({ inputs: [], outputs: [1] }),

  gradients({ attributes: { axis }, gradient, output }: RuleContext<SortAttributes>): readonly (Tensor | undefined)[] {
    const arrived = gradient(0);
    return [callScatter("add", expandedZeros(arrived, arrived.shape), arrived, output(1), axis)];
  },
};
