/**
 * Moving a tensor to another backend, with a wait if its own backend cannot be read synchronously.
 *
 * @module
 */
import { type Backend, rootOf } from "@lucid/backend";
import { assertReadable, type Transform, withTransform } from "../../dispatch/call.js";
import { readElements } from "../../memory/elements.js";
import { owned } from "../../memory/ownership.js";
import { callTransfer, transfer } from "../../primitives/transfer.js";
import { allocate, type Tensor } from "../../tensor/tensor.js";

/**
 * Returns the tensor itself if `target` can compute with it, otherwise a tensor on `target` with the same elements.
 * @internal
 */
export async function arrival(operation: string, x: Tensor, target: Backend): Promise<Tensor> {
  if (rootOf(target) === rootOf(x.backend)) return x;
  if (x.backend.readSync !== undefined) return callTransfer(x, target, operation, operation);
  assertReadable(x, operation);
  const values = await readElements(x);
  // The recorder sees an ordinary transfer, although its values were read and written asynchronously.
  const arrived: Transform = {
    handle(call, next) {
      if (call.primitive !== transfer || call.inputs[0] !== x) return next(call);
      const result = allocate(target, x.shape, x.dtype);
      target.write(result.storage.buffer, 0, values);
      return [result];
    },
  };
  return owned(() => withTransform(arrived, () => callTransfer(x, target, operation, operation)));
}
