/**
 * Checks of the state dicts of schedules.
 *
 * @module
 */
import { ArgumentError, describeValue, StateError } from "@lucid/backend";

/** The values that a field of a state dict may have. */
export interface FieldRule {
  readonly rule: string;
  accepts(value: unknown): boolean;
}

/** A list with a learning rate ≥ 0 for each group. */
export function ratesOf(groups: number): FieldRule {
  return {
    rule: `a list of ${groups} numbers ≥ 0`,
    accepts: (value) =>
      Array.isArray(value) && value.length === groups && value.every((rate) => typeof rate === "number" && rate >= 0),
  };
}

/** Any number, infinite ones included. */
export const anyNumber: FieldRule = { rule: "a number", accepts: (value) => typeof value === "number" };

/**
 * @param expected - the rule of every field.
 * @throws ArgumentError unless `given` is an object; StateError that names every mismatch.
 */
export function checkScheduleState(
  operation: string,
  expected: Readonly<Record<string, FieldRule>>,
  given: unknown,
): void {
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    throw new ArgumentError(operation, `the state dict is ${describeValue(given)}`, {
      rule: "it is what stateDict() returned",
    });
  }
  const fields: Readonly<Record<string, unknown>> = { ...given };
  const missing = Object.keys(expected).filter((name) => !Object.hasOwn(fields, name));
  const unexpected = Object.keys(fields).filter((name) => !Object.hasOwn(expected, name));
  const facts = [
    ...missing.map((name) => `${name} is missing`),
    ...unexpected.map((name) => `${name} is unexpected`),
    ...Object.keys(expected)
      .filter((name) => Object.hasOwn(fields, name) && !expected[name]!.accepts(fields[name]))
      .map((name) => `${name} is ${describeValue(fields[name])}, not ${expected[name]!.rule}`),
  ];
  if (facts.length === 0) return;
  throw new StateError(
    operation,
    `the state dict does not fit: ${facts.join("; ")}`,
    { missing, unexpected },
    { rule: "nothing was loaded" },
  );
}
