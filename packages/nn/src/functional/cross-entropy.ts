/**
 * Losses between scores of classes and the right ones.
 *
 * @module
 */
import { ArgumentError, constant, DTypeError, equalShapes, formatShape, index, ShapeError } from "@lucid/backend";
import {
  callGather,
  callGenerate,
  apply as compute,
  div,
  elementwise,
  expand,
  type Formula,
  formulaOf,
  fusedReduce,
  isFloating,
  logSoftmax,
  mul,
  owned,
  reshape,
  type Tensor,
  to,
} from "@lucid/tensor/core";
import { assertShare, assertTensor, type LossOptions, type SettledReduction, settleReduction } from "./reduction.js";

/** Options of `nllLoss`. */
export interface NLLLossOptions extends LossOptions {
  /** A factor for every class, `(classes)`; default all 1. */
  readonly weight?: Tensor | null;
  /** Targets of this value count nothing; default −100. */
  readonly ignoreIndex?: number;
}

/** Options of `crossEntropy`. */
export interface CrossEntropyOptions extends NLLLossOptions {
  /** This share of the target is spread over all classes, 0 to 1; default 0. */
  readonly labelSmoothing?: number;
}

/** The class axis of a tensor of scores: the second, or the only one. */
function classAxis(operation: string, input: Tensor): number {
  assertTensor(operation, "input", input);
  if (!isFloating(input.dtype)) {
    throw new DTypeError(operation, `the input is ${input.dtype}`, [input.dtype], {
      rule: "scores are float32 or float64",
      remedy: 'convert it: .to("float32")',
    });
  }
  if (input.ndim === 0) {
    throw new ShapeError(operation, "the input has no axes: []", [input.shape], {
      rule: "it is (classes), (batch, classes) or (batch, classes, …)",
    });
  }
  return input.ndim === 1 ? 0 : 1;
}

/** @throws unless there is one factor per class. */
function assertWeight(operation: string, weight: Tensor | null | undefined, input: Tensor, axis: number): void {
  if (weight === null || weight === undefined) return;
  assertTensor(operation, "weight", weight);
  if (weight.ndim !== 1 || weight.shape[0] !== input.shape[axis]) {
    throw new ShapeError(
      operation,
      `the weight is ${formatShape(weight.shape)} for ${input.shape[axis]} classes`,
      [weight.shape, input.shape],
      {
        rule: "it has one number per class",
      },
    );
  }
  if (weight.dtype !== input.dtype) {
    throw new DTypeError(
      operation,
      `the weight is ${weight.dtype}, the input ${input.dtype}`,
      [weight.dtype, input.dtype],
      {
        rule: "both have one type",
        remedy: `convert the weight: .to("${input.dtype}")`,
      },
    );
  }
}

/** @throws unless the target holds a class for every score vector. */
function assertClasses(operation: string, shape: readonly number[], target: Tensor, axis: number): void {
  const expected = shape.filter((_, i) => i !== axis);
  if (!equalShapes(target.shape, expected)) {
    throw new ShapeError(
      operation,
      `target ${formatShape(target.shape)} does not fit input ${formatShape(shape)}`,
      [target.shape, shape],
      {
        rule: `class indices have the input's shape without the class axis: ${formatShape(expected)}`,
      },
    );
  }
  if (target.dtype !== "int32" && target.dtype !== "uint8") {
    throw new DTypeError(operation, `class indices cannot be ${target.dtype}`, [target.dtype], {
      rule: "class indices are int32",
      remedy: 'convert them: .to("int32")',
    });
  }
}

/** @throws ArgumentError unless it is an integer. @internal */
export function assertIgnoreIndex(operation: string, ignoreIndex: unknown): void {
  if (Number.isInteger(ignoreIndex)) return;
  throw new ArgumentError(operation, `ignoreIndex is ${String(ignoreIndex)}`, { rule: "it is an integer" });
}

const name = "crossEntropy";
const isIgnored = (target: Formula, ignored: Formula): Formula => compute("eq", target, ignored);

