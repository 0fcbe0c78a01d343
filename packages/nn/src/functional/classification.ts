/**
 * Losses between the scores of classes and the right classes.
 *
 * @module
 */
import { ArgumentError, checkOptions, constant, DTypeError, equalShapes, index } from "@lucid/backend";
import { callGather, callGenerate, formulaOf, fusedReduce, isFloating, op, owned } from "@lucid/tensor/extend";
import {
  div,
  elementwise,
  expand,
  type Formula,
  logSoftmax,
  mul,
  reshape,
  type Tensor,
  to,
} from "@lucid/tensor/functions";
import { assertFraction, assertInteger, assertTensor } from "../internal/checks.js";
import { assertClasses, assertWeight, classDimension } from "./internal/classes.js";
import { type LossOptions, type ResolvedReduction, resolveReduction } from "./internal/reduction.js";

/** Options of `nllLoss`. */
export interface NLLLossOptions extends LossOptions {
  /** A factor for every class, `(classes)`; null (the default) means 1 for all. */
  readonly weight?: Tensor | null;
  /** Targets of this value do not count; default −100. */
  readonly ignoreIndex?: number;
}

/** Options of `crossEntropy` and `CrossEntropyLoss`. */
export interface CrossEntropyOptions extends NLLLossOptions {
  /** The fraction of the target that is spread over all classes, from 0 to 1; default 0. */
  readonly labelSmoothing?: number;
}

const name = "crossEntropy";
const isIgnored = (target: Formula, ignored: Formula): Formula => op("eq", target, ignored);

/**
 * −w · log p where the position in the dimension of the classes is the target's class, else 0; and 0 where the target
 * is ignored.
 */
const classLoss = /* @__PURE__ */ [0, 1].map((axis) =>
  elementwise(
    (logProbability: Formula, target: Formula, weight: Formula, ignored: Formula) => {
      const here = op("eq", formulaOf(index(axis)), target);
      const counts = op("and", here, op("not", isIgnored(target, ignored)));
      return op("where", counts, op("neg", mul(weight, logProbability)), 0);
    },
    { name },
  ),
);

/**
 * {@link classLoss} with a fraction ε of the target spread over all C classes: another −ε / C · w · log p everywhere.
 */
const smoothedClassLoss = /* @__PURE__ */ [0, 1].map((axis) =>
  elementwise(
    (logProbability: Formula, target: Formula, weight: Formula, ignored: Formula, kept: Formula, spread: Formula) => {
      const here = op("eq", formulaOf(index(axis)), target);
      const probability = op("where", here, op("add", kept, spread), spread);
      const loss = op("neg", mul(mul(weight, logProbability), probability));
      return op("where", isIgnored(target, ignored), 0, loss);
    },
    { name },
  ),
);

/** −w · p′ · log p with p′ = (1 − ε) p + ε / C. */
const probabilityLoss = /* @__PURE__ */ elementwise(
  (logProbability: Formula, target: Formula, weight: Formula, kept: Formula, spread: Formula) =>
    op("neg", mul(mul(weight, logProbability), op("add", mul(target, kept), spread))),
  { name },
);

/** The target, with class 0 in the place of ignored targets, since their value need not be a class. */
const knownClass = /* @__PURE__ */ elementwise(
  (target: Formula, ignored: Formula) => op("where", isIgnored(target, ignored), 0, target),
  { name },
);

/** Returns what a target adds to the divisor of a mean. */
const divisorPart = /* @__PURE__ */ elementwise(
  (weight: Formula, target: Formula, ignored: Formula) => op("where", isIgnored(target, ignored), 0, weight),
  { name },
);

/** The options of a loss, after their checks and with their defaults. */
interface Resolved {
  readonly operation: string;
  readonly axis: number;
  readonly weight: Tensor | undefined;
  readonly ignoreIndex: number;
  readonly labelSmoothing: number;
  readonly reduction: ResolvedReduction;
}

function resolve(operation: string, input: Tensor, options: CrossEntropyOptions = {}): Resolved {
  const { weight, ignoreIndex = -100, labelSmoothing = 0 } = options;
  const axis = classDimension(operation, input);
  assertWeight(operation, weight, input, axis);
  assertInteger(operation, "ignoreIndex", ignoreIndex);
  assertFraction(operation, "labelSmoothing", labelSmoothing);
  const reduction = resolveReduction(operation, options.reduction);
  return { operation, axis, weight: weight ?? undefined, ignoreIndex, labelSmoothing, reduction };
}

/** Returns the weights in the dimension of the classes, or 1. */
function weightAlong({ weight, axis }: Resolved, shape: readonly number[]): Tensor | 1 {
  return weight === undefined ? 1 : reshape(weight, [shape[axis]!, ...shape.slice(axis + 1).map(() => 1)]);
}

