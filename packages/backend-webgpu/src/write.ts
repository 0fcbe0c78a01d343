/**
 * Copies host values into buffers.
 *
 * @module
 */
import { input, type MapCall, type TypedArray } from "@lucid/backend";
import { type GpuTensorBuffer, type GpuView, wordsOf } from "./buffer.js";
import type { ScratchMemory } from "./memory/arena.js";
import type { DeviceQueue } from "./queue.js";
import { elementsPerWord, wordsFor } from "./shader/elements.js";

/** Makes the member `write`. */
export function createWrite(
  queue: DeviceQueue,
  arena: ScratchMemory,
  map: (call: MapCall<GpuTensorBuffer>) => void,
): (buffer: GpuTensorBuffer, start: number, values: TypedArray) => void {
  return (buffer, start, values) => {
    const { dtype, place } = buffer;
    const { length } = values;
    if (length === 0) return;
    const perWord = elementsPerWord(dtype);
    const words = wordsOf(values);
    const end = start + length;
    // Behind the last element of a buffer, its last word has no others.
    if (start % perWord === 0 && (end % perWord === 0 || end === buffer.length)) {
      queue.write("write", (place.word + start / perWord) * 4, words);
      return;
    }
    // The host writes whole words, so elements that share words with others take a way over memory of their own.
    const scratch = arena.take("write", wordsFor(dtype, length) * 4);
    queue.write("write", scratch.word * 4, words);
    const view = (of: GpuTensorBuffer, offset: number): GpuView => ({
      buffer: of,
      dtype,
      shape: [length],
      strides: [1],
      offset,
    });
    const source: GpuTensorBuffer = { dtype, length, place: scratch };
    map({ exprs: [input(0, dtype)], inputs: [view(source, 0)], scalars: [], outputs: [view(buffer, start)] });
    arena.give(scratch);
  };
}
