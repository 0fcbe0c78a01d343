/**
 * Element types, backends, copies.
 *
 * @module
 */
import { type Backend, BackendError, type DType, describeValue, isContiguous } from "@lucid/backend";
import { elementwise, type Unary } from "../../elementwise/elementwise.js";
import { identityExpr } from "../../memory/elements.js";
import { callMap } from "../../primitives/map.js";
import { callTransfer } from "../../primitives/transfer.js";
import { isBackend } from "../../tensor/backend.js";
import { assertDType } from "../../tensor/data.js";
import type { Tensor } from "../../tensor/tensor.js";
import { arrival } from "../internal/arrival.js";
import { assertTensor } from "../internal/checks.js";

const casts = new Map<DType, Unary>();

function castTo(dtype: DType): Unary {
  let cast = casts.get(dtype);
  if (cast === undefined) {
    cast = elementwise((x) => x.to(dtype), { name: "to" });
    casts.set(dtype, cast);
  }
  return cast;
}

/** @throws BackendError unless `target` is a backend. */
function assertBackend(operation: string, target: unknown): asserts target is Backend {
  if (isBackend(target)) return;
  throw new BackendError(operation, `${describeValue(target)} is neither an element type nor a backend`, []);
}

/**
 * Converts a tensor to another element type, or moves it to another backend.
 *
 * The result is the tensor itself if it is of that type, or on that backend, already. Gradients flow back through
 * changes between floating types and between backends.
 *
 * Floats become integers by truncation; values beyond the integer type become its nearest limit, and NaN becomes 0. As
 * bool, everything but 0 is true.
 *
 * @param target - an element type or a backend.
 * @throws DTypeError for an unknown type, or one that the backend lacks; BackendError if moving would have to wait for
 * a device: see {@link toAsync}.
 *
 * @example
 * ```ts
 * to(tensor([1.7, -1.7]), "int32"); // → Tensor([1, -1], dtype=int32)
 * ```
 *
 * @see torch.Tensor.to
 */
export function to(x: Tensor, target: DType | Backend): Tensor {
  assertTensor("to", "the input", x);
  if (typeof target === "string") {
    assertDType("to", target);
    return target === x.dtype ? x : castTo(target)(x);
  }
  assertBackend("to", target);
  return target === x.backend ? x : callTransfer(x, target);
}

/**
 * Converts or moves a tensor as {@link to} does, for backends that cannot be read synchronously.
 *
 * @param target - an element type or a backend.
 * @throws what {@link to} throws, as a rejection.
 *
 * @example
 * ```ts
 * const moved = await toAsync(tensor([1, 2]), createCpuBackend());
 * moved; // → Tensor([1, 2])
 * ```
 */
export async function toAsync(x: Tensor, target: DType | Backend): Promise<Tensor> {
  assertTensor("toAsync", "the input", x);
  if (typeof target === "string") return to(x, target);
  assertBackend("toAsync", target);
  const here = await arrival("toAsync", x, target);
  return here === x ? to(x, target) : here;
}

/** Converts a tensor to one element type. */
export type Conversion = (x: Tensor) => Tensor;

function conversion(name: string, dtype: DType): Conversion {
  return (x) => {
    assertTensor(name, "the input", x);
    return to(x, dtype);
  };
}

/**
 * Converts a tensor to float32.
 *
 * @example
 * ```ts
 * float(tensor([true, false])); // → Tensor([1, 0])
 * ```
 *
 * @see torch.Tensor.float
 */
export const float: Conversion = /* @__PURE__ */ conversion("float", "float32");

/**
 * Converts a tensor to float64.
 *
 * @throws DTypeError if the backend lacks float64.
 *
 * @example
 * ```ts
 * double(tensor([0.5])); // → Tensor([0.5], dtype=float64)
 * ```
 *
 * @see torch.Tensor.double
 */
export const double: Conversion = /* @__PURE__ */ conversion("double", "float64");

/**
 * Converts a tensor to float16.
 *
 * Numbers are rounded to the nearest value, and numbers beyond 65504 become infinite.
 *
 * @example
 * ```ts
 * half(tensor([0.1, 70000])); // → Tensor([0.1, Infinity], dtype=float16)
 * ```
 *
 * @see torch.Tensor.half
 */
export const half: Conversion = /* @__PURE__ */ conversion("half", "float16");

/**
 * Converts a tensor to bfloat16.
 *
 * Numbers are rounded to the nearest value. bfloat16 has the range of float32, and two to three significant digits.
 *
 * @example
 * ```ts
 * bfloat16(tensor([0.1, 70000])); // → Tensor([0.1001, 70144], dtype=bfloat16)
 * ```
 *
 * @see torch.Tensor.bfloat16
 */
export const bfloat16: Conversion = /* @__PURE__ */ conversion("bfloat16", "bfloat16");

/**
 * Converts a tensor to int32.
 *
 * Floats are truncated; values beyond int32 become its nearest limit, and NaN becomes 0.
 *
 * @example
 * ```ts
 * int(tensor([1.7, -1.7])); // → Tensor([1, -1], dtype=int32)
 * ```
 *
 * @see torch.Tensor.int
 */
export const int: Conversion = /* @__PURE__ */ conversion("int", "int32");

/**
 * Converts a tensor to uint8.
 *
 * Floats are truncated, and values beyond uint8 become its nearest limit. Wider integers wrap around.
 *
 * @example
 * ```ts
 * byte(tensor([1.7, 300])); // → Tensor([1, 255], dtype=uint8)
 * ```
 *
 * @see torch.Tensor.byte
 */
export const byte: Conversion = /* @__PURE__ */ conversion("byte", "uint8");

/**
 * Converts a tensor to bool: everything but 0 becomes true, NaN included.
 *
 * @example
 * ```ts
 * bool(tensor([0, 2, NaN])); // → Tensor([false, true, true])
 * ```
 *
 * @see torch.Tensor.bool
 */
export const bool: Conversion = /* @__PURE__ */ conversion("bool", "bool");

/**
 * Converts a tensor to the element type of another tensor.
 *
 * @param other - the tensor whose type is taken; its values and its backend do not matter.
 * @throws DTypeError if the backend of x lacks the type.
 *
 * @example
 * ```ts
 * typeAs(tensor([1.5]), tensor([true])); // → Tensor([true])
 * ```
 *
 * @see torch.Tensor.type_as
 */
export function typeAs(x: Tensor, other: Tensor): Tensor {
  assertTensor("typeAs", "the input", x);
  assertTensor("typeAs", "the other", other);
  return to(x, other.dtype);
}

/**
 * Copies a tensor into memory of its own.
 *
 * Gradients flow back through the copy.
 *
 * @example
 * ```ts
 * const x = tensor([1, 2]);
 * const y = clone(x);
 * x.add_(1);
 * y; // → Tensor([1, 2])
 * ```
 *
 * @see torch.clone
 */
export function clone(x: Tensor): Tensor {
  assertTensor("clone", "the input", x);
  return callMap("clone", [x], [identityExpr(x.dtype)])[0]!;
}

/**
 * Returns the tensor itself if its elements lie in row-major order, otherwise a copy in which they do.
 *
 * Gradients flow back through the copy.
 *
 * @example
 * ```ts
 * const x = tensor([[1, 2], [3, 4]]);
 * contiguous(x) === x; // → true
 * ```
 *
 * @see torch.Tensor.contiguous
 */
export function contiguous(x: Tensor): Tensor {
  assertTensor("contiguous", "the input", x);
  return isContiguous(x.layout) ? x : clone(x);
}
