/**
 * Moving tensors between backends.
 *
 * @module
 */
import { type Backend, BackendError, isContiguous, rootOf, type TensorType, type TypedArray } from "@lucid/backend";
import { type Call, dispatch, type Primitive } from "../dispatch/call.js";
import { allocate, type Tensor } from "../tensor/tensor.js";
import { identityExpr } from "./map.js";

/** The same values on the call's backend. */
export const transfer: Primitive<Record<never, never>> = {
  name: "to",
  crossesBackends: true,

  infer([x]: readonly TensorType[]): readonly TensorType[] {
    return [{ shape: x!.shape, dtype: x!.dtype }];
  },

  run({ inputs, backend }: Call<Record<never, never>>): readonly Tensor[] {
    return [arrive(inputs[0]!, backend)];
  },
};

/** A tensor like `x` on `backend`, of values read from `x`. */
function arrive(x: Tensor, backend: Backend): Tensor {
  const result = allocate(backend, x.shape, x.dtype);
  if (rootOf(backend) === rootOf(x.backend)) {
    backend.map({ exprs: [identityExpr(x.dtype)], inputs: [x.layout], scalars: [], outputs: [result.layout] });
  } else {
    backend.write(result.storage.buffer, 0, readElementsSync("to", x));
  }
  return result;
}

/** The elements in row-major order, in a buffer from `start`: the tensor's own where it is contiguous, else a copy's. @internal */
export function inOrderOf(x: Tensor): { readonly tensor: Tensor; readonly start: number } {
  if (isContiguous(x.layout)) return { tensor: x, start: x.layout.offset };
  const copy = allocate(x.backend, x.shape, x.dtype);
  x.backend.map({ exprs: [identityExpr(x.dtype)], inputs: [x.layout], scalars: [], outputs: [copy.layout] });
  return { tensor: copy, start: 0 };
}

/**
 * The elements in row-major order.
 *
 * @throws BackendError naming the asynchronous form where the backend cannot read synchronously.
 */
export function readElementsSync(operation: string, x: Tensor, asynchronous?: string): TypedArray {
  const { backend } = x;
  if (backend.readSync === undefined) {
    throw new BackendError(operation, `the backend ${backend.name} cannot read synchronously`, [backend.name], {
      remedy: `use ${asynchronous ?? `${operation}Async()`}`,
    });
  }
  const { tensor, start } = inOrderOf(x);
  const values = backend.readSync(tensor.storage.buffer, start, x.size);
  if (tensor !== x) tensor.storage.release();
  return values;
}

/** {@link transfer} as a function. */
export function callTransfer(x: Tensor, backend: Backend): Tensor {
  return dispatch(transfer, [x], {}, undefined, backend)[0]!;
}
