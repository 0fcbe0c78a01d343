/**
 * The code of softmax kernels: a row stays in the cache while its largest value is found, its exponentials are added
 * up, and the results are written.
 *
 * - *inner*: the row's own axis is the vector loop;
 * - *rows*: where memory's short strides run along another axis, that one is the vector loop, so that every lane is a
 *   row of its own.
 *
 * NaN and ∞ make their row NaN without any test: the largest value is found by `pmax`, which passes NaN over, and
 * subtracting it from NaN, ∞ from ∞, or −∞ from a row of nothing else, is NaN, which the sum takes on.
 *
 * @module
 */
import type { Code } from "../assembler/code.js";
import { type Accumulation, accumulationOf, type State } from "../expression/accumulate.js";
import { compileNest } from "../expression/compile-nest.js";
import { castVector } from "../expression/evaluate.js";
import { store } from "../expression/map-kernel.js";
import type { Chunk, Nest, NestOptions } from "../expression/nest.js";
import type { Vector } from "../expression/vector.js";
import type { Kernel, Platform } from "../kernel.js";
import { vectorOperations } from "../math/arithmetic.js";
import { accumulateRow, type FloatType } from "./rows.js";
import { alongRow, type FloatVectors, floatVectors, sideBySide } from "./vectors.js";

/**
 * How many vectors are computed at a time if there is little to do, if there are exponentials, and if rows are side by
 * side.
 */
const UNROLL = 4;
const UNROLL_EXPONENTIALS = 2;
const UNROLL_ROWS = 8;

/**
 * Compiles a softmax, or its logarithm, over the last loop. Operand 0 is the input, and 1 and 2 are the output. `begin`
 * and `end` count steps of the first loop, unless that is the last one.
 */
export function compileSoftmax(platform: Platform, dtype: FloatType, logarithm: boolean, options: NestOptions): Kernel {
  return compileNest(platform, options, (nest, begin, end) => {
    const last = options.loops - 1;
    const writer = new SoftmaxWriter(nest, dtype, logarithm);
    if (last > 0) nest.restrict(begin, end);
    if (options.vectorLoop === last) nest.loops(0, last, () => writer.inner());
    else nest.loops(0, last - 1, () => writer.rows(last));
  });
}

/** The accumulation of the largest value by `pmax`. The description of the module says what happens to NaN. */
function largestOf(dtype: FloatType): Accumulation {
  const name = dtype === "float32" ? "f32x4.pmax" : "f64x2.pmax";
  const merge = (code: Code, [state]: State, other: Vector): void => {
    state!.forEach((local, part) => {
      code.assign(local, name, local, other[part]!);
    });
  };
  return {
    parts: [{ dtype, initial: -Infinity }],
    neutral: -Infinity,
    add: merge,
    merge: (code, state, [other]) => merge(code, state, other!),
    usesPosition: false,
    result: ([state]) => state!,
    resultType: dtype,
  };
}

class SoftmaxWriter {
  readonly #code: Code;
  readonly #nest: Nest;
  readonly #dtype: FloatType;
  readonly #logarithm: boolean;
  readonly #vectors: FloatVectors;
  readonly #largest: Accumulation;
  readonly #sum: Accumulation;

  constructor(nest: Nest, dtype: FloatType, logarithm: boolean) {
    this.#code = nest.code;
    this.#nest = nest;
    this.#dtype = dtype;
    this.#logarithm = logarithm;
    this.#vectors = floatVectors(nest, dtype);
    this.#largest = largestOf(dtype);
    this.#sum = accumulationOf("sum", dtype);
  }

  /** Computes a row along the vector loop. */
  inner(): void {
    const [nest, dtype, { read }] = [this.#nest, this.#dtype, this.#vectors];
    const last = nest.options.loops - 1;
    const largest = accumulateRow(nest, last, dtype, this.#largest, UNROLL, ({ count }, vector) =>
      read(0, vector, count),
    );
    const shift = this.#largest.result(largest);
    const sum = accumulateRow(nest, last, dtype, this.#sum, UNROLL_EXPONENTIALS, ({ count }, vector) => {
      const exponentials = this.#exponentials(read(0, vector, count), shift);
      if (!this.#logarithm) this.#write(exponentials, vector, count);
      return exponentials;
    });
    alongRow(nest, UNROLL, this.#finisher(shift, this.#sum.result(sum)));
  }

  /** Computes rows side by side, one in every lane. `last` is the loop along them. */
  rows(last: number): void {
    const [code, { read }] = [this.#code, this.#vectors];
    sideBySide(this.#nest, last, UNROLL_ROWS, ({ count, states, along }) => {
      const largest = states(this.#largest);
      along((vector) => this.#largest.add(code, largest[vector]!, read(0, vector, count), 0));
      const sums = states(this.#sum);
      along((vector) => {
        const shift = this.#largest.result(largest[vector]!);
        const exponentials = this.#exponentials(read(0, vector, count), shift);
        if (!this.#logarithm) this.#write(exponentials, vector, count);
        this.#sum.add(code, sums[vector]!, exponentials, 0);
      });
      const finishers = sums.map((sum, vector) =>
        this.#finisher(this.#largest.result(largest[vector]!), this.#sum.result(sum)),
      );
      along((vector) => finishers[vector]!(vector, count));
    });
  }

  /** Returns a function that writes results, given a row's largest value and sum. */
  #finisher(shift: Vector, total: Vector): (vector: number, count: Chunk["count"]) => void {
    const [code, { shape, read, subtract, multiply }] = [this.#code, this.#vectors];
    const sum = castVector(code, total, this.#sum.resultType, this.#dtype);
    if (this.#logarithm) {
      const logarithms = sum.map((local) => vectorOperations.log[this.#dtype]!(code, local, local, local));
      return (vector, count) => {
        this.#write(subtract(subtract(read(0, vector, count), shift), logarithms), vector, count);
      };
    }
    const factors = sum.map((local) => code.value(`${shape}.div`, code[shape](1), local));
    return (vector, count) => this.#write(multiply(read(1, vector, count), factors), vector, count);
  }

  #write(value: Vector, vector: number, count: Chunk["count"]): void {
    store(this.#code, this.#nest, 2, { dtype: this.#dtype }, value, vector, count);
  }

  #exponentials(x: Vector, shift: Vector): Vector {
    const exponential = vectorOperations.exp[this.#dtype]!;
    return this.#vectors.subtract(x, shift).map((local) => exponential(this.#code, local, local, local));
  }
}
