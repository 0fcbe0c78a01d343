/**
 * The code of kernels for the gradients of softmax and of its logarithm. A row stays in the cache while its sum is
 * computed and the results are written. As in softmax itself, either the row's own axis is the vector loop, or every
 * lane computes another row.
 *
 * @module
 */
import { accumulationOf } from "../expression/accumulate.js";
import { compileNest } from "../expression/compile-nest.js";
import { castVector } from "../expression/evaluate.js";
import { store } from "../expression/map-kernel.js";
import type { Chunk, Nest, NestOptions } from "../expression/nest.js";
import type { Vector } from "../expression/vector.js";
import type { Kernel, Platform } from "../kernel.js";
import { vectorOperations } from "../math/arithmetic.js";
import { accumulateRow, type FloatType } from "./rows.js";
import { alongRow, floatVectors, sideBySide } from "./vectors.js";

/** How many vectors along a row are computed at a time, and how many vectors of rows side by side. */
const UNROLL = 4;
const UNROLL_ROWS = 4;

/**
 * Compiles `(g − Σ g·y) · y`, or for the logarithm `g − exp(y) · Σ g`, over the last loop. The operands are g, y and
 * the output. `begin` and `end` count steps of the first loop, unless that is the last one.
 */
export function compileSoftmaxBackward(
  platform: Platform,
  dtype: FloatType,
  logarithm: boolean,
  options: NestOptions,
): Kernel {
  return compileNest(platform, options, (nest, begin, end) => {
    const { code } = nest;
    const last = options.loops - 1;
    if (last > 0) nest.restrict(begin, end);
    const { summand, result } = termsOf(nest, dtype, logarithm);
    const sum = accumulationOf("sum", dtype);
    const narrow = (wide: Vector): Vector => castVector(code, wide, sum.resultType, dtype);
    const write = (total: Vector, vector: number, count: Chunk["count"]): void => {
      store(code, nest, 2, { dtype }, result(total, vector, count), vector, count);
    };

    if (options.vectorLoop === last) {
      nest.loops(0, last, () => {
        const state = accumulateRow(nest, last, dtype, sum, UNROLL, ({ count }, vector) => summand(vector, count));
        const total = narrow(sum.result(state));
        alongRow(nest, UNROLL, (vector, count) => write(total, vector, count));
      });
      return;
    }
    nest.loops(0, last - 1, () => {
      sideBySide(nest, last, UNROLL_ROWS, ({ count, states, along }) => {
        const sums = states(sum);
        along((vector) => sum.add(code, sums[vector]!, summand(vector, count), 0));
        const totals = sums.map((state) => narrow(sum.result(state)));
        along((vector) => write(totals[vector]!, vector, count));
      });
    });
  });
}

/** What is summed along a row, and the gradient as a function of the sum. */
interface Terms {
  summand(vector: number, count: Chunk["count"]): Vector;
  result(total: Vector, vector: number, count: Chunk["count"]): Vector;
}

function termsOf(nest: Nest, dtype: FloatType, logarithm: boolean): Terms {
  const { read, subtract, multiply } = floatVectors(nest, dtype);
  if (!logarithm) {
    return {
      summand: (vector, count) => multiply(read(0, vector, count), read(1, vector, count)),
      result: (total, vector, count) => multiply(subtract(read(0, vector, count), total), read(1, vector, count)),
    };
  }
  const exponential = vectorOperations.exp[dtype]!;
  return {
    summand: (vector, count) => read(0, vector, count),
    result(total, vector, count) {
      const probabilities = read(1, vector, count).map((local) => exponential(nest.code, local, local, local));
      return subtract(read(0, vector, count), multiply(probabilities, total));
    },
  };
}
