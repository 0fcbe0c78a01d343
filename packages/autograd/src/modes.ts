/**
 * Whether operations are recorded.
 *
 * @module
 */
import { assertFunction, refusePromise } from "@lucid/tensor/core";

let recording = true;

/** Whether operations on tensors that require gradients are being recorded. */
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
 * Runs `code` without recording gradients: its results need none. In-place changes of parameters belong here.
 * (torch.no_grad)
 *
 * @throws ArgumentError if `code` returns a promise.
 *
 * @example
 * ```ts
 * const w = tensor([1, 2], { requiresGrad: true });
 * noGrad(() => w.mul(2)).requiresGrad; // → false
 * ```
 */
export function noGrad<R>(code: () => R): R {
  return withRecording("noGrad", false, code);
}

/**
 * Runs `code` with recording switched on again inside a {@link noGrad}. (torch.enable_grad)
 *
 * @throws ArgumentError if `code` returns a promise.
 *
 * @example
 * ```ts
 * const w = tensor([1, 2], { requiresGrad: true });
 * noGrad(() => enableGrad(() => w.mul(2))).requiresGrad; // → true
 * ```
 */
export function enableGrad<R>(code: () => R): R {
  return withRecording("enableGrad", true, code);
}
