/**
 * What all kernels of `scatter` share.
 *
 * @module
 */
import type { DType, ScatterMode } from "@lucid/backend";
import { type ShaderType, shaderType } from "../shader/types.js";
import { larger, smaller } from "./accumulate.js";

/** Statements that report the index `picked` in the slot `parameters[2]`. */
export const report: readonly string[] = [
  "atomicStore(&failures[2 * parameters[2] + 1], bitcast<u32>(picked));",
  "atomicStore(&failures[2 * parameters[2]], 1u);",
];

/** How a scattered value joins the one in the output. */
export function combine(mode: ScatterMode, dtype: DType, old: string, value: string): string {
  const type: ShaderType = shaderType(dtype);
  if (mode === "set") return value;
  const symbol = mode === "add" ? "+" : "*";
  const number = mode === "add" || mode === "prod" ? `${old} ${symbol} ${value}` : undefined;
  if (number !== undefined) return dtype === "uint8" ? `(${number}) & 255u` : number;
  return (mode === "max" ? larger : smaller)[type](old, value);
}
