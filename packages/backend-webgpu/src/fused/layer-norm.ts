/**
 * Kernels for layer normalisation and its gradient. Forward is one dispatch. So is the gradient of x; the gradients of
 * weight and bias are a reduction each.
 *
 * @module
 */
import {
  type Expr,
  input,
  type KernelEntry,
  kernelFor,
  type LayerNormAttributes,
  type LayerNormBackwardAttributes,
  layerNormBackwardOperation,
  layerNormOperation,
  op,
  type ReduceCall,
  sizeOf,
  type View,
} from "@lucid/backend";
import type { GpuTensorBuffer, GpuView } from "../buffer.js";
import type { RowCall } from "./rows.js";

type Run = (call: RowCall) => void;
type Operand = RowCall["operands"][number];

/** A view that has an element for each row. */
const perRow = (view: GpuView, axes: number): Operand => [
  view,
  view.strides.map((stride, axis) => (axis < view.strides.length - axes ? stride : 0)),
];
/** A view that is the same for all rows. */
const acrossRows = (view: GpuView, rank: number): Operand => [
  view,
  [...new Array<number>(rank - view.strides.length).fill(0), ...view.strides],
];
const whole = (view: GpuView): Operand => [view, view.strides];
/** The last axes of a shape. */
const lastAxes = (rank: number, axes: number): readonly number[] =>
  Array.from({ length: axes }, (_, i) => rank - axes + i);

/** Makes the kernel for {@link layerNormOperation}. */
export const layerNormKernel = (run: Run): KernelEntry<GpuTensorBuffer, LayerNormAttributes> =>
  kernelFor(layerNormOperation, ([x]) =>
    x!.dtype !== "float32"
      ? undefined
      : {
          run({ inputs: [x, weight, bias], outputs: [y, mean, factor], attributes: { axes, eps } }) {
            const { shape } = x!;
            const rank = shape.length;
            const affine = [weight, bias].flatMap((view) => (view === undefined ? [] : [acrossRows(view, rank)]));
            run({
              operation: "layerNorm",
              name: `layerNorm${weight === undefined ? "" : "W"}${bias === undefined ? "" : "B"}`,
              shape,
              axes: lastAxes(rank, axes),
              operands: [whole(x!), whole(y!), perRow(mean!, axes), perRow(factor!, axes), ...affine],
              scalars: [sizeOf(shape.slice(rank - axes)), eps],
              body({ load, scalar, accumulate, write, writeOfRow }) {
                const normalised = `(${load(0)} - mean) * factor`;
                const weighted = weight === undefined ? normalised : `(${normalised}) * ${load(4)}`;
                const result = bias === undefined ? weighted : `(${weighted}) + ${load(weight === undefined ? 4 : 5)}`;
                return [
                  ...accumulate("sum", "sum", load(0)),
                  `let mean = quotient(sum, ${scalar(0)});`,
                  ...accumulate("squares", "sum", `(${load(0)} - mean) * (${load(0)} - mean)`),
                  `let factor = quotient(1f, squareRoot(quotient(squares, ${scalar(0)}) + ${scalar(1)}));`,
                  ...writeOfRow(2, "mean"),
                  ...writeOfRow(3, "factor"),
                  ...write(1, result),
                ];
              },
            });
          },
        },
  );

/** Makes the kernel for {@link layerNormBackwardOperation}. */
export const layerNormBackwardKernel = (
  run: Run,
  reduce: (call: ReduceCall<GpuTensorBuffer>) => void,
): KernelEntry<GpuTensorBuffer, LayerNormBackwardAttributes> =>
  kernelFor(layerNormBackwardOperation, ([, x]) =>
    x!.dtype !== "float32"
      ? undefined
      : {
          run({ inputs: [g, x, mean, factor, weight], outputs: [ofX, ofWeight, ofBias], attributes: { axes } }) {
            const { shape } = x!;
            const rank = shape.length;
            run({
              operation: "layerNormBackward",
              name: `layerNormBackward${weight === undefined ? "" : "W"}`,
              shape,
              axes: lastAxes(rank, axes),
              operands: [
                ...[whole(g!), whole(x!), whole(ofX!), perRow(mean!, axes), perRow(factor!, axes)],
                ...(weight === undefined ? [] : [acrossRows(weight, rank)]),
              ],
              scalars: [sizeOf(shape.slice(rank - axes))],
              body({ load, loadOfRow, scalar, accumulate, write }) {
                const h = weight === undefined ? load(0) : `(${load(0)} * ${load(5)})`;
                const normalised = `((${load(1)} - mean) * factor)`;
                return [
                  `let mean = ${loadOfRow(3)};`,
                  `let factor = ${loadOfRow(4)};`,
                  ...accumulate("sumH", "sum", h),
                  ...accumulate("sumHX", "sum", `${h} * ${normalised}`),
                  `let shift = factor * quotient(sumH, ${scalar(0)});`,
                  `let slope = factor * quotient(sumHX, ${scalar(0)});`,
                  ...write(2, `(${h} * factor - shift) - ${normalised} * slope`),
                ];
              },
            });
            if (ofWeight === undefined || ofBias === undefined) return;
            sumOverRows(
              reduce,
              timesNormalised,
              [whole(g!), whole(x!), perRow(mean!, axes), perRow(factor!, axes)],
              ofWeight,
            );
            sumOverRows(reduce, input(0, "float32"), [whole(g!)], ofBias);
          },
        },
  );

const read = (index: number): Expr => input(index, "float32");
/** g · (x − mean) · factor. */
const timesNormalised: Expr = op("mul", read(0), op("mul", op("sub", read(1), read(2)), read(3)));

/** Sums values of the shape of the first operand over the axes that the output lacks. */
function sumOverRows(
  reduce: (call: ReduceCall<GpuTensorBuffer>) => void,
  value: Expr,
  operands: readonly Operand[],
  output: GpuView,
): void {
  const { shape } = operands[0]![0];
  const outer = shape.length - output.shape.length;
  const ones = new Array<number>(outer).fill(1);
  const inputs = operands.map(([view, strides]): View<GpuTensorBuffer> => ({ ...view, shape, strides }));
  reduce({
    op: "sum",
    value,
    finish: undefined,
    shape,
    inputs,
    scalars: [],
    axes: ones.map((_, axis) => axis),
    output: { ...output, shape: [...ones, ...output.shape], strides: [...ones, ...output.strides] },
  });
}
