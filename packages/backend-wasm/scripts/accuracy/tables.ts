/**
 * For tests: reads what scripts/reference-tables.py writes.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import type { Transcendental } from "../../src/math/transcendental/index.js";

/** As the script orders them. */
export const tableNames: readonly Transcendental[] =
  "exp exp2 expm1 log log1p log2 log10 sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh erf pow atan2".split(
    " ",
  ) as Transcendental[];

/** True values at some points. */
export interface Table {
  readonly a: Float64Array;
  readonly b: Float64Array | undefined;
  readonly values: Float64Array;
  /** True value less `values`, in ulp. */
  readonly lost: Float64Array;
}

/** Every function's table. */
export function readTables(file: string | URL): ReadonlyMap<Transcendental, Table> {
  const bytes = new Uint8Array(readFileSync(file)).buffer;
  const pairs = (name: Transcendental): boolean => name === "pow" || name === "atan2";
  const width = tableNames.reduce((sum, name) => sum + (pairs(name) ? 25 : 17), 0);
  const count = bytes.byteLength / width;
  let at = 0;
  const column = (): Float64Array => {
    at += 8 * count;
    return new Float64Array(bytes, at - 8 * count, count);
  };
  const tables = new Map<Transcendental, Table>();
  for (const name of tableNames) {
    const a = column();
    const b = pairs(name) ? column() : undefined;
    const values = column();
    const lost = Float64Array.from(new Int8Array(bytes, at, count), (x) => x / 200);
    at += count;
    tables.set(name, { a, b, values, lost });
  }
  return tables;
}
