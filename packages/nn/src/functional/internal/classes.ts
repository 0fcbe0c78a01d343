/**
 * The checks of losses between scores of classes and the right classes.
 *
 * @module
 */
import { ArgumentError, DTypeError, describeValue, dtypes, equalShapes, formatShape, ShapeError } from "@lucid/backend";
import type { Tensor } from "@lucid/tensor/functions";
import { assertFloatingTensor, assertTensor } from "../../internal/checks.js";

/** The dimension of the classes in a tensor of scores: the second one, or the only one. */
export function classDimension(operation: string, input: Tensor): number {
  assertFloatingTensor(operation, "input", input);
  if (input.ndim === 0) {
    throw new ShapeError(operation, "the input has no dimensions: []", [input.shape], {
      rule: "it is (classes), (batch, classes) or (batch, classes, …)",
    });
  }
  return input.ndim === 1 ? 0 : 1;
}

/** @throws unless there is one factor per class. */
export function assertWeight(operation: string, weight: Tensor | null | undefined, input: Tensor, axis: number): void {
  if (weight === null || weight === undefined) return;
  assertTensor(operation, "weight", weight);
  if (weight.ndim !== 1 || weight.shape[0] !== input.shape[axis]) {
    throw new ShapeError(
      operation,
      `the weight is ${formatShape(weight.shape)} for ${input.shape[axis]} classes`,
      [weight.shape, input.shape],
      { rule: "it has one number per class" },
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
export function assertClasses(operation: string, shape: readonly number[], target: Tensor, axis: number): void {
  const expected = shape.filter((_, i) => i !== axis);
  if (!equalShapes(target.shape, expected)) {
    throw new ShapeError(
      operation,
      `target ${formatShape(target.shape)} does not fit input ${formatShape(shape)}`,
      [target.shape, shape],
      { rule: `class indices have the input's shape without the dimension of the classes: ${formatShape(expected)}` },
    );
  }
  if (dtypes[target.dtype].kind !== "int") {
    throw new DTypeError(operation, `class indices cannot be ${target.dtype}`, [target.dtype], {
      rule: "class indices are int32",
      remedy: 'make them so: tensor([0, 1, 2], { dtype: "int32" })',
    });
  }
}

/** @throws ArgumentError unless the power is 1 or 2. */
export function assertPower(operation: string, p: unknown): asserts p is 1 | 2 {
  if (p === 1 || p === 2) return;
  throw new ArgumentError(operation, `p is ${describeValue(p)}`, { rule: "p is 1 or 2" });
}
