/**
 * Arithmetic on vectors of floats, for the code of fused kernels.
 *
 * @module
 */
import { input } from "@lucid/backend";
import { type Accumulation, newState, resetState, type State } from "../expression/accumulate.js";
import type { Chunk, Nest } from "../expression/nest.js";
import type { Vector } from "../expression/vector.js";
import type { FloatType } from "./rows.js";

/** The instructions of fused kernels on vectors of one type. */
export interface FloatVectors {
  readonly shape: "f32x4" | "f64x2";
  /**
   * Reads an input at a vector of a chunk, of which `count` says how many elements there are if it may be incomplete.
   */
  read(input: number, vector: number, count: Chunk["count"]): Vector;
  add(a: Vector, b: Vector): Vector;
  subtract(a: Vector, b: Vector): Vector;
  multiply(a: Vector, b: Vector): Vector;
}

/** Makes the instructions for kernels over `nest` that compute in `dtype`. */
export function floatVectors(nest: Nest, dtype: FloatType): FloatVectors {
  const { code } = nest;
  const shape = dtype === "float32" ? "f32x4" : "f64x2";
  const each =
    (name: "add" | "sub" | "mul") =>
    (a: Vector, b: Vector): Vector =>
      a.map((local, part) => code.value(`${shape}.${name}`, local, b[part]!));
  return {
    shape,
    read: (index, vector, count) => nest.leaves(vector, count).input(input(index, dtype)),
    add: each("add"),
    subtract: each("sub"),
    multiply: each("mul"),
  };
}

/**
 * Runs along the vector loop, with `unroll` vectors at a time. The locals of each vector are used again for the next.
 */
export function alongRow(nest: Nest, unroll: number, body: (vector: number, count: Chunk["count"]) => void): void {
  nest.vectorLoop(nest.size(nest.options.vectorLoop), unroll, ({ vectors, count }) => {
    for (let vector = 0; vector < vectors; vector++) nest.code.scope(() => body(vector, count));
  });
}

/** Rows that are computed side by side, one in every lane of some vectors. */
export interface RowsSideBySide {
  /** How many rows the only vector has, if it may be incomplete. */
  readonly count: Chunk["count"];
  /** Makes a state for each vector. */
  states(by: Accumulation): readonly State[];
  /** Runs along the rows. At each step, `body` is called for every vector. */
  along(body: (vector: number) => void): void;
}

/** Computes rows side by side. The vector loop runs over rows, and the loop `last` runs along them. */
export function sideBySide(nest: Nest, last: number, unroll: number, body: (rows: RowsSideBySide) => void): void {
  const { code } = nest;
  nest.vectorLoop(nest.size(last - 1), unroll, ({ vectors, count }) => {
    body({
      count,
      states: (by) =>
        Array.from({ length: vectors }, () => {
          const state = newState(code, by);
          resetState(code, by, state);
          return state;
        }),
      along: (step) => {
        nest.loop(last, nest.size(last), () => {
          for (let vector = 0; vector < vectors; vector++) code.scope(() => step(vector));
        });
      },
    });
  });
}
