/**
 * The transcendental functions as vector code.
 *
 * @module
 */
import { type ScalarOp, scalarOperations } from "@lucid/backend";
import { hostFunction } from "../lanes.js";
import type { FloatFunctions, VectorFunction, VectorOperation } from "../vector-function.js";
import { errorFunction } from "./error-function.js";
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
import { literalPower, power } from "./power.js";
import {
  separateFunction,
  type DoublePrecision,
  hostAbove,
  type LanesFunction,
  type NativePrecision,
  onDoubles,
  onSingles,
  throughDoubles,
} from "./toolkit.js";
import { cosine, cosineSingle, LARGEST_ANGLE, sine, sineSingle, tangent } from "./trigonometric.js";

/** The operations that the files of this folder implement. */
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

/** An operation. Loops are unrolled by its `weight`, which counts the code inside the loop itself. */
type Row = FloatFunctions & Pick<VectorOperation, "literal"> & { readonly weight: number };

/** Makes a function when it is first needed. Making all of them takes a noticeable part of a program's start. */
function later(make: () => VectorFunction): VectorFunction {
  let made: VectorFunction | undefined;
  return (code, a, b, c) => {
    made ??= make();
    return made(code, a, b, c);
  };
}

/** Makes the row of a function that is computed in float64 lanes for both types. */
function doubles(weight: number, write: (precision: DoublePrecision) => LanesFunction, arity: 1 | 2 = 1): Row {
  return {
    float32: later(() => throughDoubles(arity, write("narrow"))),
    float64: later(() => onDoubles(write("full"))),
    weight,
  };
}

/** Makes the row of a function that has its own form for float32. */
function both(weight: number, float32: LanesFunction, float64: LanesFunction): Row {
  return { float32: onSingles(float32), float64: onDoubles(float64), weight };
}

/** Makes the row of a function that is written once for lanes of both types. */
function generic(weight: number, write: (precision: NativePrecision) => LanesFunction): Row {
  return { float32: later(() => onSingles(write("single"))), float64: later(() => onDoubles(write("full"))), weight };
}

/** Makes the row of sine, cosine or tangent. The host reduces large angles exactly. */
function periodic(name: "sin" | "cos" | "tan", weight: number, float32: VectorFunction, float64: LanesFunction): Row {
  const host = hostFunction(name, 1, (a) => scalarOperations[name].float!(a!, 0, 0));
  return {
    float32: hostAbove("f32x4", LARGEST_ANGLE, host, float32),
    float64: hostAbove("f64x2", LARGEST_ANGLE, host, separateFunction(`${name}64`, 1, onDoubles(float64))),
    weight,
  };
}

/** Makes the row of a long function, whose code is in a module only once. */
function long(name: string, row: Row): Row {
  return {
    ...row,
    float32: separateFunction(`${name}32`, 2, row.float32),
    float64: separateFunction(`${name}64`, 2, row.float64),
  };
}

/** Every transcendental operation by name. */
export const transcendental: Readonly<Record<Transcendental, Row>> = {
  exp: generic(12, exponential),
  exp2: generic(12, exponential2),
  expm1: generic(12, exponentialMinusOne),
  log: generic(15, logarithm),
  log1p: generic(20, logarithmOfOnePlus),
  log2: generic(20, logarithm2),
  log10: generic(20, logarithm10),
  sin: periodic("sin", 20, sineSingle, sine("full")),
  cos: periodic("cos", 20, cosineSingle, cosine("full")),
  tan: periodic("tan", 20, separateFunction("tan32", 1, throughDoubles(1, tangent("narrow"))), tangent("full")),
  asin: doubles(40, arcsine),
  acos: doubles(40, arccosine),
  atan: doubles(40, arctangent),
  sinh: generic(30, hyperbolicSine),
  cosh: generic(20, hyperbolicCosine),
  tanh: both(20, hyperbolicTangentSingle, hyperbolicTangent),
  asinh: generic(30, inverseHyperbolicSine),
  // In float32 lanes its error would reach 2 ulp near 1.03.
  acosh: doubles(40, () => inverseHyperbolicCosine("full")),
  atanh: generic(30, inverseHyperbolicTangent),
  erf: generic(25, errorFunction),
  pow: { ...long("pow", doubles(20, power, 2)), literal: literalPower },
  atan2: long("atan2", doubles(20, arctangent2, 2)),
};
