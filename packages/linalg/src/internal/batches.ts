/**
 * Broadcasting the batches of matrices.
 *
 * @module
 */
import { equalShapes } from "@lucid/backend";
import { commonShape } from "@lucid/tensor/extend";
import type { Tensor } from "@lucid/tensor/functions";
import { expanded } from "./matrices.js";

/** Gives two batches of matrices one batch. @throws ShapeError if they do not broadcast. */
export function broadcastBatches(operation: string, a: Tensor, b: Tensor): readonly [a: Tensor, b: Tensor] {
  const batch = commonShape(operation, [a.shape.slice(0, -2), b.shape.slice(0, -2)]);
  const repeated = (x: Tensor): Tensor =>
    equalShapes(x.shape.slice(0, -2), batch) ? x : expanded(x, [...batch, ...x.shape.slice(-2)]);
  return [repeated(a), repeated(b)];
}
