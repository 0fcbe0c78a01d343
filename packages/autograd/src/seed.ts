/**
 * Gradients that come from the user: the gradient that a backward pass begins with, and those that hooks return.
 *
 * @module
 */
import {
  ArgumentError,
  AutogradError,
  BackendError,
  cast,
  constant,
  DisposedError,
  describeValue,
  equalShapes,
  formatShape,
  input,
  namesOf,
  rootOf,
  ShapeError,
} from "@lucid/backend";
import { callGenerate, callMap, refusePromise } from "@lucid/tensor/extend";
import { Tensor } from "@lucid/tensor/functions";

/** Returns the gradient that a pass begins with: the one given, after its checks, or 1 for a single element. */
export function seedOf(root: Tensor, gradient: Tensor | undefined): Tensor {
  if (gradient === undefined) {
    if (root.numel() !== 1) {
      throw new AutogradError("backward", `the tensor has ${root.numel()} elements: ${formatShape(root.shape)}`, {
        rule: "only a single number has a gradient of its own",
        remedy: "reduce it first, for example loss.mean(), or pass the gradient of this tensor",
      });
    }
    return callGenerate("ones", root.backend, root.shape, constant(1, root.dtype));
  }
  if (!equalShapes(gradient.shape, root.shape)) {
    throw new ShapeError(
      "backward",
      `the gradient is ${formatShape(gradient.shape)}, the tensor ${formatShape(root.shape)}`,
      [gradient.shape, root.shape],
      {
        rule: "a gradient has its tensor's shape",
      },
    );
  }
  assertTogether("backward", "the gradient lives on another backend", gradient, root);
  if (gradient.dtype === root.dtype) return gradient;
  return callMap("to", [gradient], [cast(input(0, gradient.dtype), root.dtype)])[0]!;
}

/** @throws ArgumentError if the gradient to begin with is no tensor. */
export function checkGiven(gradient: unknown): void {
  if (gradient === undefined) return;
  if (gradient instanceof Tensor) {
    if (!gradient.disposed && !gradient.storage.freed) return;
    throw new DisposedError("backward", "the gradient was disposed");
  }
  throw new ArgumentError("backward", `the gradient is ${describeValue(gradient)}`, {
    rule: "a gradient is a tensor",
    remedy: "backward(undefined, options) begins with 1",
  });
}

/** @throws LucidError if what a hook returned cannot take the gradient's place. */
export function checkReplaced(replaced: unknown, gradient: Tensor): void {
  refusePromise("registerHook", replaced);
  if (!(replaced instanceof Tensor)) {
    throw new ArgumentError("registerHook", `the hook returned ${describeValue(replaced)}`, {
      rule: "a hook returns a tensor or nothing",
    });
  }
  if (!equalShapes(replaced.shape, gradient.shape) || replaced.dtype !== gradient.dtype) {
    throw new ShapeError(
      "registerHook",
      `the hook returned ${formatShape(replaced.shape)} ${replaced.dtype} for a gradient ${formatShape(gradient.shape)} ${gradient.dtype}`,
      [replaced.shape, gradient.shape],
      {
        rule: "a hook keeps the gradient's shape and type",
      },
    );
  }
  assertTogether("registerHook", "the hook returned a tensor on another backend", replaced, gradient);
}

/** @throws BackendError if `tensor` does not live where `other` does. */
export function assertTogether(operation: string, fact: string, tensor: Tensor, other: Tensor): void {
  if (tensor.backend === other.backend || rootOf(tensor.backend) === rootOf(other.backend)) return;
  const backends = namesOf([tensor.backend, other.backend]);
  throw new BackendError(operation, `${fact}: ${backends.join(" · ")}`, backends, {
    rule: "a gradient lives where its tensor does",
    remedy: "move it with to(backend)",
  });
}
