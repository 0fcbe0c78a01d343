/**
 * Accumulating over rows that are read more than once.
 *
 * @module
 */
import type { DType } from "@lucid/backend";
import type { Code } from "../assembler/code.js";
import type { Local } from "../assembler/types.js";
import { type Accumulation, foldLanes, newState, resetState, type State } from "../expression/accumulate.js";
import { inBlocks } from "../expression/blocks.js";
import { literalVector } from "../expression/evaluate.js";
import { type Chunk, laneMask, type Nest } from "../expression/nest.js";
import { LANES, type Vector, widenMask } from "../expression/vector.js";

export type FloatType = "float32" | "float64";

/** Values that are added up in float32 before they join the float64 sum, in each lane of each vector. */
const BLOCK_STEPS = 32;

/**
 * Accumulates what `value` makes at every vector of a row, over the loops from `first` on, of which the last is the vector
 * loop; all lanes of the state have seen everything.
 */
export function accumulateRow(
  nest: Nest,
  first: number,
  dtype: FloatType,
  by: Accumulation,
  unroll: number,
  value: (chunk: Chunk, vector: number) => Vector,
): State {
  const { code } = nest;
  const last = nest.options.loops - 1;
  const inner = by.block ?? by;
  const states = Array.from({ length: unroll }, () => newState(code, inner));
  const whole = by.block === undefined ? states[0]! : newState(code, by);
  resetState(code, by, whole);
  const run = (count: Local): void => {
    for (const state of states) if (state !== whole) resetState(code, inner, state);
    nest.vectorLoop(count, unroll, (chunk) => {
      for (let vector = 0; vector < chunk.vectors; vector++) {
        code.scope(() => {
          const made = value(chunk, vector);
          const rest = chunk.count === undefined ? made : masked(code, dtype, made, by.neutral, chunk.count);
          inner.add(code, states[vector]!, rest, 0);
        });
      }
    });
    for (let other = 1; other < unroll; other++) inner.merge(code, states[0]!, states[other]!);
    if (states[0] !== whole) by.add(code, whole, inner.result(states[0]!), 0);
  };
  nest.loops(first, last, () => {
    if (by.block === undefined) run(nest.size(last));
    else inBlocks(nest, nest.size(last), unroll * LANES * BLOCK_STEPS, run);
  });
  foldLanes(code, by, whole);
  return whole;
}

/** The value, with what changes nothing in the lanes from `count` on. */
function masked(code: Code, dtype: DType, value: Vector, neutral: number, count: Local): Vector {
  const literal = literalVector(code, neutral, dtype);
  const mask = laneMask(code, count);
  const masks = dtype === "float64" ? widenMask(code, mask) : [mask];
  return value.map((local, part) => code.value("v128.bitselect", local, literal[part]!, masks[part]!));
}
