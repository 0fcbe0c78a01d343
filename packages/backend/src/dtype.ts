/**
 * The element types of tensors: what each is called, how wide it is, what holds it on the host, and how a number is
 * brought into it. Backends never promote: the framework inserts every conversion as a `cast` expression.
 *
 * @module
 */

/** Names of the element types. `bool` is stored as 0 or 1. */
export type DType = "float32" | "float64" | "int32" | "uint8" | "bool";

/** The host array that carries values of some element type; `bool` travels as `Uint8Array`. */
export type TypedArray = Float32Array | Float64Array | Int32Array | Uint8Array;

/** Which row of a scalar operation applies: arithmetic on reals, wrapping integers, or truth values. */
export type DTypeKind = "bool" | "int" | "float";

/** What the framework knows about one element type. */
export interface DTypeInfo {
  readonly kind: DTypeKind;
  /** Bytes per element in host arrays. */
  readonly bytes: number;
  /** A small dense number, for tables indexed by type. */
  readonly code: number;
  /** Makes a zero-filled host array of `length` elements. */
  readonly array: (length: number) => TypedArray;
  /** Brings the result of an operation computed in JavaScript numbers into the type: rounds floats, wraps integers. */
  readonly wrap: (value: number) => number;
  /** Converts any number into the type: floats round, float → int truncates and saturates, NaN → 0, bool is `value ≠ 0`. */
  readonly convert: (value: number) => number;
}

const saturate = (low: number, high: number) => (value: number) =>
  value !== value ? 0 : value <= low ? low : value >= high ? high : Math.trunc(value) + 0;
const identity = (value: number): number => value;
const truth = (value: number): number => (value !== 0 ? 1 : 0);

/**
 * Every element type by name.
 *
 * @example
 * ```ts
 * dtypes.int32.convert(-3.7); // → -3
 * dtypes.uint8.wrap(257); // → 1
 * ```
 */
export const dtypes: Readonly<Record<DType, DTypeInfo>> = {
  float32: {
    kind: "float",
    bytes: 4,
    code: 0,
    array: (n) => new Float32Array(n),
    wrap: Math.fround,
    convert: Math.fround,
  },
  float64: { kind: "float", bytes: 8, code: 1, array: (n) => new Float64Array(n), wrap: identity, convert: identity },
  int32: {
    kind: "int",
    bytes: 4,
    code: 2,
    array: (n) => new Int32Array(n),
    wrap: (value) => value | 0,
    convert: saturate(-2147483648, 2147483647),
  },
  uint8: {
    kind: "int",
    bytes: 1,
    code: 3,
    array: (n) => new Uint8Array(n),
    wrap: (value) => value & 255,
    convert: saturate(0, 255),
  },
  bool: { kind: "bool", bytes: 1, code: 4, array: (n) => new Uint8Array(n), wrap: truth, convert: truth },
};

/** The names of all element types. */
export const dtypeNames: readonly DType[] = Object.keys(dtypes) as DType[];

/** Whether `name` names an element type. */
export function isDType(name: unknown): name is DType {
  return typeof name === "string" && Object.hasOwn(dtypes, name);
}

/**
 * The value of an element of type `from` as an element of type `to`: integers wrap into narrower integers, everything
 * else follows {@link DTypeInfo.convert}. This is what a `cast` expression computes.
 *
 * @example
 * ```ts
 * convertValue(300, "int32", "uint8"); // → 44
 * convertValue(300, "float32", "uint8"); // → 255
 * ```
 */
export function convertValue(value: number, from: DType, to: DType): number {
  const target = dtypes[to];
  return target.kind === "int" && dtypes[from].kind !== "float" ? target.wrap(value) : target.convert(value);
}
