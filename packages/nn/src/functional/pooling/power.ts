/**
 * The norms of windows.
 *
 * @module
 */
import { checkOptions, type OptionNames } from "@lucid/backend";
import { owned } from "@lucid/tensor/extend";
import { abs, elementwise, type Formula, mul, pow, relu, sign, type Tensor } from "@lucid/tensor/functions";
import { assertFloatingTensor, assertNumber } from "../../internal/checks.js";
import { poolAverages } from "../internal/pool.js";
import { type Sizes, sizesOf } from "../internal/spatial.js";

/** Options of `lpPool1d`, `lpPool2d` and `lpPool3d`, and of the layers. */
export interface LPPoolOptions {
  /** The distance from one window to the next; default (and null): the size of a window. */
  readonly stride?: Sizes | null;
  /** Whether the last window may reach beyond the input; default false. */
  readonly ceilMode?: boolean;
}

const optionNames: OptionNames<LPPoolOptions> = { stride: true, ceilMode: true };

/** The root of a sum of powers. At 0, its gradient is 0. */
const root = /* @__PURE__ */ elementwise(
  (mean: Formula, count: Formula, exponent: Formula) => pow(mul(mul(sign(mean), relu(abs(mean))), count), exponent),
  { name: "lpPool" },
);

function poolNorms(
  operation: string,
  axes: number,
  input: Tensor,
  normType: number,
  kernelSize: Sizes,
  options: LPPoolOptions | undefined,
): Tensor {
  checkOptions(operation, options, optionNames);
  assertFloatingTensor(operation, "input", input);
  assertNumber(operation, "normType", normType);
  const count = sizesOf(operation, "kernelSize", kernelSize, axes, 1).reduce((product, size) => product * size, 1);
  const { stride, ceilMode } = options ?? {};
  return owned(() => {
    const powers = pow(input, normType);
    return root(poolAverages(operation, axes, powers, kernelSize, { stride, ceilMode }), count, 1 / normType);
  });
}

/**
 * Computes the norm of each window of sequences, without absolute values: `(Σ xᵖ)^(1/p)`.
 *
 * Shapes: `(batch, channels, length) → (batch, channels, length′)`; also without the batch. A size n becomes
 * ⌊(n − kernelSize) / stride⌋ + 1; with `ceilMode`, it is rounded up. A window that reaches beyond the input counts as if
 * it went on with the mean of its powers, as in PyTorch.
 *
 * @param input - sequences.
 * @param normType - the power p.
 * @param kernelSize - the size of a window: a number for all axes, or a list with one for each.
 * @param options - `stride` (default: the size of a window), `ceilMode` (default false).
 * @throws ArgumentError for sizes that are not such integers or an unknown option; ShapeError if no window fits;
 * DTypeError unless the input holds floating-point numbers.
 *
 * @example
 * ```ts
 * functional.lpPool1d(tensor([[3, 4, 6, 8]]), 2, 2); // → Tensor([[5, 10]])
 * ```
 *
 * Source: torch.nn.functional.lp_pool1d.
 */
export function lpPool1d(input: Tensor, normType: number, kernelSize: Sizes, options?: LPPoolOptions): Tensor {
  return poolNorms("lpPool1d", 1, input, normType, kernelSize, options);
}

/**
 * Computes the norm of each window of images, without absolute values: `(Σ xᵖ)^(1/p)`.
 *
 * Shapes: `(batch, channels, height, width) → (batch, channels, height′, width′)`; also without the batch. A size n becomes
 * ⌊(n − kernelSize) / stride⌋ + 1; with `ceilMode`, it is rounded up. A window that reaches beyond the input counts as if
 * it went on with the mean of its powers, as in PyTorch.
 *
 * @param input - images.
 * @param normType - the power p.
 * @param kernelSize - the size of a window: a number for all axes, or a list with one for each.
 * @param options - `stride` (default: the size of a window), `ceilMode` (default false).
 * @throws ArgumentError for sizes that are not such integers or an unknown option; ShapeError if no window fits;
 * DTypeError unless the input holds floating-point numbers.
 *
 * @example
 * ```ts
 * functional.lpPool2d(tensor([[[1, 2], [2, 4]]]), 2, 2); // → Tensor([[[5]]])
 * ```
 *
 * Source: torch.nn.functional.lp_pool2d.
 */
export function lpPool2d(input: Tensor, normType: number, kernelSize: Sizes, options?: LPPoolOptions): Tensor {
  return poolNorms("lpPool2d", 2, input, normType, kernelSize, options);
}

/**
 * Computes the norm of each window of volumes, without absolute values: `(Σ xᵖ)^(1/p)`.
 *
 * Shapes: `(batch, channels, depth, height, width) → (batch, channels, depth′, height′, width′)`; also without the batch. A size n becomes
 * ⌊(n − kernelSize) / stride⌋ + 1; with `ceilMode`, it is rounded up. A window that reaches beyond the input counts as if
 * it went on with the mean of its powers, as in PyTorch.
 *
 * @param input - volumes.
 * @param normType - the power p.
 * @param kernelSize - the size of a window: a number for all axes, or a list with one for each.
 * @param options - `stride` (default: the size of a window), `ceilMode` (default false).
 * @throws ArgumentError for sizes that are not such integers or an unknown option; ShapeError if no window fits;
 * DTypeError unless the input holds floating-point numbers.
 *
 * @example
 * ```ts
 * functional.lpPool3d(zeros([2, 3, 8, 8, 8]), 2, 2).shape; // → [2, 3, 4, 4, 4]
 * ```
 *
 * Source: torch.nn.functional.lp_pool3d. It came with PyTorch 2.3.
 */
export function lpPool3d(input: Tensor, normType: number, kernelSize: Sizes, options?: LPPoolOptions): Tensor {
  return poolNorms("lpPool3d", 3, input, normType, kernelSize, options);
}
