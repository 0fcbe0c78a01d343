/**
 * The code of softmax kernels: a row stays in the cache while its largest value is found, its exponentials are added up,
 * and the results are written.
 *
 * - *inner*: the row's own axis is the vector loop;
 * - *rows*: where memory's short strides run along another axis, that one is the vector loop, so that every lane is a row
 *   of its own.
 *
 * NaN and ∞ make their row NaN without any test: the largest value is found by `pmax`, which passes NaN over, and
 * subtracting it from NaN, ∞ from ∞, or −∞ from a row of nothing else, is NaN, which the sum takes on.
 *
 * @module
 */
import { input } from "@lucid/backend";
import type { Code } from "../assembler/code.js";
import { I32, type Local } from "../assembler/types.js";
import { type Accumulation, accumulationOf, newState, resetState, type State } from "../expression/accumulate.js";
import { castVector } from "../expression/evaluate.js";
import { store } from "../expression/map-kernel.js";
import { Nest, type NestOptions } from "../expression/nest.js";
import type { Vector } from "../expression/vector.js";
import type { Kernel, Platform } from "../kernel.js";
import { vectorOperations } from "../math/arithmetic.js";
import { accumulateRow, type FloatType } from "./rows.js";

/** Vectors at a time where there is little to do, where there are exponentials, and of rows side by side. */
const UNROLL = 4;
const UNROLL_EXPONENTIALS = 2;
const UNROLL_ROWS = 8;

/**
 * Compiles a softmax, or its logarithm, over the last loop. Operand 0 is the input, 1 and 2 are the output; `begin` and
 * `end` count steps of the first loop, unless that is the last.
 */
export function compileSoftmax(platform: Platform, dtype: FloatType, logarithm: boolean, options: NestOptions): Kernel {
  const module = platform.newModule();
  module.function("run", [I32, I32, I32], [], (code) => {
    const [block, begin, end] = code.parameters as [Local, Local, Local];
    const nest = new Nest(code, block, options);
    const last = options.loops - 1;
    const writer = new SoftmaxWriter(code, nest, dtype, logarithm);
    if (last > 0) nest.restrict(begin, end);
    if (options.vectorLoop === last) nest.loops(0, last, () => writer.inner());
    else nest.loops(0, last - 1, () => writer.rows(last));
  });
  return platform.kernel(module);
}

/** The largest value by `pmax`; see the module's description of NaN. */
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
  readonly #shape: "f32x4" | "f64x2";
  readonly #largest: Accumulation;
  readonly #sum: Accumulation;

  constructor(code: Code, nest: Nest, dtype: FloatType, logarithm: boolean) {
    this.#code = code;
    this.#nest = nest;
    this.#dtype = dtype;
    this.#logarithm = logarithm;
    this.#shape = dtype === "float32" ? "f32x4" : "f64x2";
    this.#largest = largestOf(dtype);
    this.#sum = accumulationOf("sum", dtype);
  }

  /** A row along the vector loop. */
  inner(): void {
    const code = this.#code;
    const [nest, dtype] = [this.#nest, this.#dtype];
    const last = nest.options.loops - 1;
    const largest = accumulateRow(nest, last, dtype, this.#largest, UNROLL, ({ count }, vector) =>
      this.#read(0, vector, count),
    );
    const shift = this.#largest.result(largest);
    const sum = accumulateRow(nest, last, dtype, this.#sum, UNROLL_EXPONENTIALS, ({ count }, vector) => {
      const exponentials = this.#exponentials(this.#read(0, vector, count), shift);
      if (!this.#logarithm) this.#write(exponentials, vector, count);
      return exponentials;
    });
    const finish = this.#finisher(shift, this.#sum.result(sum));
    nest.vectorLoop(nest.size(last), UNROLL, ({ vectors, count }) => {
      for (let vector = 0; vector < vectors; vector++) code.scope(() => finish(vector, count));
    });
  }

  /** Rows side by side, one in every lane; `last` is the loop along them. */
  rows(last: number): void {
    const [code, nest] = [this.#code, this.#nest];
    nest.vectorLoop(nest.size(last - 1), UNROLL_ROWS, ({ vectors, count }) => {
      const each = (body: (vector: number) => void): void => {
        nest.loop(last, nest.size(last), () => {
          for (let vector = 0; vector < vectors; vector++) code.scope(() => body(vector));
        });
      };
      const stateOf = (by: Accumulation): readonly State[] =>
        Array.from({ length: vectors }, () => {
          const state = newState(code, by);
          resetState(code, by, state);
          return state;
        });
      const largest = stateOf(this.#largest);
      each((vector) => this.#largest.add(code, largest[vector]!, this.#read(0, vector, count), 0));
      const sums = stateOf(this.#sum);
      each((vector) => {
        const shift = this.#largest.result(largest[vector]!);
        const exponentials = this.#exponentials(this.#read(0, vector, count), shift);
        if (!this.#logarithm) this.#write(exponentials, vector, count);
        this.#sum.add(code, sums[vector]!, exponentials, 0);
      });
      const finishers = sums.map((sum, vector) =>
        this.#finisher(this.#largest.result(largest[vector]!), this.#sum.result(sum)),
      );
      each((vector) => finishers[vector]!(vector, count));
    });
  }

  /** Writes results, given a row's largest value and sum. */
  #finisher(shift: Vector, total: Vector): (vector: number, count: Local | undefined) => void {
    const [code, shape] = [this.#code, this.#shape];
    const sum = castVector(code, total, this.#sum.resultType, this.#dtype);
    if (this.#logarithm) {
      const logarithms = sum.map((local) => vectorOperations.log[this.#dtype]!(code, local, local, local));
      return (vector, count) => {
        const shifted = this.#subtract(this.#read(0, vector, count), shift);
        this.#write(this.#subtract(shifted, logarithms), vector, count);
      };
    }
    const factors = sum.map((local) => code.value(`${shape}.div`, code[shape](1), local));
    return (vector, count) => {
      const scaled = this.#read(1, vector, count).map((local, part) =>
        code.value(`${shape}.mul`, local, factors[part]!),
      );
      this.#write(scaled, vector, count);
    };
  }

  #read(operand: number, vector: number, count: Local | undefined): Vector {
    return this.#nest.leaves(vector, count).input(input(operand, this.#dtype));
  }

  #write(value: Vector, vector: number, count: Local | undefined): void {
    store(this.#code, this.#nest, 2, { dtype: this.#dtype }, value, vector, count);
  }

  #subtract(a: Vector, b: Vector): Vector {
    return a.map((local, part) => this.#code.value(`${this.#shape}.sub`, local, b[part]!));
  }

  #exponentials(x: Vector, shift: Vector): Vector {
    const exponential = vectorOperations.exp[this.#dtype]!;
    return this.#subtract(x, shift).map((local) => exponential(this.#code, local, local, local));
  }
}
