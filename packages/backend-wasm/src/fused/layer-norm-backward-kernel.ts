/**
 * The code of kernels for the gradient of layer normalisation. A row stays in the cache while its two sums are computed
 * and the gradient of x is written. The same pass adds the row to the gradients of weight and bias.
 *
 * @module
 */
import type { Local } from "../assembler/types.js";
import { accumulationOf } from "../expression/accumulate.js";
import { compileNest } from "../expression/compile-nest.js";
import { castVector, literalVector } from "../expression/evaluate.js";
import { store } from "../expression/map-kernel.js";
import type { NestOptions } from "../expression/nest.js";
import type { Vector } from "../expression/vector.js";
import type { Kernel, Platform } from "../kernel.js";
import { accumulateRows, type FloatType } from "./rows.js";
import { alongRow, floatVectors } from "./vectors.js";

/** How many vectors are computed at a time. */
const UNROLL = 4;

/**
 * Compiles the gradient over rows, which are the loops from `kept` on. The inputs are the gradient (0), x (1), the mean
 * (2), the factor (3), the weight (4) if there is one, and the sums for weight and bias (5 and 6) if they are wanted.
 * The outputs are the gradient of x, and then the same sums. The scalar is the number of elements in a row. With sums,
 * loop 0 runs over parts, and loop 1 over the rows of a part. `begin` and `end` count steps of the first loop, unless
 * no loop is kept.
 */
export function compileLayerNormBackward(
  platform: Platform,
  dtype: FloatType,
  kept: number,
  options: NestOptions,
): Kernel {
  const { inputs, count: firstOutput } = options.operands;
  const [weighted, affine] = [inputs.includes(4), inputs.includes(5)];
  return compileNest(platform, options, (nest, begin, end) => {
    const { code } = nest;
    const { read, add, subtract, multiply } = floatVectors(nest, dtype);
    const last = options.loops - 1;
    const [count] = nest.scalar(0, "float64");
    const sum = accumulationOf("sum", dtype);
    const share = code.value("f64x2.div", code.f64x2(1), count!);
    /** The mean over the row of the values that were summed. */
    const meanOf = (total: Vector): Vector =>
      castVector(
        code,
        total.map((half) => code.value("f64x2.mul", half, share)),
        "float64",
        dtype,
      );
    /** The gradient of (x − mean) · factor. */
    const weightedGradient = (g: Vector, vector: number, rest: Local | undefined): Vector =>
      weighted ? multiply(g, read(4, vector, rest)) : g;

    const row = (first: number): void => {
      const center = read(2, 0, undefined);
      const factor = read(3, 0, undefined);
      const totals = accumulateRows(nest, first, dtype, [sum, sum], UNROLL, ({ count: rest }, vector) => {
        const h = weightedGradient(read(0, vector, rest), vector, rest);
        return [h, multiply(h, subtract(read(1, vector, rest), center))];
      });
      const meanH = meanOf(sum.result(totals[0]!));
      // The slope along x̂ is the mean of h · x̂, times the factor.
      const slope = multiply(meanOf(sum.result(totals[1]!)), multiply(factor, factor));
      const shift = multiply(meanH, factor);
      nest.loops(first, last, () => {
        alongRow(nest, UNROLL, (vector, rest) => {
          const g = read(0, vector, rest);
          const normalised = multiply(subtract(read(1, vector, rest), center), factor);
          const h = weightedGradient(g, vector, rest);
          const result = subtract(subtract(multiply(h, factor), shift), multiply(normalised, slope));
          store(code, nest, firstOutput, { dtype }, result, vector, rest);
          if (!affine) return;
          const ofWeight = add(read(5, vector, rest), multiply(g, normalised));
          store(code, nest, firstOutput + 1, { dtype }, ofWeight, vector, rest);
          store(code, nest, firstOutput + 2, { dtype }, add(read(6, vector, rest), g), vector, rest);
        });
      });
    };

    if (kept > 0) nest.restrict(begin, end);
    if (!affine) {
      nest.loops(0, kept, () => row(kept));
      return;
    }
    nest.loop(0, nest.size(0), () => {
      const zero = literalVector(code, 0, dtype);
      nest.loops(2, last, () => {
        nest.vectorLoop(nest.size(last), UNROLL, ({ vectors, count: rest }) => {
          for (let vector = 0; vector < vectors; vector++) {
            for (const output of [1, 2]) store(code, nest, firstOutput + output, { dtype }, zero, vector, rest);
          }
        });
      });
      nest.loop(1, nest.size(1), () => row(2));
    });
  });
}
