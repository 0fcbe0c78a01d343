/**
 * Arithmetic, element by element. Operands are promoted as in PyTorch (see `promoteTypes`); integers wrap around.
 *
 * @module
 */
import { ArgumentError } from "@lucid/backend";
import {
  type Binary,
  type Elementwise,
  type ElementwiseOperation,
  elementwise,
  type Operand,
  type Unary,
} from "../elementwise/elementwise.js";
import {
  apply,
  areBool,
  areFloat,
  assertFloats,
  commonType,
  type Formula,
  type FormulaOperand,
  literal,
  refuseBool,
} from "../elementwise/formula.js";
import type { Tensor } from "../tensor/tensor.js";

const NUMERIC = 'convert first: .to("int32")';

/**
 * Sum of two tensors, `x + y`; of bools, their logical or. (torch.add)
 *
 * @example
 * ```ts
 * add(tensor([1, 2]), 3); // → Tensor([4, 5])
 * ```
 */
export const add: Binary = /* @__PURE__ */ elementwise((x, y) => apply(areBool(x, y) ? "or" : "add", x, y), {
  name: "add",
});

/**
 * Difference of two tensors, `x − y`. (torch.sub)
 *
 * @throws DTypeError if one is bool.
 *
 * @example
 * ```ts
 * sub(tensor([1, 2]), tensor([4, 4])); // → Tensor([-3, -2])
 * ```
 */
export const sub: Binary = /* @__PURE__ */ elementwise(
  (x, y) => {
    refuseBool("sub", 'use logicalXor or logicalNot, or convert first: .to("int32")', x, y);
    return apply("sub", x, y);
  },
  { name: "sub" },
);

/**
 * Product of two tensors, `x · y`; of bools, their logical and. (torch.mul)
 *
 * @example
 * ```ts
 * mul(tensor([1, 2]), tensor([[10], [20]])); // → Tensor([[10, 20], [20, 40]])
 * ```
 */
export const mul: Binary = /* @__PURE__ */ elementwise((x, y) => apply(areBool(x, y) ? "and" : "mul", x, y), {
  name: "mul",
});

/**
 * Quotient of two tensors, `x / y`; of integers a float32. (torch.div)
 *
 * @example
 * ```ts
 * div(tensor([1, -1, 0]), 0); // → Tensor([Infinity, -Infinity, NaN])
 * ```
 */
export const div: Binary = /* @__PURE__ */ elementwise(
  (x, y) => (areFloat(x, y) ? apply("div", x, y) : apply("div", x.to("float32"), y)),
  { name: "div" },
);

/**
 * Quotient rounded towards −∞, `⌊x / y⌋`, without the error of rounding `x / y` first. Of integers an integer; dividing
 * an integer by 0 gives 0. Has no derivative: gradients are 0. (torch.floor_divide; torch.div with rounding_mode="floor")
 *
 * @example
 * ```ts
 * floorDivide(tensor([7, -7]), 2); // → Tensor([3, -4])
 * ```
 */
export const floorDivide: Binary = /* @__PURE__ */ elementwise(
  (x, y) => {
    if (!areFloat(x, y)) {
      const quotient = apply("div", x, y);
      const rest = apply("sub", x, apply("mul", quotient, y));
      const below = apply("and", apply("not", apply("eq", rest, 0)), apply("xor", apply("lt", rest, 0), isNegative(y)));
      return apply("where", apply("eq", y, 0), 0, apply("where", below, apply("sub", quotient, 1), quotient));
    }
    const rest = fmod(x, y);
    const below = apply("and", apply("not", apply("eq", rest, 0)), apply("xor", apply("lt", rest, 0), isNegative(y)));
    const exact = apply("div", apply("sub", x, rest), y);
    const quotient = apply("round", apply("where", below, apply("sub", exact, 1), exact));
    const ratio = apply("div", x, y);
    // A quotient of 0 has the sign of the ratio; by 0 the ratio is the answer.
    const signed = apply("where", apply("eq", quotient, 0), apply("mul", ratio, 0), quotient);
    return apply("floor", apply("where", apply("eq", y, 0), ratio, signed));
  },
  { name: "floorDivide" },
);

const isNegative = (x: Formula): Formula => apply("lt", x, 0);

/**
 * Quotient rounded towards 0. Of integers an integer; dividing an integer by 0 gives 0. Has no derivative: gradients are
 * 0. (torch.div with rounding_mode="trunc")
 *
 * @example
 * ```ts
 * truncDivide(tensor([7, -7]), 2); // → Tensor([3, -3])
 * ```
 */
