/**
 * Parameters as one vector, and back.
 *
 * @module
 */
import { ArgumentError, formatShape, ShapeError } from "@lucid/backend";
import { owned } from "@lucid/tensor/extend";
import { cat, narrow, reshape, type Tensor } from "@lucid/tensor/functions";
import { assertTensor } from "../internal/checks.js";
import { writeAll } from "../module/write.js";
import { listOfTensors, type Parameters } from "./internal/parameters.js";

/**
 * Joins parameters to one vector. Gradients flow back to them.
 *
 * @param parameters - the parameters, in their order.
 * @throws ArgumentError without any parameter.
 *
 * @example
 * ```ts
 * utils.parametersToVector([tensor([[1, 2], [3, 4]]), tensor([5])]); // → Tensor([1, 2, 3, 4, 5])
 * ```
 *
 * Source: torch.nn.utils.parameters_to_vector.
 */
export function parametersToVector(parameters: Parameters): Tensor {
  const list = listOfTensors("parametersToVector", parameters);
  if (list.length === 0) throw new ArgumentError("parametersToVector", "there are no parameters");
  return owned(() => cat(list.map((parameter) => reshape(parameter, [parameter.numel()]))));
}

/**
 * Writes the elements of a vector into parameters: all of them or, on an error, none.
 *
 * @param vector - as many elements as the parameters have.
 * @param parameters - the parameters, in their order.
 * @throws ShapeError for a vector of another length.
 *
 * @example
 * ```ts
 * const [a, b] = [zeros([2, 2]), zeros([1])];
 * utils.vectorToParameters(tensor([1, 2, 3, 4, 5]), [a, b]);
 * a; // → Tensor([[1, 2], [3, 4]])
 * ```
 *
 * Source: torch.nn.utils.vector_to_parameters.
 */
export function vectorToParameters(vector: Tensor, parameters: Parameters): void {
  const name = "vectorToParameters";
  assertTensor(name, "vector", vector);
  const list = listOfTensors(name, parameters);
  const count = list.reduce((total, parameter) => total + parameter.numel(), 0);
  if (vector.ndim !== 1 || vector.numel() !== count) {
    throw new ShapeError(name, `the vector is ${formatShape(vector.shape)}`, [vector.shape], {
      rule: `it has one dimension, and as many elements as the parameters: ${count}`,
    });
  }
  const values = vector.detach();
  let start = 0;
  owned(() => {
    const writes = list.map((target, i) => {
      const part = narrow(values, 0, start, target.numel());
      start += target.numel();
      return { name: `${i}`, target, value: reshape(part, target.shape) };
    });
    writeAll(name, writes);
  });
}
