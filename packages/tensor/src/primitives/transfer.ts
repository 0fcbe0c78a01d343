/**
 * Moving tensors between backends.
 *
 * @module
 */
import { type Backend, rootOf, type TensorType } from "@lucid/backend";
import { type Call, dispatch, type Primitive } from "../dispatch/call.js";
import { copyElements, inOrder, readElementsSync } from "../memory/elements.js";
import { allocate, type Tensor, tensorOf } from "../tensor/tensor.js";

/** Attributes of {@link transfer}. */
export interface TransferAttributes {
  /** The name of the operation in errors. */
  readonly name: string;
  /** The form of the operation that waits. The error names it if the source cannot be read without waiting. */
  readonly asynchronous: string;
  readonly [name: string]: string;
}

/** Copies values to the backend of the call. */
export const transfer: Primitive<TransferAttributes> = {
  name: "to",
  crossesBackends: true,

  infer([x]: readonly TensorType[]): readonly TensorType[] {
    return [{ shape: x!.shape, dtype: x!.dtype }];
  },

  run({ inputs, attributes, backend }: Call<TransferAttributes, number>): readonly Tensor[] {
    return [arrive(inputs[0]!, backend, attributes)];
  },
};

/** Makes a tensor like `x` on `backend`, with the values of `x`. */
function arrive(x: Tensor, backend: Backend, { name, asynchronous }: TransferAttributes): Tensor {
  if (rootOf(backend) === rootOf(x.backend)) return tensorOf(copyElements(x.layout, backend));
  const result = allocate(backend, x.shape, x.dtype);
  // Only reading reveals a late failure, which must not spread to another backend unseen.
  if (backend.copyFrom !== undefined && x.storage.pending.length === 0) {
    const ordered = inOrder(x);
    const copied = backend.copyFrom(x.backend, ordered.layout, result.layout);
    if (ordered !== x) ordered.storage.release();
    if (copied) return result;
  }
  backend.write(result.storage.buffer, 0, readElementsSync(name, x, asynchronous));
  return result;
}

/** Calls {@link transfer}. `asynchronous` is the form that waits, which errors name. */
export function callTransfer(x: Tensor, backend: Backend, name = "to", asynchronous = "toAsync"): Tensor {
  return dispatch(transfer, [x], { name, asynchronous }, undefined, undefined, backend)[0]!;
}