export const truncDivide: Binary = /* @__PURE__ */ elementwise(
  (x, y) => (areFloat(x, y) ? apply("trunc", apply("div", x, y)) : apply("div", x, y)),
  { name: "truncDivide" },
);

/**
 * What floor division leaves, `x − y·⌊x / y⌋`: it has the sign of y. Of an integer divided by 0 it is 0. (torch.remainder)
 *
 * @example
 * ```ts
 * remainder(tensor([7, -7]), 3); // → Tensor([1, 2])
 * ```
 */
export const remainder: Binary = /* @__PURE__ */ elementwise((x, y) => apply("rem", x, y), { name: "remainder" });

/**
 * What division towards 0 leaves, `x − y·trunc(x / y)`: it has the sign of x. Of an integer divided by 0 it is 0.
 * (torch.fmod)
 *
 * @example
 * ```ts
 * fmod(tensor([7, -7]), 3); // → Tensor([1, -1])
 * ```
 */
export const fmod: Binary = /* @__PURE__ */ elementwise(
  (x, y) => {
    if (!areFloat(x, y)) {
      const rest = apply("sub", x, apply("mul", apply("div", x, y), y));
      return apply("where", apply("eq", y, 0), 0, rest);
    }
    const dtype = commonType([x, y]);
    const rest = apply("rem", apply("abs", x.to(dtype)), apply("abs", y.to(dtype)));
    // x − rest keeps −0, and the derivative 1, where x is 0.
    const signed = apply("where", isNegative(x), apply("neg", rest), rest);
    return apply("where", apply("eq", x, 0), apply("sub", x, rest), signed);
  },
  { name: "fmod" },
);

const isValue = (x: Formula, value: number): boolean =>
  x.weak !== undefined && x.expr.kind === "constant" && x.expr.value === value;

/**
 * Power, `x ^ y`; x⁰ and 1^y are 1 even for NaN. The exponents 1, 2, 3, ½, −½, −1 and −2, given as numbers, are computed by
 * products, quotients and roots. An integer to a negative power is `trunc(1 / x^|y|)`. (torch.pow)
 *
 * @example
 * ```ts
 * pow(tensor([1, 2, 3]), 2); // → Tensor([1, 4, 9])
 * pow(2, tensor([0, 1, -1])); // → Tensor([1, 2, 0.5])
 * ```
 */
export const pow: Binary = /* @__PURE__ */ elementwise(
  (x, y) => {
    const base = x.to(commonType([x, y]));
    if (isValue(y, 1)) return base;
    if (isValue(y, 2)) return apply("mul", base, base);
    if (isValue(y, 3)) return apply("mul", apply("mul", base, base), base);
    if (areFloat(x, y)) {
      if (isValue(y, 0.5)) return apply("sqrt", base);
      if (isValue(y, -0.5)) return rsqrt(base);
      if (isValue(y, -1)) return reciprocal(base);
      if (isValue(y, -2)) {
        // The square of 1 / x, not 1 / x²: its derivative is right at 0 and at infinity too.
        const inverse = reciprocal(base);
        return apply("mul", inverse, inverse);
      }
    }
    return apply("pow", x, y);
  },
  { name: "pow", literals: [1, 2, 3, 0.5, -0.5, -1, -2] },
);

/**
 * Negative, `−x`. (torch.neg)
 *
 * @throws DTypeError for bool.
 *
 * @example
 * ```ts
 * neg(tensor([1, -2])); // → Tensor([-1, 2])
 * ```
 */
export const neg: Unary = /* @__PURE__ */ elementwise(
  (x) => {
    refuseBool("neg", "use logicalNot", x);
    return apply("neg", x);
  },
  { name: "neg" },
);

/**
 * Absolute value, `|x|`; its derivative at 0 is 0. The smallest int32 stays itself. (torch.abs)
 *
 * @example
 * ```ts
 * abs(tensor([-1.5, 2])); // → Tensor([1.5, 2])
 * ```
 */
export const abs: Unary = /* @__PURE__ */ elementwise((x) => apply("abs", x), { name: "abs" });

/**
 * Sign: −1, 0 or 1; 0 for NaN. (torch.sign)
 *
 * @example
 * ```ts
 * sign(tensor([-3, 0, 0.5])); // → Tensor([-1, 0, 1])
 * ```
 */
export const sign: Unary = /* @__PURE__ */ elementwise((x) => (areBool(x) ? x : apply("sign", x)), { name: "sign" });

/**
 * Square, `x · x`. (torch.square)
 *
 * @example
 * ```ts
 * square(tensor([1, -2])); // → Tensor([1, 4])
 * ```
 */
