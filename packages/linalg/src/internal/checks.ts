/**
 * Checks that the functions of this package make before they compute.
 *
 * @module
 */
import {
  ArgumentError,
  DTypeError,
  describeValue,
  formatShape,
  type InputTypes,
  ShapeError,
  type TensorType,
} from "@lucid/backend";
import { Tensor } from "@lucid/tensor/functions";

/** @throws ArgumentError unless `value` is a tensor. */
export function assertTensor(operation: string, what: string, value: unknown): asserts value is Tensor {
  if (value instanceof Tensor) return;
  throw new ArgumentError(operation, `${what} is not a tensor: ${describeValue(value)}`, {
    remedy: "wrap it: tensor(…)",
  });
}

/** @throws DTypeError unless the type is float32 or float64. */
export function assertFloating(operation: string, dtype: TensorType["dtype"]): void {
  if (dtype === "float32" || dtype === "float64") return;
  throw new DTypeError(operation, `needs float32 or float64: got ${dtype}`, [dtype], {
    remedy: 'convert first: .to("float32")',
  });
}

/** @throws ArgumentError, DTypeError or ShapeError unless `x` is a floating matrix, or a batch of them. */
export function assertMatrix(operation: string, what: string, x: unknown): asserts x is Tensor {
  assertTensor(operation, what, x);
  assertFloating(operation, x.dtype);
  if (x.ndim >= 2) return;
  throw new ShapeError(operation, `${what} is no matrix: its shape is ${formatShape(x.shape)}`, [x.shape], {
    rule: "at least two dimensions are needed",
  });
}

/** @throws what {@link assertMatrix} throws, and ShapeError unless there are as many rows as columns. */
export function assertSquare(operation: string, what: string, x: unknown): asserts x is Tensor {
  assertMatrix(operation, what, x);
  const [height, width] = x.shape.slice(-2);
  if (height === width) return;
  throw new ShapeError(operation, `${what} is not square: ${formatShape(x.shape)}`, [x.shape], {
    rule: "the last two dimensions must be equal",
  });
}

/** @throws DTypeError unless both have one type. */
export function assertSameType(operation: string, a: Tensor, b: Tensor): void {
  if (a.dtype === b.dtype) return;
  throw new DTypeError(operation, `element types differ: ${a.dtype} · ${b.dtype}`, [a.dtype, b.dtype], {
    rule: "both tensors must have one type",
    remedy: 'convert one: .to("float32") or .to("float64")',
  });
}

/** @throws DTypeError unless the elements are int32. */
export function assertIntegers(operation: string, what: string, x: unknown): asserts x is Tensor {
  assertTensor(operation, what, x);
  if (x.dtype === "int32") return;
  throw new DTypeError(operation, `${what} are ${x.dtype}`, [x.dtype], { rule: `${what} are int32` });
}

/** @throws ArgumentError unless `value` is a boolean or undefined. */
export function assertFlag(operation: string, name: string, value: unknown): asserts value is boolean | undefined {
  if (value === undefined || typeof value === "boolean") return;
  throw new ArgumentError(operation, `${name} is ${describeValue(value)}`, { rule: `${name} is true or false` });
}

/** @throws ArgumentError unless `value` is an integer. */
export function assertInteger(operation: string, name: string, value: unknown): asserts value is number {
  if (Number.isInteger(value)) return;
  throw new ArgumentError(operation, `${name} is ${describeValue(value)}`, { rule: `${name} is an integer` });
}

/** The type of an input that is always there. */
export function typeOf(types: InputTypes, i: number): TensorType {
  return types[i]!;
}
