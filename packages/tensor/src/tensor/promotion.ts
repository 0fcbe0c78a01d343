/**
 * Type promotion, as in PyTorch: the kind decides first (bool < int < float), then the width. Types of one width meet in the type in which they are computed.
 *
 * @module
 */
import { type DType, type DTypeKind, dtypes } from "@lucid/backend";
import { assertDType } from "./data.js";

const rank: Readonly<Record<DTypeKind, number>> = { bool: 0, int: 1, float: 2 };
const defaults: Readonly<Record<DTypeKind, DType>> = { bool: "bool", int: "int32", float: "float32" };

/**
 * Returns the type to which elements of types `a` and `b` are promoted.
 *
 * @throws DTypeError for a name that is no element type.
 *
 * @example
 * ```ts
 * promoteTypes("int32", "float32"); // → "float32"
 * promoteTypes("uint8", "int32"); // → "int32"
 * ```
 */
export function promoteTypes(a: DType, b: DType): DType {
  assertDType("promoteTypes", a);
  if (a === b) return a;
  assertDType("promoteTypes", b);
  const difference = rank[dtypes[a].kind] - rank[dtypes[b].kind];
  if (difference !== 0) return difference > 0 ? a : b;
  const [first, second] = [dtypes[a], dtypes[b]];
  // float16 and bfloat16 have values that the other lacks.
  if (first.bytes === second.bytes) return first.compute;
  return first.bytes > second.bytes ? a : b;
}

/**
 * Returns the type to which elements of type `dtype` and a JavaScript number or boolean are promoted. The number counts
 * only if its kind is higher.
 */
export function promoteWeak(dtype: DType, weak: DTypeKind): DType {
  return rank[weak] > rank[dtypes[dtype].kind] ? defaults[weak] : dtype;
}

/** Returns the type of a tensor that is made of a number or boolean of this kind. */
export function defaultType(kind: DTypeKind): DType {
  return defaults[kind];
}

/**
 * Returns the kind of a JavaScript value: booleans are bool, 32-bit integers are int, and all other numbers are float.
 */
export function weakKind(value: number | boolean): DTypeKind {
  return typeof value === "boolean" ? "bool" : (value | 0) === value ? "int" : "float";
}
