/**
 * The element types of tensors: the name of each, its size, the host array that holds it, and how numbers are converted
 * into it. Backends never promote types: the framework inserts every conversion as a `cast` expression.
 *
 * @module
 */
import { decodeBfloat16, decodeFloat16, encodeBfloat16, encodeFloat16 } from "./half.js";

/** Names of the element types. `bool` is stored as 0 or 1. */
export type DType = "float32" | "float64" | "float16" | "bfloat16" | "int32" | "uint8" | "bool";

/** The element types that only save memory: expressions convert their elements into another type as soon as they read them. */
export type StorageType = "float16" | "bfloat16";

/** The element types in which expressions compute. */
export type ComputeType = Exclude<DType, StorageType>;

/**
 * The host arrays that hold elements. `bool` is held by `Uint8Array`, and `float16` and `bfloat16` are held by `Uint16Array`, whose
 * elements are bit patterns: see {@link DTypeInfo.decode}.
 */
export type TypedArray = Float32Array | Float64Array | Int32Array | Uint8Array | Uint16Array;

/** The kind of an element type: real numbers, integers that wrap, or truth values. */
export type DTypeKind = "bool" | "int" | "float";

/** What the framework knows about one element type. */
export interface DTypeInfo {
  readonly kind: DTypeKind;
  /** Bytes per element in host arrays. */
  readonly bytes: number;
  /** A small dense number, for tables indexed by type. */
  readonly code: number;
  /**
   * The type in which expressions compute with elements. It is float32 for float16 and bfloat16, which only save memory, and the type
   * itself for all others.
   */
  readonly compute: ComputeType;
  /** The lowest and the highest value: −∞ and ∞ for floats. */
  readonly lowest: number;
  readonly highest: number;
  /** The distance from 1 to the next higher value. */
  readonly epsilon: number;
  /** Makes a zero-filled host array of `length` elements. */
  readonly array: (length: number) => TypedArray;
  /** Brings a result that was computed with JavaScript numbers into the type: it rounds floats and wraps integers. */
  readonly wrap: (value: number) => number;
  /**
   * Converts any number into the type. Floats are rounded to the nearest value, halves to even, and float16 and bfloat16 through
   * float32, as in PyTorch. Integers are truncated and saturate, with 0 for NaN; bool is `value ≠ 0`.
   */
  readonly convert: (value: number) => number;
  /** The value of an element of a host array. It differs from the element only where host arrays hold bit patterns. */
  readonly decode: (element: number) => number;
  /** The element of a host array for a value, which is converted into the type where host arrays hold bit patterns. */
  readonly encode: (value: number) => number;
}

const saturate = (low: number, high: number) => (value: number) =>
  value !== value ? 0 : value <= low ? low : value >= high ? high : Math.trunc(value) + 0;
const identity = (value: number): number => value;
const truth = (value: number): number => (value !== 0 ? 1 : 0);

/** Types whose host arrays hold the values themselves. */
const plain = { decode: identity, encode: identity };
const infinite = { lowest: -Infinity, highest: Infinity };
const half = (encode: (value: number) => number, decode: (bits: number) => number) => {
  const convert = (value: number): number => decode(encode(value));
  return {
    ...infinite,
    kind: "float" as const,
    bytes: 2,
    compute: "float32" as const,
    array: (n: number) => new Uint16Array(n),
    wrap: convert,
    convert,
    decode,
    encode,
  };
};

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
    ...plain,
    ...infinite,
    kind: "float",
    bytes: 4,
    code: 0,
    compute: "float32",
    epsilon: 2 ** -23,
    array: (n) => new Float32Array(n),
    wrap: Math.fround,
    convert: Math.fround,
  },
  float64: {
    ...plain,
    ...infinite,
    kind: "float",
    bytes: 8,
    code: 1,
    compute: "float64",
    epsilon: 2 ** -52,
    array: (n) => new Float64Array(n),
    wrap: identity,
    convert: identity,
  },
  float16: { ...half(encodeFloat16, decodeFloat16), code: 5, epsilon: 2 ** -10 },
  bfloat16: { ...half(encodeBfloat16, decodeBfloat16), code: 6, epsilon: 2 ** -7 },
  int32: {
    ...plain,
    kind: "int",
    bytes: 4,
    code: 2,
    compute: "int32",
    lowest: -2147483648,
    highest: 2147483647,
    epsilon: 1,
    array: (n) => new Int32Array(n),
    wrap: (value) => value | 0,
    convert: saturate(-2147483648, 2147483647),
  },
  uint8: {
    ...plain,
    kind: "int",
    bytes: 1,
    code: 3,
    compute: "uint8",
    lowest: 0,
    highest: 255,
    epsilon: 1,
    array: (n) => new Uint8Array(n),
    wrap: (value) => value & 255,
    convert: saturate(0, 255),
  },
  bool: {
    ...plain,
    kind: "bool",
    bytes: 1,
    code: 4,
    compute: "bool",
    lowest: 0,
    highest: 1,
    epsilon: 1,
    array: (n) => new Uint8Array(n),
    wrap: truth,
    convert: truth,
  },
};

/** The names of all element types. */
export const dtypeNames: readonly DType[] = Object.keys(dtypes) as DType[];

/** Whether `name` names an element type. */
export function isDType(name: unknown): name is DType {
  return typeof name === "string" && Object.hasOwn(dtypes, name);
}

/**
 * Converts the value of an element of type `from` to type `to`. Integers wrap into narrower integers; everything else
 * follows {@link DTypeInfo.convert}. A `cast` expression computes the same.
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

/** The names of the types in which expressions compute. */
export const computeTypes: readonly ComputeType[] = dtypeNames.filter((name) => !isStorageType(name)) as ComputeType[];

/** Whether elements of a type are only stored in it: expressions convert them into another type as soon as they read them. */
export function isStorageType(dtype: DType): dtype is StorageType {
  return dtypes[dtype].compute !== dtype;
}

/**
 * The values of elements that are held as in a host array: the array itself, or for float16 and bfloat16 a `Float32Array`.
 *
 * @example
 * ```ts
 * decodeElements("float16", new Uint16Array([0x3c00, 0xc100])); // → Float32Array [1, -2.5]
 * ```
 */
export function decodeElements(dtype: DType, elements: TypedArray): TypedArray {
  if (!isStorageType(dtype)) return elements;
  const { compute, decode } = dtypes[dtype];
  const values = dtypes[compute].array(elements.length);
  for (let i = 0; i < values.length; i++) values[i] = decode(elements[i]!);
  return values;
}

/**
 * The element types that a backend holds. Without a list it holds all but the storage types, which have to be named.
 *
 * @example
 * ```ts
 * heldTypes({}); // → ["float32", "float64", "int32", "uint8", "bool"]
 * ```
 */
export function heldTypes(capabilities: { readonly dtypes?: readonly DType[] }): readonly DType[] {
  return capabilities.dtypes ?? computeTypes;
}
