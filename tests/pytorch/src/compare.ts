/**
 * Comparing what lucid computed with what PyTorch did.
 */
import { type DType, dtypes, isStorageType } from "@lucid/backend";
import type { HostTensor } from "./fixtures.js";

/** How far numbers may lie apart: |got − expected| ≤ absolute + relative · |expected|. */
export interface Tolerance {
  readonly relative: number;
  readonly absolute: number;
  /** Whether −0 and 0 differ. */
  readonly signedZero?: boolean | undefined;
}

/** Tolerances for both floating types. */
export interface Tolerances {
  readonly float32: Tolerance;
  readonly float64: Tolerance;
  /** For storage types, in units in the last place; by default none where the others are exact, else one. */
  readonly units?: number;
  /** Says which elements are not compared, from the operands of the same shape and the expected number. */
  readonly ignores?: (numbers: readonly number[]) => boolean;
}

/** The same bits, but for the payload of a NaN. */
export const exact: Tolerances = {
  float32: { relative: 0, absolute: 0, signedZero: true },
  float64: { relative: 0, absolute: 0, signedZero: true },
};

/** The same numbers; PyTorch leaves open which of −0 and 0 is the larger. */
export const exactButZero: Tolerances = {
  float32: { relative: 0, absolute: 0 },
  float64: { relative: 0, absolute: 0 },
};

/** One element through a function: a few units in the last place, signs of zero included. */
export const elementary: Tolerances = {
  float32: { relative: 1e-6, absolute: 1e-30, signedZero: true },
  float64: { relative: 1e-14, absolute: 1e-300, signedZero: true },
};

/** Sums of a few terms, where cancellation costs digits. */
export const accumulated: Tolerances = {
  float32: { relative: 1e-5, absolute: 1e-5 },
  float64: { relative: 1e-10, absolute: 1e-12 },
};

/** The tolerance for elements of a type. What is rounded into a storage type may lie one unit in the last place apart. */
function toleranceFor(dtype: DType, tolerances: Tolerances): Tolerance {
  if (isStorageType(dtype)) {
    const { epsilon } = dtypes[dtype];
    const { relative, absolute, signedZero } = tolerances.float32;
    const { units = relative === 0 ? 0 : 1 } = tolerances;
    if (units === 0) return exact.float32;
    // Several roundings add up relative to the terms of a sum, which may be larger than the sum.
    return {
      relative: units * epsilon,
      absolute: units > 1 ? units * epsilon : Math.max(absolute, epsilon * 2 ** -10),
      signedZero: units === 1 && signedZero,
    };
  }
  return dtypes[dtype].kind !== "float" ? exact.float32 : tolerances[dtype as "float32" | "float64"];
}

/** What differs, in words, or undefined; `operands` of the same shape are shown where they led to it. */
export function difference(
  got: HostTensor,
  expected: HostTensor,
  tolerances: Tolerances,
  operands: readonly HostTensor[] = [],
): string | undefined {
  if (got.dtype !== expected.dtype) return `dtype ${got.dtype}, expected ${expected.dtype}`;
  if (got.shape.join() !== expected.shape.join()) return `shape [${got.shape}], expected [${expected.shape}]`;
  const tolerance = toleranceFor(expected.dtype, tolerances);
  const wrong: string[] = [];
  let count = 0;
  for (let i = 0; i < expected.values.length; i++) {
    const a = got.values[i]!;
    const b = expected.values[i]!;
    if (isClose(a, b, tolerance)) continue;
    const at = operands.filter(({ shape }) => shape.join() === expected.shape.join()).map(({ values }) => values[i]!);
    if (tolerances.ignores?.([...at, b]) === true) continue;
    if (count++ >= 4) continue;
    const where = at.length === 0 ? `element ${i} of ${expected.values.length}` : `(${at.map(show).join(", ")})`;
    wrong.push(`${where}: got ${show(a)}, expected ${show(b)}`);
  }
  return count === 0 ? undefined : `${wrong.join("; ")}${count > 4 ? `; and ${count - 4} more` : ""}`;
}

function isClose(a: number, b: number, { relative, absolute, signedZero }: Tolerance): boolean {
  if (Object.is(a, b)) return true;
  if (a === b) return signedZero !== true || a !== 0;
  return Math.abs(a - b) <= absolute + relative * Math.abs(b) && Number.isFinite(b);
}

function show(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}
