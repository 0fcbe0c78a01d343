/**
 * Convolution and its gradients as fused operations. Where a backend has no kernel, they are products with the windows
 * of the input, which are taken by views.
 *
 * @module
 */
import {
  type ConvolutionAttributes,
  type ConvolutionInputGradientAttributes,
  type ConvolutionWeightGradientAttributes,
  convolutionInputGradientOperation,
  convolutionOperation,
  convolutionWeightGradientOperation,
  sizeOf,
  windowsOf,
} from "@lucid/backend";
import { elementwise } from "../elementwise/elementwise.js";
import type { Formula } from "../elementwise/formula.js";
import { add, mul } from "../operations/elementwise/arithmetic.js";
import { converted, reshaped, sliced, viewed } from "../operations/internal/views.js";
import { matmul } from "../operations/linalg/matmul.js";
import { sum } from "../operations/reduce/reductions.js";
import { callFused, type FusedDefinition } from "../primitives/fused.js";
import { callView, permuteView, sliceView } from "../primitives/views.js";
import { callConcatenate } from "../primitives/writing.js";
import type { Tensor } from "../tensor/tensor.js";
import { fusedReduce } from "./reduce.js";
import { foldWindows, padded, windowsView } from "./windows.js";

const product = /* @__PURE__ */ elementwise((x: Formula, weight: Formula) => mul(x, weight), { name: "convolution" });

/** How many elements the windows of a part of the batch may have: what is copied at once. */
const MOST_COPIED = 2 ** 24;

const range = (start: number, end: number): readonly number[] =>
  Array.from({ length: Math.max(0, end - start) }, (_, i) => start + i);

/** The part of the attributes that lies with the windows. */
const geometry = ({ stride, padding, dilation, groups }: ConvolutionAttributes): ConvolutionAttributes => ({
  stride,
  padding,
  dilation,
  groups,
});

/** Divides the batch into parts whose windows have at most {@link MOST_COPIED} elements, and computes each. */
function inParts(batch: number, each: number, compute: (start: number, size: number) => Tensor): readonly Tensor[] {
  const size = Math.max(1, Math.min(batch, Math.floor(MOST_COPIED / Math.max(1, each))));
  const results: Tensor[] = [];
  for (let start = 0; start < Math.max(1, batch); start += size) {
    results.push(compute(start, Math.min(size, batch - start)));
  }
  return results;
}

const joined = (parts: readonly Tensor[]): Tensor => (parts.length === 1 ? parts[0]! : callConcatenate(parts, 0));

/** Returns the samples `start` … `start + size − 1`. */
const samples = (x: Tensor, start: number, size: number): Tensor =>
  start === 0 && size === x.shape[0] ? x : sliced(x, 0, start, size);

/**
 * Returns the windows as `(batch, groups, channels / groups, …kernel, …windows)`, as a view.
 */
function groupedWindows(x: Tensor, kernel: readonly number[], attributes: ConvolutionAttributes): Tensor {
  const { groups } = attributes;
  const windows = windowsView(padded("convolution", x, attributes.padding, 0), kernel, attributes);
  const [batch, channels, ...rest] = windows.shape as [number, number, ...number[]];
  const axes = kernel.length;
  const ordered = callView(permuteView, windows, {
    axes: [0, 1, ...range(2 + axes, 2 + 2 * axes), ...range(2, 2 + axes)],
  });
  const sizes = [...rest.slice(axes), ...rest.slice(0, axes)];
  return viewed(ordered, [batch, groups, channels / groups, ...sizes]);
}

/** Whether every group has one channel and one output. */
const isDepthwise = (inner: number, outputs: number, groups: number): boolean => inner === 1 && outputs === groups;

