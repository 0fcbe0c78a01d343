/**
 * For every scalar operation: an independent reference, arguments for tests, and the required accuracy. The compiler
 * checks that every operation has a reference.
 *
 * @module
 */
import type { DType, ScalarOp } from "@lucid/backend";
import { type FloatType, floatTypes } from "../types.js";
import {
  errorFunction,
  floorRemainder,
  integerPart,
  integerPower,
  integerRemainder,
  larger,
  nearestEven,
  smaller,
  truncatedQuotient,
} from "./exact.js";
import { type PairTable, pairTables, type TabledOperation, tables, tables64 } from "./transcendental.js";

/** Arguments of one call of an operation. */
export type Arguments = readonly number[];

/** A range of arguments. */
export interface Sweep {
  readonly from: number;
  readonly to: number;
  /** Whether the points are spread by magnitude. */
  readonly logarithmic?: boolean;
}

/** The operation on floats. */
export interface FloatReference {
  /** The operation from float64 to float64. It is right for the arguments of `samples`. */
  readonly evaluate: (a: number, b: number, c: number) => number;
  readonly samples: (dtype: FloatType) => readonly Arguments[];
  /** The largest error of a result in units in the last place. It is 0 if IEEE 754 defines the result. */
  readonly ulps: Readonly<Record<FloatType, number>>;
  /**
   * Ranges of arguments in which float32 results are compared, and float64 results too unless `oracle` is not accurate
   * enough.
   */
  readonly sweeps?: readonly Sweep[];
  /** float64 values for these ranges, accurate to 1 or 2 ulp. */
  readonly oracle?: (x: number) => number;
  /** Whether the oracle is accurate enough for float32 only. */
  readonly coarse?: boolean;
}

/** The operation on integers of any width. Its result is exact, and the type keeps the low bits. */
export type IntegerReference = (a: bigint, b: bigint, c: bigint) => bigint;
/** The operation on truth values. */
export type BooleanReference = (a: number, b: number, c: number) => number;

/** The reference of one operation. If a kind of type is missing, the operation is not defined for it. */
export interface ScalarReference {
  readonly arity: 1 | 2 | 3;
  /** Whether the result is bool whatever the operands. */
  readonly predicate?: boolean;
  readonly float?: FloatReference;
  readonly int?: IntegerReference;
  readonly bool?: BooleanReference;
}

const common = [
  0,
  -0,
  1,
  -1,
  0.5,
  -0.5,
  1.5,
  2.5,
  -2.5,
  3,
  -7,
  0.1,
  100.25,
  -1e10,
  1e30,
  -1e-30,
  16777216,
  NaN,
  Infinity,
  -Infinity,
  3.4028234663852886e38,
  -1.1754943508222875e-38,
  1.401298464324817e-45,
];
const numbers: Readonly<Record<FloatType, readonly number[]>> = {
  float32: [...common.map(Math.fround), 0.4999999701976776, -8388607.5],
  float64: [...common, Number.MAX_VALUE, -2.2250738585072014e-308, 5e-324, 0.49999999999999994, -4503599627370495.5],
};

/** Every combination of elements of the lists, the last list fastest. */
export function combinations(lists: readonly (readonly number[])[]): readonly Arguments[] {
  let rows: Arguments[] = [[]];
  for (const list of lists) rows = rows.flatMap((row) => list.map((value) => [...row, value]));
  return rows;
}

const unary = (dtype: FloatType): readonly Arguments[] => numbers[dtype].map((a) => [a]);
const binary = (dtype: FloatType): readonly Arguments[] => combinations([numbers[dtype], numbers[dtype]]);
const chosen = (dtype: FloatType): readonly Arguments[] => combinations([[0, 1], numbers[dtype], [-0, NaN, 2]]);
const EXACT = { float32: 0, float64: 0 };
const CLOSE = { float32: 2, float64: 4 };

const exact = (evaluate: FloatReference["evaluate"], samples: FloatReference["samples"]): FloatReference => ({
  evaluate,
  samples,
  ulps: EXACT,
});

