/**
 * Division, and what division to whole numbers leaves over.
 *
 * @module
 */
import { ArgumentError, checkOptions, describeValue, type OptionNames } from "@lucid/backend";
import { type Binary, elementwise, type Operand, type Traceable } from "../../elementwise/elementwise.js";
import { areFloat, commonType, type Formula, type FormulaOperand, op } from "../../elementwise/formula.js";
import type { Tensor } from "../../tensor/tensor.js";

const isNegative = (x: Formula): Formula => op("lt", x, 0);

/** Converts both operands to their common type before signs and zeros are compared: beside a uint8, −1 is 255. */
function promoted(x: Formula, y: Formula): readonly [Formula, Formula] {
  const dtype = commonType([x, y]);
  return [x.to(dtype), y.to(dtype)];
}

/** Whether the quotient rounded towards −∞ is smaller than the quotient rounded towards 0, which leaves this rest. */
const liesBelow = (rest: Formula, y: Formula): Formula =>
  op("and", op("not", op("eq", rest, 0)), op("xor", isNegative(rest), isNegative(y)));

/** Options of {@link div}. */
export interface DivisionOptions {
  /** How the quotient is rounded: "floor" towards −∞, "trunc" towards 0; default (and null): not at all. */
  readonly roundingMode?: "floor" | "trunc" | null;
}

/** The operation {@link div}. */
export interface Division extends Traceable {
  (x: Operand, y: Operand, options?: DivisionOptions): Tensor;
  (x: FormulaOperand, y: FormulaOperand, options?: DivisionOptions): Formula;
}

const quotient: Binary = /* @__PURE__ */ elementwise(
  (x, y) => (areFloat(x, y) ? op("div", x, y) : op("div", x.to("float32"), y)),
  { name: "div" },
);

const DIVISION_OPTIONS: OptionNames<DivisionOptions> = { roundingMode: true };

/** Returns the operation for a rounding mode. */
function divisionBy(options: unknown): Binary {
  checkOptions("div", options as DivisionOptions | undefined, DIVISION_OPTIONS);
  const mode = (options as DivisionOptions | undefined)?.roundingMode;
  if (mode === undefined || mode === null) return quotient;
  if (mode === "floor") return floorDivide;
  if (mode === "trunc") return truncDivide;
  throw new ArgumentError("div", `roundingMode is ${describeValue(mode)}`, { rule: 'it is "floor", "trunc" or null' });
}

function defineDivision(): Division {
  const apply = (args: readonly unknown[]): Tensor | Formula =>
    args.length === 3 ? divisionBy(args[2]).apply(args.slice(0, 2)) : quotient.apply(args);
  const writeInto = <T extends Tensor>(target: T, args: readonly unknown[]): T =>
    args.length === 3 ? divisionBy(args[2]).writeInto(target, args.slice(0, 2)) : quotient.writeInto(target, args);
  const call = (...args: readonly unknown[]): Tensor | Formula => apply(args);
  return Object.assign(call, { operation: "div", apply, writeInto, trace: quotient.trace }) as Traceable as Division;
}

/**
 * Divides a tensor by another.
 *
 * `x / y`; integers and bools give float32, unless the quotient is rounded.
 *
 * @throws ShapeError if the shapes do not broadcast; ArgumentError for an unknown rounding mode.
 *
 * @example
 * ```ts
 * div(tensor([1, -1, 0]), 0); // → Tensor([Infinity, -Infinity, NaN])
 * div(tensor([7, -7]), 2, { roundingMode: "floor" }); // → Tensor([3, -4])
 * ```
 *
 * @see torch.div
 */
export const div: Division = /* @__PURE__ */ defineDivision();

/**
 * Divides and rounds the quotient towards −∞.
 *
 * `⌊x / y⌋`, without the error of rounding `x / y` first.
 *
 * Integers give an integer; an integer divided by 0 gives 0. The derivative is 0.
 *
 * @throws ShapeError if the shapes do not broadcast.
 *
 * @example
 * ```ts
 * floorDivide(tensor([7, -7]), 2); // → Tensor([3, -4])
 * ```
 *
 * @see torch.floor_divide
 */
