/**
 * Accumulation over rows that are read more than once.
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

/** The element types that fused kernels compute in. For other types they decline. */
export type FloatType = "float32" | "float64";

/** Makes something for each of these types. It is found by any element type. */
export function byFloatType<T>(make: (dtype: FloatType) => T): Readonly<Partial<Record<DType, T>>> {
  return { float32: make("float32"), float64: make("float64") };
}

/** How many values are summed in float32 before they are added to the float64 sum, in each lane of each vector. */
const BLOCK_STEPS = 32;

/** Accumulates one value at every vector of a row; see {@link accumulateRows}. */
export function accumulateRow(
  nest: Nest,
  first: number,
  dtype: FloatType,
  by: Accumulation,
  unroll: number,
  value: (chunk: Chunk, vector: number) => Vector,
): State {
  return accumulateRows(nest, first, dtype, [by], unroll, (chunk, vector) => [value(chunk, vector)])[0]!;
}

/**
 * Accumulates values at every vector of a row, each by its own accumulation. The row consists of the loops from `first`
 * on, of which the last is the vector loop. Afterwards all lanes of the states are merged.
 */
export function accumulateRows(
  nest: Nest,
  first: number,
  dtype: FloatType,
  by: readonly Accumulation[],
  unroll: number,
  values: (chunk: Chunk, vector: number) => readonly Vector[],
): readonly State[] {
  const { code } = nest;
  const last = nest.options.loops - 1;
  const inBlock = by[0]!.block !== undefined;
  const inner = by.map((each) => each.block ?? each);
  /** By accumulation, a state for each vector that the loop handles at a time. */
  const states = inner.map((each) => Array.from({ length: unroll }, () => newState(code, each)));
  const whole = by.map((each, i) => (inBlock ? newState(code, each) : states[i]![0]!));
  by.forEach((each, i) => {
    resetState(code, each, whole[i]!);
  });
  const run = (count: Local): void => {
    inner.forEach((each, i) => {
      for (const state of states[i]!) if (state !== whole[i]) resetState(code, each, state);
    });
    nest.vectorLoop(count, unroll, (chunk) => {
      for (let vector = 0; vector < chunk.vectors; vector++) {
        code.scope(() => {
          values(chunk, vector).forEach((made, i) => {
            const rest = chunk.count === undefined ? made : masked(code, dtype, made, by[i]!.neutral, chunk.count);
            inner[i]!.add(code, states[i]![vector]!, rest, 0);
          });
        });
      }
    });
    inner.forEach((each, i) => {
      const own = states[i]!;
      for (let other = 1; other < unroll; other++) each.merge(code, own[0]!, own[other]!);
      if (own[0] !== whole[i]) by[i]!.add(code, whole[i]!, each.result(own[0]!), 0);
    });
  };
  nest.loops(first, last, () => {
    if (inBlock) inBlocks(nest, nest.size(last), unroll * LANES * BLOCK_STEPS, run);
    else run(nest.size(last));
  });
  by.forEach((each, i) => {
    foldLanes(code, each, whole[i]!);
  });
  return whole;
}

/** Returns the value with the neutral value in the lanes from `count` on. */
function masked(code: Code, dtype: DType, value: Vector, neutral: number, count: Local): Vector {
  const literal = literalVector(code, neutral, dtype);
  const mask = laneMask(code, count);
  const masks = dtype === "float64" ? widenMask(code, mask) : [mask];
  return value.map((local, part) => code.value("v128.bitselect", local, literal[part]!, masks[part]!));
}