/** A transcendental operation of one argument, with its table of values. */
function tabled(name: TabledOperation, oracle: (x: number) => number, ...sweeps: readonly Sweep[]): ScalarReference {
  const known = new Map<number, number>();
  const rows: Record<FloatType, Arguments[]> = { float32: [], float64: [] };
  const enter = (table: readonly number[], types: readonly FloatType[]): void => {
    for (let i = 0; i < table.length; i += 2) {
      known.set(table[i]!, table[i + 1]!);
      for (const type of types) rows[type].push([table[i]!]);
    }
  };
  enter(tables[name], floatTypes);
  enter(tables64[name], ["float64"]);
  const float: FloatReference = {
    // Zero may be asked for in place of a subnormal number; there the host's function is exact.
    evaluate: (a) => known.get(a) ?? (a === 0 ? oracle(a) : missing(name, [a])),
    samples: (dtype) => rows[dtype],
    ulps: CLOSE,
    sweeps,
    oracle,
    coarse: oracle === errorFunction,
  };
  return { arity: 1, float };
}

/** A transcendental operation of two arguments, with its table of values. */
function pairTabled(name: keyof typeof pairTables): FloatReference {
  const { firsts, seconds, results }: PairTable = pairTables[name];
  const rows = combinations([firsts, seconds]);
  return {
    evaluate: (a, b) => results[firsts.indexOf(a) * seconds.length + seconds.indexOf(b)] ?? missing(name, [a, b]),
    samples: () => rows,
    ulps: CLOSE,
  };
}

function missing(name: string, args: Arguments): never {
  throw new RangeError(`the table of ${name} has no entry for ${args.join(", ")}`);
}

const flag = (condition: boolean): number => (condition ? 1 : 0);
const truth = (condition: boolean): bigint => (condition ? 1n : 0n);
const count = (b: bigint): bigint => b & 31n;

