/**
 * The element types of the format, and how their bytes become elements of a tensor.
 *
 * @module
 */
import type { DType, TypedArray } from "@lucid/backend";
import { FormatError } from "@lucid/backend";

/** An element type of the format. */
export interface StoredType {
  /** Bytes per element. */
  readonly bytes: number;
  /** The type of the tensor that holds the elements. */
  readonly dtype: DType;
  /**
   * Makes elements from bytes of this computer's byte order, which begin at a multiple of 8 in their buffer.
   *
   * @throws FormatError for an integer that the tensor's type cannot hold.
   */
  decode(operation: string, name: string, bytes: Uint8Array): TypedArray;
}

type ArrayType<A> = new (buffer: ArrayBufferLike, byteOffset: number, length: number) => A;

/** Types whose bytes are the elements themselves. */
function same(dtype: DType, bytes: number, array: ArrayType<TypedArray>): StoredType {
  return {
    bytes,
    dtype,
    decode: (_operation, _name, { buffer, byteOffset, byteLength }) =>
      new array(buffer, byteOffset, byteLength / bytes),
  };
}

/** Integers that become int32 if they fit. */
function integers(bytes: number, array: ArrayType<ArrayLike<number | bigint>>): StoredType {
  return {
    bytes,
    dtype: "int32",
    decode(operation, name, { buffer, byteOffset, byteLength }) {
      const stored = new array(buffer, byteOffset, byteLength / bytes);
      const elements = new Int32Array(stored.length);
      for (let i = 0; i < stored.length; i++) {
        const value = stored[i]!;
        if (value < -2147483648 || value > 2147483647) {
          throw new FormatError(operation, `element ${i} of ${JSON.stringify(name)} is ${value}`, {
            rule: "integers become int32, which reaches from -2147483648 to 2147483647",
          });
        }
        elements[i] = Number(value);
      }
      return elements;
    },
  };
}

const truthValues: StoredType = {
  bytes: 1,
  dtype: "bool",
  decode(operation, name, bytes) {
    const wrong = bytes.findIndex((value) => value > 1);
    if (wrong < 0) return bytes;
    throw new FormatError(operation, `element ${wrong} of ${JSON.stringify(name)} is ${bytes[wrong]}`, {
      rule: "truth values are stored as 0 or 1",
    });
  },
};

/** The element types that can be read, by their names in the format. */
export const storedTypes: ReadonlyMap<string, StoredType> = /* @__PURE__ */ new Map([
  ["F64", /* @__PURE__ */ same("float64", 8, Float64Array)],
  ["F32", /* @__PURE__ */ same("float32", 4, Float32Array)],
  ["F16", /* @__PURE__ */ same("float16", 2, Uint16Array)],
  ["BF16", /* @__PURE__ */ same("bfloat16", 2, Uint16Array)],
  ["I64", /* @__PURE__ */ integers(8, BigInt64Array)],
  ["U64", /* @__PURE__ */ integers(8, BigUint64Array)],
  ["I32", /* @__PURE__ */ same("int32", 4, Int32Array)],
  ["U32", /* @__PURE__ */ integers(4, Uint32Array)],
  ["I16", /* @__PURE__ */ integers(2, Int16Array)],
  ["U16", /* @__PURE__ */ integers(2, Uint16Array)],
  ["I8", /* @__PURE__ */ integers(1, Int8Array)],
  ["U8", /* @__PURE__ */ same("uint8", 1, Uint8Array)],
  ["BOOL", truthValues],
]);

/** The names in the format of the types of tensors. */
export const storedNames: Readonly<Record<DType, string>> = {
  float64: "F64",
  float32: "F32",
  float16: "F16",
  bfloat16: "BF16",
  int32: "I32",
  uint8: "U8",
  bool: "BOOL",
};

/** Whether this computer stores numbers as the format does: the lowest byte first. */
const isLittleEndian = /* @__PURE__ */ (() => new Uint8Array(new Uint16Array([1]).buffer)[0] === 1)();

/** Brings the bytes of elements from the format's byte order into this computer's, or back. */
export function inByteOrder(bytes: Uint8Array, size: number): Uint8Array {
  if (isLittleEndian || size === 1) return bytes;
  const swapped = bytes.slice();
  for (let at = 0; at < swapped.length; at += size) swapped.subarray(at, at + size).reverse();
  return swapped;
}
