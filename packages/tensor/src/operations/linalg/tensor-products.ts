/**
 * Products of tensors along chosen dimensions.
 *
 * @module
 */
import { ArgumentError, describeValue, formatShape, ShapeError, sizeOf } from "@lucid/backend";
import { owned } from "../../memory/ownership.js";
import { callView, permuteView } from "../../primitives/views.js";
import type { Tensor } from "../../tensor/tensor.js";
import { mul, sub } from "../elementwise/arithmetic.js";
import { type DimOptions, dimArgument } from "../internal/arguments.js";
import { assertCount, assertSameType, assertTensor } from "../internal/checks.js";
import { dimOf, distinctDims, everyDim } from "../internal/dims.js";
import { expanded, reshaped, sliced, viewed } from "../internal/views.js";
import { broadcastShapes } from "../../primitives/layout.js";
import { cat } from "../shape/joining.js";
import { dot, mm } from "./matmul.js";

/** Which dimensions {@link tensordot} sums over. */
export type TensordotDims = number | readonly [a: readonly number[], b: readonly number[]];

/**
 * Multiplies two tensors and sums over pairs of dimensions.
 *
 * Shapes: the dimensions of a that are not summed over, then those of b.
 *
 * @param dims - a number n: the last n dimensions of a and the first n of b; or two lists of dimensions. Default 2.
 * @throws ShapeError if the sizes of a pair differ; ArgumentError if the lists have different lengths.
 *
 * @example
 * ```ts
 * tensordot(ones([2, 3, 4]), ones([3, 4]), 2); // → Tensor([12, 12])
 * tensordot(ones([2, 3]), ones([2, 5]), [[0], [0]]).shape; // → [3, 5]
 * ```
 *
 * @see torch.tensordot
 */
export function tensordot(a: Tensor, b: Tensor, dims: TensordotDims | { readonly dims?: TensordotDims } = 2): Tensor {
  assertTensor("tensordot", "the first factor", a);
  assertTensor("tensordot", "the second factor", b);
  assertSameType("tensordot", a, b);
  const wanted =
    typeof dims === "object" && !Array.isArray(dims) ? ((dims as { dims?: TensordotDims }).dims ?? 2) : dims;
  let pairs: readonly [readonly number[], readonly number[]];
  if (typeof wanted === "number") {
    assertCount("tensordot", "the number of dims", wanted);
    if (wanted > Math.min(a.ndim, b.ndim)) {
      throw new ArgumentError("tensordot", `${wanted} dims of ${formatShape(a.shape)} and ${formatShape(b.shape)}`, {
        rule: "both tensors have as many dimensions as are summed over",
      });
    }
    const count = everyDim(wanted);
    pairs = [count.map((i) => a.ndim - wanted + i), count];
  } else {
    if (!Array.isArray(wanted)) {
      throw new ArgumentError("tensordot", `dims is ${describeValue(wanted)}`, {
        rule: "dims is a number, or a list of dimensions for each tensor",
      });
    }
    const [first, second] = wanted as readonly (readonly number[])[];
    pairs = [distinctDims("tensordot", first!, a.ndim), distinctDims("tensordot", second!, b.ndim)];
  }
  const [first, second] = pairs;
  if (first.length !== second.length) {
    throw new ArgumentError("tensordot", `${first.length} dims with ${second.length}`, {
      rule: "each dimension of a has one of b",
    });
  }
  first.forEach((dim, i) => {
    if (a.shape[dim] === b.shape[second[i]!]) return;
    throw new ShapeError("tensordot", `${formatShape(a.shape)} · ${formatShape(b.shape)}`, [a.shape, b.shape], {
      rule: `dim ${dim} of a and dim ${second[i]} of b must have one size`,
    });
  });
  return owned(() => contracted("tensordot", a, b, first, second));
}

/** Multiplies two tensors and sums over pairs of dimensions of the same size. */
function contracted(
  operation: string,
  a: Tensor,
  b: Tensor,
  first: readonly number[],
  second: readonly number[],
): Tensor {
  const [restA, restB] = [a, b].map((x, i) =>
    everyDim(x.ndim).filter((dim) => !(i === 0 ? first : second).includes(dim)),
  );
  const sizes = (x: Tensor, dims: readonly number[]): number[] => dims.map((dim) => x.shape[dim]!);
  const [rows, inner, columns] = [sizes(a, restA!), sizes(a, first), sizes(b, restB!)];
  const left = callView(permuteView, a, { axes: [...restA!, ...first] });
  const right = callView(permuteView, b, { axes: [...second, ...restB!] });
  const product = mm(
    reshaped(operation, left, [sizeOf(rows), sizeOf(inner)]),
    reshaped(operation, right, [sizeOf(inner), sizeOf(columns)]),
  );
  return viewed(product, [...rows, ...columns]);
}

