/**
 * Transcendental functions as vector code.
 *
 * @module
 */
import { type ScalarOp, scalarOperations } from "@lucid/backend";
import { hostFunction } from "../lanes.js";
import type { FloatFunctions } from "../vector-function.js";
import { errorFunction } from "./error-function.js";
import {
  exponential,
  exponential2,
  exponentialMinusOne,
  hyperbolicCosine,
  hyperbolicSine,
  hyperbolicTangent,
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
import { apart, type DoubleFunction, hostAbove, onDoubles, type Precision, throughDoubles } from "./toolkit.js";
import { cosine, LARGEST_ANGLE, sine, tangent } from "./trigonometric.js";

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

/** A function that is written once for both types; float32 is computed in float64. */
function row(name: string, arity: 1 | 2, weight: number, write: (precision: Precision) => DoubleFunction): Row {
  return {
    float32: apart(`${name}32`, arity, throughDoubles(arity, write("narrow"))),
    float64: apart(`${name}64`, arity, onDoubles(write("full"))),
    weight,
  };
}

/** Sine and its like: large angles are reduced exactly, by the host. */
function periodic(name: "sin" | "cos" | "tan", weight: number, write: (precision: Precision) => DoubleFunction): Row {
  const host = hostFunction(name, 1, (a) => scalarOperations[name].float!(a!, 0, 0));
  const { float32, float64 } = row(name, 1, weight, write);
  return {
    float32: hostAbove("f32x4", LARGEST_ANGLE, host, float32),
    float64: hostAbove("f64x2", LARGEST_ANGLE, host, float64),
    weight,
  };
}

/** Every transcendental operation by name. `weight`: instructions, roughly. */
export const transcendental: Readonly<Record<Transcendental, Row>> = {
  exp: row("exp", 1, 30, exponential),
  exp2: row("exp2", 1, 30, exponential2),
  expm1: row("expm1", 1, 40, exponentialMinusOne),
  log: row("log", 1, 40, logarithm),
  log1p: row("log1p", 1, 50, logarithmOfOnePlus),
  log2: row("log2", 1, 50, logarithm2),
  log10: row("log10", 1, 50, logarithm10),
  sin: periodic("sin", 60, sine),
  cos: periodic("cos", 60, cosine),
  tan: periodic("tan", 60, tangent),
  asin: row("asin", 1, 40, arcsine),
  acos: row("acos", 1, 40, arccosine),
  atan: row("atan", 1, 40, arctangent),
  sinh: row("sinh", 1, 50, hyperbolicSine),
  cosh: row("cosh", 1, 40, hyperbolicCosine),
  tanh: row("tanh", 1, 40, hyperbolicTangent),
  asinh: row("asinh", 1, 60, inverseHyperbolicSine),
  acosh: row("acosh", 1, 60, inverseHyperbolicCosine),
  atanh: row("atanh", 1, 60, inverseHyperbolicTangent),
  erf: row("erf", 1, 60, errorFunction),
  pow: row("pow", 2, 150, power),
  atan2: row("atan2", 2, 70, arctangent2),
};
