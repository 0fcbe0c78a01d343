/**
 * The loss of connectionist temporal classification, and its gradient by the forward–backward algorithm.
 *
 * @module
 */
import {
  ArgumentError,
  checkOptions,
  DTypeError,
  describeValue,
  dtypes,
  type FusedOperation,
  formatShape,
  index,
  ShapeError,
} from "@lucid/backend";
import { callFused, callScatter, type FusedDefinition, formulaOf, fusedReduce, op, owned } from "@lucid/tensor/extend";
import { elementwise, expand, type Formula, reshape, stack, sum, Tensor, to, zeros } from "@lucid/tensor/functions";
import { assertFlag, assertFloatingTensor, assertInteger, assertTensor } from "../../internal/checks.js";
import { type LossOptions, resolveReduction } from "../internal/reduction.js";
import { paddedLabels } from "./labels.js";
import { backwardPass, batchOf, forwardPass, lossesOf } from "./recursion.js";

const name = "ctcLoss";

type CTCAttributes = { readonly blank: number };

const INPUTS = ["logProbs", "labels", "inputLengths", "targetLengths"] as const;

const ctcOperation: FusedOperation<CTCAttributes> = {
  name,
  inputs: INPUTS,
  infer: ([logProbs]) => [{ shape: [logProbs!.shape[1]!], dtype: logProbs!.dtype }],
};

const ctcBackwardOperation: FusedOperation<CTCAttributes> = {
  name: "ctcLossBackward",
  inputs: ["gradient", ...INPUTS],
  infer: ([, logProbs]) => [{ shape: logProbs!.shape, dtype: logProbs!.dtype }],
};

/**
 * What a state contributes to the gradient: minus the probability that the path is in it. A loss whose gradient is 0
 * contributes nothing, also where it is infinite.
 */
const contribution = /* @__PURE__ */ elementwise(
  (passed: Formula, left: Formula, loss: Formula, gradient: Formula, length: Formula) => {
    const probability = op("exp", op("add", op("add", passed, left), loss));
    const counts = op("and", op("lt", formulaOf(index(0)), length), op("not", op("eq", gradient, 0)));
    return op("where", counts, op("neg", op("mul", probability, gradient)), 0);
  },
  { name },
);

/** The gradient of the log-probabilities. It has no rule, because higher derivatives follow from its composition. */
const ctcBackward: FusedDefinition<CTCAttributes> = {
  operation: ctcBackwardOperation,
  compose([gradient, logProbs, labels, inputLengths, targetLengths], { blank }) {
    const batch = batchOf(logProbs!, labels!, inputLengths!, targetLengths!, blank);
    const { dtype, backend, shape } = logProbs!;
    const passed = forwardPass(batch);
    const losses = lossesOf(batch, passed);
    const weights = reshape(gradient!, losses.shape);
    const paths = [stack(passed), stack(backwardPass(batch))] as const;
    const parts = contribution(...paths, losses, weights, batch.inputLengths);
    const states = expand(batch.states, batch.emissions.shape);
    return [callScatter("add", zeros(shape, { dtype, backend }), parts, states, 2, undefined, name)];
  },
};

/** The losses of all sequences. */
const ctc: FusedDefinition<CTCAttributes> = {
  operation: ctcOperation,
  compose([logProbs, labels, inputLengths, targetLengths], { blank }) {
    const batch = batchOf(logProbs!, labels!, inputLengths!, targetLengths!, blank);
    const losses = lossesOf(batch, forwardPass(batch));
    return [reshape(losses, [losses.shape[0]!])];
  },
  rule: {
    saves: () => ({ inputs: [0, 1, 2, 3], outputs: [] }),
    gradients({ attributes, gradient, input }) {
      const inputs = [gradient(0), input(0), input(1), input(2), input(3)];
      return [callFused(ctcBackward, inputs, attributes)[0]!, undefined, undefined, undefined];
    },
  },
};

/** Options of `ctcLoss` and `CTCLoss`. */
export interface CTCLossOptions extends LossOptions {
  /** The class that stands for no label; default 0. */
  readonly blank?: number;
  /** Whether infinite losses, of targets that are too long for their input, and their gradients become 0; default false. */
  readonly zeroInfinity?: boolean;
}

/** Lengths of sequences: one number for each, in a list or a tensor; without a batch also a number. */
export type Lengths = Tensor | readonly number[] | number;

const finite = /* @__PURE__ */ elementwise(
  (loss: Formula) => op("where", op("eq", loss, Number.POSITIVE_INFINITY), 0, loss),
  { name },
);

const perLabel = /* @__PURE__ */ elementwise(
  (loss: Formula, length: Formula) => op("div", loss, op("max", length, 1).to(loss.dtype)),
  { name },
);