/**
 * Multiplies two tensors and sums over the last dimension of both.
 *
 * Shapes: `(…, n), (…, n) → (…, …)`. With a tensor without dimensions, it is an ordinary product.
 *
 * @throws ShapeError if the last sizes differ; DTypeError if the element types differ.
 *
 * @example
 * ```ts
 * inner(tensor([1, 2, 3]), tensor([0, 2, 1])); // → Tensor(7)
 * ```
 *
 * @see torch.inner
 */
export function inner(a: Tensor, b: Tensor): Tensor {
  assertTensor("inner", "the first factor", a);
  assertTensor("inner", "the second factor", b);
  assertSameType("inner", a, b);
  if (a.ndim === 0 || b.ndim === 0) return mul(a, b);
  if (a.shape[a.ndim - 1] !== b.shape[b.ndim - 1]) {
    throw new ShapeError("inner", `${formatShape(a.shape)} · ${formatShape(b.shape)}`, [a.shape, b.shape], {
      rule: "the last sizes must be equal",
    });
  }
  return owned(() => contracted("inner", a, b, [a.ndim - 1], [b.ndim - 1]));
}

/**
 * Multiplies two vectors and sums the products. Of real numbers it is {@link dot}.
 *
 * @throws ShapeError unless both are vectors of one size; DTypeError if the element types differ.
 *
 * @example
 * ```ts
 * vdot(tensor([1, 2]), tensor([3, 4])); // → Tensor(11)
 * ```
 *
 * @see torch.vdot
 */
export function vdot(a: Tensor, b: Tensor): Tensor {
  assertTensor("vdot", "the first factor", a);
  assertTensor("vdot", "the second factor", b);
  return dot(a, b);
}

/**
 * Computes the Kronecker product: every element of a times the whole of b.
 *
 * Shapes: `(m, n), (p, q) → (m · p, n · q)`; missing leading dimensions count as 1.
 *
 * @example
 * ```ts
 * kron(tensor([1, 10]), tensor([1, 2])); // → Tensor([1, 2, 10, 20])
 * ```
 *
 * @see torch.kron
 */
export function kron(a: Tensor, b: Tensor): Tensor {
  assertTensor("kron", "the first factor", a);
  assertTensor("kron", "the second factor", b);
  const rank = Math.max(a.ndim, b.ndim);
  const padded = (shape: readonly number[]): number[] => [...new Array<number>(rank - shape.length).fill(1), ...shape];
  const [outer, within] = [padded(a.shape), padded(b.shape)];
  return owned(() => {
    const apart = mul(
      viewed(
        a,
        outer.flatMap((size) => [size, 1]),
      ),
      viewed(
        b,
        within.flatMap((size) => [1, size]),
      ),
    );
    return reshaped(
      "kron",
      apart,
      outer.map((size, axis) => size * within[axis]!),
    );
  });
}

/**
 * Computes the cross product of vectors with three components.
 *
 * @param dim - the dimension of the components; default: the first dimension of size 3.
 * @throws ShapeError if the dimension does not have size 3, or the shapes do not broadcast.
 *
 * @example
 * ```ts
 * cross(tensor([1, 0, 0]), tensor([0, 1, 0])); // → Tensor([0, 0, 1])
 * ```
 *
 * @see torch.cross
 */
export function cross(a: Tensor, b: Tensor, dim?: number | null | DimOptions): Tensor {
  assertTensor("cross", "the first factor", a);
  assertTensor("cross", "the second factor", b);
  const given = dim === null ? undefined : dimArgument("cross", dim, undefined);
  const shape = broadcastShapes("cross", [a.shape, b.shape]);
  const axis = given === undefined ? shape.indexOf(3) : dimOf("cross", given, shape.length);
  if (axis < 0 || shape[axis] !== 3) {
    throw new ShapeError("cross", `${formatShape(a.shape)} · ${formatShape(b.shape)}`, [a.shape, b.shape], {
      rule: "the dimension of the components has size 3",
    });
  }
  return owned(() => {
    const [x, y] = [expanded("cross", a, shape), expanded("cross", b, shape)];
    const turned = (v: Tensor, by: number): Tensor => cat([sliced(v, axis, by, 3 - by), sliced(v, axis, 0, by)], axis);
    return sub(mul(turned(x, 1), turned(y, 2)), mul(turned(x, 2), turned(y, 1)));
  });
}
