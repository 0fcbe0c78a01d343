/**
 * From source text to kernels.
 *
 * @module
 */
import { type DType, dtypes, scalarOperations } from "@lucid/backend";
import { newFloats, newIntegers } from "../buffer.js";
import { randomWord } from "./random.js";

const conversions = {
  float32: dtypes.float32.convert,
  float64: dtypes.float64.convert,
  int32: dtypes.int32.convert,
  uint8: dtypes.uint8.convert,
  bool: dtypes.bool.convert,
} satisfies Record<DType, (value: number) => number>;

/** Runs source text that returns a function. */
export function compile<F>(source: string): F {
  const names = ["operations", "convert", "randomWord", "newFloats", "newIntegers"];
  const make = new Function(...names, `"use strict";\n${source}`);
  return make(scalarOperations, conversions, randomWord, newFloats, newIntegers) as F;
}

/** Whether this place lets programs generate code: a content security policy may forbid it. */
export function canGenerate(): boolean {
  try {
    return new Function("return true")() === true;
  } catch {
    return false;
  }
}
