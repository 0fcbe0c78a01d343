/**
 * Replacing what is not finite.
 *
 * @module
 */
import type { DType } from "@lucid/backend";
import { define, type ElementwiseOperation, type Operand } from "../../elementwise/elementwise.js";
import { areFloat, type Formula, type FormulaOperand, literal, op } from "../../elementwise/formula.js";
import type { Tensor } from "../../tensor/tensor.js";

/** Options of {@link nanToNum}. */
export interface NanToNumOptions<T = Operand> {
  /** What replaces NaN; default (and null): 0. */
  readonly nan?: T | null;
  /** What replaces Infinity; default (and null): the largest number of the type. */
  readonly posinf?: T | null;
  /** What replaces −Infinity; default (and null): the lowest number of the type. */
  readonly neginf?: T | null;
}

/** The operation {@link nanToNum}. */
export interface NanToNum extends ElementwiseOperation {
  (x: Tensor, nan?: Operand | null | NanToNumOptions, posinf?: Operand | null, neginf?: Operand | null): Tensor;
  (
    x: Formula,
    nan?: FormulaOperand | null | NanToNumOptions<FormulaOperand>,
    posinf?: FormulaOperand | null,
    neginf?: FormulaOperand | null,
  ): Formula;
}

/** The largest numbers of the floating types. */
const LARGEST: Readonly<Partial<Record<DType, number>>> = {
  float64: Number.MAX_VALUE,
  float32: (2 - 2 ** -23) * 2 ** 127,
  bfloat16: (2 - 2 ** -7) * 2 ** 127,
  float16: 65504,
};

function replaced(x: Formula, nan: Formula | null, posinf: Formula | null, neginf: Formula | null): Formula {
  if (!areFloat(x)) return x;
  const max = LARGEST[x.dtype]!;
  const isNumber = op("eq", x, x);
  const below = op("where", op("eq", x, Number.NEGATIVE_INFINITY), (neginf ?? literal(-max)).to(x.dtype), x);
  const bounded = op("where", op("eq", x, Number.POSITIVE_INFINITY), posinf?.to(x.dtype) ?? max, below);
  return op("where", isNumber, bounded, nan?.to(x.dtype) ?? 0).to(x.dtype);
}

/**
 * Replaces NaN, Infinity and −Infinity by numbers.
 *
 * Integers and bools stay as they are. What was replaced has no gradient.
 *
 * @param nan - what replaces NaN; default 0.
 * @param posinf - what replaces Infinity; default the largest number of the type.
 * @param neginf - what replaces −Infinity; default the lowest number of the type.
 *
 * @example
 * ```ts
 * nanToNum(tensor([1, NaN, Infinity]), { posinf: 9 }); // → Tensor([1, 0, 9])
 * ```
 *
 * @see torch.nan_to_num
 */
export const nanToNum: NanToNum = /* @__PURE__ */ define(replaced, {
  name: "nanToNum",
  defaults: { nan: null, posinf: null, neginf: null },
}) as ElementwiseOperation as NanToNum;
