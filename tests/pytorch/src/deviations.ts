/**
 * Where lucid differs from PyTorch 1.13 on purpose. A mark that is no longer needed fails the tests.
 */
import type { Case } from "./fixtures.js";

/** What is not compared in some cases of an operation. */
export interface Deviation {
  /** The fixture file, or "opinfo" for PyTorch's test database. */
  readonly files: readonly string[];
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
    files: ["promotion", "opinfo"],
    operations: ["any", "all"],
    reason: "bool for every type; PyTorch answers uint8 for uint8",
    explains: "output: dtype",
    applies: holds(/^uint8/),
  },
  {
    files: ["promotion"],
    operations: ["argmax", "argmin"],
    reason: "defined for bool too",
    explains: "PyTorch refuses",
    applies: holds(/^bool/),
  },
  {
    files: ["promotion"],
    operations: ["gelu"],
    reason: "of integers and bools a float32, as all functions of this kind",
    explains: "PyTorch refuses",
    applies: holds(/^(int|uint|bool)/),
  },
  {
    files: ["activations", "opinfo"],
    operations: ["hardsigmoid", "Hardsigmoid"],
    reason: "the slope in float64 is 1/6; PyTorch's is 1/6 rounded to float32",
    explains: "gradient",
    applies: (given) => given.inputs.some((text) => /^float64\[[\d,]*\] /.test(text)),
  },
  {
    files: ["rearranging"],
    operations: ["embeddingBag"],
    reason: "scaleGradByFreq divides by how often the row itself occurs; PyTorch divides by the count of another row",
    explains: "gradient",
    applies: (given) => JSON.stringify(given).includes("scaleGradByFreq"),
  },
  {
    files: ["reductions"],
    operations: ["prod"],
    reason:
      "the gradient is the product of the other elements; PyTorch divides the product by the element: NaN for NaN and ∞",
    explains: "gradient",
    applies: holds(/NaN|Infinity/),
  },
  {
    files: ["reductions"],
    operations: ["amax", "amin"],
    reason:
      "NaNs share the gradient, as in PyTorch's max and min of everything; PyTorch's amax makes all gradients NaN",
    explains: "gradient",
    applies: holds(/NaN/),
  },
  {
    files: ["reductions"],
    operations: ["var"],
    reason: "with an infinite element every gradient is NaN; PyTorch's of the finite ones are infinite",
    explains: "gradient",
    applies: holds(/Infinity/),
  },
  {
    files: ["opinfo"],
    operations: ["addcmul", "addmm", "addmv", "addbmm", "baddbmm"],
    reason: "integers are multiplied by an integer; PyTorch drops the fraction of the factor without a word",
    explains: "threw",
    applies: (given) => given.inputs.some((text) => /^(int32|uint8)/.test(text)),
  },
  {
    files: ["opinfo"],
    operations: ["gather"],
    reason: "an index is int32, even an empty one",
    explains: "threw",
    applies: (given) => given.inputs.some((text) => /^uint8\[0\]/.test(text)),
  },
  {
    files: ["opinfo"],
    operations: ["besselJ0", "besselJ1", "besselY0", "besselY1"],
    reason: "all digits; PyTorch's approximations are wrong from the seventh to the tenth digit",
    explains: "output",
  },
  {
    files: ["opinfo"],
    operations: ["digamma"],
    reason: "the derivative has all digits; PyTorch's trigamma is wrong in the tenth",
    explains: "gradient",
  },
  {
    files: ["opinfo"],
    operations: ["polygamma"],
    reason:
      "all digits, and Infinity at the poles; PyTorch's trigamma is wrong in the tenth digit, and large at the poles",
    explains: "output",
  },
  {
    files: ["opinfo"],
    operations: ["uniform"],
    reason: "other random numbers",
    explains: "output",
  },
  {
    files: ["opinfo"],
    operations: ["sort", "argsort", "topk"],
    reason: "equal elements keep their order in any case; in PyTorch only where stable is true",
    explains: "output",
  },
  {
    files: ["opinfo"],
    operations: ["byte"],
    reason: "what a negative fraction becomes as a uint8 is left open in PyTorch",
    explains: "output",
    applies: holds(/^float.* -/),
  },
  {
    files: ["opinfo"],
    operations: ["empty", "emptyLike"],
    reason: "the contents are undefined",
    explains: "output",
  },
  {
    files: ["opinfo"],
    operations: ["bernoulli"],
    reason: "other random numbers, which may happen to be equal",
    explains: "output",
  },
  {
    files: ["opinfo"],
    operations: ["indexAdd"],
    reason: "alpha is a number, not a boolean",
    explains: "threw",
    applies: holds(/^bool/),
  },
  {
    files: ["opinfo"],
    operations: ["linspace", "logspace"],
    reason: "integers are rounded from exact steps; PyTorch drops the fraction of a step, or of a power, first",
    explains: "output",
    applies: (given) => given.outputs?.some((text) => /^(int32|uint8)/.test(text)) === true,
  },
  {
    files: ["opinfo"],
    operations: ["arange"],
    reason: "integers are counted in steps of integers; PyTorch drops the fractions",
    explains: "threw",
    applies: (given) => given.outputs?.some((text) => /^(int32|uint8)/.test(text)) === true,
  },
  {
    files: ["opinfo"],
    operations: ["unique"],
    reason: "the results are sorted in any case",
    explains: "output",
    applies: (given) => JSON.stringify(given.arguments ?? []).includes('"sorted":false'),
  },
  {
    files: ["opinfo"],
    operations: ["cov"],
    reason:
      "weights have the type of the observations; PyTorch sums float32 weights of float64 observations in float32",
    explains: "output",
    applies: (given) => given.inputs.length > 1 && given.inputs[0]!.startsWith("float64"),
  },
  {
    files: ["opinfo"],
    operations: ["newEmpty"],
    reason: "the contents are undefined",
    explains: "output",
  },
  {
    files: ["opinfo"],
    operations: ["einsum", "sumToSize"],
    reason: "the result has the type of the input; PyTorch widens the sum of a single tensor",
    explains: "output: dtype",
    applies: holds(/^(uint8|bool)/),
  },
  {
    files: ["opinfo"],
    operations: ["choleskyInverse", "choleskySolve"],
    reason: "the gradient of a factor is 0 outside of the triangle that is read; PyTorch's has values there",
    explains: "gradient",
  },
  {
    files: ["opinfo"],
    operations: ["det"],
    reason: "the gradient of a singular matrix is its cofactors; PyTorch's is 0 where the determinant is exactly 0",
    explains: "gradient",
    applies: (given) => given.outputs!.some((text) => / -?0( |$)/.test(text)),
  },
  {
    files: ["opinfo"],
    operations: ["ormqr"],
    reason: "reflections that come from no decomposition magnify the rounding of float32, which is in another order",
    explains: "output",
    applies: holds(/^float32/),
  },
  {
    files: ["opinfo"],
    operations: ["vectorNorm"],
    reason: "the exponent has the digits of the type; PyTorch rounds it to float32",
    explains: "output",
    applies: (given) => /0\.9|2\.1/.test(JSON.stringify(given.arguments)),
  },
  {
    files: ["opinfo"],
    operations: ["norm"],
    reason: "the nuclear norm needs singular values, which this operation does not compute",
    explains: "threw",
    applies: (given) => JSON.stringify(given.arguments ?? []).includes("nuc"),
  },
  {
    files: ["opinfo"],
    operations: ["tensorSplit"],
    reason: "positions are numbers; a tensor of them would have to be read before the shapes are known",
    explains: "threw",
    applies: (given) => given.inputs.length > 1,
  },
  {
    files: ["opinfo"],
    operations: ["kthvalue", "mode"],
    reason: "which of equal elements the index names is left open in PyTorch",
    explains: "output 1",
  },
  {
    files: ["opinfo"],
    operations: ["aminmax"],
    reason: "a tensor without dimensions keeps none; PyTorch gives it one where dim and keepdim are given",
    explains: "output",
    applies: (given) => given.inputs.some((text) => /^\w+\[\]/.test(text)),
  },
  {
    files: ["opinfo"],
    operations: ["logcumsumexp"],
    reason: "PyTorch computes the gradient by logarithms of large numbers, which costs it digits",
    explains: "gradient",
    applies: holds(/ 10000 /),
  },
  {
    files: ["opinfo"],
    operations: ["ctcLoss"],
    reason:
      "the gradient is that of the formula; PyTorch's has exp(logProbs) added, which makes no difference behind a logSoftmax",
    explains: "gradient",
  },
  {
    files: ["opinfo"],
    operations: ["layerNorm"],
    reason:
      "a single element is its own mean, so that the bias is left; PyTorch's mean is a rounding away, and eps multiplies that",
    explains: "output",
    applies: (given) => JSON.stringify(given.arguments).includes("[1]"),
  },
];

/** The deviation that a case shows, or undefined; where a problem is given, one that explains it. */
export function deviationOf(file: string, operation: string, given: Case, problem?: string): Deviation | undefined {
  return deviations.find(
    (deviation) =>
      deviation.files.includes(file) &&
      deviation.operations.includes(operation) &&
      (deviation.applies === undefined || deviation.applies(given)) &&
      (problem === undefined || problem.startsWith(deviation.explains)),
  );
}

/** The deviations of a file. */
export function deviationsOf(file: string): readonly Deviation[] {
  return deviations.filter((deviation) => deviation.files.includes(file));
}