/** Convolution. */
export const fusedConvolution: FusedDefinition<ConvolutionAttributes> = {
  operation: convolutionOperation,

  compose([x, weight, bias], attributes) {
    const { groups } = attributes;
    const [outputs, inner, ...kernel] = weight!.shape as [number, number, ...number[]];
    const [batch, , ...space] = x!.shape as [number, number, ...number[]];
    const windows = windowsOf("convolution", space, kernel, attributes);
    const [fan, places] = [inner * sizeOf(kernel), sizeOf(windows)];
    let y: Tensor;
    if (isDepthwise(inner, outputs, groups)) {
      const all = groupedWindows(x!, kernel, attributes);
      const factors = viewed(reshaped("convolution", weight!, [outputs, sizeOf(kernel)]), [
        1,
        outputs,
        1,
        ...kernel,
        ...kernel.map(() => 1),
      ]);
      y = weightedSums(all, factors, range(2, 3 + kernel.length));
    } else {
      const factors = reshaped("convolution", weight!, [1, groups, outputs / groups, fan]);
      const parts = inParts(batch, groups * fan * places, (start, size) => {
        const part = groupedWindows(samples(x!, start, size), kernel, attributes);
        return matmul(factors, reshaped("convolution", part, [size, groups, fan, places]));
      });
      y = joined(parts);
    }
    const result = viewed(y, [batch, outputs, ...windows]);
    if (bias === undefined) return [result];
    return [add(result, reshaped("convolution", bias, [outputs, ...kernel.map(() => 1)]))];
  },

  rule: {
    saves: (_, wanted) => ({ inputs: [...(wanted[1] ? [0] : []), ...(wanted[0] ? [1] : [])], outputs: [] }),

    gradients({ attributes, wanted, inputTypes, input, gradient }) {
      const g = gradient(0);
      const [, , ...size] = inputTypes[0]!.shape;
      const [, , ...kernel] = inputTypes[1]!.shape;
      return [
        wanted[0] ? inputGradient(g, input(1), attributes, size) : undefined,
        wanted[1] ? weightGradient(input(0), g, attributes, kernel) : undefined,
        wanted[2] ? sum(g, [0, ...range(2, g.ndim)]) : undefined,
      ];
    },
  },
};

/** Multiplies windows by factors and sums over axes, in one kernel. */
function weightedSums(x: Tensor, factors: Tensor, axes: readonly number[]): Tensor {
  return converted("convolution", fusedReduce(product, [x, factors], { dim: axes }), x.dtype);
}

/**
 * Returns the convolution that a transposed convolution with stride 1 is: its weight is reversed along the axes of the
 * space, and its channels and outputs are exchanged. It is undefined for a stride, for more padding than a window, or
 * where its windows would hold much more than those that are added up otherwise.
 */
function asConvolution(
  weight: Tensor,
  { stride, padding, dilation, groups }: ConvolutionAttributes,
): { readonly weight: Tensor; readonly attributes: ConvolutionAttributes } | undefined {
  const [outputs, inner, ...kernel] = weight.shape as [number, number, ...number[]];
  if (sizeOf(kernel) > 1 && outputs / groups > 2 * inner) return undefined;
  const reach = kernel.map((size, axis) => dilation[axis]! * (size - 1));
  const around = padding.map(([before, after], axis) => [reach[axis]! - before, reach[axis]! - after] as const);
  if (stride.some((step) => step !== 1) || around.some(([before, after]) => before < 0 || after < 0)) return undefined;
  const backward = callView(sliceView, weight, {
    starts: [0, 0, ...kernel.map((size) => size - 1)],
    steps: [1, 1, ...kernel.map(() => -1)],
    sizes: weight.shape,
  });
  const grouped = viewed(backward, [groups, outputs / groups, inner, ...kernel]);
  const exchanged = callView(permuteView, grouped, { axes: [0, 2, 1, ...range(3, 3 + kernel.length)] });
  return {
    weight: reshaped("convolution", exchanged, [groups * inner, outputs / groups, ...kernel]),
    attributes: { stride, padding: around, dilation, groups },
  };
}

