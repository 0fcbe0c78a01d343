/**
 * The order of `sort`.
 *
 * @module
 */

/** The positions of the elements in ascending order: equal elements keep their order, and NaN comes last. */
export function sortedOrder(line: readonly number[]): number[] {
  // The array's own sort is stable by the language's definition.
  return Array.from(line, (_, i) => i).sort((i, j) => compare(line[i]!, line[j]!));
}

function compare(a: number, b: number): number {
  if (a !== a || b !== b) return Number(a !== a) - Number(b !== b);
  return a < b ? -1 : a > b ? 1 : 0;
}
