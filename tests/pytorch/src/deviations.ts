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
  readonly explains: "output" | "output 1" | "output: dtype" | "gradient" | "PyTorch refuses" | "threw";
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
    file: "activations",
    operations: ["hardsigmoid", "Hardsigmoid"],
    reason: "the slope in float64 is 1/6; PyTorch's is 1/6 rounded to float32",
    explains: "gradient",
    applies: (given) => given.inputs.some((text) => /^float64\[[\d,]*\] /.test(text)),
  },
  {
    file: "rearranging",
    operations: ["embeddingBag"],
    reason: "scaleGradByFreq divides by how often the row itself occurs; PyTorch divides by the count of another row",
    explains: "gradient",
    applies: (given) => JSON.stringify(given).includes("scaleGradByFreq"),
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
  {
    file: "opinfo",
    operations: ["addcmul", "addmm", "addmv", "addbmm", "baddbmm"],
    reason: "integers are multiplied by an integer; PyTorch drops the fraction of the factor without a word",
    explains: "threw",
    applies: (given) => given.inputs.some((text) => /^(int32|uint8)/.test(text)),
  },
  {
    file: "opinfo",
    operations: ["gather"],
    reason: "an index is int32, even an empty one",
    explains: "threw",
    applies: (given) => given.inputs.some((text) => /^uint8\[0\]/.test(text)),
  },
  {
    file: "opinfo",
    operations: ["besselJ0", "besselJ1", "besselY0", "besselY1"],
    reason: "all digits; PyTorch's approximations are wrong from the seventh to the tenth digit",
    explains: "output",
  },
  {
    file: "opinfo",
    operations: ["digamma"],
    reason: "the derivative has all digits; PyTorch's trigamma is wrong in the tenth",
    explains: "gradient",
  },
  {
    file: "opinfo",
    operations: ["polygamma"],
    reason:
      "all digits, and Infinity at the poles; PyTorch's trigamma is wrong in the tenth digit, and large at the poles",
    explains: "output",
  },
  {
    file: "opinfo",
    operations: ["uniform"],
    reason: "other random numbers",
    explains: "output",
  },
  {
    file: "opinfo",
    operations: ["any", "all"],
    reason: "bool for every type; PyTorch answers uint8 for uint8",
    explains: "output: dtype",
    applies: holds(/^uint8/),
  },
  {
    file: "opinfo",
    operations: ["sort", "argsort", "topk"],
    reason: "equal elements keep their order in any case; in PyTorch only where stable is true",
    explains: "output",
  },
  {
    file: "opinfo",
    operations: ["byte"],
    reason: "what a negative fraction becomes as a uint8 is left open in PyTorch",
    explains: "output",
    applies: holds(/^float.* -/),
  },
  {
    file: "opinfo",
    operations: ["empty", "emptyLike"],
    reason: "the contents are undefined",
    explains: "output",
  },
  {
    file: "opinfo",
    operations: ["bernoulli"],
    reason: "other random numbers, which may happen to be equal",
    explains: "output",
  },
  {
    file: "opinfo",
    operations: ["indexAdd"],
    reason: "alpha is a number, not a boolean",
    explains: "threw",
    applies: holds(/^bool/),
  },
  {
    file: "opinfo",
    operations: ["linspace", "logspace"],
    reason: "integers are rounded from exact steps; PyTorch drops the fraction of a step, or of a power, first",
    explains: "output",
    applies: (given) => given.outputs?.some((text) => /^(int32|uint8)/.test(text)) === true,
  },
  {
    file: "opinfo",
    operations: ["arange"],
    reason: "integers are counted in steps of integers; PyTorch drops the fractions",
    explains: "threw",
    applies: (given) => given.outputs?.some((text) => /^(int32|uint8)/.test(text)) === true,
  },
  {
    file: "opinfo",
    operations: ["unique"],
    reason: "the results are sorted in any case",
    explains: "output",
    applies: (given) => JSON.stringify(given.arguments ?? []).includes('"sorted":false'),
  },
  {
    file: "opinfo",
    operations: ["cov"],
    reason:
      "weights have the type of the observations; PyTorch sums float32 weights of float64 observations in float32",
    explains: "output",
    applies: (given) => given.inputs.length > 1 && given.inputs[0]!.startsWith("float64"),
  },
  {
    file: "opinfo",
    operations: ["newEmpty"],
    reason: "the contents are undefined",
    explains: "output",
  },
  {
    file: "opinfo",
    operations: ["einsum", "sumToSize"],
    reason: "the result has the type of the input; PyTorch widens the sum of a single tensor",
    explains: "output: dtype",
    applies: holds(/^(uint8|bool)/),
  },
  {
    file: "opinfo",
    operations: ["norm"],
    reason: "the nuclear norm needs singular values, which this operation does not compute",
    explains: "threw",
    applies: (given) => JSON.stringify(given.arguments ?? []).includes("nuc"),
  },
  {
    file: "opinfo",
    operations: ["tensorSplit"],
    reason: "positions are numbers; a tensor of them would have to be read before the shapes are known",
    explains: "threw",
    applies: (given) => given.inputs.length > 1,
  },
  {
    file: "opinfo",
    operations: ["kthvalue", "mode"],
    reason: "which of equal elements the index names is left open in PyTorch",
    explains: "output 1",
  },
  {
    file: "opinfo",
    operations: ["aminmax"],
    reason: "a tensor without dimensions keeps none; PyTorch gives it one where dim and keepdim are given",
    explains: "output",
    applies: (given) => given.inputs.some((text) => /^\w+\[\]/.test(text)),
  },
  {
    file: "opinfo",
    operations: ["logcumsumexp"],
    reason: "PyTorch computes the gradient by logarithms of large numbers, which costs it digits",
    explains: "gradient",
    applies: holds(/ 10000 /),
  },
];

/** The deviation that a case shows, or undefined; where a problem is given, one that explains it. */
export function deviationOf(file: string, operation: string, given: Case, problem?: string): Deviation | undefined {
  return deviations.find(
    (deviation) =>
      deviation.file === file &&
      deviation.operations.includes(operation) &&
      (deviation.applies === undefined || deviation.applies(given)) &&
      (problem === undefined || problem.startsWith(deviation.explains)),
  );
}

/** The deviations of a file. */
export function deviationsOf(file: string): readonly Deviation[] {
  return deviations.filter((deviation) => deviation.file === file);
}
