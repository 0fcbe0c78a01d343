/**
 * Shapes as arguments: a list of sizes, or the sizes one by one, with options after them. Every function that takes a
 * shape reads it here.
 *
 * @module
 */
import { ArgumentError, describeValue, formatShape } from "@lucid/backend";
import { assertInteger } from "./checks.js";

/**
 * Integers as arguments, such as sizes or dims: one list, or one by one. A union in one signature, and not two
 * overloads, so that both ways to call a function have the same documentation in editors.
 */
export type Integers = readonly [list: readonly number[]] | readonly number[];

/** Sizes that are given one by one, with an options object after them. */
export type SizesAndOptions<O> = readonly [...sizes: number[], options: O | undefined];

/**
 * Every tensor has fewer elements than this, because positions and indices are int32. This holds for views too: no
 * kernel could read a scalar that was expanded to a larger shape.
 */
const ELEMENT_LIMIT = 2 ** 31;

/**
 * Returns the integers of a call, which are given as one list or one by one.
 *
 * @param what - the name of one of them, for the error.
 * @throws ArgumentError if one is not an integer.
 * @internal
 */
export function integersOf(operation: string, what: string, args: readonly unknown[]): readonly number[] {
  const first = args[0];
  const list: readonly unknown[] = args.length === 1 && Array.isArray(first) ? first : args;
  assertIntegers(operation, what, list);
  return list;
}

/** @throws ArgumentError unless `list` is a list of integers without holes. @internal */
export function assertIntegers(operation: string, what: string, list: unknown): asserts list is readonly number[] {
  if (!Array.isArray(list)) {
    throw new ArgumentError(operation, `${what}: ${describeValue(list)}`, { rule: "a list of integers is needed" });
  }
  // The loop goes by position, because forEach and every skip holes.
  for (let i = 0; i < list.length; i++) assertInteger(operation, what, list[i]);
}

/**
 * Returns the shape and the options of a call such as `zeros([2, 3], options)` or `zeros(2, 3, options)`.
 *
 * @throws ArgumentError if there is no shape, a size is not an integer ≥ 0, or something follows the options.
 * @internal
 */
export function shapeAndOptions<O extends object>(
  operation: string,
  args: readonly unknown[],
): { readonly shape: readonly number[]; readonly options: O | undefined } {
  const [first] = args;
  if (Array.isArray(first)) {
    if (args.length > 2) throw tooMany(operation, args[2], "a list of sizes is followed by options only");
    return { shape: checkedShape(operation, first), options: args[1] as O | undefined };
  }
  let count = 0;
  while (count < args.length && typeof args[count] === "number") count++;
  if (count === 0) {
    const given = args.length === 0 ? "no shape is given" : `the shape is ${describeValue(first)}`;
    throw new ArgumentError(operation, given, {
      rule: "a shape is a list of sizes, or the sizes one by one",
      remedy: `write ${operation}([2, 3]) or ${operation}(2, 3)`,
    });
  }
  if (args.length > count + 1) {
    throw tooMany(operation, typeof args[count] === "object" ? args[count + 1] : args[count], "options come last");
  }
  return { shape: checkedShape(operation, args.slice(0, count)), options: args[count] as O | undefined };
}

function tooMany(operation: string, value: unknown, rule: string): ArgumentError {
  return new ArgumentError(operation, `unexpected argument ${describeValue(value)}`, { rule });
}

/**
 * Copies a list of sizes and checks it.
 *
 * @throws ArgumentError if one is not an integer ≥ 0, or if a tensor of this shape would have too many elements.
 * @internal
 */
export function checkedShape(operation: string, shape: unknown): readonly number[] {
  if (!Array.isArray(shape)) {
    throw new ArgumentError(operation, `the shape is ${describeValue(shape)}`, { rule: "a shape is a list of sizes" });
  }
  assertIntegers(operation, "size", shape);
  for (const size of shape) {
    if (size < 0) {
      throw new ArgumentError(operation, `size ${size} in ${formatShape(shape)}`, { rule: "sizes are integers ≥ 0" });
    }
  }
  assertElementCount(operation, shape);
  return [...shape];
}

/** @throws ArgumentError if a tensor of this shape would have too many elements. @internal */
export function assertElementCount(operation: string, shape: readonly number[]): void {
  let count = 1;
  for (const size of shape) {
    if (size === 0) return;
    count *= size;
  }
  if (count < ELEMENT_LIMIT) return;
  throw new ArgumentError(operation, `the shape ${formatShape(shape)} has ${count} elements`, {
    rule: `a tensor, or a view of one, has fewer than 2³¹ elements`,
  });
}
