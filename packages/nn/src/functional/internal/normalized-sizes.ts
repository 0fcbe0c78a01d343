/**
 * The argument `normalizedShape` of layer normalization.
 *
 * @module
 */
import { ArgumentError, describeValue } from "@lucid/backend";

/**
 * A normalized shape as a list of sizes.
 *
 * @throws ArgumentError unless it is an integer, or a list of one integer at least.
 */
export function normalizedSizes(operation: string, normalizedShape: unknown): readonly number[] {
  const sizes: unknown = typeof normalizedShape === "number" ? [normalizedShape] : normalizedShape;
  if (Array.isArray(sizes) && sizes.length > 0 && areCounts(sizes)) return [...sizes];
  throw new ArgumentError(operation, `the normalized shape is ${describeValue(normalizedShape)}`, {
    rule: "it lists the sizes of the last dimensions, one at least",
  });
}

function areCounts(values: readonly unknown[]): values is readonly number[] {
  for (const value of values) if (!Number.isInteger(value) || (value as number) < 0) return false;
  return true;
}
