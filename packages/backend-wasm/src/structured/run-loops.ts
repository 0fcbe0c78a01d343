/**
 * Running kernels over loops.
 *
 * @module
 */
import { dtypes, type LoopNest, mergeLoops } from "@lucid/backend";
import type { Buffers, WasmView } from "../buffer.js";
import { blockLayout, writeLoops } from "../expression/nest.js";
import { BLOCK, type Kernel, type Platform } from "../kernel.js";

/** A nest of at least one loop. */
export function atLeastOneLoop(nest: LoopNest): LoopNest {
  return nest.shape.length > 0 ? nest : { shape: [1], strides: nest.strides.map(() => [0]) };
}

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

/** Enters the operands and loops of a kernel into the argument block, and runs it over all of its first loop. */
export function runLoops(
  platform: Platform,
  buffers: Buffers,
  kernel: Kernel,
  views: readonly WasmView[],
  nest: LoopNest,
): void {
  const loops = nest.shape.length;
  const layout = blockLayout(0, views.length, loops);
  let at = (BLOCK + layout.pointers) / 4;
  for (let i = 0; i < views.length; i++) {
    const address = buffers.address(views[i]!);
    platform.words[at++] = address;
  }
  const widths = views.map((view) => dtypes[view.dtype].bytes);
  writeLoops(platform, layout, nest.shape, nest.strides, widths);
  kernel(BLOCK, 0, nest.shape[0]!);
}
