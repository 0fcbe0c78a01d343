/**
 * What losses share: how they are reduced, and what they check.
 *
 * @module
 */
import { ArgumentError, DTypeError, equalShapes, formatShape } from "@lucid/backend";
import { type Elementwise, type Formula, fusedReduce, isFloating, promoteTypes, Tensor } from "@lucid/tensor/core";

/** How the losses of all elements become one number, or stay; null means "none". */
export type Reduction = "mean" | "sum" | "none" | null;

/** A {@link Reduction} without the other way to say "none". */
export type SettledReduction = Exclude<Reduction, null>;

/** Options that all losses have. */
export interface LossOptions {
  /** Default "mean"; null means "none". */
  readonly reduction?: Reduction;
}

/** @throws ArgumentError for an unknown reduction. */
export function settleReduction(operation: string, reduction: Reduction = "mean"): SettledReduction {
  if (reduction === null) return "none";
  if (reduction === "mean" || reduction === "sum" || reduction === "none") return reduction;
  throw new ArgumentError(operation, `unknown reduction ${show(reduction)}`, {
    rule: 'a reduction is "mean", "sum", "none" or null, which means "none"',
  });
}

/** A value as errors print it. */
export function show(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}

/** @throws ArgumentError unless `value` is a number above 0. */
export function assertPositive(operation: string, name: string, value: unknown): void {
  if (typeof value === "number" && value > 0) return;
  throw new ArgumentError(operation, `${name} is ${show(value)}`, { rule: `${name} is a number above 0` });
}

/** @throws ArgumentError unless `value` is a number ≥ 0. */
export function assertNotNegative(operation: string, name: string, value: unknown): void {
  if (typeof value === "number" && value >= 0) return;
  throw new ArgumentError(operation, `${name} is ${show(value)}`, { rule: `${name} is a number, 0 or above` });
}

/** @throws ArgumentError unless `value` is a number from 0 to 1. */
export function assertShare(operation: string, name: string, value: unknown): void {
  if (typeof value === "number" && value >= 0 && value <= 1) return;
  throw new ArgumentError(operation, `${name} is ${show(value)}`, { rule: `${name} is a number from 0 to 1` });
}

/** @throws ArgumentError unless `value` is a tensor. */
export function assertTensor(operation: string, name: string, value: unknown): asserts value is Tensor {
  if (value instanceof Tensor) return;
  throw new ArgumentError(operation, `the ${name} is not a tensor: ${show(value)}`, { remedy: "wrap it: tensor(…)" });
}

/** Operations that have warned about shapes. */
const warned = new Set<string>();

declare const console: undefined | { warn?(message: string): void };

/**
 * Checks the two sides of a loss between equals. Different shapes broadcast, with one warning per loss: most often it is
 * `[n]` against `[n, 1]`, which compares everything with everything.
 *
 * @throws DTypeError if neither is floating.
 */
export function assertComparable(operation: string, input: Tensor, target: Tensor): void {
  assertTensor(operation, "input", input);
  assertTensor(operation, "target", target);
  if (!isFloating(promoteTypes(input.dtype, target.dtype))) {
    throw new DTypeError(
      operation,
      `needs a floating type: got ${input.dtype} · ${target.dtype}`,
      [input.dtype, target.dtype],
      {
        remedy: 'convert one: .to("float32")',
      },
    );
  }
  if (input.shape === target.shape || equalShapes(input.shape, target.shape) || warned.has(operation)) return;
  warned.add(operation);
  console?.warn?.(
    `[${operation}] input and target have different shapes, and were broadcast: ` +
      `${formatShape(input.shape)} · ${formatShape(target.shape)}. This is seldom meant; reshape one to the other's shape. ` +
      "(Said once.)",
  );
}

/** The loss of every element, or their sum or mean in one pass over the arguments. */
export function reduceLoss<A extends readonly Formula[]>(
  loss: Elementwise<A>,
  args: readonly [input: Tensor, ...rest: readonly (Tensor | number)[]],
  reduction: SettledReduction,
): Tensor {
  if (reduction === "none") return (loss as Elementwise)(...args);
  return fusedReduce(loss, args, reduction === "mean" ? MEAN : SUM);
}

const MEAN = { mean: true };
const SUM = {};
