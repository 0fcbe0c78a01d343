/**
 * The tensors that make up a module's state: parameters, which are trained, and buffers, which are not.
 *
 * @module
 */
import { checkOptions, DTypeError } from "@lucid/backend";
import { isFloating, markEscaped, readArguments } from "@lucid/tensor/extend";
import { Tensor, type TensorData } from "@lucid/tensor/functions";
import { assertFlag } from "../internal/checks.js";

/** Parameters and buffers outlive every `scope`: their storage is held until they are disposed. */
function keep(tensor: Tensor): void {
  markEscaped(tensor).storage.hold();
}

/** Options of {@link Parameter}. */
export interface ParameterOptions {
  /** Whether gradients are computed for it; default true. */
  readonly requiresGrad?: boolean;
}

/** A tensor that is trained. `parameters()` finds it when a field of a module holds it. */
export class Parameter extends Tensor {
  /**
   * A tensor that is trained. `parameters()` finds it when a field of a module holds it.
   *
   * A parameter that is made of data copies them; one that is made of a tensor shares the tensor's memory.
   *
   * @param data - numbers, or a tensor.
   * @param requiresGrad - whether gradients are computed for it, by position or in the options; default true.
   * @throws DTypeError for integers and bools, which have no gradients.
   *
   * @example
   * ```ts
   * const scale = new Parameter([1, 2]);
   * scale.requiresGrad; // → true
   * ```
   *
   * Source: torch.nn.Parameter.
   */
  constructor(data: TensorData | Tensor, requiresGrad?: boolean | ParameterOptions) {
    const given = readArguments<ParameterOptions>("Parameter", [requiresGrad], ["requiresGrad"], {
      requiresGrad: true,
    });
    const { requiresGrad: wanted = true } = given;
    assertFlag("Parameter", "requiresGrad", wanted);
    super(data);
    if (!isFloating(this.dtype)) {
      throw new DTypeError("Parameter", `a parameter cannot be ${this.dtype}`, [this.dtype], {
        rule: "parameters have a floating type",
        remedy: "use new Buffer(…) for state that is not trained",
      });
    }
    keep(this);
    if (wanted) this.requiresGrad = true;
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
 * part of its state dict unless it is not persistent.
 */
export class Buffer extends Tensor {
  /** Whether `stateDict()` contains it. */
  readonly persistent: boolean;

  /**
   * A tensor that belongs to a module's state but is not trained, like a running mean. It moves with the module, and is
   * part of its state dict unless it is not persistent.
   *
   * A buffer that is made of data copies them; one that is made of a tensor shares the tensor's memory.
   *
   * @param data - numbers, or a tensor.
   * @param options - `persistent` (default true): whether `stateDict()` contains it.
   *
   * @example
   * ```ts
   * const runningMean = new Buffer(zeros([3]));
   * runningMean.persistent; // → true
   * ```
   *
   * Source: torch.nn.Buffer.
   */
  constructor(data: TensorData | Tensor, options?: BufferOptions) {
    checkOptions("Buffer", options, { persistent: true });
    const { persistent = true } = options ?? {};
    assertFlag("Buffer", "persistent", persistent);
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
