/**
 * Accumulation for reductions, four elements at a time. A *state* is a few vectors, and each lane has accumulated some of the elements.
 * The order in which states are merged depends on sizes only.
 *
 * float32 sums are accumulated in float32 over short blocks, and the results of blocks in float64. This is more accurate than pairwise
 * summation. float32 products are accumulated in float64.
 *
 * @module
 */
import { type DType, dtypes, type ReduceOp } from "@lucid/backend";
import type { Code } from "../assembler/code.js";
import { type Local, V128 } from "../assembler/types.js";
import { castVector, literalVector } from "./evaluate.js";
import { lowWords, type Vector, widenMask } from "./vector.js";

/** One vector of a state. The first part of a state holds the accumulated values. */
export interface StatePart {
  readonly dtype: DType;
  readonly initial: number;
}

/** A state in locals, with a vector for each part. */
export type State = readonly Vector[];

/** The accumulation of values of one type. */
export interface Accumulation {
  readonly parts: readonly StatePart[];
  /** The neutral value, for lanes beyond the end. */
  readonly neutral: number;
  /** Adds values. `at` holds the position of each lane's value among the reduced elements (int32). */
  add(code: Code, state: State, value: Vector, at: Local): void;
  merge(code: Code, state: State, other: State): void;
  readonly usesPosition: boolean;
  /** The result of a state. */
  result(state: State): Vector;
  readonly resultType: DType;
  /** A faster accumulation for short blocks. Its results are added to this one. */
  readonly block?: Accumulation;
  /** A faster accumulation that detects possibly wrong results. Everything is then computed again by this one. */
  readonly guess?: Guess;
}

/** See {@link Accumulation.guess}. */
export interface Guess extends Accumulation {
  /** A mask that is not 0 in lanes whose result may be wrong. */
  doubt(code: Code, state: State): Local;
}

type Combine = (code: Code, part: number, a: Local, b: Local) => Local;

/** An accumulation with one vector, which one instruction combines. Values are converted to `held` first. */
function simple(value: DType, held: DType, initial: number, neutral: number, combine: Combine): Accumulation {
  const merge = (code: Code, [state]: State, [other]: State): void => {
    state!.forEach((local, part) => {
      code.copy(local, combine(code, part, local, other![part]!));
    });
  };
  return {
    parts: [{ dtype: held, initial }],
    neutral,
    add: (code, state, vector) => merge(code, state, [castVector(code, vector, value, held)]),
    merge,
    usesPosition: false,
    result: ([state]) => state!,
    resultType: held,
  };
}

/** The form of values in vectors. */
const shapeOf = (dtype: DType): "f32x4" | "f64x2" | "i32x4" =>
  dtypes[dtype].kind !== "float" ? "i32x4" : dtype === "float64" ? "f64x2" : "f32x4";

function sum(dtype: DType): Accumulation {
  if (dtype === "int32") return simple(dtype, dtype, 0, 0, (code, _, a, b) => code.value("i32x4.add", a, b));
  const wide = simple(dtype, "float64", 0, 0, (code, _, a, b) => code.value("f64x2.add", a, b));
  if (dtype === "float64") return wide;
  return { ...wide, block: simple(dtype, dtype, 0, 0, (code, _, a, b) => code.value("f32x4.add", a, b)) };
}

function product(dtype: DType): Accumulation {
  if (dtype === "int32") return simple(dtype, dtype, 1, 1, (code, _, a, b) => code.value("i32x4.mul", a, b));
  return simple(dtype, "float64", 1, 1, (code, _, a, b) => code.value("f64x2.mul", a, b));
}

function extreme(dtype: DType, largest: boolean): Accumulation {
  const initial = largest ? dtypes[dtype].lowest : dtypes[dtype].highest;
  if (dtype === "bool") return truth(!largest);
  const combine: Combine =
    dtypes[dtype].kind === "float"
      ? (code, _, a, b) => code.value(`${dtype === "float32" ? "f32x4" : "f64x2"}.${largest ? "max" : "min"}`, a, b)
      : (code, _, a, b) => code.value(`i32x4.${largest ? "max" : "min"}_s`, a, b);
  const exact = simple(dtype, dtype, initial, initial, combine);
  return dtype === "float32" || dtype === "float64"
    ? { ...exact, guess: guessExtreme(dtype, largest, initial) }
    : exact;
}

/** A guess with `pmax` or `pmin`, which take far fewer instructions than `max` and `min` but ignore NaN and the sign of zero. */
function guessExtreme(dtype: "float32" | "float64", largest: boolean, initial: number): Guess {
  const shape = dtype === "float32" ? "f32x4" : "f64x2";
  const combine = (code: Code, a: Local, b: Local): Local => code.value(`${shape}.${largest ? "pmax" : "pmin"}`, a, b);
  return {
    parts: [
      { dtype, initial },
      // This mask marks lanes in which there was a NaN.
      { dtype, initial: 0 },
    ],
    neutral: initial,
    add(code, [best, nans], value) {
      best!.forEach((local, part) => {
        const x = value[part]!;
        code.copy(local, combine(code, local, x));
        code.assign(nans![part]!, "v128.or", nans![part]!, code.value(`${shape}.ne`, x, x));
      });
    },
    merge(code, [best, nans], [otherBest, otherNans]) {
      best!.forEach((local, part) => {
        code.copy(local, combine(code, local, otherBest![part]!));
        code.assign(nans![part]!, "v128.or", nans![part]!, otherNans![part]!);
      });
    },
    doubt(code, [best, nans]) {
      const doubts = best!.map((local, part) =>
        code.value("v128.or", nans![part]!, code.value(`${shape}.eq`, local, code[shape](0))),
      );
      return doubts.length === 1 ? doubts[0]! : code.value("v128.or", doubts[0]!, doubts[1]!);
    },
    usesPosition: false,
    result: ([best]) => best!,
    resultType: dtype,
  };
}

