/**
 * Descriptions of JavaScript values of any type, for errors.
 *
 * @module
 */

const LONGEST_STRING = 40;
const LONGEST_LIST = 8;

/**
 * Returns a short text for any value: numbers, booleans, null and undefined as they are written, strings in quotes,
 * lists with their first elements, and everything else by what it is.
 *
 * @example
 * ```ts
 * describeValue([1, "a", null]); // → "[1, \"a\", null]"
 * describeValue(10n); // → "10n"
 * describeValue(new Map()); // → "an instance of Map"
 * ```
 */
export function describeValue(value: unknown): string {
  if (!Array.isArray(value)) return describeSingle(value);
  const shown = Array.from(value.slice(0, LONGEST_LIST), describeSingle);
  if (value.length > LONGEST_LIST) shown.push("…");
  return `[${shown.join(", ")}]`;
}

function describeSingle(value: unknown): string {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value.length > LONGEST_STRING ? `${value.slice(0, LONGEST_STRING)}…` : value);
    case "bigint":
      return `${value}n`;
    case "function":
      return "a function";
    case "object":
      return value === null ? "null" : describeObject(value);
    default:
      return String(value);
  }
}

function describeObject(value: object): string {
  if (Array.isArray(value)) return "a list";
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === null || prototype === Object.prototype) return "an object";
  const { name } = (value.constructor ?? {}) as { readonly name?: unknown };
  return typeof name === "string" && name !== "" ? `an instance of ${name}` : "an object";
}
