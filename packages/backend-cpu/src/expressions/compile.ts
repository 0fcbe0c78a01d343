/**
 * Compiling source text to kernels.
 *
 * @module
 */
import { dtypeNames, dtypes, scalarOperations } from "@lucid/backend";
import { KernelBudget } from "@lucid/backend/kit";
import { newFloats, newIntegers } from "../buffer.js";
import { randomWord } from "./random.js";

/** A column of the table of element types, by type. */
const column = (name: "convert" | "decode" | "encode"): Readonly<Record<string, (value: number) => number>> =>
  Object.fromEntries(dtypeNames.map((dtype) => [dtype, dtypes[dtype][name]]));

const conversions = column("convert");
const decoding = column("decode");
const encoding = column("encode");

/** Compiles source text to kernels, and counts the memory that they take. */
export interface Compiler {
  /** Whether code is generated. If not, expressions are interpreted. */
  readonly generates: boolean;
  readonly budget: KernelBudget;
  /** Runs source text that returns a function. */
  compile<F>(source: string): F;
}

/** The memory of a kernel: a fixed part, and a part for each character of its source. Measured on Node 20: 14 KB for 700 characters. */
const BYTES = 8 << 10;
const BYTES_PER_CHARACTER = 8;

/** Makes the compiler of a backend. */
export function createCompiler(generates: boolean): Compiler {
  const budget = new KernelBudget();
  return {
    generates,
    budget,
    compile<F>(source: string): F {
      budget.spend(BYTES + source.length * BYTES_PER_CHARACTER);
      const names = ["operations", "convert", "decode", "encode", "randomWord", "newFloats", "newIntegers"];
      const make = new Function(...names, `"use strict";\n${source}`);
      return make(scalarOperations, conversions, decoding, encoding, randomWord, newFloats, newIntegers) as F;
    },
  };
}

/** Whether programs may generate code here. A content security policy may forbid it. */
export function canGenerate(): boolean {
  try {
    return new Function("return true")() === true;
  } catch {
    return false;
  }
}
