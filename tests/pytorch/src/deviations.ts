/**
 * Where lucid differs from PyTorch 1.13 on purpose. A mark that is no longer needed fails the tests.
 */
import type { Case } from "./fixtures.js";

/** Cases of one operation that are not compared. */
export interface Deviation {
  readonly file: string;
  readonly operations: readonly string[];
  /** Why. */
  readonly reason: string;
  /** Which cases; default all. */
  readonly applies?: (given: Case) => boolean;
}

const holds = (pattern: RegExp) => (given: Case) => given.inputs.some((text) => pattern.test(text));

/** Whether the second type is of the first's kind, and wider. */
const wider = ([first, second]: readonly string[]): boolean =>
  (first!.startsWith("float32") && second!.startsWith("float64")) ||
  (first!.startsWith("uint8") && second!.startsWith("int32"));

const deviations: readonly Deviation[] = [
  {
    file: "promotion",
    operations: ["any", "all"],
    reason: "bool for every type; PyTorch answers uint8 for uint8",
    applies: holds(/^uint8/),
  },
  {
    file: "promotion",
    operations: ["argmax", "argmin"],
    reason: "defined for bool too",
    applies: holds(/^bool/),
  },
  {
    file: "promotion",
    operations: ["mul"],
    reason: "a tensor without axes promotes like any other; in PyTorch only its kind counts beside one with axes",
    applies: ({ inputs, outputs }) =>
      /\[\]/.test(inputs[1] ?? "") && inputs[0]!.split("[")[0] === outputs![0]!.split("[")[0] && wider(inputs),
  },
  {
    file: "promotion",
    operations: ["gelu"],
    reason: "of integers and bools a float32, as all functions of this kind",
    applies: holds(/^(int|uint|bool)/),
  },
  {
    file: "reductions",
    operations: ["prod"],
    reason:
      "the gradient is the product of the other elements; PyTorch divides the product by the element: NaN for NaN and ∞",
    applies: holds(/NaN|Infinity/),
  },
  {
    file: "reductions",
    operations: ["amax", "amin"],
    reason:
      "NaNs share the gradient, as in PyTorch's max and min of everything; PyTorch's amax makes all gradients NaN",
    applies: holds(/NaN/),
  },
  {
    file: "reductions",
    operations: ["var"],
    reason: "with an infinite element every gradient is NaN; PyTorch's of the finite ones are infinite",
    applies: holds(/Infinity/),
  },
];

/** Why a case is not compared, or undefined. */
export function deviationOf(file: string, operation: string, given: Case): string | undefined {
  return deviations.find(
    (deviation) =>
      deviation.file === file &&
      deviation.operations.includes(operation) &&
      (deviation.applies === undefined || deviation.applies(given)),
  )?.reason;
}
