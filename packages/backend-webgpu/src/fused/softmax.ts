/**
 * Kernels for softmax, its logarithm and their gradients. Each is one dispatch.
 *
 * @module
 */
import {
  type FusedOperation,
  type KernelEntry,
  kernelFor,
  logSoftmaxBackwardOperation,
  logSoftmaxOperation,
  type SoftmaxAttributes,
  softmaxBackwardOperation,
  softmaxOperation,
} from "@lucid/backend";
import type { GpuTensorBuffer } from "../buffer.js";
import type { RowCall, RowWriter } from "./rows.js";

/** The entry of an operation whose inputs and output have one shape. `body` has the inputs and then the output. */
function entry(
  run: (call: RowCall) => void,
  operation: FusedOperation<SoftmaxAttributes>,
  body: (writer: RowWriter) => readonly string[],
): KernelEntry<GpuTensorBuffer, SoftmaxAttributes> {
  const { name } = operation;
  return kernelFor(operation, ([first]) =>
    first!.dtype !== "float32"
      ? undefined
      : {
          run({ inputs, outputs, attributes: { axis } }) {
            const operands = [...inputs, ...outputs].map((view) => [view!, view!.strides] as const);
            const { shape } = outputs[0]!;
            run({ operation: name, name, shape, axes: [axis], operands, scalars: [], body });
          },
        },
  );
}

/** Makes the kernels of all operations of this kind. */
export const softmaxKernels = (
  run: (call: RowCall) => void,
): readonly KernelEntry<GpuTensorBuffer, SoftmaxAttributes>[] => [
  entry(run, softmaxOperation, ({ load, accumulate, write }) => [
    ...accumulate("most", "max", load(0)),
    ...accumulate("total", "sum", `exponential(${load(0)} - most)`),
    ...write(1, `quotient(exponential(${load(0)} - most), total)`),
  ]),
  entry(run, logSoftmaxOperation, ({ load, accumulate, write }) => [
    ...accumulate("most", "max", load(0)),
    ...accumulate("total", "sum", `exponential(${load(0)} - most)`),
    "let log = logarithm(total);",
    ...write(1, `(${load(0)} - most) - log`),
  ]),
  entry(run, softmaxBackwardOperation, ({ load, accumulate, write }) => [
    ...accumulate("total", "sum", `${load(0)} * ${load(1)}`),
    ...write(2, `(${load(0)} - total) * ${load(1)}`),
  ]),
  entry(run, logSoftmaxBackwardOperation, ({ load, accumulate, write }) => [
    ...accumulate("total", "sum", load(0)),
    ...write(2, `${load(0)} - exponential(${load(1)}) * total`),
  ]),
];
