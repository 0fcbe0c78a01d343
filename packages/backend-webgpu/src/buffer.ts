/**
 * Buffers: places in the arena. A buffer that becomes unreachable is freed when the garbage collector says so.
 *
 * @module
 */
import { type DeviceBuffer, type DType, dtypes, type TypedArray, type View } from "@lucid/backend";
import type { Place } from "./memory/arena.js";
import { elementsPerWord } from "./shader/elements.js";

/** A buffer of the WebGPU backend. */
export interface GpuTensorBuffer extends DeviceBuffer {
  /** Where its words are. */
  readonly place: Place;
}

/** A view into a {@link GpuTensorBuffer}. */
export type GpuView = View<GpuTensorBuffer>;

/** The position of the first element of a view, counted in elements of its type from the beginning of the arena. */
export const positionOf = ({ buffer, dtype, offset }: GpuView): number =>
  buffer.place.word * elementsPerWord(dtype) + offset;

/** Host values as words, the last of which is filled with zeros. */
export function wordsOf(values: TypedArray): Uint32Array {
  const { buffer, byteOffset, byteLength } = values;
  const words = new Uint32Array(Math.ceil(byteLength / 4));
  new Uint8Array(words.buffer).set(new Uint8Array(buffer, byteOffset, byteLength));
  return words;
}

/** The `length` elements of words from element `skip` on, as a host array. */
export function valuesOf(dtype: DType, words: ArrayBuffer, skip: number, length: number): TypedArray {
  const values = dtypes[dtype].array(length);
  const { bytes } = dtypes[dtype];
  new Uint8Array(values.buffer).set(new Uint8Array(words, skip * bytes, length * bytes));
  return values;
}
