/**
 * Losses that ask for a margin between the scores of the right classes and those of the others.
 *
 * @module
 */
import { checkOptions, DTypeError, dtypes, equalShapes, formatShape, index, ShapeError } from "@lucid/backend";
import { callGather, formulaOf, fusedReduce, op, owned } from "@lucid/tensor/extend";
import {
  cumsum,
  type Elementwise,
  elementwise,
  type Formula,
  mul,
  reshape,
  scatterAdd,
  sub,
  type Tensor,
  to,
  zerosLike,
} from "@lucid/tensor/functions";
import { assertFloatingTensor, assertNumber, assertTensor } from "../internal/checks.js";
import { logsigmoid } from "./activation/smooth.js";
import { assertPower, assertWeight } from "./internal/classes.js";
import { assertComparable, type LossOptions, type ResolvedReduction, resolveReduction } from "./internal/reduction.js";

/** Options of `multiMarginLoss` and `MultiMarginLoss`. */
export interface MultiMarginLossOptions extends LossOptions {
  /** The power of what a class lacks, 1 or 2; default 1. */
  readonly p?: 1 | 2;
  /** By how much the score of the right class must exceed each other; default 1. */
  readonly margin?: number;
  /** A factor for every class, `(classes)`; null (the default) means 1 for all. */
  readonly weight?: Tensor | null;
}

/** w · max(0, margin − right + x)^p for every class but the right one. The classes are the dimension 1. */
const multiMargin = /* @__PURE__ */ [1, 2].map((power) =>
  elementwise(
    (x: Formula, right: Formula, target: Formula, weight: Formula, margin: Formula) => {
      const lack = op("add", sub(margin, right), x);
      const counts = op("and", op("lt", 0, lack), op("not", op("eq", formulaOf(index(1)), target)));
      return op("where", counts, mul(weight, power === 1 ? lack : mul(lack, lack)), 0);
    },
    { name: "multiMarginLoss" },
  ),
);

/**
 * Computes the hinge loss of scores of classes, of which one is right.
 *
 *     Σ weight[y] · max(0, margin − input[y] + input[i])^p / classes, over all classes i but the right one, y
 *
 * Shapes: `(batch, classes), (batch) → ()`; `(classes), () → ()`. With the reduction "none" the result has the shape of
 * the target.
 *
 * @param input - scores of the classes.
 * @param target - class indices, int32.
 * @param options - `p`, `margin`, `weight`, `reduction`.
 * @throws ArgumentError for a `p` other than 1 and 2, a `margin` that is not a number, or an unknown reduction or
 * option; ShapeError or DTypeError for arguments that do not fit together; IndexOutOfRangeError for a class that does
 * not exist.
 *
 * @example
 * ```ts
 * const scores = tensor([[0.1, 0.2, 0.4, 0.8]]);
 * functional.multiMarginLoss(scores, tensor([3], { dtype: "int32" })).item().toFixed(4); // → "0.3250"
 * ```
 *
 * Source: torch.nn.functional.multi_margin_loss.
 */
export function multiMarginLoss(input: Tensor, target: Tensor, options?: MultiMarginLossOptions): Tensor {
  const name = "multiMarginLoss";
  checkOptions(name, options, { p: true, margin: true, weight: true, reduction: true });
  const { p = 1, margin = 1, weight } = options ?? {};
  const reduction = resolveReduction(name, options?.reduction);
  assertPower(name, p);
  assertNumber(name, "margin", margin);
  const [rows, classes] = rowsOf(name, input);
  assertLabels(name, target);
  assertWeight(name, weight, input, input.ndim - 1);
  const isFit = target.ndim <= 1 && target.numel() === rows && (input.ndim === 1 || target.ndim === 1);
  if (!isFit) throw misfit(name, input, target, "the target holds one class for every score vector");
  return owned(() => {
    const scores = reshape(input, [rows, classes]);
    const column = reshape(to(target, "int32"), [rows, 1]);
    const right = callGather(scores, column, 1, name);
    const factors = weight ? reshape(callGather(weight, reshape(column, [rows]), 0, name), [rows, 1]) : 1;
    const args = [scores, right, column, factors, margin];
    return reduceRows(multiMargin[p - 1]!, args, [1], classes, rows, reduction, target.shape);
  });
}

