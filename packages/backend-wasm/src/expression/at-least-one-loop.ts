/**
 * Loop nests for kernels, which have at least one loop.
 *
 * @module
 */
import type { LoopNest } from "@lucid/backend/kit";

/**
 * Returns a nest with at least one loop: one step if all axes have size 1, and a single loop without steps if an axis has
 * size 0.
 */
export function atLeastOneLoop(nest: LoopNest): LoopNest {
  if (nest.shape.includes(0)) return { shape: [0], strides: nest.strides.map(() => [0]) };
  if (nest.shape.length > 0) return nest;
  return { shape: [1], strides: nest.strides.map(() => [0]) };
}