/** The gradient of a convolution's input, which is the transposed convolution. */
export const fusedConvolutionInputGradient: FusedDefinition<ConvolutionInputGradientAttributes> = {
  operation: convolutionInputGradientOperation,

  compose([gradient, weight], attributes) {
    const reversed = asConvolution(weight!, attributes);
    if (reversed !== undefined) return callFused(fusedConvolution, [gradient!, reversed.weight], reversed.attributes);
    const { groups, size } = attributes;
    const [outputs, inner, ...kernel] = weight!.shape as [number, number, ...number[]];
    const [batch, , ...windows] = gradient!.shape as [number, number, ...number[]];
    const [fan, places] = [inner * sizeOf(kernel), sizeOf(windows)];
    const grouped = reshaped("convolution", weight!, [1, groups, outputs / groups, fan]);
    const factors = callView(permuteView, grouped, { axes: [0, 1, 3, 2] });
    const parts = inParts(batch, groups * fan * places, (start, count) => {
      const part = reshaped("convolution", samples(gradient!, start, count), [count, groups, outputs / groups, places]);
      const columns = viewed(matmul(factors, part), [count * groups * inner, ...kernel, ...windows]);
      return viewed(foldWindows("convolution", columns, size, attributes), [count, groups * inner, ...size]);
    });
    return [joined(parts)];
  },

  rule: {
    saves: (_, wanted) => ({ inputs: [...(wanted[1] ? [0] : []), ...(wanted[0] ? [1] : [])], outputs: [] }),

    gradients({ attributes, wanted, inputTypes, input, gradient }) {
      const u = gradient(0);
      const [, , ...kernel] = inputTypes[1]!.shape;
      return [
        wanted[0] ? callFused(fusedConvolution, [u, input(1)], geometry(attributes))[0]! : undefined,
        wanted[1] ? weightGradient(u, input(0), attributes, kernel) : undefined,
      ];
    },
  },
};

/** The gradient of a convolution's weight. */
export const fusedConvolutionWeightGradient: FusedDefinition<ConvolutionWeightGradientAttributes> = {
  operation: convolutionWeightGradientOperation,

  compose([x, gradient], attributes) {
    const { groups, kernel } = attributes;
    const [batch, channels] = x!.shape as [number, number];
    const [, outputs, ...windows] = gradient!.shape as [number, number, ...number[]];
    const inner = channels / groups;
    const [fan, places] = [inner * sizeOf(kernel), sizeOf(windows)];
    const axes = kernel.length;
    const shape = [outputs, inner, ...kernel];
    if (isDepthwise(inner, outputs, groups)) {
      const all = groupedWindows(x!, kernel, attributes);
      const factors = reshaped("convolution", gradient!, [batch, groups, 1, ...kernel.map(() => 1), ...windows]);
      return [viewed(weightedSums(all, factors, [0, ...range(3 + axes, 3 + 2 * axes)]), shape)];
    }
    const parts = inParts(batch, groups * fan * places, (start, size) => {
      const part = groupedWindows(samples(x!, start, size), kernel, attributes);
      // (groups, batch, …windows, channels / groups, …kernel) and (groups, outputs / groups, batch, windows).
      const order = [1, 0, ...range(3 + axes, 3 + 2 * axes), 2, ...range(3, 3 + axes)];
      const columns = reshaped("convolution", callView(permuteView, part, { axes: order }), [
        groups,
        size * places,
        fan,
      ]);
      const split = reshaped("convolution", samples(gradient!, start, size), [size, groups, outputs / groups, places]);
      const rows = reshaped("convolution", callView(permuteView, split, { axes: [1, 2, 0, 3] }), [
        groups,
        outputs / groups,
        size * places,
      ]);
      return matmul(rows, columns);
    });
    return [
      viewed(
        parts.reduce((total, part) => add(total, part)),
        shape,
      ),
    ];
  },

  rule: {
    saves: (_, wanted) => ({ inputs: [...(wanted[1] ? [0] : []), ...(wanted[0] ? [1] : [])], outputs: [] }),

    gradients({ attributes, wanted, inputTypes, input, gradient }) {
      const v = gradient(0);
      const [, , ...size] = inputTypes[0]!.shape;
      return [
        wanted[0] ? inputGradient(input(1), v, attributes, size) : undefined,
        wanted[1] ? callFused(fusedConvolution, [input(0), v], geometry(attributes))[0]! : undefined,
      ];
    },
  },
};

function inputGradient(g: Tensor, w: Tensor, attributes: ConvolutionAttributes, size: readonly number[]): Tensor {
  return callFused(fusedConvolutionInputGradient, [g, w], { ...geometry(attributes), size })[0]!;
}

function weightGradient(x: Tensor, g: Tensor, attributes: ConvolutionAttributes, kernel: readonly number[]): Tensor {
  return callFused(fusedConvolutionWeightGradient, [x, g], { ...geometry(attributes), kernel })[0]!;
}
