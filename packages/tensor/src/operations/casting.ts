/**
 * Element types, backends, copies.
 *
 * @module
 */
import { type Backend, BackendError, type DType, isContiguous, rootOf } from "@lucid/backend";
import { type Transform, withTransform } from "../dispatch/call.js";
import { elementwise, type Unary } from "../elementwise/elementwise.js";
import { callMap, identityExpr } from "../primitives/map.js";
import { callTransfer, transfer } from "../primitives/transfer.js";
import { isBackend } from "../tensor/backend.js";
import { assertDType } from "../tensor/data.js";
import { read } from "../tensor/reading.js";
import { allocate, type Tensor } from "../tensor/tensor.js";
import { assertTensor } from "./checks.js";

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
  throw new BackendError(operation, `${String(target)} is neither an element type nor a backend`, []);
}

/**
 * The same elements in another type or on another backend; the tensor itself where there is nothing to do. From floats to
 * integers they are truncated and saturate, NaN becomes 0; as bool, everything but 0 is true. Gradients flow back through
 * changes between floating types and between backends. (torch.Tensor.to)
 *
 * @throws DTypeError for an unknown type, or one that the backend lacks; BackendError where moving would have to wait: see
 * {@link toAsync}.
 *
 * @example
 * ```ts
 * to(tensor([1.7, -1.7]), "int32"); // → Tensor([1, -1], dtype=int32)
 * ```
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
 * {@link to}, for backends that cannot be read synchronously.
 *
 * @example
 * ```ts
 * const moved = await toAsync(tensor([1, 2]), createCpuBackend());
 * moved; // → Tensor([1, 2])
 * ```
 */
export async function toAsync(x: Tensor, target: DType | Backend): Promise<Tensor> {
  if (typeof target === "string" || target === x.backend || x.backend.readSync !== undefined) return to(x, target);
  assertBackend("toAsync", target);
  if (rootOf(target) === rootOf(x.backend)) return to(x, target);
  const values = await read("toAsync", x);
  // The recorder sees a transfer as always; only its values have come another way.
  const arrived: Transform = {
    handle(call, next) {
      if (call.primitive !== transfer || call.inputs[0] !== x) return next(call);
      const result = allocate(target, x.shape, x.dtype);
      target.write(result.storage.buffer, 0, values);
      return [result];
    },
  };
  return withTransform(arrived, () => callTransfer(x, target));
}

/** The same elements in a certain type. */
export type Conversion = (x: Tensor) => Tensor;

function conversion(name: string, dtype: DType): Conversion {
  return (x) => {
    assertTensor(name, "the input", x);
    return to(x, dtype);
  };
}

/**
 * The same elements as float32. (torch.Tensor.float)
 *
 * @example
 * ```ts
 * float(tensor([true, false])); // → Tensor([1, 0])
 * ```
 */
export const float: Conversion = /* @__PURE__ */ conversion("float", "float32");

/**
 * The same elements as float64. (torch.Tensor.double)
 *
 * @example
 * ```ts
 * double(tensor([0.5])); // → Tensor([0.5], dtype=float64)
 * ```
 */
export const double: Conversion = /* @__PURE__ */ conversion("double", "float64");

/**
 * The same elements as int32: truncated, saturating, NaN as 0. (torch.Tensor.int)
 *
 * @example
 * ```ts
 * int(tensor([1.7, -1.7])); // → Tensor([1, -1], dtype=int32)
 * ```
 */
export const int: Conversion = /* @__PURE__ */ conversion("int", "int32");

/**
 * The same elements as uint8: floats are truncated and saturate, wider integers wrap. (torch.Tensor.byte)
 *
 * @example
 * ```ts
 * byte(tensor([1.7, 300])); // → Tensor([1, 255], dtype=uint8)
 * ```
 */
export const byte: Conversion = /* @__PURE__ */ conversion("byte", "uint8");

/**
 * Whether elements are not 0; NaN is not. (torch.Tensor.bool)
 *
 * @example
 * ```ts
 * bool(tensor([0, 2, NaN])); // → Tensor([false, true, true])
 * ```
 */
export const bool: Conversion = /* @__PURE__ */ conversion("bool", "bool");

/**
 * The elements of `x` in the type of `other`. (torch.Tensor.type_as)
 *
 * @example
 * ```ts
 * typeAs(tensor([1.5]), tensor([true])); // → Tensor([true])
 * ```
 */
export function typeAs(x: Tensor, other: Tensor): Tensor {
  assertTensor("typeAs", "the input", x);
  assertTensor("typeAs", "the other", other);
  return to(x, other.dtype);
}

/**
 * A copy with memory of its own; gradients flow back through it. (torch.clone)
 *
 * @example
 * ```ts
 * const x = tensor([1, 2]);
 * const y = clone(x);
 * x.add_(1);
 * y; // → Tensor([1, 2])
 * ```
 */
export function clone(x: Tensor): Tensor {
  assertTensor("clone", "the input", x);
  return callMap("clone", [x], [identityExpr(x.dtype)])[0]!;
}

/**
 * The tensor itself where its elements lie in row-major order, else a copy where they do. (torch.Tensor.contiguous)
 *
 * @example
 * ```ts
 * const x = tensor([[1, 2], [3, 4]]);
 * contiguous(x) === x; // → true
 * ```
 */
export function contiguous(x: Tensor): Tensor {
  assertTensor("contiguous", "the input", x);
  return isContiguous(x.layout) ? x : clone(x);
}
