/**
 * Options that are given once for all parameter groups, or as a list with a value for each.
 *
 * @module
 */
import type { Option } from "../options.js";

/** A value for all parameter groups, or a list with one for each. */
export type PerGroup<T> = T | readonly T[];

/** Returns the value of a group; undefined for a group that was added after the list was given. */
export function valueFor<T>(values: PerGroup<T>, group: number): T | undefined {
  return Array.isArray(values) ? (values as readonly T[])[group] : (values as T);
}

/** An option with one value, or a list of values, that `option` allows. */
export function perGroup<T>({ initial, rule, accepts }: Option<T>): Option<PerGroup<T>> {
  return {
    initial,
    rule: `${rule}, or a list with one for each group`,
    accepts: (value) => (Array.isArray(value) ? value.every((item) => accepts(item)) : accepts(value)),
  };
}

/** Describes the option whose list has another length than there are groups; undefined if there is none. */
export function wrongLength(options: Readonly<Record<string, unknown>>, groups: number): string | undefined {
  for (const [name, value] of Object.entries(options)) {
    if (Array.isArray(value) && value.length !== groups) {
      return `${name} has ${value.length} values, and the optimizer ${groups} groups`;
    }
  }
  return undefined;
}
