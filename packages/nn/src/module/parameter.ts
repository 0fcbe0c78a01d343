/**
 * The tensors that make up a module's state: parameters, which are trained, and buffers, which are not.
 *
 * @module
 */
import { DTypeError } from "@lucid/backend";
import { isFloating, markEscaped, Tensor, type TensorData } from "@lucid/tensor/core";

/** Parameters and buffers outlive every `scope`: the storage is held for as long as the tensor is not disposed. */
function keep(tensor: Tensor): void {
  markEscaped(tensor).storage.hold();
}

/**
 * A tensor that a module is trained through: found by `parameters()` when it is a field of a module.
 *
 * Made of data, it copies them; made of a tensor, it shares the tensor's memory. (torch.nn.Parameter)
 *
 * @example
 * ```ts
 * const scale = new Parameter([1, 2]);
 * scale.requiresGrad; // → true
 * ```
 */
export class Parameter<S extends readonly number[] = readonly number[]> extends Tensor<S> {
  /** @throws DTypeError for integers and bools, which no gradient can move. */
  constructor(data: TensorData | Tensor, requiresGrad = true) {
    super(data);
    if (!isFloating(this.dtype)) {
      throw new DTypeError("Parameter", `a parameter cannot be ${this.dtype}`, [this.dtype], {
        rule: "parameters are float32 or float64",
        remedy: "use new Buffer(…) for state that is not trained",
      });
    }
    keep(this);
    if (requiresGrad) this.requiresGrad = true;
  }

  override dispose(): void {
    if (this.disposed) return;
    super.dispose();
    this.storage.unhold();
  }
}

/** Options of {@link Buffer}. */
export interface BufferOptions {
  /** Whether `stateDict()` contains it; default true. */
  readonly persistent?: boolean;
}

/**
 * A tensor that belongs to a module's state but is not trained, like a running mean. It moves with the module, and is
 * saved with it unless it is not persistent. Made of a tensor, it shares the tensor's memory. (torch.nn.Buffer)
 *
 * @example
 * ```ts
 * const runningMean = new Buffer(zeros([3]));
 * runningMean.persistent; // → true
 * ```
 */
export class Buffer<S extends readonly number[] = readonly number[]> extends Tensor<S> {
  /** Whether `stateDict()` contains it. */
  readonly persistent: boolean;

  constructor(data: TensorData | Tensor, { persistent = true }: BufferOptions = {}) {
    super(data);
    this.persistent = persistent;
    keep(this);
  }

  override dispose(): void {
    if (this.disposed) return;
    super.dispose();
    this.storage.unhold();
  }
}
