/**
 * Transcendental functions as vector code.
 *
 * @module
 */
import { type ScalarOp, scalarOperations } from "@lucid/backend";
import { hostFunction } from "../lanes.js";
import type { FloatFunctions, VectorFunction } from "../vector-function.js";
import { errorFunction, errorFunctionSingle } from "./error-function.js";
import {
  exponential,
  exponential2,
  exponentialMinusOne,
  hyperbolicCosine,
  hyperbolicSine,
  hyperbolicTangent,
  hyperbolicTangentSingle,
} from "./exponential.js";
import { arccosine, arcsine, arctangent, arctangent2 } from "./inverse-trigonometric.js";
import {
  inverseHyperbolicCosine,
  inverseHyperbolicSine,
  inverseHyperbolicTangent,
  logarithm,
  logarithm2,
  logarithm10,
  logarithmOfOnePlus,
} from "./logarithm.js";
import { power } from "./power.js";
import {
  apart,
  type DoublePrecision,
  hostAbove,
  type LanesFunction,
  onDoubles,
  onSingles,
  type Precision,
  throughDoubles,
} from "./toolkit.js";
import { cosine, cosineSingle, LARGEST_ANGLE, sine, sineSingle, tangent } from "./trigonometric.js";

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

type Row = FloatFunctions & { readonly weight: number };

/** A function whose float32 form is computed in float64. */
function row(name: string, arity: 1 | 2, weight: number, write: (precision: DoublePrecision) => LanesFunction): Row {
  return {
    float32: apart(`${name}32`, arity, throughDoubles(arity, write("narrow"))),
    float64: apart(`${name}64`, arity, onDoubles(write("full"))),
    weight,
  };
}

/** A function whose float32 form is computed in float32. */
function single(name: string, weight: number, float32: LanesFunction, float64: LanesFunction): Row {
  return { float32: onSingles(float32), float64: apart(`${name}64`, 1, onDoubles(float64)), weight };
}

/** Likewise, written once for both types. */
function generic(name: string, weight: number, write: (precision: Precision) => LanesFunction): Row {
  return single(name, weight, write("single"), write("full"));
}

/** Sine and its like: large angles are reduced exactly, by the host. */
function periodic(name: "sin" | "cos" | "tan", weight: number, float32: VectorFunction, float64: LanesFunction): Row {
  const host = hostFunction(name, 1, (a) => scalarOperations[name].float!(a!, 0, 0));
  return {
    float32: hostAbove("f32x4", LARGEST_ANGLE, host, float32),
    float64: hostAbove("f64x2", LARGEST_ANGLE, host, apart(`${name}64`, 1, onDoubles(float64))),
    weight,
  };
}

/** Every transcendental operation by name. `weight`: instructions, roughly. */
export const transcendental: Readonly<Record<Transcendental, Row>> = {
  exp: generic("exp", 30, exponential),
  exp2: generic("exp2", 30, exponential2),
  expm1: generic("expm1", 40, exponentialMinusOne),
  log: generic("log", 40, logarithm),
  log1p: generic("log1p", 50, logarithmOfOnePlus),
  log2: generic("log2", 50, logarithm2),
  log10: generic("log10", 50, logarithm10),
  sin: periodic("sin", 60, sineSingle, sine("full")),
  cos: periodic("cos", 60, cosineSingle, cosine("full")),
  tan: periodic("tan", 60, apart("tan32", 1, throughDoubles(1, tangent("narrow"))), tangent("full")),
  asin: row("asin", 1, 40, arcsine),
  acos: row("acos", 1, 40, arccosine),
  atan: row("atan", 1, 40, arctangent),
  sinh: generic("sinh", 50, hyperbolicSine),
  cosh: generic("cosh", 40, hyperbolicCosine),
  tanh: single("tanh", 40, hyperbolicTangentSingle, hyperbolicTangent("full")),
  asinh: generic("asinh", 60, inverseHyperbolicSine),
  acosh: generic("acosh", 60, inverseHyperbolicCosine),
  atanh: generic("atanh", 60, inverseHyperbolicTangent),
  erf: single("erf", 60, errorFunctionSingle, errorFunction("full")),
  pow: row("pow", 2, 150, power),
  atan2: row("atan2", 2, 70, arctangent2),
};
