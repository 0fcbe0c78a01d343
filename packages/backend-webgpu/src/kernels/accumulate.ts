/**
 * The statements of WGSL by which reductions combine values.
 *
 * @module
 */
import type { ReduceOp } from "@lucid/backend";
import type { ShaderType } from "../shader/types.js";
import { GROUP } from "./dispatch.js";

/** The statements of one reduction of values of one type. */
export interface Accumulation {
  /** Declares the variables, with the result for no values. */
  readonly declare: readonly string[];
  /** Adds the value `value`, whose position is `position`, to the result. */
  add(value: string, position: string): readonly string[];
  /** Stores the result in `best`, and for argmax and argmin its position in `at`. */
  readonly finish: readonly string[];
  /** Joins `best` and `at` with the result and the position of another part. */
  join(value: string, position: string): readonly string[];
  /** Whether there is a position `at`. */
  readonly positions: boolean;
}

const lowest: Readonly<Record<ShaderType, string>> = {
  f32: "negative(infinity())",
  i32: "i32(-2147483648)",
  u32: "0u",
  bool: "false",
};
const highest: Readonly<Record<ShaderType, string>> = {
  f32: "infinity()",
  i32: "2147483647",
  u32: "255u",
  bool: "true",
};
/** The larger of two values; NaN if one of them is. */
export const larger: Readonly<Record<ShaderType, (a: string, b: string) => string>> = {
  f32: (a, b) => `larger(${a}, ${b})`,
  i32: (a, b) => `max(${a}, ${b})`,
  u32: (a, b) => `max(${a}, ${b})`,
  bool: (a, b) => `${a} || ${b}`,
};
/** The smaller of two values; NaN if one of them is. */
export const smaller: Readonly<Record<ShaderType, (a: string, b: string) => string>> = {
  f32: (a, b) => `smaller(${a}, ${b})`,
  i32: (a, b) => `min(${a}, ${b})`,
  u32: (a, b) => `min(${a}, ${b})`,
  bool: (a, b) => `${a} && ${b}`,
};

/** Whether `a` is more extreme than `b`. NaN is more extreme than any number. */
const moreExtreme = (largest: boolean): Readonly<Record<ShaderType, (a: string, b: string) => string>> => ({
  f32: (a, b) => `((isNan(${a}) && !isNan(${b})) || ${largest ? `less(${b}, ${a})` : `less(${a}, ${b})`})`,
  i32: (a, b) => `(${a} ${largest ? ">" : "<"} ${b})`,
  u32: (a, b) => `(${a} ${largest ? ">" : "<"} ${b})`,
  bool: (a, b) => (largest ? `(${a} && !${b})` : `(!${a} && ${b})`),
});

function simple(type: ShaderType, identity: string, combine: (a: string, b: string) => string): Accumulation {
  return {
    declare: [`var best: ${type} = ${identity};`],
    add: (value) => [`best = ${combine("best", value)};`],
    finish: [],
    join: (value) => [`best = ${combine("best", value)};`],
    positions: false,
  };
}

/**
 * Sums of floats: 16 values are added to a sum, 16 sums to a sum of sums, and so on, so that rounding errors grow with
 * the logarithm of the number of values.
 */
const floatSum: Accumulation = {
  declare: ["var best = 0f;", "var sum1 = 0f;", "var sum2 = 0f;", "var added = 0u;"],
  add: (value) => [
    `best += ${value};`,
    "added++;",
    "if ((added & 15u) == 0u) {",
    "  sum1 += best;",
    "  best = 0f;",
    "  if ((added & 255u) == 0u) { sum2 += sum1; sum1 = 0f; }",
    "}",
  ],
  finish: ["best = sum2 + (sum1 + best);"],
  join: (value) => [`best += ${value};`],
  positions: false,
};

function extremePosition(type: ShaderType, largest: boolean): Accumulation {
  const isMore = moreExtreme(largest)[type];
  return {
    declare: [`var best: ${type} = ${largest ? lowest[type] : highest[type]};`, "var at = -1;"],
    // Positions come in ascending order, so the first of equal values stays.
    add: (value, position) => [`if (at < 0 || ${isMore(value, "best")}) { best = ${value}; at = ${position}; }`],
    finish: [],
    join: (value, position) => [
      `if (${position} >= 0 && (at < 0 || ${isMore(value, "best")} || (!${isMore("best", value)} && ${position} < at))) {`,
      `  best = ${value};`,
      `  at = ${position};`,
      "}",
    ],
    positions: true,
  };
}

/**
 * Statements that give all lanes of a workgroup the total of their results, which has no position. They need the array
 * `values` in the workgroup's memory.
 */
export const totalOfLanes = ({ join }: Accumulation): readonly string[] => [
  "values[lane] = best;",
  "workgroupBarrier();",
  `for (var half = ${GROUP / 2}; half > 0; half = half >> 1u) {`,
  "  if (lane < half) {",
  "    let other = values[lane + half];",
  ...join("other", "").map((line) => `    ${line}`),
  "    values[lane] = best;",
  "  }",
  "  workgroupBarrier();",
  "}",
  "best = values[0];",
  "workgroupBarrier();",
];

/** The statements for an operation on values of a type. */
export function accumulationOf(op: ReduceOp, type: ShaderType): Accumulation {
  const zero = type === "f32" ? "0f" : "0";
  switch (op) {
    case "sum":
      return type === "f32" ? floatSum : simple(type, zero, (a, b) => `${a} + ${b}`);
    case "prod":
      return simple(type, type === "f32" ? "1f" : "1", (a, b) => `${a} * ${b}`);
    case "max":
      return simple(type, lowest[type], larger[type]);
    case "min":
      return simple(type, highest[type], smaller[type]);
    case "any":
      return simple(type, "false", (a, b) => `${a} || ${b}`);
    case "all":
      return simple(type, "true", (a, b) => `${a} && ${b}`);
    case "argmax":
      return extremePosition(type, true);
    case "argmin":
      return extremePosition(type, false);
  }
}
