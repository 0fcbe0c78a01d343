/**
 * The code of layer normalisation kernels. A row stays in the cache while its mean and then its variance are computed,
 * and the result is written. Both are computed from float64 sums.
 *
 * @module
 */
import { accumulationOf } from "../expression/accumulate.js";
import { compileNest } from "../expression/compile-nest.js";
import { castVector } from "../expression/evaluate.js";
import { store } from "../expression/map-kernel.js";
import type { NestOptions } from "../expression/nest.js";
import type { Vector } from "../expression/vector.js";
import type { Kernel, Platform } from "../kernel.js";
import { accumulateRow, type FloatType } from "./rows.js";
import { alongRow, floatVectors } from "./vectors.js";

/** How many vectors are computed at a time. */
const UNROLL = 4;

/**
 * Compiles a layer normalisation over the loops from `kept` on. The inputs are x (0), weight (1) and bias (2), of which
 * the last two may be absent. The outputs are the result, the mean and 1 / deviation. The scalars are the number of
 * elements in a row and eps. `begin` and `end` count steps of the first loop, unless no loop is kept.
 */
export function compileLayerNorm(platform: Platform, dtype: FloatType, kept: number, options: NestOptions): Kernel {
  const { inputs, count: firstOutput } = options.operands;
  const [hasWeight, hasBias] = [inputs.includes(1), inputs.includes(2)];
  return compileNest(platform, options, (nest, begin, end) => {
    const { code } = nest;
    const { shape, read, subtract, multiply } = floatVectors(nest, dtype);
    const last = options.loops - 1;
    const [count] = nest.scalar(0, "float64");
    const [eps] = nest.scalar(1, "float64");
    const sums = accumulationOf("sum", dtype);
    const share = code.value("f64x2.div", code.f64x2(1), count!);
    const meanOf = (sum: Vector): Vector => sum.map((half) => code.value("f64x2.mul", half, share));
    const narrow = (wide: Vector): Vector => castVector(code, wide, "float64", dtype);
    if (kept > 0) nest.restrict(begin, end);
    nest.loops(0, kept, () => {
      const total = accumulateRow(nest, kept, dtype, sums, UNROLL, (chunk, vector) => read(0, vector, chunk.count));
      const mean = narrow(meanOf(sums.result(total)));
      const squares = accumulateRow(nest, kept, dtype, sums, UNROLL, (chunk, vector) => {
        const distances = subtract(read(0, vector, chunk.count), mean);
        return multiply(distances, distances);
      });
      const factor = narrow(
        meanOf(sums.result(squares)).map((variance) => {
          const root = code.value("f64x2.sqrt", code.value("f64x2.add", variance, eps!));
          return code.value("f64x2.div", code.f64x2(1), root);
        }),
      );
      const one = code.constantI32(1);
      store(code, nest, firstOutput + 1, { dtype }, mean, 0, one);
      store(code, nest, firstOutput + 2, { dtype }, factor, 0, one);
      nest.loops(kept, last, () => {
        alongRow(nest, UNROLL, (vector, rest) => {
          const weight = hasWeight ? read(1, vector, rest) : undefined;
          const bias = hasBias ? read(2, vector, rest) : undefined;
          const results = subtract(read(0, vector, rest), mean).map((local, part) => {
            const [w, b] = [weight?.[part], bias?.[part]];
            if (w === undefined && b !== undefined) return code.multiplyAdd(shape, local, factor[part]!, b);
            const unit = code.value(`${shape}.mul`, local, factor[part]!);
            if (w === undefined) return unit;
            return b === undefined ? code.value(`${shape}.mul`, unit, w) : code.multiplyAdd(shape, unit, w, b);
          });
          store(code, nest, firstOutput, { dtype }, results, vector, rest);
        });
      });
    });
  });
}
