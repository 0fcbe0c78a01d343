/**
 * Loops over tensors.
 *
 * @module
 */
import { owned } from "@lucid/tensor/extend";
import type { Tensor } from "@lucid/tensor/functions";

/**
 * Applies a step `count` times to a list of tensors, and frees at once what the next step has replaced. A step returns
 * tensors with memory of their own, or those that it got.
 */
export function iterate(
  initial: readonly Tensor[],
  count: number,
  step: (state: readonly Tensor[], i: number) => readonly Tensor[],
): readonly Tensor[] {
  let state = initial;
  for (let i = 0; i < count; i++) {
    const before = state;
    state = owned(() => step(before, i));
    for (const old of before) if (!initial.includes(old) && !state.includes(old)) old.dispose();
  }
  return state;
}
