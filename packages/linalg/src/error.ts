/**
 * The error for matrices that a function cannot take because of their values.
 *
 * @module
 */
import { type ErrorParts, LucidError } from "@lucid/backend";

/**
 * A matrix is singular, or not positive definite.
 *
 * @example
 * ```ts
 * try {
 *   inv(tensor([[1, 2], [2, 4]]));
 * } catch (error) {
 *   error instanceof LinAlgError; // → true
 * }
 * ```
 *
 * @see torch.linalg.LinAlgError
 */
export class LinAlgError extends LucidError {
  override readonly name: string = "LinAlgError";
  /** For each matrix of the batch, the number of the row in which it was found, counted from 1; 0 if there is nothing wrong. */
  readonly info: readonly number[];

  constructor(operation: string, fact: string, info: readonly number[], parts?: ErrorParts) {
    super(operation, fact, parts);
    this.info = info;
  }
}