export const square: Unary = /* @__PURE__ */ elementwise((x) => (areBool(x) ? x.to("int32") : apply("mul", x, x)), {
  name: "square",
});

/**
 * Square root, `√x`: NaN below 0; of integers a float32. (torch.sqrt)
 *
 * @example
 * ```ts
 * sqrt(tensor([4, 2, -1])); // → Tensor([2, 1.4142, NaN])
 * ```
 */
export const sqrt: Unary = /* @__PURE__ */ elementwise((x) => apply("sqrt", x), { name: "sqrt" });

/**
 * Reciprocal, `1 / x`; of integers a float32. (torch.reciprocal)
 *
 * @example
 * ```ts
 * reciprocal(tensor([4, -0.5, 0])); // → Tensor([0.25, -2, Infinity])
 * ```
 */
export const reciprocal: Unary = /* @__PURE__ */ elementwise((x) => div(literal(1), x), { name: "reciprocal" });

/**
 * Reciprocal of the square root, `1 / √x`; of integers a float32. (torch.rsqrt)
 *
 * @example
 * ```ts
 * rsqrt(tensor([4, 0.25])); // → Tensor([0.5, 2])
 * ```
 */
export const rsqrt: Unary = /* @__PURE__ */ elementwise((x) => reciprocal(sqrt(x)), { name: "rsqrt" });

/** Rounding leaves integers as they are. */
const rounding = (operation: "floor" | "ceil" | "round" | "trunc"): Unary =>
  elementwise(
    (x) => {
      refuseBool(operation, NUMERIC, x);
      return areFloat(x) ? apply(operation, x) : x;
    },
    { name: operation },
  );

/**
 * The largest integer ≤ x; integers stay as they are. Gradients are 0. (torch.floor)
 *
 * @example
 * ```ts
 * floor(tensor([1.5, -1.5])); // → Tensor([1, -2])
 * ```
 */
export const floor: Unary = /* @__PURE__ */ rounding("floor");

/**
 * The smallest integer ≥ x; integers stay as they are. Gradients are 0. (torch.ceil)
 *
 * @example
 * ```ts
 * ceil(tensor([1.5, -1.5])); // → Tensor([2, -1])
 * ```
 */
export const ceil: Unary = /* @__PURE__ */ rounding("ceil");

/**
 * The nearest integer, halves to the even one; integers stay as they are. Gradients are 0. (torch.round)
 *
 * @example
 * ```ts
 * round(tensor([0.5, 1.5, -2.7])); // → Tensor([0, 2, -3])
 * ```
 */
export const round: Unary = /* @__PURE__ */ rounding("round");

/**
 * The integer part; integers stay as they are. Gradients are 0. (torch.trunc)
 *
 * @example
 * ```ts
 * trunc(tensor([1.5, -1.5])); // → Tensor([1, -1])
 * ```
 */
export const trunc: Unary = /* @__PURE__ */ rounding("trunc");

/**
 * The fractional part, `x − trunc(x)`, with the sign of x. (torch.frac)
 *
 * @throws DTypeError for integers and bools.
 *
 * @example
 * ```ts
 * frac(tensor([1.5, -1.25])); // → Tensor([0.5, -0.25])
 * ```
 */
export const frac: Unary = /* @__PURE__ */ elementwise(
  (x) => {
    assertFloats("frac", x);
    return apply("sub", x, apply("trunc", x));
  },
  { name: "frac" },
);

/**
 * The larger of two elements; NaN if either is. Equal elements share the gradient. (torch.maximum)
 *
 * @example
 * ```ts
 * maximum(tensor([1, 5]), tensor([3, 2])); // → Tensor([3, 5])
 * ```
 */
export const maximum: Binary = /* @__PURE__ */ elementwise((x, y) => apply("max", x, y), { name: "maximum" });

/**
 * The smaller of two elements; NaN if either is. Equal elements share the gradient. (torch.minimum)
 *
 * @example
 * ```ts
 * minimum(tensor([1, 5]), tensor([3, 2])); // → Tensor([1, 2])
 * ```
 */
export const minimum: Binary = /* @__PURE__ */ elementwise((x, y) => apply("min", x, y), { name: "minimum" });

/**
 * The angle of the point (y, x) in (−π, π]: `atan2(y, x)` is atan(y / x) in the right quadrant. (torch.atan2)
 *
 * @example
 * ```ts
 * atan2(tensor([1, 1, -1]), tensor([1, -1, 0])); // → Tensor([0.7854, 2.3562, -1.5708])
 * ```
 */