/** What a target class lacks against a class that is none: max(0, 1 − right + x). */
const multilabelMargin: Elementwise<[x: Formula, isTarget: Formula, right: Formula, counts: Formula]> =
  /* @__PURE__ */ elementwise(
    (x: Formula, isTarget: Formula, right: Formula, counts: Formula) => {
      const lack = op("add", sub(1, right), x);
      const among = op("and", counts, op("and", op("eq", isTarget, 0), op("lt", 0, lack)));
      return op("where", among, lack, 0);
    },
    { name: "multilabelMarginLoss" },
  );

const isEnd = /* @__PURE__ */ elementwise((target: Formula) => op("lt", target, 0).to("int32"), {
  name: "multilabelMarginLoss",
});
const isBeforeEnd = /* @__PURE__ */ elementwise((ends: Formula) => op("eq", ends, 0), { name: "multilabelMarginLoss" });
const knownLabel = /* @__PURE__ */ elementwise((counts: Formula, target: Formula) => op("where", counts, target, 0), {
  name: "multilabelMarginLoss",
});

/**
 * Computes the hinge loss of scores of classes, of which several are right.
 *
 *     Σ max(0, 1 − input[y] + input[i]) / classes, over all right classes y and all others i
 *
 * The target lists the right classes of every score vector; what follows a first −1 does not count.
 *
 * Shapes: `(batch, classes), (batch, classes) → ()`; `(classes), (classes) → ()`. With the reduction "none" `(batch,
 * classes), (batch, classes) → (batch)`.
 *
 * @param input - scores of the classes.
 * @param target - class indices, int32, padded with −1.
 * @param options - `reduction`.
 * @throws ArgumentError for an unknown reduction or option; ShapeError or DTypeError for arguments that do not fit
 * together; IndexOutOfRangeError for a class that does not exist.
 *
 * @example
 * ```ts
 * const right = tensor([[3, 0, -1, 1]], { dtype: "int32" });
 * functional.multilabelMarginLoss(tensor([[0.1, 0.2, 0.4, 0.8]]), right).item().toFixed(2); // → "0.85"
 * ```
 *
 * Source: torch.nn.functional.multilabel_margin_loss.
 */
export function multilabelMarginLoss(input: Tensor, target: Tensor, options?: LossOptions): Tensor {
  const name = "multilabelMarginLoss";
  checkOptions(name, options, { reduction: true });
  const reduction = resolveReduction(name, options?.reduction);
  const [rows, classes] = rowsOf(name, input);
  assertLabels(name, target);
  if (!equalShapes(input.shape, target.shape)) throw misfit(name, input, target, "the shapes are equal");
  return owned(() => {
    const scores = reshape(input, [rows, classes]);
    const labels = reshape(to(target, "int32"), [rows, classes]);
    const counts = isBeforeEnd(cumsum(isEnd(labels), 1));
    const known = knownLabel(counts, labels);
    const right = callGather(scores, known, 1, name);
    const isTarget = scatterAdd(zerosLike(known), 1, known, to(counts, "int32"));
    const across = [rows, 1, classes];
    const down = [rows, classes, 1];
    const args = [reshape(scores, across), reshape(isTarget, across), reshape(right, down), reshape(counts, down)];
    return reduceRows(multilabelMargin, args, [1, 2], classes, rows, reduction, input.shape.slice(0, -1));
  });
}

/** Options of `multilabelSoftMarginLoss` and `MultiLabelSoftMarginLoss`. */
export interface MultiLabelSoftMarginLossOptions extends LossOptions {
  /** A factor for every class, of a shape that broadcasts to the input's; null (the default) means 1 for all. */
  readonly weight?: Tensor | null;
}

