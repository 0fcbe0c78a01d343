/**
 * Inverting and solving with tensors that stand for matrices.
 *
 * @module
 */
import { ArgumentError, describeValue, formatShape, type OptionNames, ShapeError, sizeOf } from "@lucid/backend";
import { owned, readArguments, reshaped } from "@lucid/tensor/extend";
import { movedim, type Tensor } from "@lucid/tensor/functions";
import { assertFloating, assertInteger, assertSameType, assertTensor } from "../internal/checks.js";
import { inv } from "./inverse.js";
import { solve } from "./solve.js";

/** Options of {@link tensorinv}. */
export interface TensorinvOptions {
  /** How many of the first dimensions form the rows; default 2. */
  readonly ind?: number;
}

const invNames: OptionNames<TensorinvOptions> = { ind: true };

/**
 * Inverts a tensor as a map of tensors: `tensordot(tensorinv(a), b, ind) = x` where `tensordot(a, x) = b`.
 *
 * Shapes: `(r…, c…) → (c…, r…)`, where the first `ind` dimensions r and the others c have equally many elements.
 *
 * @param ind - how many of the first dimensions form the rows; default 2.
 * @throws ShapeError unless rows and columns have equally many elements; ArgumentError unless `ind` is a positive integer;
 * LinAlgError for a singular tensor.
 *
 * @example
 * ```ts
 * tensorinv(eye(4).reshape(4, 2, 2), 1).shape; // → [2, 2, 4]
 * ```
 *
 * @see torch.linalg.tensorinv
 */
export function tensorinv(a: Tensor, ind?: number | TensorinvOptions): Tensor {
  assertTensor("tensorinv", "the tensor", a);
  assertFloating("tensorinv", a.dtype);
  const { ind: count = 2 } = readArguments<TensorinvOptions>("tensorinv", [ind], ["ind"], invNames);
  assertInteger("tensorinv", "ind", count);
  if (count < 1) throw new ArgumentError("tensorinv", `ind is ${count}`, { rule: "ind is a positive integer" });
  const [outer, inner] = [a.shape.slice(0, count), a.shape.slice(count)];
  assertEven("tensorinv", a, sizeOf(outer), sizeOf(inner));
  return owned(() => {
    const inverse = inv(reshaped("tensorinv", a, [sizeOf(outer), sizeOf(inner)]));
    return reshaped("tensorinv", inverse, [...inner, ...outer]);
  });
}

/** @throws ShapeError unless there are as many rows as columns. */
function assertEven(operation: string, a: Tensor, rows: number, columns: number): void {
  if (rows === columns) return;
  throw new ShapeError(operation, `${formatShape(a.shape)} has ${rows} rows and ${columns} columns`, [a.shape], {
    rule: "the dimensions of the rows and those of the columns have equally many elements",
  });
}

/** Options of {@link tensorsolve}. */
export interface TensorsolveOptions {
  /** Dimensions of `a` that are moved to the end before; default: none. */
  readonly dims?: readonly number[] | null;
}

const solveNames: OptionNames<TensorsolveOptions> = { dims: true };

/**
 * Solves `tensordot(a, x, x.ndim) = b`.
 *
 * Shapes: `(r…, c…), (r…) → (c…)`, where r and c have equally many elements.
 *
 * @param options - `dims` (default: none): dimensions of `a` that are moved to the end before.
 * @throws ShapeError if the shapes do not fit; DTypeError unless both are float32 or both are float64; LinAlgError for a
 * singular tensor.
 *
 * @example
 * ```ts
 * tensorsolve(tensor([[2, 0], [0, 4]]), tensor([2, 8])); // → Tensor([1, 2])
 * ```
 *
 * @see torch.linalg.tensorsolve
 */
export function tensorsolve(a: Tensor, b: Tensor, dims?: readonly number[] | null | TensorsolveOptions): Tensor {
  assertTensor("tensorsolve", "the tensor", a);
  assertTensor("tensorsolve", "the right-hand side", b);
  assertFloating("tensorsolve", a.dtype);
  assertSameType("tensorsolve", a, b);
  const given = readArguments<TensorsolveOptions>("tensorsolve", [dims ?? undefined], ["dims"], solveNames);
  return owned(() => {
    const list = given.dims ?? [];
    if (!Array.isArray(list)) {
      throw new ArgumentError("tensorsolve", `dims is ${describeValue(list)}`, {
        rule: "dims is a list of dimensions",
      });
    }
    const moved =
      list.length === 0
        ? a
        : movedim(
            a,
            list,
            list.map((_, i) => i - list.length),
          );
    const shape = moved.shape.slice(b.ndim);
    assertEven("tensorsolve", moved, b.numel(), sizeOf(shape));
    if (moved.numel() !== b.numel() * sizeOf(shape)) {
      throw new ShapeError(
        "tensorsolve",
        `the shapes do not fit: ${[a, b].map((x) => formatShape(x.shape)).join(" · ")}`,
        [a.shape, b.shape],
        {
          rule: "the first dimensions of the tensor have as many elements as b",
        },
      );
    }
    const matrix = reshaped("tensorsolve", moved, [b.numel(), sizeOf(shape)]);
    return reshaped("tensorsolve", solve(matrix, reshaped("tensorsolve", b, [b.numel()])), shape);
  });
}
