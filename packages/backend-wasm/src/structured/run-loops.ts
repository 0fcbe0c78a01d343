/**
 * Running kernels over nested loops.
 *
 * @module
 */
import { dtypes, sizeOf } from "@lucid/backend";
import { type LoopNest, mergeLoops } from "@lucid/backend/kit";
import type { Buffers, WasmView } from "../buffer.js";
import { blockLayout, writeLoops } from "../expression/nest.js";
import { BLOCK, type Kernel, type Platform } from "../kernel.js";

/** The loops over all axes but `inner`, which comes last and is not merged with others. */
export function loopsEndingWith(
  shape: readonly number[],
  inner: number,
  strides: readonly (readonly number[])[],
): LoopNest {
  const others: number[] = [];
  for (let axis = 0; axis < shape.length; axis++) if (axis !== inner) others.push(axis);
  const nest = mergeLoops(others, shape, strides);
  return {
    shape: [...nest.shape, shape[inner]!],
    strides: nest.strides.map((along, operand) => [...along, strides[operand]![inner]!]),
  };
}

/** Writes the operands and loops of a kernel into the argument block. Returns the size of the block in bytes, a multiple of 64. */
export function enterLoops(platform: Platform, buffers: Buffers, views: readonly WasmView[], nest: LoopNest): number {
  const loops = nest.shape.length;
  const layout = blockLayout(0, views.length, loops);
  let at = (BLOCK + layout.pointers) / 4;
  for (let i = 0; i < views.length; i++) {
    const address = buffers.address(views[i]!);
    platform.words[at++] = address;
  }
  const widths = views.map((view) => dtypes[view.dtype].bytes);
  writeLoops(platform, layout, nest.shape, nest.strides, widths);
  return Math.ceil((layout.strides + views.length * loops * 4) / 64) * 64;
}

/** Runs a kernel over nested loops on this thread. */
export function runLoops(
  platform: Platform,
  buffers: Buffers,
  kernel: Kernel,
  views: readonly WasmView[],
  nest: LoopNest,
): void {
  enterLoops(platform, buffers, views, nest);
  kernel.run(BLOCK, 0, nest.shape[0]!);
}

/** Does what {@link runLoops} does, on several threads if it is worth it. Steps of the first loop must not depend on each other. */
export function shareLoops(
  platform: Platform,
  buffers: Buffers,
  kernel: Kernel,
  views: readonly WasmView[],
  nest: LoopNest,
  cost: number,
): void {
  enterLoops(platform, buffers, views, nest);
  platform.run(kernel, nest.shape[0]!, nest.shape.length === 1 ? 16 : 1, sizeOf(nest.shape) * cost);
}
