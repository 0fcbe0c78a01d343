/**
 * What all losses have in common: the reduction of the losses of all elements, and the check of input and target.
 *
 * @module
 */
import { ArgumentError, DTypeError, describeValue, equalShapes, formatShape } from "@lucid/backend";
import { fusedReduce, isFloating } from "@lucid/tensor/extend";
import { type Elementwise, type Formula, promoteTypes, type Tensor } from "@lucid/tensor/functions";
import { assertTensor } from "../../internal/checks.js";

/** How the losses of all elements become one number: their mean, their sum, or not at all. Null means "none". */
export type Reduction = "mean" | "sum" | "none" | null;

/** A {@link Reduction} of which null has become "none". */
export type ResolvedReduction = Exclude<Reduction, null>;

/** A {@link Reduction}, or "batchmean": the sum, divided by the size of the first dimension. */
export type KLDivReduction = Reduction | "batchmean";

/** Options that all losses have. */
export interface LossOptions {
  /** How the losses of all elements are reduced; default "mean". Null means "none". */
  readonly reduction?: Reduction;
}

/** @throws ArgumentError for an unknown reduction. */
export function resolveReduction(operation: string, reduction: Reduction = "mean"): ResolvedReduction {
  if (reduction === null) return "none";
  if (reduction === "mean" || reduction === "sum" || reduction === "none") return reduction;
  throw new ArgumentError(operation, `unknown reduction ${describeValue(reduction)}`, {
    rule: 'a reduction is "mean", "sum", "none" or null, which means "none"',
  });
}

/** @throws ArgumentError for an unknown reduction of a divergence. */
export function resolveDivergenceReduction(
  operation: string,
  reduction: KLDivReduction | undefined,
): ResolvedReduction | "batchmean" {
  return reduction === "batchmean" ? reduction : resolveReduction(operation, reduction);
}

/** Losses that have warned about shapes. */
const warned = new Set<string>();

declare const console: undefined | { warn?(message: string): void };

/**
 * Checks the two sides of a loss that compares elements. Different shapes broadcast, with one warning for each loss: it
 * is usually a mistake, `[n]` against `[n, 1]`, which compares every input with every target.
 *
 * @throws ArgumentError unless both are tensors; DTypeError if neither holds floating-point numbers.
 */
export function assertComparable(operation: string, input: Tensor, target: Tensor): void {
  assertTensor(operation, "input", input);
  assertTensor(operation, "target", target);
  if (!isFloating(promoteTypes(input.dtype, target.dtype))) {
    throw new DTypeError(
      operation,
      `needs a floating type: got ${input.dtype} · ${target.dtype}`,
      [input.dtype, target.dtype],
      { remedy: 'convert one: .to("float32")' },
    );
  }
  if (input.shape === target.shape || equalShapes(input.shape, target.shape) || warned.has(operation)) return;
  warned.add(operation);
  console?.warn?.(
    `[${operation}] input and target have different shapes and were broadcast: ` +
      `${formatShape(input.shape)} · ${formatShape(target.shape)}. This is usually a mistake; ` +
      "reshape one of them to the other's shape. (This warning appears once.)",
  );
}

/** Computes the loss of every element, or in one pass their sum or mean. */
export function reduceLoss<A extends readonly Formula[]>(
  loss: Elementwise<A>,
  args: readonly [input: Tensor, ...rest: readonly (Tensor | number)[]],
  reduction: ResolvedReduction,
): Tensor {
  if (reduction === "none") return (loss as Elementwise)(...args);
  return fusedReduce(loss, args, reduction === "mean" ? MEAN : SUM);
}

const MEAN = { mean: true };
const SUM = {};
