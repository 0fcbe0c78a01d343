/**
 * Type promotion, as in PyTorch: the kind decides first (bool < int < float), then the width.
 *
 * @module
 */
import { type DType, type DTypeKind, dtypes } from "@lucid/backend";

const rank: Readonly<Record<DTypeKind, number>> = { bool: 0, int: 1, float: 2 };
const defaults: Readonly<Record<DTypeKind, DType>> = { bool: "bool", int: "int32", float: "float32" };

/**
 * The type in which elements of types `a` and `b` are combined.
 *
 * @example
 * ```ts
 * promoteTypes("int32", "float32"); // → "float32"
 * promoteTypes("uint8", "int32"); // → "int32"
 * ```
 */
export function promoteTypes(a: DType, b: DType): DType {
  if (a === b) return a;
  const difference = rank[dtypes[a].kind] - rank[dtypes[b].kind];
  if (difference !== 0) return difference > 0 ? a : b;
  return dtypes[a].bytes >= dtypes[b].bytes ? a : b;
}

/** The type in which elements of type `dtype` meet a JavaScript number or boolean, which is weak: only a higher kind wins. */
export function promoteWeak(dtype: DType, weak: DTypeKind): DType {
  return rank[weak] > rank[dtypes[dtype].kind] ? defaults[weak] : dtype;
}

/** The type that a lone number or boolean of this kind gets. */
export function defaultType(kind: DTypeKind): DType {
  return defaults[kind];
}

/** The kind of a JavaScript value: booleans are bool, integers int, all other numbers float. */
export function weakKind(value: number | boolean): DTypeKind {
  return typeof value === "boolean" ? "bool" : Number.isInteger(value) ? "int" : "float";
}
