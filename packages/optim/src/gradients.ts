/**
 * The gradients of an optimizer's parameters: checks, and filling them with zeros.
 *
 * @module
 */
import { noGrad, peekGradient } from "@lucid/autograd";
import {
  BackendError,
  constant,
  DisposedError,
  DTypeError,
  equalShapes,
  formatShape,
  namesOf,
  overlapsItself,
  rootOf,
  ShapeError,
} from "@lucid/backend";
import { assertComputed, callMapInto, owned } from "@lucid/tensor/extend";
import type { Tensor } from "@lucid/tensor/functions";
import { filledLike } from "./groups.js";
import { writeEach } from "./write.js";

/**
 * @throws LucidError unless `gradient` can be the gradient of `parameter`. `name` is the parameter's name in errors.
 */
export function checkGradient(operation: string, parameter: Tensor, gradient: Tensor, name: string): void {
  if (parameter.disposed || parameter.storage.freed) throwDisposed(operation, name);
  if (gradient.disposed || gradient.storage.freed) throwDisposed(operation, `the gradient of ${name}`);
  assertComputed([gradient]);
  if (!equalShapes(gradient.shape, parameter.shape)) {
    const shapes = [gradient.shape, parameter.shape];
    const text = shapes.map(formatShape).join(", the parameter ");
    throw new ShapeError(operation, `the gradient of ${name} is ${text}`, shapes, {
      rule: "a gradient has its parameter's shape",
    });
  }
  if (gradient.dtype !== parameter.dtype) {
    const types = [gradient.dtype, parameter.dtype];
    throw new DTypeError(operation, `the gradient of ${name} is ${types.join(", the parameter ")}`, types, {
      rule: "a gradient has its parameter's element type",
    });
  }
  if (gradient.backend !== parameter.backend && rootOf(gradient.backend) !== rootOf(parameter.backend)) {
    const backends = namesOf([gradient.backend, parameter.backend]);
    const text = backends.join(", the parameter on ");
    throw new BackendError(operation, `the gradient of ${name} lives on ${text}`, backends, {
      rule: "a gradient lives where its parameter does",
    });
  }
}

function throwDisposed(operation: string, what: string): never {
  throw new DisposedError(operation, `${what} was disposed`, {
    rule: "dispose(), `using` and the end of a scope free a tensor for good",
  });
}

/**
 * Fills the gradients of parameters with zeros. A gradient that was recorded, or that contains an element twice, is
 * replaced by a new one. What has to be allocated is allocated first, and a kernel that fails after that is called again.
 */
export function fillGradients(parameters: readonly Tensor[], operation: string): void {
  noGrad(() =>
    owned(() => {
      const replaced: (readonly [parameter: Tensor, zeros: Tensor])[] = [];
      const filled: Tensor[] = [];
      for (const parameter of parameters) {
        const gradient = peekGradient(parameter);
        if (gradient === undefined) continue;
        if (gradient.requiresGrad || overlapsItself(gradient.layout))
          replaced.push([parameter, filledLike(gradient, 0)]);
        else filled.push(gradient);
      }
      writeEach(filled.length, (position) => {
        const gradient = filled[position]!;
        callMapInto(operation, [gradient], [], [constant(0, gradient.dtype)]);
      });
      for (const [parameter, zeros] of replaced) parameter.grad = zeros;
    }),
  );
}