const multilabelSoftMargin: Elementwise<[input: Formula, target: Formula, weight: Formula]> =
  /* @__PURE__ */ elementwise(
    (input: Formula, target: Formula, weight: Formula) => {
      const present = mul(target, logsigmoid(input));
      const absent = mul(sub(1, target), logsigmoid(op("neg", input)));
      return mul(op("neg", op("add", present, absent)), weight);
    },
    { name: "multilabelSoftMarginLoss" },
  );

/**
 * Computes the mean over the classes of the binary cross entropies between scores and targets.
 *
 *     −Σ weight · (target · log sigmoid(input) + (1 − target) · log sigmoid(−input)) / classes
 *
 * Shapes: `(…, classes), (…, classes) → ()`; with the reduction "none" `(…, classes), (…, classes) → (…)`.
 *
 * @param input - scores of the classes.
 * @param target - 1 for the right classes, 0 for the others.
 * @param options - `weight`, `reduction`.
 * @throws ArgumentError for an unknown reduction or option; ShapeError if the shapes differ; DTypeError if neither
 * argument holds floating-point numbers.
 *
 * @example
 * ```ts
 * functional.multilabelSoftMarginLoss(tensor([[0, 100]]), tensor([[1, 1]])).item().toFixed(4); // → "0.3466"
 * ```
 *
 * Source: torch.nn.functional.multilabel_soft_margin_loss.
 */
export function multilabelSoftMarginLoss(
  input: Tensor,
  target: Tensor,
  options?: MultiLabelSoftMarginLossOptions,
): Tensor {
  const name = "multilabelSoftMarginLoss";
  checkOptions(name, options, { weight: true, reduction: true });
  const reduction = resolveReduction(name, options?.reduction);
  assertComparable(name, input, target);
  const weight = options?.weight ?? 1;
  if (weight !== 1) assertFloatingTensor(name, "weight", weight);
  const classes = input.shape.at(-1);
  if (classes === undefined || !equalShapes(input.shape, target.shape)) {
    throw misfit(name, input, target, "both are (…, classes)");
  }
  const rows = input.shape.slice(0, -1).reduce((product, size) => product * size, 1);
  const args = [input, target, weight];
  return owned(() =>
    reduceRows(multilabelSoftMargin, args, [input.ndim - 1], classes, rows, reduction, input.shape.slice(0, -1)),
  );
}

/** The number of score vectors and of classes. @throws unless the input is (classes) or (batch, classes). */
function rowsOf(operation: string, input: Tensor): readonly [rows: number, classes: number] {
  assertFloatingTensor(operation, "input", input);
  if (input.ndim === 1) return [1, input.shape[0]!];
  if (input.ndim === 2) return [input.shape[0]!, input.shape[1]!];
  throw new ShapeError(operation, `the input is ${formatShape(input.shape)}`, [input.shape], {
    rule: "it is (classes) or (batch, classes)",
  });
}

/** @throws unless the target holds integers. */
function assertLabels(operation: string, target: Tensor): void {
  assertTensor(operation, "target", target);
  if (dtypes[target.dtype].kind === "int") return;
  throw new DTypeError(operation, `class indices cannot be ${target.dtype}`, [target.dtype], {
    rule: "class indices are int32",
    remedy: 'make them so: tensor([0, 1, 2], { dtype: "int32" })',
  });
}

function misfit(operation: string, input: Tensor, target: Tensor, rule: string): ShapeError {
  const fact = `target ${formatShape(target.shape)} does not fit input ${formatShape(input.shape)}`;
  return new ShapeError(operation, fact, [target.shape, input.shape], { rule });
}

/** Sums over the classes, divides by their number, and reduces the losses of all score vectors. */
function reduceRows(
  loss: Parameters<typeof fusedReduce>[0],
  args: readonly (Tensor | number)[],
  dim: readonly number[],
  classes: number,
  rows: number,
  reduction: ResolvedReduction,
  shape: readonly number[],
): Tensor {
  if (reduction === "none") return reshape(fusedReduce(loss, args, { dim, mean: classes }), shape);
  return fusedReduce(loss, args, { mean: reduction === "mean" ? classes * rows : classes });
}
