/**
 * Buffers of more than 65,536 elements: reading and writing at offsets.
 *
 * @module
 */
import { type DType, dtypeNames, dtypes, type TypedArray } from "@lucid/backend";
import { type ConformanceCase, defineCase } from "../../case.js";
import { show } from "../../compare.js";
import { fail } from "../../session.js";
import { values } from "./values.js";

const LENGTH = 70_001;

/** The start and the length of each part. */
const parts: readonly (readonly [start: number, length: number])[] = [
  [0, 65],
  [1, 64],
  [64, 200],
  [1023, 1026],
  [4_095, 8_194],
  [65_535, 2],
  [65_536, 4_465],
  [70_000, 1],
];

function contents(dtype: DType): TypedArray {
  const array = dtypes[dtype].array(LENGTH);
  for (let i = 0; i < LENGTH; i++)
    array[i] = dtypes[dtype].encode(values[dtype][(i * 7 + (i >>> 8)) % values[dtype].length]!);
  return array;
}

function compare(got: TypedArray, expected: TypedArray, start: number): void {
  if (got.length !== expected.length) fail(`expected ${expected.length} elements, got ${got.length}`);
  for (let i = 0; i < expected.length; i++) {
    if (Object.is(got[i], expected[i])) continue;
    fail(`position ${start + i} is ${show(got[i]!)}, expected ${show(expected[i]!)}`);
  }
}

/** Makes the cases of large buffers. */
export function largeBufferCases(): ConformanceCase[] {
  return dtypeNames.flatMap((dtype) => [
    defineCase(["large", "read", dtype], [dtype], async ({ backend }) => {
      const buffer = backend.allocate(dtype, LENGTH);
      const expected = contents(dtype);
      backend.write(buffer, 0, expected);
      for (const [start, length] of parts) {
        const part = expected.slice(start, start + length);
        compare(await backend.read(buffer, start, length), part, start);
        if (backend.readSync !== undefined) compare(backend.readSync(buffer, start, length), part, start);
      }
      backend.free(buffer);
    }),
    defineCase(["large", "write", dtype], [dtype], async ({ backend }) => {
      const buffer = backend.allocate(dtype, LENGTH);
      const expected = dtypes[dtype].array(LENGTH);
      backend.write(buffer, 0, expected);
      const all = contents(dtype);
      for (const [start, length] of parts) {
        const part = all.slice(start, start + length);
        backend.write(buffer, start, part);
        expected.set(part, start);
      }
      compare(await backend.read(buffer, 0, LENGTH), expected, 0);
      backend.free(buffer);
    }),
  ]);
}
