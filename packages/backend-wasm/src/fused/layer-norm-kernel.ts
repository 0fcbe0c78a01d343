/**
 * The code of layer normalisation kernels: a row stays in the cache while its mean, then its variance is found, and the
 * result is written. Both are computed in float64 from sums that are.
 *
 * @module
 */
import { input } from "@lucid/backend";
import { I32, type Local } from "../assembler/types.js";
import { accumulationOf } from "../expression/accumulate.js";
import { castVector } from "../expression/evaluate.js";
import { store } from "../expression/map-kernel.js";
import { Nest, type NestOptions } from "../expression/nest.js";
import type { Vector } from "../expression/vector.js";
import type { Kernel, Platform } from "../kernel.js";
import { accumulateRow, type FloatType } from "./rows.js";

/** Vectors at a time. */
const UNROLL = 4;

/**
 * Compiles a layer normalisation over the loops from `kept` on. Operands are x, weight and bias, then the result, the mean
 * and 1 / deviation; scalars the number of elements in a row and eps; `begin` and `end` count steps of the first loop,
 * unless none is kept.
 */
export function compileLayerNorm(platform: Platform, dtype: FloatType, kept: number, options: NestOptions): Kernel {
  const module = platform.newModule();
  module.function("run", [I32, I32, I32], [], (code) => {
    const [block, begin, end] = code.parameters as [Local, Local, Local];
    const nest = new Nest(code, block, options);
    const shape = dtype === "float32" ? "f32x4" : "f64x2";
    const last = options.loops - 1;
    const [count] = nest.scalar(0, "float64");
    const [eps] = nest.scalar(1, "float64");
    const sums = accumulationOf("sum", dtype);
    const read = (operand: number, vector: number, rest: Local | undefined): Vector =>
      nest.leaves(vector, rest).input(input(operand, dtype));
    const share = code.value("f64x2.div", code.f64x2(1), count!);
    const meanOf = (sum: Vector): Vector => sum.map((half) => code.value("f64x2.mul", half, share));
    const narrow = (wide: Vector): Vector => castVector(code, wide, "float64", dtype);
    const distances = (x: Vector, mean: Vector): Vector =>
      x.map((local, part) => code.value(`${shape}.sub`, local, mean[part]!));
    if (kept > 0) nest.restrict(begin, end);
    nest.loops(0, kept, () => {
      const total = accumulateRow(nest, kept, dtype, sums, UNROLL, (chunk, vector) => read(0, vector, chunk.count));
      const mean = narrow(meanOf(sums.result(total)));
      const squares = accumulateRow(nest, kept, dtype, sums, UNROLL, (chunk, vector) =>
        distances(read(0, vector, chunk.count), mean).map((local) => code.value(`${shape}.mul`, local, local)),
      );
      const factor = narrow(
        meanOf(sums.result(squares)).map((variance) => {
          const root = code.value("f64x2.sqrt", code.value("f64x2.add", variance, eps!));
          return code.value("f64x2.div", code.f64x2(1), root);
        }),
      );
      const one = code.constantI32(1);
      store(code, nest, 4, { dtype }, mean, 0, one);
      store(code, nest, 5, { dtype }, factor, 0, one);
      nest.loops(kept, last, () => {
        nest.vectorLoop(nest.size(last), UNROLL, ({ vectors, count: rest }) => {
          for (let vector = 0; vector < vectors; vector++) {
            code.scope(() => {
              const [weight, bias] = [read(1, vector, rest), read(2, vector, rest)];
              const results = distances(read(0, vector, rest), mean).map((local, part) => {
                const unit = code.value(`${shape}.mul`, local, factor[part]!);
                return code.multiplyAdd(shape, unit, weight[part]!, bias[part]!);
              });
              store(code, nest, 3, { dtype }, results, vector, rest);
            });
          }
        });
      });
    });
  });
  return platform.kernel(module);
}