export const floorDivide: Binary = /* @__PURE__ */ elementwise(
  (first, second) => {
    const [x, y] = promoted(first, second);
    if (!areFloat(x, y)) {
      const quotient = op("div", x, y);
      const rest = op("sub", x, op("mul", quotient, y));
      const below = liesBelow(rest, y);
      return op("where", op("eq", y, 0), 0, op("where", below, op("sub", quotient, 1), quotient));
    }
    const rest = fmod(x, y);
    const below = liesBelow(rest, y);
    const exact = op("div", op("sub", x, rest), y);
    const quotient = op("round", op("where", below, op("sub", exact, 1), exact));
    const ratio = op("div", x, y);
    // A quotient of 0 takes the sign of the ratio. For a division by 0, the ratio is the result.
    const signed = op("where", op("eq", quotient, 0), op("mul", ratio, 0), quotient);
    return op("floor", op("where", op("eq", y, 0), ratio, signed));
  },
  { name: "floorDivide" },
);

/**
 * Divides and rounds the quotient towards 0.
 *
 * `trunc(x / y)`
 *
 * Integers give an integer; an integer divided by 0 gives 0. The derivative is 0.
 *
 * @throws ShapeError if the shapes do not broadcast.
 *
 * @example
 * ```ts
 * truncDivide(tensor([7, -7]), 2); // → Tensor([3, -3])
 * ```
 *
 * @see torch.div with rounding_mode="trunc"
 */
export const truncDivide: Binary = /* @__PURE__ */ elementwise(
  (x, y) => (areFloat(x, y) ? op("trunc", op("div", x, y)) : op("div", x, y)),
  { name: "truncDivide" },
);

/**
 * Computes what division with rounding towards −∞ leaves over.
 *
 * `x − y·⌊x / y⌋`; it has the sign of y.
 *
 * Of an integer divided by 0 it is 0.
 *
 * @throws ShapeError if the shapes do not broadcast.
 *
 * @example
 * ```ts
 * remainder(tensor([7, -7]), 3); // → Tensor([1, 2])
 * ```
 *
 * @see torch.remainder
 */
export const remainder: Binary = /* @__PURE__ */ elementwise((x, y) => op("rem", x, y), { name: "remainder" });

/**
 * Computes what division with rounding towards 0 leaves over.
 *
 * `x − y·trunc(x / y)`; it has the sign of x. The derivative with respect to x is 1.
 *
 * Of an integer divided by 0 it is 0.
 *
 * @throws ShapeError if the shapes do not broadcast.
 *
 * @example
 * ```ts
 * fmod(tensor([7, -7]), 3); // → Tensor([1, -1])
 * ```
 *
 * @see torch.fmod
 */
export const fmod: Binary = /* @__PURE__ */ elementwise(
  (first: Formula, second: Formula) => {
    const [x, y] = promoted(first, second);
    if (!areFloat(x, y)) {
      const rest = op("sub", x, op("mul", op("div", x, y), y));
      return op("where", op("eq", y, 0), 0, rest);
    }
    const rest = op("rem", op("abs", x), op("abs", y));
    // Subtracting the rest from x keeps −0.
    const signed = op("where", isNegative(x), op("neg", rest), rest);
    return op("where", op("eq", x, 0), op("sub", x, rest), signed);
  },
  {
    name: "fmod",
    // The quotient is computed from the rest, because trunc(x / y) is one too large where x / y is rounded up to an
    // integer.
    derivative: (x: Formula, y: Formula) => {
      const ratio = op("where", op("eq", y, 0), op("div", x, y), op("div", op("sub", x, fmod(x, y)), y));
      return [1, op("neg", op("round", ratio))];
    },
  },
);

/**
 * Divides a tensor by another. It is {@link div} without a rounding mode.
 *
 * `x / y`; of integers and bools a float32.
 *
 * @throws ShapeError if the shapes do not broadcast.
 *
 * @example
 * ```ts
 * trueDivide(tensor([1, 3], { dtype: "int32" }), 2); // → Tensor([0.5, 1.5])
 * ```
 *
 * @see torch.true_divide
 */
export const trueDivide: Binary = /* @__PURE__ */ elementwise((x, y) => quotient(x, y), { name: "trueDivide" });
