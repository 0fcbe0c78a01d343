/**
 * Complex numbers of PyTorch as pairs of real numbers, in calls of `@lucid/fft`.
 */
import { complex } from "@lucid/fft";
import type { Tensor } from "@lucid/tensor";

type Function = (...args: readonly unknown[]) => unknown;

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;

/**
 * Calls a function whose first argument is described: `{ complex: x }` where PyTorch gets real numbers and lucid needs
 * pairs, `{ pairs: x }` where lucid has to be told that the last axis holds pairs.
 */
export function paired(call: Function, [first, ...rest]: readonly unknown[]): unknown {
  if (isRecord(first) && "complex" in first) return call(complex(first.complex as Tensor), ...rest);
  if (!isRecord(first) || !("pairs" in first)) return call(first, ...rest);
  const last = rest.at(-1);
  const options = isRecord(last) ? last : {};
  return call(first.pairs, ...(isRecord(last) ? rest.slice(0, -1) : rest), { ...options, pairs: true });
}
