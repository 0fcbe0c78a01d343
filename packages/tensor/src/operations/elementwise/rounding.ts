/**
 * Rounding, element by element.
 *
 * @module
 */
import { ArgumentError, checkOptions, describeValue, type OptionNames } from "@lucid/backend";
import { type Binary, elementwise, type Operand, type Traceable, type Unary } from "../../elementwise/elementwise.js";
import { areFloat, assertFloats, type Formula, op, refuseBool } from "../../elementwise/formula.js";
import type { Tensor } from "../../tensor/tensor.js";

/** Rounding leaves integers as they are. */
const rounding = (operation: "floor" | "ceil" | "round" | "trunc"): Unary =>
  elementwise(
    (x) => {
      refuseBool(operation, 'convert first: .to("int32")', x);
      return areFloat(x) ? op(operation, x) : x;
    },
    { name: operation },
  );

/**
 * Rounds down to an integer.
 *
 * `⌊x⌋`, the largest integer ≤ x; the derivative is 0.
 *
 * Integers stay as they are.
 *
 * @throws DTypeError for bool.
 *
 * @example
 * ```ts
 * floor(tensor([1.5, -1.5])); // → Tensor([1, -2])
 * ```
 *
 * @see torch.floor
 */
export const floor: Unary = /* @__PURE__ */ rounding("floor");

/**
 * Rounds up to an integer.
 *
 * `⌈x⌉`, the smallest integer ≥ x; the derivative is 0.
 *
 * Integers stay as they are.
 *
 * @throws DTypeError for bool.
 *
 * @example
 * ```ts
 * ceil(tensor([1.5, -1.5])); // → Tensor([2, -1])
 * ```
 *
 * @see torch.ceil
 */
export const ceil: Unary = /* @__PURE__ */ rounding("ceil");

/** Options of {@link round}. */
export interface RoundOptions {
  /** The number of digits behind the decimal point, or before it if it is negative; default 0. */
  readonly decimals?: number;
}

/** The operation {@link round}. */
export interface Round extends Traceable {
  (x: Tensor, options?: RoundOptions): Tensor;
  (x: Formula, options?: RoundOptions): Formula;
}

const ROUND_OPTIONS: OptionNames<RoundOptions> = { decimals: true };

const toIntegers: Unary = /* @__PURE__ */ rounding("round");

/** `round(x · factor) / factor` */
const toFractions: Binary = /* @__PURE__ */ elementwise(
  (x, factor) => {
    assertFloats("round", x);
    return op("div", op("round", op("mul", x, factor)), factor);
  },
  { name: "round" },
);

/** `round(x / factor) · factor` */
const toMultiples: Binary = /* @__PURE__ */ elementwise(
  (x, factor) => {
    assertFloats("round", x);
    return op("mul", op("round", op("div", x, factor)), factor);
  },
  { name: "round" },
);

/** The operation for a number of digits, and its arguments. */
function roundingOf([x, options, ...others]: readonly unknown[]): readonly [Traceable, readonly unknown[]] {
  if (others.length > 0) return [toIntegers, [x, options, ...others]];
  checkOptions("round", options as RoundOptions | undefined, ROUND_OPTIONS);
  const { decimals = 0 } = (options ?? {}) as RoundOptions;
  if (!Number.isInteger(decimals)) {
    throw new ArgumentError("round", `decimals is ${describeValue(decimals)}`, { rule: "decimals is an integer" });
  }
  if (decimals === 0) return [toIntegers, [x]];
  return [decimals > 0 ? toFractions : toMultiples, [x, 10 ** Math.abs(decimals)]];
}

function defineRound(): Round {
  const apply = (args: readonly unknown[]): Tensor | Formula => {
    if (args.length === 1) return toIntegers.apply(args);
    const [operation, given] = roundingOf(args);
    return operation.apply(given);
  };
  const writeInto = <T extends Tensor>(target: T, args: readonly unknown[]): T => {
    const [operation, given] = roundingOf(args);
    return operation.writeInto(target, given);
  };
  const trace = (args: readonly Operand[]) => {
    const [operation, given] = roundingOf(args);
    return operation.trace(given as readonly Operand[]);
  };
  const call = (...args: readonly unknown[]): Tensor | Formula => apply(args);
  return Object.assign(call, { operation: "round", apply, writeInto, trace }) as Traceable as Round;
}

/**
 * Rounds to the nearest integer, or to a number of decimal digits. Numbers halfway between two results are rounded to
 * the even one.
 *
 * The derivative is 0. Integers stay as they are.
 *
 * @param options - `decimals` (default 0): how many digits stay behind the decimal point; −2 rounds to hundreds.
 * @throws DTypeError for bool, and for integers if there are decimals; ArgumentError unless `decimals` is an integer.
 *
 * @example
 * ```ts
 * round(tensor([0.5, 1.5, -2.7])); // → Tensor([0, 2, -3])
 * round(tensor([2.345, 0.126]), { decimals: 2 }).mul(100).round(); // → Tensor([234, 13])
 * round(tensor([1234, 50]), { decimals: -2 }); // → Tensor([1200, 0])
 * ```
 *
 * @see torch.round
 */
export const round: Round = /* @__PURE__ */ defineRound();

/**
 * Rounds towards 0: leaves the fractional part out.
 *
 * The derivative is 0. Integers stay as they are.
 *
 * @throws DTypeError for bool.
 *
 * @example
 * ```ts
 * trunc(tensor([1.5, -1.5])); // → Tensor([1, -1])
 * ```
 *
 * @see torch.trunc
 */
export const trunc: Unary = /* @__PURE__ */ rounding("trunc");

/**
 * Computes the fractional part.
 *
 * `x − trunc(x)`; it has the sign of x.
 *
 * @throws DTypeError for integers and bools.
 *
 * @example
 * ```ts
 * frac(tensor([1.5, -1.25])); // → Tensor([0.5, -0.25])
 * ```
 *
 * @see torch.frac
 */
export const frac: Unary = /* @__PURE__ */ elementwise(
  (x) => {
    assertFloats("frac", x);
    return op("sub", x, op("trunc", x));
  },
  { name: "frac" },
);