/** Computes the loss for targets that are class indices. */
function lossOfClasses(logProbabilities: Tensor, target: Tensor, resolved: Resolved): Tensor {
  const { operation, axis, ignoreIndex, labelSmoothing, reduction, weight } = resolved;
  const { shape, backend, dtype } = logProbabilities;
  assertClasses(operation, shape, target, axis);
  const classes = shape[axis]!;
  const indices = to(target, "int32");
  // The lookup of the weights also makes the backend check the class indices.
  const weights = weight ?? expand(callGenerate(operation, backend, [], constant(1, dtype)), classes);
  const known = reshape(knownClass(indices, ignoreIndex), [indices.numel()]);
  const found = callGather(weights, known, 0, operation);
  const column = reshape(
    indices,
    shape.map((size, i) => (i === axis ? 1 : size)),
  );
  const args = [logProbabilities, column, weightAlong(resolved, shape), ignoreIndex];
  const axes = reduction === "none" ? axis : undefined;
  const loss =
    labelSmoothing === 0
      ? fusedReduce(classLoss[axis]!, args, { dim: axes, name: operation })
      : fusedReduce(smoothedClassLoss[axis]!, [...args, 1 - labelSmoothing, labelSmoothing / classes], { dim: axes });
  return reduction === "mean"
    ? div(loss, fusedReduce(divisorPart, [found, reshape(indices, [indices.numel()]), ignoreIndex]))
    : loss;
}

/** Computes the loss for targets that are probabilities of all classes. */
function lossOfProbabilities(logProbabilities: Tensor, target: Tensor, resolved: Resolved): Tensor {
  const { axis, labelSmoothing, reduction } = resolved;
  const { shape } = logProbabilities;
  const classes = shape[axis]!;
  const weight = weightAlong(resolved, shape);
  const args = [logProbabilities, target, weight, 1 - labelSmoothing, labelSmoothing / classes];
  if (reduction === "none") return fusedReduce(probabilityLoss, args, { dim: axis });
  return fusedReduce(probabilityLoss, args, reduction === "mean" ? { mean: logProbabilities.numel() / classes } : {});
}

/**
 * Computes the negative log-likelihood of the right classes.
 *
 *     −weight[y] · input[y], for the class y that the target names
 *
 * The mean divides by the sum of the weights of the targets that count, and is NaN if none does.
 *
 * Shapes: `(batch, classes), (batch) → ()`; `(batch, classes, …), (batch, …) → ()`; `(classes), () → ()`. With the
 * reduction "none" the result has the shape of the target.
 *
 * @param input - log-probabilities of the classes, as `logSoftmax` gives them.
 * @param target - class indices, int32.
 * @param options - `weight`, `ignoreIndex`, `reduction`.
 * @throws ArgumentError for an unknown reduction or option; ShapeError or DTypeError for arguments that do not fit
 * together; IndexOutOfRangeError for a class that does not exist.
 *
 * @example
 * ```ts
 * functional.nllLoss(tensor([[-0.5, -1], [-2, -0.25]]), tensor([0, 1], { dtype: "int32" })).item(); // → 0.375
 * ```
 *
 * Source: torch.nn.functional.nll_loss.
 */
export function nllLoss(input: Tensor, target: Tensor, options?: NLLLossOptions): Tensor {
  checkOptions("nllLoss", options, { weight: true, ignoreIndex: true, reduction: true });
  const resolved = resolve("nllLoss", input, options);
  assertTensor("nllLoss", "target", target);
  return owned(() => lossOfClasses(input, target, resolved));
}

/**
 * Computes the cross entropy between scores and the right classes.
 *
 *     −weight[y] · log softmax(input)[y]         for a target of class indices y
 *     −Σ weight · target · log softmax(input)    for a target of probabilities
 *
 * The mean over class indices divides by the sum of the weights of the targets that count, and is NaN if none does. The
 * mean over probabilities divides by the number of score vectors.
 *
 * Shapes: `(batch, classes), (batch) → ()`; `(batch, classes, …), (batch, …) → ()`; `(classes), () → ()`; a target of
 * probabilities has the shape of the input. With the reduction "none" the result has the input's shape without the
 * classes.
 *
 * @param input - scores of the classes.
 * @param target - class indices, int32, or the probabilities of all classes.
 * @param options - `weight`, `ignoreIndex`, `labelSmoothing`, `reduction`.
 * @throws ArgumentError for an unknown reduction or option; ShapeError or DTypeError for arguments that do not fit
 * together; IndexOutOfRangeError for a class that does not exist.
 *
 * @example
 * ```ts
 * const scores = tensor([[2, 1, 0], [0, 0, 0]]);
 * const classes = tensor([0, 2], { dtype: "int32" });
 * functional.crossEntropy(scores, classes, { reduction: "none" }); // → Tensor([0.4076, 1.0986])
 * ```
 *
 * Source: torch.nn.functional.cross_entropy.
 */
export function crossEntropy(input: Tensor, target: Tensor, options?: CrossEntropyOptions): Tensor {
  checkOptions("crossEntropy", options, { weight: true, ignoreIndex: true, labelSmoothing: true, reduction: true });
  const resolved = resolve("crossEntropy", input, options);
  assertTensor("crossEntropy", "target", target);
  if (!equalShapes(target.shape, input.shape)) {
    assertClasses("crossEntropy", input.shape, target, resolved.axis);
    return owned(() => lossOfClasses(logSoftmax(input, resolved.axis), target, resolved));
  }
  if (!isFloating(target.dtype)) {
    throw new DTypeError("crossEntropy", `the target is ${target.dtype}`, [target.dtype], {
      rule: "a target of the input's shape holds probabilities, which are float32 or float64",
    });
  }
  if (resolved.ignoreIndex >= 0) {
    throw new ArgumentError("crossEntropy", `ignoreIndex is ${resolved.ignoreIndex}`, {
      rule: "only targets that are class indices can be ignored",
    });
  }
  return owned(() => lossOfProbabilities(logSoftmax(input, resolved.axis), target, resolved));
}
