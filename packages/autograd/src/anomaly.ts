/**
 * Anomaly mode: backward passes look for NaN, and name the operation and the line that it comes from.
 *
 * @module
 */
import { ArgumentError, AutogradError, describeValue, formatShape } from "@lucid/backend";
import { assertFunction, refusePromise } from "@lucid/tensor/extend";
import type { Tensor } from "@lucid/tensor/functions";
import { noGrad } from "./modes.js";

let detecting = false;

/** Whether backward passes look for NaN. */
export function isDetecting(): boolean {
  return detecting;
}

/**
 * Switches anomaly mode on or off. In anomaly mode, operations remember where they were called, and a backward pass that
 * computes NaN throws an error that names the operation and the line. Every gradient is read for this, so it is slow.
 *
 * @param mode - whether it is on.
 * @throws ArgumentError unless `mode` is true or false.
 *
 * @example
 * ```ts
 * setDetectAnomaly(true);
 * const x = tensor([0], { requiresGrad: true });
 * x.sqrt().mul(0).sum().backward(); // throws AutogradError
 * setDetectAnomaly(false);
 * ```
 *
 * @see torch.autograd.set_detect_anomaly
 */
export function setDetectAnomaly(mode: boolean): void {
  if (typeof mode !== "boolean") {
    throw new ArgumentError("setDetectAnomaly", `the mode is ${describeValue(mode)}`, { rule: "it is true or false" });
  }
  detecting = mode;
}

/**
 * Runs `code` in anomaly mode; see {@link setDetectAnomaly}.
 *
 * @param code - the function to run, forward and backward; not an asynchronous one.
 * @throws ArgumentError if `code` returns a promise; AutogradError for a gradient with NaN.
 *
 * @example
 * ```ts
 * const x = tensor([0], { requiresGrad: true });
 * detectAnomaly(() => x.sqrt().mul(0).sum().backward()); // throws AutogradError
 * ```
 *
 * @see torch.autograd.detect_anomaly
 */
export function detectAnomaly<R>(code: () => R): R {
  assertFunction("detectAnomaly", code);
  const outer = detecting;
  detecting = true;
  try {
    const result = code();
    refusePromise("detectAnomaly", result);
    return result;
  } finally {
    detecting = outer;
  }
}

/** Returns the stack of the present call in anomaly mode; undefined otherwise. */
export function callSite(): string | undefined {
  if (!detecting) return undefined;
  const limited = Error as { stackTraceLimit?: number };
  const before = limited.stackTraceLimit;
  limited.stackTraceLimit = 50;
  const { stack } = new Error("called");
  if (before !== undefined) limited.stackTraceLimit = before;
  return stack;
}

/** Lines of a stack that lie in the sources or the builds of lucid's packages. */
const OWN = /(?:\/packages|@lucid)\/[\w-]+\/(?:src|dist)\/(?!.*\.test\.)/;

/** Returns the first line of a stack that is not lucid's own. */
function userLine(stack: string | undefined): string | undefined {
  const lines = stack?.split("\n").slice(1) ?? [];
  return lines
    .find((line) => !OWN.test(line))
    ?.trim()
    .replace(/^at /, "");
}

/** An operation on the tape, as far as errors show it. */
interface Culprit {
  readonly name: string;
  readonly trace: string | undefined;
}

function throwNaN({ name, trace }: Culprit, index: number, gradient: Tensor): never {
  const line = userLine(trace);
  throw new AutogradError(name, `the gradient of input ${index} ${formatShape(gradient.shape)} contains NaN`, {
    rule: line === undefined ? "where the operation was called is not known" : `the operation was called at ${line}`,
    remedy:
      trace === undefined
        ? "call the forward pass in anomaly mode too"
        : "look at the values there: a derivative is infinite where it is multiplied by 0",
  });
}

const hasNaN = (values: ArrayLike<number>): boolean => Array.prototype.some.call(values, Number.isNaN);

/** @throws AutogradError if a gradient that an operation computed contains NaN. */
export function assertNumbers(culprit: Culprit, gradients: readonly (Tensor | undefined)[]): void {
  gradients.forEach((gradient, i) => {
    if (gradient !== undefined && hasNaN(noGrad(() => gradient.dataSync()))) throwNaN(culprit, i, gradient);
  });
}

/** {@link assertNumbers} for backends that cannot be read synchronously. */
export async function assertNumbersAsync(culprit: Culprit, gradients: readonly (Tensor | undefined)[]): Promise<void> {
  for (const [i, gradient] of gradients.entries()) {
    if (gradient !== undefined && hasNaN(await gradient.data())) throwNaN(culprit, i, gradient);
  }
}
