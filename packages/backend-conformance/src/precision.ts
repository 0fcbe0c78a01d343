/**
 * The tolerances that follow from `capabilities.precision` of a backend.
 *
 * @module
 */
import type { Precision, ScalarOp } from "@lucid/backend";
import { type Agreement, withinUlps } from "./compare.js";

/** The tolerances as text, for the report. */
export function allowancesOf({ subnormals = true, contraction = false, ulp = {} }: Precision = {}): readonly string[] {
  const texts = Object.entries(ulp).map(([name, ulps]) => `${name} within ${ulps} ulp`);
  if (!subnormals) texts.push("subnormal numbers may count as 0");
  if (contraction) texts.push("a·b + c may be rounded once");
  return texts;
}

/** The smallest positive numbers that are not subnormal. */
const SMALLEST = { float32: 2 ** -126, float64: 2 ** -1022 } as const;

/** A scalar operation on one floating type. */
interface FloatTrial {
  readonly name: ScalarOp;
  readonly dtype: string;
  evaluate(a: number, b: number, c: number): number;
}

/** A comparison with the tolerance that the precision allows for an operation. `operands` are those of element i. */
export function byPrecision(
  { subnormals = true, ulp = {} }: Precision,
  { name, dtype, evaluate }: FloatTrial,
  agreement: Agreement,
  operands: (i: number) => readonly number[],
): Agreement {
  const ulps = dtype === "float32" ? ulp[name] : undefined;
  const close = ulps === undefined ? agreement : withinUlps("float32", ulps);
  if (ulps === undefined && subnormals) return agreement;
  const smallest = dtype === "float64" ? SMALLEST.float64 : SMALLEST.float32;
  const isSubnormal = (value: number): boolean => value !== 0 && Math.abs(value) < smallest;
  const flush = (value: number): number => (isSubnormal(value) ? value * 0 : value);
  const agrees = (got: number, expected: number, i: number): boolean =>
    agreement.agrees(got, expected, i) || close.agrees(got, expected, i);
  if (subnormals) return { text: close.text, agrees };
  return {
    text: `${close.text}, or as if subnormal numbers were 0`,
    agrees(got, expected, i) {
      if (agrees(got, expected, i)) return true;
      if (isSubnormal(expected) && got === 0) return true;
      const given = operands(i);
      if (!given.some(isSubnormal)) return false;
      const [a = 0, b = 0, c = 0] = given.map(flush);
      const flushed = evaluate(a, b, c);
      // If the result is zero after flushing, its sign does not matter.
      return agrees(got, flushed, i) || (flush(flushed) === 0 && got === 0);
    },
  };
}
