/**
 * Zeros for gradients.
 *
 * @module
 */
import { constant } from "@lucid/backend";
import { callGenerate, callView, expandView } from "@lucid/tensor/extend";
import type { Tensor } from "@lucid/tensor/functions";

/** Makes zeros of any shape that take one element of memory, in the type and on the backend of `like`. */
export function expandedZeros(like: Pick<Tensor, "dtype" | "backend">, shape: readonly number[]): Tensor {
  return callView(expandView, callGenerate("zeros", like.backend, [], constant(0, like.dtype)), { shape });
}
