/**
 * Reductions that interpret their expressions.
 *
 * @module
 */
import { dtypes } from "@lucid/backend";
import { newFloats } from "../buffer.js";
import { accumulatorOf } from "./accumulate.js";
import { advance, arraysOf, createProgram, firstPointers } from "./interpret.js";
import { accumulatedType, operandsRead } from "@lucid/backend/kit";
import type { Arrangement, ReduceKernel, Reduction } from "./kernels.js";

/** Makes a reduction kernel that interprets its expressions. It works for every layout of one arrangement. */
export function interpretReduce(reduction: Reduction, { kept, rows }: Arrangement): ReduceKernel {
  const { op, value, finish, operands } = reduction;
  const program = createProgram("reduce", [value], operands);
  const finishing = createProgram("reduce", [finish], operandsRead([finish]));
  const accumulator = accumulatorOf(op, value.dtype);
  const { encode } = dtypes[finish.dtype];
  const { array, wrap } = dtypes[accumulatedType(op, value.dtype)];
  return (inputs, scalars, output, sizes, strides) => {
    const arrays = arraysOf(operands, inputs);
    const at = [...firstPointers(operands, inputs), output.offset];
    const result = newFloats("reduce", 1);
    const accumulated = array(1);
    const split = <T>(along: readonly T[]): readonly [readonly T[], readonly T[]] =>
      rows
        ? [[...along.slice(0, kept - 1), along[along.length - 1]!], along.slice(kept - 1, -1)]
        : [along.slice(0, kept), along.slice(kept)];
    const [keptSizes, reducedSizes] = split(sizes);
    // Contiguous operands come without strides. There is one loop, with stride 1 for the inputs and stride 0 for the output.
    if (strides.length === 0) strides = [...new Array<readonly number[]>(operands.count).fill([1]), [0]];
    const keptStrides = strides.map((along) => split(along)[0]);
    const reducedStrides = strides.map((along) => split(along)[1]);
    const keptCounters = keptSizes.map(() => 0);
    const reducedCounters = reducedSizes.map(() => 0);
    const count = (all: readonly number[]): number => all.reduce((a, b) => a * b, 1);
    for (let step = count(keptSizes); step > 0; step--) {
      accumulator.reset();
      const elements = count(reducedSizes);
      for (let position = 0; position < elements; position++) {
        program(arrays, scalars, at, result);
        accumulator.add(result[0]!, position);
        advance(reducedCounters, reducedSizes, at, reducedStrides);
      }
      accumulated[0] = wrap(accumulator.result());
      finishing([accumulated], scalars, [0], result);
      output.buffer.values[at[operands.count]!] = encode(result[0]!);
      advance(keptCounters, keptSizes, at, keptStrides);
    }
  };
}
