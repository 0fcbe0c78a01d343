/**
 * The steps of random programs that compute element by element.
 *
 * @module
 */
import { dtypes, type ScalarOp } from "@lucid/backend";
import { type Tensor, where } from "@lucid/tensor";
import { broadcasts, isDrawn, isExact, isFloat, type Made, made, type Picker, unitsOf, type Value } from "./values.js";

/** Makes a tensor from existing values, or returns undefined if none fits. */
export type Step = (pick: Picker) => Made | undefined;

/**
 * A smooth function: its name, its computation, its bound, and its largest slope. The last two depend on the bound of
 * the operand. There may be a limit for this bound, and an operation that some backends do not round exactly.
 */
type Smooth = readonly [
  name: string,
  compute: (x: Tensor) => Tensor,
  bound: (b: number) => number,
  slope: (b: number) => number,
  limit?: number,
  inexact?: ScalarOp,
];

const one = (): number => 1;
const smooth: readonly Smooth[] = [
  ["sin()", (x) => x.sin(), one, one],
  ["cos()", (x) => x.cos(), one, one],
  ["tanh()", (x) => x.tanh(), one, one],
  ["sigmoid()", (x) => x.sigmoid(), one, one],
  ["erf()", (x) => x.erf(), one, () => 1.2],
  ["atan()", (x) => x.atan(), () => 2, one],
  ["asinh()", (x) => x.asinh(), (b) => Math.asinh(b), one],
  ["exp()", (x) => x.exp(), Math.exp, Math.exp, 4],
  ["expm1()", (x) => x.expm1(), Math.exp, Math.exp, 4],
  ["sinh()", (x) => x.sinh(), Math.cosh, Math.cosh, 4],
  ["cosh()", (x) => x.cosh(), Math.cosh, Math.cosh, 4],
  ["exp2()", (x) => x.exp2(), (b) => 2 ** b, (b) => 2 ** b, 5],
  ["square().add(1).log()", (x) => x.square().add(1).log(), (b) => Math.log(b * b + 1), one],
  ["square().log1p()", (x) => x.square().log1p(), (b) => Math.log1p(b * b), one],
  ["square().neg().exp()", (x) => x.square().neg().exp(), one, one],
  ["square().add(0.5).rsqrt()", (x) => x.square().add(0.5).rsqrt(), () => 1.5, one],
  ["exp().add(1).log()", (x) => x.exp().add(1).log(), (b) => b + 1, one, 16],
];

/** Operations that are rounded exactly, so that equal operands give equal results on every backend that does not say otherwise. */
const rounded: readonly Smooth[] = [
  ["neg()", (x) => x.neg(), (b) => b, one],
  ["square()", (x) => x.square(), (b) => b * b, (b) => 2 * b],
  ["add(0.5)", (x) => x.add(0.5), (b) => b + 0.5, one],
  ["mul(-1.25)", (x) => x.mul(-1.25), (b) => 1.25 * b, () => 1.25],
  ["square().add(1).reciprocal()", (x) => x.square().add(1).reciprocal(), one, one, Infinity, "div"],
  ["square().add(1).sqrt()", (x) => x.square().add(1).sqrt(), (b) => b + 1, one, Infinity, "sqrt"],
];

/** Functions with kinks or jumps. Only exact operands may be passed to them. */
const kinked: readonly Smooth[] = [
  ["abs()", (x) => x.abs(), (b) => b, one],
  ["relu()", (x) => x.relu(), (b) => b, one],
  ["sign()", (x) => x.sign(), one, one],
  ["floor()", (x) => x.floor(), (b) => b + 1, one],
  ["round()", (x) => x.round(), (b) => b + 1, one],
  ["trunc()", (x) => x.trunc(), (b) => b, one],
  ["frac()", (x) => x.frac(), one, one],
  ["clamp(-0.5, 0.75)", (x) => x.clamp(-0.5, 0.75), one, one],
  ["remainder(0.75)", (x) => x.remainder(0.75), one, one],
];

function unary(table: readonly Smooth[], own: number, exact: boolean): Step {
  return (pick) => {
    const [name, compute, bound, slope, limit = Infinity, inexact] = pick.of(table);
    const x = pick.value((v) => isFloat(v) && v.bound <= limit && (!exact || isExact(v)));
    if (x === undefined) return undefined;
    const size = bound(x.bound);
    return made(`${x.name}.${name}`, compute(x.tensor), size, slope(x.bound) * x.error, own + unitsOf(pick, inexact));
  };
}