/**
 * Computes the loss of connectionist temporal classification: the negative log-likelihood of label sequences that are
 * shorter than the inputs and not aligned with them (Graves and others 2006).
 *
 *     −log Σ Πₜ p(path[t]), over all paths that give the target when repeated labels are joined and blanks are left out
 *
 * The reduction "mean" divides each loss by the length of its target before it takes the mean over the batch. The
 * gradient is that of the formula. PyTorch's has exp(logProbs) added, which makes no difference behind a `logSoftmax`.
 *
 * Lengths that are given as numbers are checked. Lengths in a tensor are not read; they must be right.
 *
 * Shapes: `(time, batch, classes), (batch, labels), (batch), (batch) → ()`; without a batch `(time, classes), (labels),
 * (), () → ()`. With the reduction "none" the result is `(batch)` or `()`. Targets may also be joined to one vector.
 *
 * @param logProbs - log-probabilities of the classes at every time, as `logSoftmax` gives them.
 * @param targets - the labels, int32, padded to one length, or joined to one vector.
 * @param inputLengths - how many times count of every input.
 * @param targetLengths - how many labels count of every target.
 * @param options - `blank`, `zeroInfinity`, `reduction`.
 * @throws ArgumentError for lengths or a blank out of range, or an unknown reduction or option; ShapeError or
 * DTypeError for arguments that do not fit together; IndexOutOfRangeError for a label that is no class.
 *
 * @example
 * ```ts
 * const logProbs = tensor([[0.5, 0.5], [0.5, 0.5]]).log();
 * const targets = tensor([1], { dtype: "int32" });
 * functional.ctcLoss(logProbs, targets, 2, 1).exp().item().toFixed(4); // → "1.3333"
 * ```
 *
 * Source: torch.nn.functional.ctc_loss.
 */
export function ctcLoss(
  logProbs: Tensor,
  targets: Tensor,
  inputLengths: Lengths,
  targetLengths: Lengths,
  options?: CTCLossOptions,
): Tensor {
  checkOptions(name, options, { blank: true, zeroInfinity: true, reduction: true });
  const { blank = 0, zeroInfinity = false } = options ?? {};
  const reduction = resolveReduction(name, options?.reduction);
  assertFlag(name, "zeroInfinity", zeroInfinity);
  assertFloatingTensor(name, "logProbs", logProbs);
  assertTensor(name, "targets", targets);
  if ((logProbs.ndim !== 3 && logProbs.ndim !== 2) || logProbs.shape[0] === 0) {
    throw new ShapeError(name, `logProbs is ${formatShape(logProbs.shape)}`, [logProbs.shape], {
      rule: "it is (time, batch, classes) or (time, classes), with one time at least",
    });
  }
  const isBatch = logProbs.ndim === 3;
  const classes = logProbs.shape.at(-1)!;
  assertInteger(name, "blank", blank);
  if (blank < 0 || blank >= classes) {
    throw new ArgumentError(name, `blank is ${blank}`, { rule: `it is a class, from 0 to ${classes - 1}` });
  }
  const times = logProbs.shape[0]!;
  const size = isBatch ? logProbs.shape[1]! : 1;
  const inputs = checkedLengths("inputLengths", inputLengths, size, 1, times);
  const lengths = checkedLengths("targetLengths", targetLengths, size, 0, Infinity);
  return owned(() => {
    const place = { dtype: "int32", backend: logProbs.backend } as const;
    const onDevice = (given: Tensor | readonly number[]): Tensor =>
      given instanceof Tensor ? reshape(to(given, "int32"), [size]) : new Tensor(given, place);
    const targetCounts = onDevice(lengths);
    const labels = paddedLabels(targets, size, lengths, targetCounts);
    const batched = reshape(logProbs, [times, size, classes]);
    const losses = callFused(ctc, [batched, labels, onDevice(inputs), targetCounts], { blank })[0]!;
    const counted = zeroInfinity ? finite(losses) : losses;
    if (reduction === "none") return isBatch ? counted : reshape(counted, []);
    return reduction === "sum" ? sum(counted) : fusedReduce(perLabel, [counted, targetCounts], { mean: true });
  });
}

/** Lengths as a tensor or a list. @throws unless there is one for each sequence, within the bounds. */
function checkedLengths(
  argument: string,
  lengths: Lengths,
  size: number,
  least: number,
  most: number,
): Tensor | readonly number[] {
  const given: unknown = typeof lengths === "number" ? [lengths] : lengths;
  if (given instanceof Tensor) {
    if (dtypes[given.dtype].kind !== "int") {
      throw new DTypeError(name, `${argument} is ${given.dtype}`, [given.dtype], { rule: "lengths are integers" });
    }
    if (given.numel() === size && given.ndim <= 1) return given;
    throw new ShapeError(name, `${argument} is ${formatShape(given.shape)} for ${size} sequences`, [given.shape], {
      rule: "there is one length for each sequence",
    });
  }
  const isRight = (length: unknown): boolean =>
    Number.isInteger(length) && (length as number) >= least && (length as number) <= most;
  if (Array.isArray(given) && given.length === size && [...given].every(isRight)) return given as readonly number[];
  const bounds = most === Infinity ? `${least} or above` : `from ${least} to ${most}`;
  const text = Array.isArray(given)
    ? `[${given.map((value) => describeValue(value)).join(", ")}]`
    : describeValue(given);
  throw new ArgumentError(name, `${argument} is ${text} for ${size} sequences`, {
    rule: `there is one length for each sequence, an integer ${bounds}`,
  });
}
