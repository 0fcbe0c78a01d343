/**
 * How values of each element type are represented in shaders. WGSL has no float64.
 *
 * @module
 */
import { type DType, DTypeError, dtypes, isStorageType } from "@lucid/backend";

/** Types of values inside a shader. */
export type ShaderType = "f32" | "i32" | "u32" | "bool";

/**
 * The type of values of each element type. A uint8 is the low byte of a u32, and elements of storage types are bit
 * patterns.
 */
const valueTypes: Readonly<Partial<Record<DType, ShaderType>>> = {
  float32: "f32",
  float16: "u32",
  bfloat16: "u32",
  int32: "i32",
  uint8: "u32",
  bool: "bool",
};

/** The element types that the backend holds. */
export const heldTypes: readonly DType[] = Object.keys(valueTypes) as DType[];

/** @throws DTypeError for a type that WGSL lacks. */
export function shaderType(dtype: DType): ShaderType {
  const type = valueTypes[dtype];
  if (type === undefined) throw new DTypeError("webgpu", `${dtype} does not exist in WGSL`, [dtype]);
  return type;
}

/** Converts a word into a value. */
export const decode: Readonly<Record<ShaderType, (word: string) => string>> = {
  f32: (word) => `bitcast<f32>(${word})`,
  i32: (word) => `bitcast<i32>(${word})`,
  u32: (word) => word,
  bool: (word) => `(${word} != 0u)`,
};

/** Converts a value into a word. */
export const encode: Readonly<Record<ShaderType, (value: string) => string>> = {
  f32: (value) => `bitcast<u32>(${value})`,
  i32: (value) => `bitcast<u32>(${value})`,
  u32: (value) => value,
  bool: (value) => `select(0u, 1u, ${value})`,
};

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** The word that stands for a number in parameters. */
export function wordOf(value: number, dtype: DType): number {
  const converted = dtypes[dtype].convert(value);
  if (shaderType(dtype) !== "f32") return converted >>> 0;
  float[0] = converted;
  return bits[0]!;
}

/**
 * A literal. Constant expressions of WGSL must be finite, and drivers merge 0 and −0, so such floats are made of a word
 * that is known only at run time.
 */
export function literal(value: number, dtype: DType): string {
  if (isStorageType(dtype)) throw new DTypeError("webgpu", `a constant of type ${dtype}`, [dtype]);
  switch (shaderType(dtype)) {
    case "bool":
      return value !== 0 ? "true" : "false";
    case "u32":
      return `${value}u`;
    case "i32":
      return `i32(${value})`;
    case "f32": {
      const rounded = Math.fround(value);
      if (!Number.isFinite(rounded) || rounded === 0 || Math.abs(rounded) < 2 ** -126) {
        return `bitcast<f32>(0x${wordOf(rounded, dtype).toString(16)}u | zero())`;
      }
      return rounded < 0 ? `(${rounded}f)` : `${rounded}f`;
    }
  }
}
