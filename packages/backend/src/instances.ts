/**
 * Names that distinguish backends of the same name in errors.
 *
 * @module
 */
import type { Backend } from "./backend.js";

/** The number of each backend among those of its name, in the order in which errors first named them. */
const numbers = new WeakMap<Backend, number>();
const counts = new Map<string, number>();

function numberOf(backend: Backend): number {
  let number = numbers.get(backend);
  if (number === undefined) {
    number = (counts.get(backend.name) ?? 0) + 1;
    counts.set(backend.name, number);
    numbers.set(backend, number);
  }
  return number;
}

/**
 * Returns the names of backends for an error about several of them. Different backends of the same name are numbered.
 *
 * @example
 * ```ts
 * namesOf([createCpuBackend(), createCpuBackend()]); // → ["cpu #1", "cpu #2"]
 * ```
 */
export function namesOf(backends: readonly Backend[]): readonly string[] {
  return backends.map((backend) => {
    const isUnique = backends.every((other) => other === backend || other.name !== backend.name);
    return isUnique ? backend.name : `${backend.name} #${numberOf(backend)}`;
  });
}
