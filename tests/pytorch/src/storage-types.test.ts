/**
 * The bit patterns of float16 and bfloat16 against PyTorch's, all of them, as checksums.
 */
import { createHash } from "node:crypto";
import { dtypeNames, dtypes, isStorageType } from "@lucid/backend";
import { expect, it } from "vitest";
import { readFixture } from "./fixtures.js";

const checksums =
  readFixture<Readonly<Record<string, { readonly decoded: string; readonly encoded: string }>>>("storage-type-bits");
const sha256 = (array: Float32Array | Uint16Array): string => createHash("sha256").update(array).digest("hex");

/** The float32 numbers at which rounding changes its direction, and those beside them; the generator lists the same. */
function aroundMiddles(values: Float32Array, infinity: number): Float32Array {
  const around = [-1, 0, 1].map((step) => {
    const row = new Float32Array(infinity);
    const bits = new Int32Array(row.buffer);
    for (let i = 0; i < infinity; i++) {
      const above = i + 1 === infinity ? 2 * values[i]! - values[i - 1]! : values[i + 1]!;
      row[i] = values[i]! / 2 + above / 2;
      bits[i] = Math.max(0, bits[i]! + step);
    }
    return row;
  });
  const all = around.flatMap((row) => [...row]);
  return Float32Array.from([...all, ...all.map((value) => -value)]);
}

it.each(dtypeNames.filter(isStorageType))("%s has PyTorch's values and rounding for every bit pattern", (dtype) => {
  const { decode, encode } = dtypes[dtype];
  // Every NaN counts as the same one.
  const values = Float32Array.from({ length: 65536 }, (_, bits) => decode(bits)).map((v) => (v === v ? v : Number.NaN));
  expect(sha256(values)).toBe(checksums[dtype]!.decoded);
  const given = aroundMiddles(values, encode(Infinity));
  expect(sha256(Uint16Array.from(given, (value) => encode(value)))).toBe(checksums[dtype]!.encoded);
});