function truth(all: boolean): Accumulation {
  const initial = all ? 1 : 0;
  return simple("bool", "bool", initial, initial, (code, _, a, b) => code.value(all ? "v128.and" : "v128.or", a, b));
}

/** The best value so far and its position in each lane. Of equal values the first is kept, and NaN is better than any other. */
function position(dtype: DType, largest: boolean): Accumulation {
  const initial = largest ? dtypes[dtype].lowest : dtypes[dtype].highest;
  const shape = shapeOf(dtype);
  const float = shape !== "i32x4";
  const isNaNs = (code: Code, x: Local): Local => code.value(`${shape as "f32x4"}.ne`, x, x);
  /** Masks as wide as the lanes: whether b is better than a, and whether it is as good. */
  const better = (code: Code, a: Local, b: Local): Local => {
    // Bools are masks, −1 and 0, so their order is reversed.
    const more = dtype === "bool" ? !largest : largest;
    if (!float) return code.value(more ? "i32x4.gt_s" : "i32x4.lt_s", b, a);
    const beats = code.value(`${shape}.${largest ? "gt" : "lt"}`, b, a);
    const isFirstNaN = code.value("v128.andnot", isNaNs(code, b), isNaNs(code, a));
    return code.value("v128.or", beats, isFirstNaN);
  };
  const replace = (code: Code, state: State, value: Vector, at: Local, masks: readonly Local[]): void => {
    const [best, place] = state as readonly [Vector, Vector];
    best.forEach((local, part) => {
      code.assign(local, "v128.bitselect", value[part]!, local, masks[part]!);
    });
    const mask = masks.length === 2 ? lowWords(code, masks[0]!, masks[1]!) : masks[0]!;
    code.assign(place[0]!, "v128.bitselect", at, place[0]!, mask);
  };
  return {
    parts: [
      { dtype, initial },
      { dtype: "int32", initial: 0 },
    ],
    neutral: initial,
    add(code, state, value, at) {
      replace(
        code,
        state,
        value,
        at,
        state[0]!.map((best, part) => better(code, best, value[part]!)),
      );
    },
    merge(code, state, other) {
      const [best, place] = state as readonly [Vector, Vector];
      const [otherBest, otherPlace] = other as readonly [Vector, Vector];
      const isEarlier = code.value("i32x4.lt_s", otherPlace[0]!, place[0]!);
      const earlier = dtype === "float64" ? widenMask(code, isEarlier) : [isEarlier];
      const masks = best.map((a, part) => {
        const b = otherBest[part]!;
        // If the values are equally good, the earlier one is kept.
        const tie = code.value("v128.or", better(code, a, b), better(code, b, a));
        return code.value("v128.or", better(code, a, b), code.value("v128.andnot", earlier[part]!, tie));
      });
      replace(code, state, otherBest, otherPlace[0]!, masks);
    },
    usesPosition: true,
    result: ([, place]) => place!,
    resultType: "int32",
  };
}

const accumulations = {
  sum,
  prod: product,
  max: (dtype) => extreme(dtype, true),
  min: (dtype) => extreme(dtype, false),
  any: () => truth(false),
  all: () => truth(true),
  argmax: (dtype) => position(dtype, true),
  argmin: (dtype) => position(dtype, false),
} satisfies Record<ReduceOp, (dtype: DType) => Accumulation>;

/** The accumulation of `op` for values of a type. */
export function accumulationOf(op: ReduceOp, dtype: DType): Accumulation {
  return accumulations[op](dtype);
}

/** A state in new locals that are not set yet. */
export function newState(code: Code, accumulation: Accumulation): State {
  return accumulation.parts.map(({ dtype }) =>
    dtype === "float64" ? [code.local(V128), code.local(V128)] : [code.local(V128)],
  );
}

/** Sets a state to its initial values. */
export function resetState(code: Code, accumulation: Accumulation, state: State): void {
  accumulation.parts.forEach(({ dtype, initial }, i) => {
    literalVector(code, initial, dtype).forEach((literal, part) => {
      code.copy(state[i]![part]!, literal);
    });
  });
}

/** Merges all lanes of a state. Afterwards lane 0 has the result of all. */
export function foldLanes(code: Code, accumulation: Accumulation, state: State): void {
  for (const lanes of [
    [2, 3, 0, 1],
    [1, 0, 3, 2],
  ] as const) {
    const turned = state.map((vector, i): Vector => {
      if (accumulation.parts[i]!.dtype !== "float64") return [code.shuffle32(vector[0]!, vector[0]!, lanes)];
      const [low, high] = vector as readonly [Local, Local];
      if (lanes[0] === 2) return [high, low].map((half) => copyOf(code, half));
      return vector.map((half) => code.shuffle32(half, half, [2, 3, 0, 1]));
    });
    accumulation.merge(code, state, turned);
  }
}

function copyOf(code: Code, local: Local): Local {
  const copy = code.local(V128);
  code.copy(copy, local);
  return copy;
}
