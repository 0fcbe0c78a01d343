/**
 * How a reduction accumulates, four elements at a time. A *state* is a few vectors, each lane of which has seen some of the
 * elements; states are merged in an order that depends on nothing but sizes.
 *
 * float32 sums run in float32 over short blocks, whose results are added up in float64: more accurate than pairwise
 * summation. float32 products run in float64.
 *
 * @module
 */
import { type DType, dtypes, type ReduceOp } from "@lucid/backend";
import type { Code } from "../assembler/code.js";
import { type Local, V128 } from "../assembler/types.js";
import { castVector, literalVector } from "./evaluate.js";
import { lowWords, type Vector, widenMask } from "./vector.js";

/** Vectors of some element types; the first one is what is accumulated. */
export interface StatePart {
  readonly dtype: DType;
  readonly initial: number;
}

/** A state in locals: a vector for each part. */
export type State = readonly Vector[];

/** How values of one type are accumulated. */
export interface Accumulation {
  readonly parts: readonly StatePart[];
  /** The value that changes nothing: for lanes beyond the end. */
  readonly neutral: number;
  /** Adds values; `at` says where among the reduced elements each lane's value stands (int32). */
  add(code: Code, state: State, value: Vector, at: Local): void;
  merge(code: Code, state: State, other: State): void;
  readonly usesPosition: boolean;
  /** The result in a state. */
  result(state: State): Vector;
  readonly resultType: DType;
  /** A quicker accumulation for short blocks, whose results are added to this one. */
  readonly block?: Accumulation;
  /** A quicker accumulation that notices where it may be wrong; then everything is done again by this one. */
  readonly guess?: Guess;
}

/** See {@link Accumulation.guess}. */
export interface Guess extends Accumulation {
  /** A mask that is not 0 where the result may be wrong. */
  doubt(code: Code, state: State): Local;
}

/** The largest and smallest values of a type: where min and max begin. */
const limits = {
  float32: [-Infinity, Infinity],
  float64: [-Infinity, Infinity],
  int32: [-2147483648, 2147483647],
  uint8: [0, 255],
  bool: [0, 1],
} satisfies Record<DType, readonly [lowest: number, highest: number]>;

/** The element type of a reduction's result, before `finish`. */
export function accumulatedType(op: ReduceOp, value: DType): DType {
  return op === "argmax" || op === "argmin" ? "int32" : value;
}

type Combine = (code: Code, part: number, a: Local, b: Local) => Local;

/** One vector for everything, combined by one instruction; values are brought into `held` first. */
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

const shapes = { float32: "f32x4", float64: "f64x2", int32: "i32x4", uint8: "i32x4", bool: "i32x4" } as const;

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
  const initial = limits[dtype][largest ? 0 : 1];
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

/** By `pmax` and `pmin`, a fraction of the instructions of `max` and `min`: they see neither NaN nor the sign of zero. */
function guessExtreme(dtype: "float32" | "float64", largest: boolean, initial: number): Guess {
  const shape = shapes[dtype];
  const combine = (code: Code, a: Local, b: Local): Local => code.value(`${shape}.${largest ? "pmax" : "pmin"}`, a, b);
  return {
    parts: [
      { dtype, initial },
      // Where there was a NaN: a mask, which begins as 0.
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

/** The best value so far and its position, lane by lane; the first of equals stays, NaN wins. */
function position(dtype: DType, largest: boolean): Accumulation {
  const initial = limits[dtype][largest ? 0 : 1];
  const shape = shapes[dtype];
  const float = shape !== "i32x4";
  const isNaNs = (code: Code, x: Local): Local => code.value(`${shape as "f32x4"}.ne`, x, x);
  /** Masks as wide as the lanes: where b is better than a, and where it is as good. */
  const better = (code: Code, a: Local, b: Local): Local => {
    // Bools are masks, −1 and 0: their order is the other way round.
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
        // As good: neither is better. Then the earlier one stays.
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

/** How `op` accumulates values of a type. */
export function accumulationOf(op: ReduceOp, dtype: DType): Accumulation {
  return accumulations[op](dtype);
}

/** A state in new locals, not set yet. */
export function newState(code: Code, accumulation: Accumulation): State {
  return accumulation.parts.map(({ dtype }) =>
    dtype === "float64" ? [code.local(V128), code.local(V128)] : [code.local(V128)],
  );
}

/** Sets a state to where it begins. */
export function resetState(code: Code, accumulation: Accumulation, state: State): void {
  accumulation.parts.forEach(({ dtype, initial }, i) => {
    literalVector(code, initial, dtype).forEach((literal, part) => {
      code.copy(state[i]![part]!, literal);
    });
  });
}

/** Brings all lanes of a state together; afterwards lane 0 has seen everything. */
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