/** −w · log p where the position along the class axis is the target's class, else 0; and 0 where the target is ignored. */
const classLoss = /* @__PURE__ */ [0, 1].map((axis) =>
  elementwise(
    (logProbability: Formula, target: Formula, weight: Formula, ignored: Formula) => {
      const here = compute("eq", formulaOf(index(axis)), target);
      const counts = compute("and", here, compute("not", isIgnored(target, ignored)));
      return compute("where", counts, compute("neg", mul(weight, logProbability)), 0);
    },
    { name },
  ),
);

/** {@link classLoss} with a share ε of the target spread over all C classes: another −ε / C · w · log p everywhere. */
const smoothedClassLoss = /* @__PURE__ */ [0, 1].map((axis) =>
  elementwise(
    (logProbability: Formula, target: Formula, weight: Formula, ignored: Formula, kept: Formula, spread: Formula) => {
      const here = compute("eq", formulaOf(index(axis)), target);
      const probability = compute("where", here, compute("add", kept, spread), spread);
      const loss = compute("neg", mul(mul(weight, logProbability), probability));
      return compute("where", isIgnored(target, ignored), 0, loss);
    },
    { name },
  ),
);

/** −w · p′ · log p with p′ = (1 − ε) p + ε / C. */
const probabilityLoss = /* @__PURE__ */ elementwise(
  (logProbability: Formula, target: Formula, weight: Formula, kept: Formula, spread: Formula) =>
    compute("neg", mul(mul(weight, logProbability), compute("add", mul(target, kept), spread))),
  { name },
);

/** A class that exists, in the place of ignored targets. */
const knownClass = /* @__PURE__ */ elementwise(
  (target: Formula, ignored: Formula) => compute("where", isIgnored(target, ignored), 0, target),
  { name },
);

/** What a target adds to the divisor of a mean. */
const share = /* @__PURE__ */ elementwise(
  (weight: Formula, target: Formula, ignored: Formula) => compute("where", isIgnored(target, ignored), 0, weight),
  { name },
);

/** Options of a loss, settled. */
interface Settled {
  readonly operation: string;
  readonly axis: number;
  readonly weight: Tensor | undefined;
  readonly ignoreIndex: number;
  readonly labelSmoothing: number;
  readonly reduction: SettledReduction;
}

function settle(operation: string, input: Tensor, options: CrossEntropyOptions): Settled {
  const { weight, ignoreIndex = -100, labelSmoothing = 0 } = options;
  const axis = classAxis(operation, input);
  assertWeight(operation, weight, input, axis);
  assertIgnoreIndex(operation, ignoreIndex);
  assertShare(operation, "labelSmoothing", labelSmoothing);
  const reduction = settleReduction(operation, options.reduction);
  return { operation, axis, weight: weight ?? undefined, ignoreIndex, labelSmoothing, reduction };
}

/** The weights along the class axis, or 1. */
function weightAlong({ weight, axis }: Settled, shape: readonly number[]): Tensor | 1 {
  return weight === undefined ? 1 : reshape(weight, [shape[axis]!, ...shape.slice(axis + 1).map(() => 1)]);
}

/** Loss for targets that are class indices. */
function lossOfClasses(logProbabilities: Tensor, target: Tensor, settled: Settled): Tensor {
  const { operation, axis, ignoreIndex, labelSmoothing, reduction, weight } = settled;
  const { shape, backend, dtype } = logProbabilities;
  assertClasses(operation, shape, target, axis);
  const classes = shape[axis]!;
  const indices = to(target, "int32");
  // Looking the weights up is also what makes the backend check the indices.
  const weights = weight ?? expand(callGenerate(operation, backend, [], constant(1, dtype)), classes);
  const known = reshape(knownClass(indices, ignoreIndex), [indices.size]);
  const found = callGather(weights, known, 0, operation);
  const column = reshape(
    indices,
    shape.map((size, i) => (i === axis ? 1 : size)),
  );
  const args = [logProbabilities, column, weightAlong(settled, shape), ignoreIndex];
  const axes = reduction === "none" ? axis : undefined;
  const loss =
    labelSmoothing === 0
      ? fusedReduce(classLoss[axis]!, args, { axes, name: operation })
      : fusedReduce(smoothedClassLoss[axis]!, [...args, 1 - labelSmoothing, labelSmoothing / classes], { axes });
  return reduction === "mean"
    ? div(loss, fusedReduce(share, [found, reshape(indices, [indices.size]), ignoreIndex]))
    : loss;
}

