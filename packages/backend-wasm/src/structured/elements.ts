/**
 * Single elements in scalar code, by element type.
 *
 * @module
 */
import { type DType, dtypes } from "@lucid/backend";
import type { Code } from "../assembler/code.js";
import { compileNest } from "../expression/compile-nest.js";
import type { LoadName, StoreName } from "../assembler/instructions.js";
import { F32, F64, I32, type Local, type ValueType } from "../assembler/types.js";
import { type Nest, type NestOptions, STRIDED } from "../expression/nest.js";
import type { Operands } from "@lucid/backend/kit";
import type { Kernel, Platform } from "../kernel.js";

/** The type of an element in locals, and the instructions that load and store it. */
export interface ElementCode {
  readonly type: ValueType;
  readonly load: LoadName;
  readonly store: StoreName;
}

const halfword: ElementCode = { type: I32, load: "i32.load16_u", store: "i32.store16" };
const byte: ElementCode = { type: I32, load: "i32.load8_u", store: "i32.store8" };

/** The instructions by element type. */
export const elements: Readonly<Record<DType, ElementCode>> = {
  float32: { type: F32, load: "f32.load", store: "f32.store" },
  float64: { type: F64, load: "f64.load", store: "f64.store" },
  int32: { type: I32, load: "i32.load", store: "i32.store" },
  float16: halfword,
  bfloat16: halfword,
  uint8: byte,
  bool: byte,
};

/** `address + index · step` for any index, in a new local. */
export function elementAt(code: Code, address: Local, index: Local, step: Local): Local {
  return code.value("i32.add", address, code.value("i32.mul", index, step));
}

/** The smaller or the larger of two elements, or NaN if one is NaN. */
export function extremeOf(code: Code, dtype: DType, largest: boolean, a: Local, b: Local): Local {
  if (dtypes[dtype].kind === "float")
    return code.value(`${dtype === "float32" ? "f32" : "f64"}.${largest ? "max" : "min"}`, a, b);
  return code.select(I32, a, b, code.value(largest ? "i32.gt_s" : "i32.lt_s", a, b));
}

/** Compiles scalar code in nested loops over operands of these types, with any strides. */
export function compileLoops(
  platform: Platform,
  types: readonly DType[],
  loops: number,
  body: (code: Code, nest: Nest) => void,
): Kernel {
  const operands: Operands = {
    inputs: types.map((_, i) => i),
    dtypes: types,
    axes: [],
    rowMajor: false,
    count: types.length,
    scalars: 0,
  };
  const options: NestOptions = { operands, outputs: [], moves: types.map(() => STRIDED), loops, vectorLoop: loops - 1 };
  return compileNest(platform, options, (nest, begin, end) => {
    nest.restrict(begin, end);
    body(nest.code, nest);
  });
}
