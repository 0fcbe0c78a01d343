/**
 * The parameters of an optimizer as one long vector, and the arithmetic of such vectors.
 *
 * @module
 */
import { peekGradient } from "@lucid/autograd";
import { fusedReduce, owned } from "@lucid/tensor/extend";
import {
  abs,
  add,
  cat,
  copy_,
  elementwise,
  type Formula,
  mul,
  narrow,
  reshape,
  type Tensor,
} from "@lucid/tensor/functions";
import { checkGradient } from "../../gradients.js";
import { filledLike, parameterName } from "../../groups.js";
import { writeEach } from "../../write.js";

/** Computes x + y · factor. */
export const plusTimes: (x: Tensor, y: Tensor, factor: Tensor | number) => Tensor = /* @__PURE__ */ elementwise(
  (x: Formula, y: Formula, factor: Formula) => add(x, mul(y, factor)),
  { name: "LBFGS" },
);

/** Computes the scalar product. */
export const dot = (x: Tensor, y: Tensor): Tensor => fusedReduce(mul, [x, y]);

/** Computes the largest absolute value. */
export const largest = (x: Tensor): Tensor => fusedReduce(abs, [x], { op: "max" });

/** Computes the sum of the absolute values. */
export const sumOfAbsolutes = (x: Tensor): Tensor => fusedReduce(abs, [x]);

/** Parameters as one vector. All of them have one element type, and live on one backend. */
export class FlatParameters {
  readonly size: number;
  readonly #operation: string;
  readonly #parameters: readonly Tensor[];
  /** Values that the parameters should have. */
  #former: Tensor | undefined;

  constructor(operation: string, parameters: readonly Tensor[]) {
    this.#operation = operation;
    this.#parameters = parameters;
    this.size = parameters.reduce((sum, parameter) => sum + parameter.numel(), 0);
  }

  /** Returns the parameter that vectors resemble in element type and backend. */
  get like(): Tensor {
    return this.#parameters[0]!;
  }

  /** Returns a copy of the values. */
  values(): Tensor {
    return this.#joined(this.#parameters);
  }

  /** Returns a copy of the gradients; a parameter without a gradient counts as one whose gradient is 0. */
  gradients(): Tensor {
    return owned(() =>
      this.#joined(
        this.#parameters.map((parameter, i) => {
          const gradient = peekGradient(parameter);
          if (gradient === undefined) return filledLike(parameter, 0);
          checkGradient(this.#operation, parameter, gradient, parameterName(0, i));
          return gradient.detach();
        }),
      ),
    );
  }

  /** Writes values into the parameters. */
  write(values: Tensor): void {
    owned(() => {
      let offset = 0;
      const parts = this.#parameters.map((parameter) => {
        const part = reshape(narrow(values, 0, offset, parameter.numel()), parameter.shape);
        offset += parameter.numel();
        return part;
      });
      writeEach(parts.length, (i) => void copy_(this.#parameters[i]!, parts[i]!));
    });
  }

  /**
   * Writes former values back. If that fails too, as on a lost device, {@link finishRestoring} does it later: until then the
   * values are kept.
   */
  restore(values: Tensor): void {
    values.storage.hold();
    this.#former = values;
    this.finishRestoring();
  }

  /** Writes what {@link restore} could not write. */
  finishRestoring(): void {
    const former = this.#former;
    if (former === undefined) return;
    this.write(former);
    this.#former = undefined;
    former.storage.unhold();
  }

  #joined(tensors: readonly Tensor[]): Tensor {
    return owned(() => cat(tensors.map((tensor) => reshape(tensor, [tensor.numel()]))));
  }
}
