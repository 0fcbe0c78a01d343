/**
 * The check of index values, before anything is written.
 *
 * @module
 */
import { IndexOutOfRangeError } from "@lucid/backend";
import { collapse } from "@lucid/backend/kit";
import { I32 } from "../assembler/types.js";
import type { Buffers, WasmView } from "../buffer.js";
import { BLOCK, type Kernel, type Platform } from "../kernel.js";
import { compileLoops } from "./elements.js";
import { atLeastOneLoop } from "../expression/at-least-one-loop.js";
import { runLoops } from "./run-loops.js";

/** The address of a kernel's result: whether an index is out of range, and its value. */
const FOUND = BLOCK - 16;

/** @throws IndexOutOfRangeError for the first index, in row-major order, that is negative or not below `size`. */
export type CheckIndices = (operation: string, index: WasmView, size: number) => void;

/** Makes the check for a backend. */
export function createIndexCheck(platform: Platform, buffers: Buffers): CheckIndices {
  const kernels: Kernel[] = [];
  return (operation, index, size) => {
    // An index that is repeated along an axis is checked once.
    const shape = index.shape.map((length, axis) => (index.strides[axis] === 0 ? 1 : length));
    const nest = atLeastOneLoop(collapse(shape, [index.strides]));
    const loops = nest.shape.length;
    const kernel = (kernels[loops] ??= compileCheck(platform, loops));
    platform.words[FOUND / 4] = 0;
    platform.words[FOUND / 4 + 1] = size;
    runLoops(platform, buffers, kernel, [index], nest);
    if (platform.words[FOUND / 4] !== 0) {
      throw new IndexOutOfRangeError(operation, platform.words[FOUND / 4 + 1]!, size);
    }
  };
}

function compileCheck(platform: Platform, loops: number): Kernel {
  return compileLoops(platform, ["int32"], loops, (code, nest) => {
    const size = code.load("i32.load", code.constantI32(FOUND), 4);
    nest.loops(0, loops, () => {
      const value = code.local(I32);
      code.copy(value, code.load("i32.load", nest.pointers[0]!));
      // As unsigned numbers, negative values are large.
      code.op("i32.ge_u", value, size);
      code.if(() => {
        code.store("i32.store", code.constantI32(FOUND), code.constantI32(1));
        code.store("i32.store", code.constantI32(FOUND), value, 4);
        code.return();
      });
    });
  });
}
