/**
 * The outcome of a call that was split into several.
 *
 * @module
 */
import type { Deferred } from "../outcome.js";

/**
 * Joins several outcomes into one: it is the first failure, or success if all have succeeded. The result is undefined
 * if none is deferred.
 */
export function joinDeferred(parts: readonly (Deferred | undefined)[]): Deferred | undefined {
  const deferred = parts.filter((part) => part !== undefined);
  if (deferred.length <= 1) return deferred[0];
  return {
    failure() {
      const outcomes = deferred.map((part) => part.failure());
      return outcomes.find((outcome) => outcome) ?? (outcomes.includes(undefined) ? undefined : null);
    },
  };
}
