/**
 * Checks that layers, losses, functions and initializers make before anything changes.
 *
 * @module
 */
import { ArgumentError, closestName, DTypeError, describeValue } from "@lucid/backend";
import { isFloating } from "@lucid/tensor/extend";
import { Tensor } from "@lucid/tensor/functions";

/** @throws ArgumentError unless `value` is a number. */
export function assertNumber(operation: string, name: string, value: unknown): asserts value is number {
  if (typeof value === "number") return;
  throw new ArgumentError(operation, `${name} is ${describeValue(value)}`, { rule: `${name} is a number` });
}

/** @throws ArgumentError unless `value` is a number above 0. */
export function assertPositive(operation: string, name: string, value: unknown): asserts value is number {
  if (typeof value === "number" && value > 0) return;
  throw new ArgumentError(operation, `${name} is ${describeValue(value)}`, { rule: `${name} is a number above 0` });
}

/** @throws ArgumentError unless `value` is a number, 0 or above. */
export function assertNotNegative(operation: string, name: string, value: unknown): asserts value is number {
  if (typeof value === "number" && value >= 0) return;
  throw new ArgumentError(operation, `${name} is ${describeValue(value)}`, { rule: `${name} is a number, 0 or above` });
}

/** @throws ArgumentError unless `value` is a number from 0 to 1. */
export function assertFraction(operation: string, name: string, value: unknown): asserts value is number {
  if (typeof value === "number" && value >= 0 && value <= 1) return;
  throw new ArgumentError(operation, `${name} is ${describeValue(value)}`, { rule: `${name} is a number from 0 to 1` });
}

/** @throws ArgumentError unless `value` is an integer. */
export function assertInteger(operation: string, name: string, value: unknown): asserts value is number {
  if (Number.isInteger(value)) return;
  throw new ArgumentError(operation, `${name} is ${describeValue(value)}`, { rule: `${name} is an integer` });
}

/** @throws ArgumentError unless `value` is an integer, 0 or above. */
export function assertCount(operation: string, name: string, value: unknown): asserts value is number {
  if (Number.isInteger(value) && (value as number) >= 0) return;
  throw new ArgumentError(operation, `${name} is ${describeValue(value)}`, {
    rule: `${name} is an integer, 0 or above`,
  });
}

/** @throws ArgumentError unless `value` is an integer above 0. */
export function assertFactor(operation: string, name: string, value: unknown): asserts value is number {
  if (Number.isInteger(value) && (value as number) > 0) return;
  throw new ArgumentError(operation, `${name} is ${describeValue(value)}`, { rule: `${name} is an integer above 0` });
}

/** @throws ArgumentError unless `value` is true or false. */
export function assertFlag(operation: string, name: string, value: unknown): asserts value is boolean {
  if (typeof value === "boolean") return;
  throw new ArgumentError(operation, `${name} is ${describeValue(value)}`, { rule: `${name} is true or false` });
}

/** @throws ArgumentError unless `value` is one of the strings in `choices`. */
export function assertChoice<C extends string>(
  operation: string,
  name: string,
  value: unknown,
  choices: readonly C[],
): asserts value is C {
  if (choices.includes(value as C)) return;
  const closest = typeof value === "string" ? closestName(value, choices) : undefined;
  throw new ArgumentError(operation, `${name} is ${describeValue(value)}`, {
    rule: `${name} is ${choices.map((choice) => JSON.stringify(choice)).join(" or ")}`,
    ...(closest !== undefined && { remedy: `did you mean ${JSON.stringify(closest)}?` }),
  });
}

/** @throws ArgumentError unless `value` is a tensor. */
export function assertTensor(operation: string, name: string, value: unknown): asserts value is Tensor {
  if (value instanceof Tensor) return;
  throw new ArgumentError(operation, `the ${name} is not a tensor: ${describeValue(value)}`, {
    ...((typeof value === "number" || Array.isArray(value)) && { remedy: "wrap it: tensor(…)" }),
  });
}

/** @throws ArgumentError unless `value` is a tensor, DTypeError unless its elements are floating-point numbers. */
export function assertFloatingTensor(operation: string, name: string, value: unknown): asserts value is Tensor {
  assertTensor(operation, name, value);
  if (isFloating(value.dtype)) return;
  throw new DTypeError(operation, `the ${name} is ${value.dtype}`, [value.dtype], {
    rule: `the ${name} is float32 or float64`,
    remedy: 'convert it: .to("float32")',
  });
}

/** @throws ArgumentError unless `value` is a function. */
export function assertFunction(operation: string, name: string, value: unknown): void {
  if (typeof value === "function") return;
  throw new ArgumentError(operation, `the ${name} is ${describeValue(value)}`, { rule: `the ${name} is a function` });
}
