/**
 * The switch that says whether operations are recorded.
 *
 * @module
 */
import { assertFunction, refusePromise } from "@lucid/tensor/extend";

let recording = true;

/**
 * Returns whether operations on tensors that require gradients are being recorded.
 *
 * @see torch.is_grad_enabled
 */
export function isGradEnabled(): boolean {
  return recording;
}

function withRecording<R>(operation: string, value: boolean, code: () => R): R {
  assertFunction(operation, code);
  const outer = recording;
  recording = value;
  try {
    const result = code();
    refusePromise(operation, result);
    return result;
  } finally {
    recording = outer;
  }
}

/**
 * Runs `code` without recording gradients: its results need none. Change parameters in place inside it.
 *
 * @param code - the function to run; not an asynchronous one.
 * @throws ArgumentError if `code` returns a promise.
 *
 * @example
 * ```ts
 * const w = tensor([1, 2], { requiresGrad: true });
 * noGrad(() => w.mul(2)).requiresGrad; // → false
 * ```
 *
 * @see torch.no_grad
 */
export function noGrad<R>(code: () => R): R {
  return withRecording("noGrad", false, code);
}

/**
 * Runs `code` with recording, also inside of {@link noGrad}.
 *
 * @param code - the function to run; not an asynchronous one.
 * @throws ArgumentError if `code` returns a promise.
 *
 * @example
 * ```ts
 * const w = tensor([1, 2], { requiresGrad: true });
 * noGrad(() => enableGrad(() => w.mul(2))).requiresGrad; // → true
 * ```
 *
 * @see torch.enable_grad
 */
export function enableGrad<R>(code: () => R): R {
  return withRecording("enableGrad", true, code);
}

/**
 * Runs `code` without recording gradients, as {@link noGrad} does. PyTorch's form also makes tensors that can never take
 * part in the recording, to save some bookkeeping; here they are ordinary tensors.
 *
 * @param code - the function to run; not an asynchronous one.
 * @throws ArgumentError if `code` returns a promise.
 *
 * @example
 * ```ts
 * const w = tensor([1, 2], { requiresGrad: true });
 * inferenceMode(() => w.mul(2)).requiresGrad; // → false
 * ```
 *
 * @see torch.inference_mode
 */
export function inferenceMode<R>(code: () => R): R {
  return withRecording("inferenceMode", false, code);
}
