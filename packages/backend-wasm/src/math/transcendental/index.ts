/**
 * Transcendental functions as vector code.
 *
 * @module
 */
import { type ScalarOp, scalarOperations } from "@lucid/backend";
import { onHost } from "../lanes.js";
import type { FloatFunctions } from "../vector-function.js";

/** The operations that this folder writes. */
export type Transcendental = Extract<
  ScalarOp,
  | "exp"
  | "exp2"
  | "expm1"
  | "log"
  | "log1p"
  | "log2"
  | "log10"
  | "sin"
  | "cos"
  | "tan"
  | "asin"
  | "acos"
  | "atan"
  | "sinh"
  | "cosh"
  | "tanh"
  | "asinh"
  | "acosh"
  | "atanh"
  | "erf"
  | "pow"
  | "atan2"
>;

/** Lane by lane in JavaScript. */
const lanes = (name: Transcendental): FloatFunctions & { readonly weight: number } => {
  const { arity, float } = scalarOperations[name];
  return { ...onHost(name, arity === 1 ? 1 : 2, (a, b) => float!(a!, b ?? 0, 0)), weight: 40 };
};

/** Every transcendental operation by name. `weight`: instructions, roughly. */
export const transcendental: Readonly<Record<Transcendental, FloatFunctions & { readonly weight: number }>> = {
  exp: lanes("exp"),
  exp2: lanes("exp2"),
  expm1: lanes("expm1"),
  log: lanes("log"),
  log1p: lanes("log1p"),
  log2: lanes("log2"),
  log10: lanes("log10"),
  sin: lanes("sin"),
  cos: lanes("cos"),
  tan: lanes("tan"),
  asin: lanes("asin"),
  acos: lanes("acos"),
  atan: lanes("atan"),
  sinh: lanes("sinh"),
  cosh: lanes("cosh"),
  tanh: lanes("tanh"),
  asinh: lanes("asinh"),
  acosh: lanes("acosh"),
  atanh: lanes("atanh"),
  erf: lanes("erf"),
  pow: lanes("pow"),
  atan2: lanes("atan2"),
};