export const atan2: Elementwise<[y: Formula, x: Formula]> = /* @__PURE__ */ elementwise(
  (y, x) => apply("atan2", y, x),
  {
    name: "atan2",
  },
);

/**
 * Linear interpolation, `x + weight · (end − x)`: exactly x at weight 0, exactly end at 1. (torch.lerp)
 *
 * @throws DTypeError for integers and bools.
 *
 * @example
 * ```ts
 * lerp(tensor([0, 10]), tensor([1, 20]), 0.25); // → Tensor([0.25, 12.5])
 * ```
 */
export const lerp: Elementwise<[x: Formula, end: Formula, weight: Formula]> = /* @__PURE__ */ elementwise(
  (x, end, weight) => {
    assertFloats("lerp", x, end);
    const distance = apply("sub", end, x);
    return apply(
      "where",
      apply("lt", apply("abs", weight), 0.5),
      apply("add", x, apply("mul", weight, distance)),
      apply("sub", end, apply("mul", distance, apply("sub", 1, weight))),
    );
  },
  { name: "lerp" },
);

/** The operation {@link clamp}. */
export interface Clamp extends ElementwiseOperation {
  (x: Tensor, min?: Operand | null, max?: Operand | null): Tensor;
  (x: Formula, min?: FormulaOperand | null, max?: FormulaOperand | null): Formula;
  apply(args: readonly (Operand | Formula | null | undefined)[]): Tensor | Formula;
  into<T extends Tensor>(target: T, args: readonly (Operand | null | undefined)[]): T;
}

/** The bound where x lies beyond it. NaN stays, without a gradient; a bound of NaN gives NaN. */
function bounded(x: Formula, bound: Formula, side: "max" | "min"): Formula {
  if (!areFloat(x, bound)) return apply(side, x, bound);
  const inside = side === "max" ? apply("le", bound, x) : apply("le", x, bound);
  const isNumber = apply("eq", x, x);
  return apply("where", inside, x, apply("where", isNumber, bound, Number.NaN));
}

const atLeast: Binary = /* @__PURE__ */ elementwise((x, min) => bounded(x, min, "max"), { name: "clamp" });
const atMost: Binary = /* @__PURE__ */ elementwise((x, max) => bounded(x, max, "min"), { name: "clamp" });
const between: Elementwise<[x: Formula, min: Formula, max: Formula]> = /* @__PURE__ */ elementwise(
  (x, min, max) => bounded(bounded(x, min, "max"), max, "min"),
  { name: "clamp" },
);

/** Calls `use` with the operation for the bounds that are given. */
function withBounds<A, R>(
  args: readonly (A | null | undefined)[],
  use: (operation: ElementwiseOperation, args: readonly A[]) => R,
): R {
  const [x, min, max] = args as readonly [A, A?, A?];
  if (args.length > 3) throw new ArgumentError("clamp", `takes 3 arguments, got ${args.length}`);
  const hasMin = min !== undefined && min !== null;
  const hasMax = max !== undefined && max !== null;
  if (hasMin && hasMax) return use(between, [x, min, max]);
  if (hasMin) return use(atLeast, [x, min]);
  if (hasMax) return use(atMost, [x, max]);
  throw new ArgumentError("clamp", "got no bound", { rule: "min, max or both must be given" });
}

function makeClamp(): Clamp {
  type Argument = Operand | Formula;
  const run = (args: readonly (Argument | null | undefined)[]): Tensor | Formula =>
    withBounds(args, (operation, given: readonly Argument[]) => operation.apply(given));
  const into = <T extends Tensor>(target: T, args: readonly (Operand | null | undefined)[]): T =>
    withBounds(args, (operation, given: readonly Operand[]) => operation.into(target, given));
  const call = (...args: readonly (Argument | null | undefined)[]): Tensor | Formula => run(args);
  return Object.assign(call, { operation: "clamp", apply: run, into }) as Clamp;
}

/**
 * x confined to `[min, max]`; either bound may be missing or null, a number, or a tensor. Where min > max the result is
 * max. The gradient passes where min ≤ x ≤ max, the bounds included. NaN stays NaN. (torch.clamp)
 *
 * @throws ArgumentError without any bound.
 *
 * @example
 * ```ts
 * clamp(tensor([-2, 0.5, 3]), -1, 1); // → Tensor([-1, 0.5, 1])
 * clamp(tensor([-2, 0.5, 3]), null, 1); // → Tensor([-2, 0.5, 1])
 * ```
 */
export const clamp: Clamp = /* @__PURE__ */ makeClamp();
