/**
 * Plain records: objects as braces write them.
 *
 * @module
 */

/** Whether a value is an object literal, as opposed to an instance of a class. */
export function isPlainRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