/** Loss for targets that are probabilities of all classes. */
function lossOfProbabilities(logProbabilities: Tensor, target: Tensor, settled: Settled): Tensor {
  const { axis, labelSmoothing, reduction } = settled;
  const { shape, size } = logProbabilities;
  const classes = shape[axis]!;
  const weight = weightAlong(settled, shape);
  const args = [logProbabilities, target, weight, 1 - labelSmoothing, labelSmoothing / classes];
  if (reduction === "none") return fusedReduce(probabilityLoss, args, { axes: axis });
  return fusedReduce(probabilityLoss, args, reduction === "mean" ? { mean: size / classes } : {});
}

/**
 * The negative log-likelihood of the right classes, −w[y] · log p[y], given log-probabilities `(batch, classes)`,
 * `(batch, classes, …)` or `(classes)` and class indices of that shape without the class axis. The mean divides by the
 * weights of the targets that count: NaN if none does. (torch.nn.functional.nll_loss)
 *
 * @throws ShapeError, DTypeError or ArgumentError for arguments that do not fit; IndexOutOfRangeError for a class that does
 * not exist.
 *
 * @example
 * ```ts
 * functional.nllLoss(tensor([[-0.5, -1], [-2, -0.25]]), tensor([0, 1], { dtype: "int32" })).item(); // → 0.375
 * ```
 */
export function nllLoss(input: Tensor, target: Tensor, options: NLLLossOptions = {}): Tensor {
  const settled = settle("nllLoss", input, options);
  assertTensor("nllLoss", "target", target);
  return owned(() => lossOfClasses(input, target, settled));
}

/**
 * The cross entropy between scores and the right classes, −w[y] · log softmax(x)[y], for scores `(batch, classes)`,
 * `(batch, classes, …)` or `(classes)`. The target holds class indices (int32), of that shape without the class axis, or
 * the probabilities of all classes, of the same shape: then −Σ w · p · log softmax(x).
 *
 * The mean of class indices divides by the weights of the targets that count: NaN if none does. The mean of
 * probabilities divides by the number of score vectors. (torch.nn.functional.cross_entropy)
 *
 * @throws ShapeError, DTypeError or ArgumentError for arguments that do not fit; IndexOutOfRangeError for a class that does
 * not exist.
 *
 * @example
 * ```ts
 * const scores = tensor([[2, 1, 0], [0, 0, 0]]);
 * const classes = tensor([0, 2], { dtype: "int32" });
 * functional.crossEntropy(scores, classes, { reduction: "none" }); // → Tensor([0.4076, 1.0986])
 * ```
 */
export function crossEntropy(input: Tensor, target: Tensor, options: CrossEntropyOptions = {}): Tensor {
  const settled = settle("crossEntropy", input, options);
  assertTensor("crossEntropy", "target", target);
  if (!equalShapes(target.shape, input.shape)) {
    assertClasses("crossEntropy", input.shape, target, settled.axis);
    return owned(() => lossOfClasses(logSoftmax(input, settled.axis), target, settled));
  }
  if (!isFloating(target.dtype)) {
    throw new DTypeError("crossEntropy", `the target is ${target.dtype}`, [target.dtype], {
      rule: "a target of the input's shape holds probabilities, which are floating",
    });
  }
  if (settled.ignoreIndex >= 0) {
    throw new ArgumentError("crossEntropy", `ignoreIndex is ${settled.ignoreIndex}`, {
      rule: "only targets that are class indices can be ignored",
    });
  }
  return owned(() => lossOfProbabilities(logSoftmax(input, settled.axis), target, settled));
}
