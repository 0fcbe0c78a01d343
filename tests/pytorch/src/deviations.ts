/**
 * Where lucid differs from PyTorch 1.13 on purpose. A mark that is no longer needed fails the tests.
 */
import type { Case } from "./fixtures.js";

/** What is not compared in some cases of an operation. */
export interface Deviation {
  readonly file: string;
  readonly operations: readonly string[];
  /** Why. */
  readonly reason: string;
  /** How the problems that it explains begin; everything else is compared all the same. */
  readonly explains: "output" | "gradient" | "PyTorch refuses";
  /** Which cases; default all. */
  readonly applies?: (given: Case) => boolean;
}

const holds = (pattern: RegExp) => (given: Case) => given.inputs.some((text) => pattern.test(text));

const deviations: readonly Deviation[] = [
  {
    file: "promotion",
    operations: ["any", "all"],
    reason: "bool for every type; PyTorch answers uint8 for uint8",
    explains: "output",
    applies: holds(/^uint8/),
  },
  {
    file: "promotion",
    operations: ["argmax", "argmin"],
    reason: "defined for bool too",
    explains: "PyTorch refuses",
    applies: holds(/^bool/),
  },
  {
    file: "promotion",
    operations: ["gelu"],
    reason: "of integers and bools a float32, as all functions of this kind",
    explains: "PyTorch refuses",
    applies: holds(/^(int|uint|bool)/),
  },
  {
    file: "reductions",
    operations: ["prod"],
    reason:
      "the gradient is the product of the other elements; PyTorch divides the product by the element: NaN for NaN and ∞",
    explains: "gradient",
    applies: holds(/NaN|Infinity/),
  },
  {
    file: "reductions",
    operations: ["amax", "amin"],
    reason:
      "NaNs share the gradient, as in PyTorch's max and min of everything; PyTorch's amax makes all gradients NaN",
    explains: "gradient",
    applies: holds(/NaN/),
  },
  {
    file: "reductions",
    operations: ["var"],
    reason: "with an infinite element every gradient is NaN; PyTorch's of the finite ones are infinite",
    explains: "gradient",
    applies: holds(/Infinity/),
  },
];

/** The deviation that a case shows, or undefined. */
export function deviationOf(file: string, operation: string, given: Case): Deviation | undefined {
  return deviations.find(
    (deviation) =>
      deviation.file === file &&
      deviation.operations.includes(operation) &&
      (deviation.applies === undefined || deviation.applies(given)),
  );
}