/** Returns two values that broadcast. Both fulfil the condition. */
function pair(pick: Picker, condition: (v: Value) => boolean): readonly [Value, Value] | undefined {
  const x = pick.value(condition);
  if (x === undefined) return undefined;
  const y = pick.value((v) => condition(v) && broadcasts(x.tensor.shape, v.tensor.shape));
  return y === undefined ? undefined : [x, y];
}

const binarySmooth: Step = (pick) => {
  const name = pick.of(["add", "sub", "mul", "div"] as const);
  const operands = pair(pick, isFloat);
  if (operands === undefined) return undefined;
  const [x, y] = operands;
  const [a, b] = [x.tensor, y.tensor];
  const text = `${x.name}.${name}(${y.name})`;
  if (name === "mul") return made(text, a.mul(b), x.bound * y.bound, y.bound * x.error + x.bound * y.error, 0);
  if (name === "div") {
    const positive = b.square().add(1);
    return made(
      `${x.name}.div(${y.name}.square().add(1))`,
      a.div(positive),
      x.bound,
      x.error + x.bound * y.error,
      unitsOf(pick, "div"),
    );
  }
  return made(text, a[name](b), x.bound + y.bound, x.error + y.error, 0);
};

const binaryKinked: Step = (pick) => {
  const name = pick.of(["maximum", "minimum", "fmod"] as const);
  const operands = pair(pick, (v) => isFloat(v) && isExact(v));
  if (operands === undefined) return undefined;
  const [x, y] = operands;
  if (name === "fmod") {
    const divisor = y.tensor.abs().add(0.25);
    return made(`${x.name}.fmod(${y.name}.abs().add(0.25))`, x.tensor.fmod(divisor), x.bound, 0, 0);
  }
  return made(`${x.name}.${name}(${y.name})`, x.tensor[name](y.tensor), Math.max(x.bound, y.bound), 0, 0);
};

const compare: Step = (pick) => {
  const name = pick.of(["lt", "le", "eq", "ne", "gt", "ge"] as const);
  const operands = pair(pick, isExact);
  if (operands === undefined) return undefined;
  const [x, y] = operands;
  return made(`${x.name}.${name}(${y.name})`, x.tensor[name](y.tensor), 1, 0, 0);
};

const choose: Step = (pick) => {
  const condition = pick.value((v) => v.tensor.dtype === "bool");
  const operands = pair(pick, isFloat);
  if (condition === undefined || operands === undefined) return undefined;
  const [x, y] = operands;
  if (!broadcasts(condition.tensor.shape, x.tensor.shape) || !broadcasts(condition.tensor.shape, y.tensor.shape))
    return undefined;
  const result = where(condition.tensor, x.tensor, y.tensor);
  const text = `where(${condition.name}, ${x.name}, ${y.name})`;
  return made(text, result, Math.max(x.bound, y.bound), Math.max(x.error, y.error), 0);
};

const integers: Step = (pick) => {
  const isInt = (v: Value): boolean => v.tensor.dtype === "int32" || v.tensor.dtype === "bool";
  const operands = pair(pick, isInt);
  if (operands === undefined) return undefined;
  const [x, y] = operands;
  const bool = x.tensor.dtype === "bool" && y.tensor.dtype === "bool";
  const name = bool
    ? pick.of(["logicalAnd", "logicalOr", "logicalXor"] as const)
    : pick.of(["add", "mul", "sub", "floorDivide", "remainder", "bitwiseXor", "maximum"] as const);
  return made(`${x.name}.${name}(${y.name})`, x.tensor[name](y.tensor), bool ? 1 : 2 ** 31, 0, 0);
};

const cast: Step = (pick) => {
  const x = pick.value(() => true);
  if (x === undefined) return undefined;
  const dtype = pick.of(pick.common.dtypes.filter(isDrawn));
  const { kind } = dtypes[dtype];
  const float = kind === "float";
  if (!float && (!isExact(x) || !(x.bound < 2 ** 31))) return undefined;
  return made(`${x.name}.to("${dtype}")`, x.tensor.to(dtype), kind === "bool" ? 1 : x.bound, x.error, 0);
};

/** The steps of this file by name. */
export const elementwiseSteps: Readonly<Record<string, Step>> = {
  rounded: unary(rounded, 0, false),
  smooth: unary(smooth, 64, false),
  kinked: unary(kinked, 0, true),
  binarySmooth,
  binaryKinked,
  compare,
  choose,
  integers,
  cast,
};
