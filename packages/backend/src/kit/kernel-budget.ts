/**
 * A limit for the memory of compiled kernels.
 *
 * @module
 */

/** The bytes that the compiled kernels of a backend may take, as the backend estimates them. */
const MOST_BYTES = 128 << 20;

/**
 * Bounds the memory of compiled kernels. A backend has one budget. Its tables of plans register with the budget, and
 * every compiled kernel is counted. When the limit is exceeded, all tables are emptied, and kernels are compiled again
 * as needed.
 *
 * @example
 * ```ts
 * const kernels = new Map<string, () => void>();
 * const budget = new KernelBudget(1000);
 * budget.register(() => kernels.clear());
 * for (let i = 0; i < 100; i++) {
 *   budget.spend(300);
 *   kernels.set(`kernel ${i}`, () => {});
 * }
 * kernels.size <= 3; // → true
 * ```
 */
export class KernelBudget {
  readonly #limit: number;
  readonly #tables: (() => void)[] = [];
  #spent = 0;

  /** @param limit the bytes that all kernels together may take; default 128 MiB. */
  constructor(limit: number = MOST_BYTES) {
    this.#limit = limit;
  }

  /** Registers a table by the function that empties it. */
  register(clear: () => void): void {
    this.#tables.push(clear);
  }

  /** Counts a kernel that is about to be kept. If there is no room for it, all tables are emptied first. */
  spend(bytes: number): void {
    this.#spent += bytes;
    if (this.#spent <= this.#limit) return;
    for (const clear of this.#tables) clear();
    this.#spent = bytes;
  }
}