/** Every scalar operation. */
export const scalarReferences: Readonly<Record<ScalarOp, ScalarReference>> = {
  neg: { arity: 1, float: exact((a) => -1 * a, unary), int: (a) => -a },
  abs: { arity: 1, float: exact((a) => (a < 0 ? -a : a + 0), unary), int: (a) => (a < 0n ? -a : a) },
  sign: {
    arity: 1,
    float: exact((a) => flag(a > 0) - flag(a < 0), unary),
    int: (a) => truth(a > 0n) - truth(a < 0n),
  },
  floor: { arity: 1, float: exact((a) => (integerPart(a) > a ? integerPart(a) - 1 : integerPart(a)), unary) },
  ceil: { arity: 1, float: exact((a) => (integerPart(a) < a ? integerPart(a) + 1 : integerPart(a)), unary) },
  round: { arity: 1, float: exact(nearestEven, unary) },
  trunc: { arity: 1, float: exact(integerPart, unary) },
  sqrt: { arity: 1, float: exact(Math.sqrt, unary) },
  exp: tabled("exp", Math.exp, { from: -104, to: 88.7 }, { from: -1, to: 1 }),
  exp2: tabled("exp2", (x) => 2 ** x, { from: -149, to: 127.9 }, { from: -1, to: 1 }),
  expm1: tabled(
    "expm1",
    Math.expm1,
    { from: -20, to: 88.7 },
    { from: -1, to: 1 },
    { from: 1e-30, to: 1, logarithmic: true },
  ),
  log: tabled("log", Math.log, { from: 1e-44, to: 3e38, logarithmic: true }, { from: 0.5, to: 2 }),
  log1p: tabled("log1p", Math.log1p, { from: 1e-30, to: 3e38, logarithmic: true }, { from: -0.999, to: 2 }),
  log2: tabled("log2", Math.log2, { from: 1e-44, to: 3e38, logarithmic: true }, { from: 0.5, to: 2 }),
  log10: tabled("log10", Math.log10, { from: 1e-44, to: 3e38, logarithmic: true }, { from: 0.5, to: 2 }),
  sin: tabled("sin", Math.sin, { from: -10, to: 10 }, { from: -30000, to: 30000 }),
  cos: tabled("cos", Math.cos, { from: -10, to: 10 }, { from: -30000, to: 30000 }),
  tan: tabled("tan", Math.tan, { from: -10, to: 10 }, { from: -30000, to: 30000 }),
  asin: tabled("asin", Math.asin, { from: -1, to: 1 }, { from: 1e-30, to: 1, logarithmic: true }),
  acos: tabled("acos", Math.acos, { from: -1, to: 1 }),
  atan: tabled("atan", Math.atan, { from: -4, to: 4 }, { from: 1e-30, to: 1e30, logarithmic: true }),
  sinh: tabled(
    "sinh",
    Math.sinh,
    { from: -89, to: 89 },
    { from: -2, to: 2 },
    { from: 1e-30, to: 1, logarithmic: true },
  ),
  cosh: tabled("cosh", Math.cosh, { from: -89, to: 89 }, { from: -2, to: 2 }),
  tanh: tabled(
    "tanh",
    Math.tanh,
    { from: -10, to: 10 },
    { from: -1, to: 1 },
    { from: 1e-30, to: 1, logarithmic: true },
  ),
  asinh: tabled("asinh", Math.asinh, { from: -4, to: 4 }, { from: 1e-30, to: 1e30, logarithmic: true }),
  acosh: tabled("acosh", Math.acosh, { from: 1, to: 4 }, { from: 1, to: 1e30, logarithmic: true }),
  atanh: tabled("atanh", Math.atanh, { from: -0.9999, to: 0.9999 }, { from: 1e-30, to: 1, logarithmic: true }),
  erf: tabled("erf", errorFunction, { from: -4.5, to: 4.5 }, { from: 1e-30, to: 1, logarithmic: true }),
  not: { arity: 1, int: (a) => -1n - a, bool: (a) => 1 - a },
  add: { arity: 2, float: exact((a, b) => a + b, binary), int: (a, b) => a + b },
  sub: { arity: 2, float: exact((a, b) => a - b, binary), int: (a, b) => a - b },
  mul: { arity: 2, float: exact((a, b) => a * b, binary), int: (a, b) => a * b },
  div: { arity: 2, float: exact((a, b) => a / b, binary), int: truncatedQuotient },
  rem: { arity: 2, float: exact(floorRemainder, binary), int: integerRemainder },
  pow: { arity: 2, float: pairTabled("pow"), int: integerPower },
  atan2: { arity: 2, float: pairTabled("atan2") },
  min: { arity: 2, float: exact(smaller, binary), int: (a, b) => (a < b ? a : b), bool: (a, b) => a * b },
  max: { arity: 2, float: exact(larger, binary), int: (a, b) => (a > b ? a : b), bool: (a, b) => flag(a + b > 0) },
  eq: {
    arity: 2,
    predicate: true,
    float: exact((a, b) => flag(a === b), binary),
    int: (a, b) => truth(a === b),
    bool: (a, b) => flag(a === b),
  },
  lt: {
    arity: 2,
    predicate: true,
    float: exact((a, b) => flag(a < b), binary),
    int: (a, b) => truth(a < b),
    bool: (a, b) => flag(a < b),
  },
  le: {
    arity: 2,
    predicate: true,
    float: exact((a, b) => flag(a <= b), binary),
    int: (a, b) => truth(a <= b),
    bool: (a, b) => flag(a <= b),
  },
  and: { arity: 2, int: (a, b) => a & b, bool: (a, b) => a * b },
  or: { arity: 2, int: (a, b) => a | b, bool: (a, b) => flag(a + b > 0) },
  xor: { arity: 2, int: (a, b) => a ^ b, bool: (a, b) => flag(a !== b) },
  shl: { arity: 2, int: (a, b) => a << count(b) },
  shr: { arity: 2, int: (a, b) => a >> count(b) },
  ushr: { arity: 2, int: (a, b) => BigInt.asUintN(32, a) >> count(b) },
  where: {
    arity: 3,
    float: exact((condition, a, b) => (condition === 1 ? a : b), chosen),
    int: (condition, a, b) => (condition === 1n ? a : b),
    bool: (condition, a, b) => (condition === 1 ? a : b),
  },
};

/** Integers for tests. */
export const integers: Readonly<Record<"int32" | "uint8", readonly number[]>> = {
  int32: [0, 1, -1, 2, -2, 3, 7, -7, 31, 33, 100, -100, 46341, 65536, 123456789, 2147483647, -2147483648],
  uint8: [0, 1, 2, 3, 7, 8, 16, 33, 100, 127, 128, 200, 254, 255],
};

/** All argument lists for tests of an operation on integers or truth values. */
export function discreteSamples(arity: 1 | 2 | 3, dtype: "int32" | "uint8" | "bool"): readonly Arguments[] {
  const values = dtype === "bool" ? [0, 1] : integers[dtype];
  return arity === 1 ? combinations([values]) : combinations(arity === 2 ? [values, values] : [[0, 1], values, values]);
}

/** The part of an exact result that an integer type keeps. */
export function wrapInteger(value: bigint, dtype: "int32" | "uint8"): number {
  return Number(dtype === "int32" ? BigInt.asIntN(32, value) : BigInt.asUintN(8, value));
}

/** The element types of an operation's operands when it works on `dtype`. */
export function operandTypes(arity: 1 | 2 | 3, dtype: DType): readonly DType[] {
  return arity === 1 ? [dtype] : arity === 2 ? [dtype, dtype] : ["bool", dtype, dtype];
}
