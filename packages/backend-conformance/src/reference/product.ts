/**
 * Matrix products from their definition.
 *
 * @module
 */
import { sizeOf } from "@lucid/backend";

/** The sizes of one product: `(batch, m, k) · (batch, k, n) → (batch, m, n)`. */
export interface Sizes {
  readonly batch: readonly number[];
  readonly m: number;
  readonly k: number;
  readonly n: number;
}

/** The elements of the product in row-major order. */
export function products({ batch, m, k, n }: Sizes, a: readonly number[], b: readonly number[]): number[] {
  const count = sizeOf(batch);
  const result = new Array<number>(count * m * n).fill(0);
  for (let t = 0; t < count; t++) {
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        let sum = 0;
        for (let p = 0; p < k; p++) sum += a[(t * m + i) * k + p]! * b[(t * k + p) * n + j]!;
        result[(t * m + i) * n + j] = sum;
      }
    }
  }
  return result;
}
