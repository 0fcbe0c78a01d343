/**
 * The order of `sort`.
 *
 * @module
 */

/** The order by insertion: every element goes behind those that are not larger. */
export function sortedOrder(line: readonly number[]): number[] {
  const order: number[] = [];
  for (const [i, value] of line.entries()) {
    let place = order.length;
    while (place > 0 && after(line[order[place - 1]!]!, value)) place--;
    order.splice(place, 0, i);
  }
  return order;
}

/** Whether `a` belongs behind `b`. */
function after(a: number, b: number): boolean {
  return a !== a ? b === b : a > b;
}
