/**
 * The larger and the smaller of two numbers, and confining numbers to bounds.
 *
 * @module
 */
import { ArgumentError } from "@lucid/backend";
import {
  type Binary,
  define,
  type ElementwiseOperation,
  elementwise,
  type Operand,
} from "../../elementwise/elementwise.js";
import { areFloat, commonType, type Formula, type FormulaOperand, literal, op } from "../../elementwise/formula.js";
import type { Tensor } from "../../tensor/tensor.js";

/**
 * Chooses the larger of two elements.
 *
 * `max(x, y)`; NaN if either is NaN. Equal elements share the gradient.
 *
 * @throws ShapeError if the shapes do not broadcast.
 *
 * @example
 * ```ts
 * maximum(tensor([1, 5]), tensor([3, 2])); // → Tensor([3, 5])
 * ```
 *
 * @see torch.maximum
 */
export const maximum: Binary = /* @__PURE__ */ elementwise((x, y) => op("max", x, y), { name: "maximum" });

/**
 * Chooses the smaller of two elements.
 *
 * `min(x, y)`; NaN if either is NaN. Equal elements share the gradient.
 *
 * @throws ShapeError if the shapes do not broadcast.
 *
 * @example
 * ```ts
 * minimum(tensor([1, 5]), tensor([3, 2])); // → Tensor([1, 2])
 * ```
 *
 * @see torch.minimum
 */
export const minimum: Binary = /* @__PURE__ */ elementwise((x, y) => op("min", x, y), { name: "minimum" });

/** The bounds of {@link clamp}; null stands for none. At least one is given. */
export interface ClampOptions<T = Operand> {
  readonly min?: T | null;
  readonly max?: T | null;
}

/** The operation {@link clamp}. */
export interface Clamp extends ElementwiseOperation {
  (x: Tensor, min?: Operand | null | ClampOptions, max?: Operand | null): Tensor;
  (x: Formula, min?: FormulaOperand | null | ClampOptions<FormulaOperand>, max?: FormulaOperand | null): Formula;
}

/** Replaces x by the bound if x lies beyond it. NaN stays NaN, without a gradient, and a bound of NaN gives NaN. */
function bounded(x: Formula, bound: Formula, side: "max" | "min"): Formula {
  if (!areFloat(x, bound)) return op(side, x, bound);
  const inside = side === "max" ? op("le", bound, x) : op("le", x, bound);
  const isNumber = op("eq", x, x);
  return op("where", inside, x, op("where", isNumber, bound, Number.NaN));
}

function clamped(x: Formula, min: Formula | null, max: Formula | null): Formula {
  if (min === null && max === null) {
    throw new ArgumentError("clamp", "got no bound", { rule: "min, max or both must be given" });
  }
  // All three are promoted together. In pairs, the common type of two would take precedence over the third.
  const dtype = commonType([x, min ?? x, max ?? x]);
  const low = min === null ? x.to(dtype) : bounded(x.to(dtype), literal(min).to(dtype), "max");
  return max === null ? low : bounded(low, max.to(dtype), "min");
}

/**
 * Confines numbers to bounds.
 *
 * `min(max(x, min), max)`; where min > max, the result is max.
 *
 * The gradient passes where min ≤ x ≤ max, the bounds included. NaN stays NaN.
 *
 * @param min - the lower bound, a number or a tensor that broadcasts; default (and null): none.
 * @param max - the upper bound, a number or a tensor that broadcasts; default (and null): none.
 * @throws ArgumentError without any bound; ShapeError if the shapes do not broadcast.
 *
 * @example
 * ```ts
 * clamp(tensor([-2, 0.5, 3]), -1, 1); // → Tensor([-1, 0.5, 1])
 * clamp(tensor([-2, 0.5, 3]), { min: 0 }); // → Tensor([0, 0.5, 3])
 * ```
 *
 * @see torch.clamp
 */
export const clamp: Clamp = /* @__PURE__ */ define(clamped, {
  name: "clamp",
  defaults: { min: null, max: null },
}) as ElementwiseOperation as Clamp;

/**
 * Chooses the larger of two elements, and the other one where one is NaN.
 *
 * Elements that tie share the gradient evenly.
 *
 * @throws ShapeError if the shapes do not broadcast.
 *
 * @example
 * ```ts
 * fmax(tensor([1, NaN, 3]), tensor([2, 2, 2])); // → Tensor([2, 2, 3])
 * ```
 *
 * @see torch.fmax
 */
export const fmax: Binary = /* @__PURE__ */ elementwise((x, y) => unlessNan("max", x, y), { name: "fmax" });

/**
 * Chooses the smaller of two elements, and the other one where one is NaN.
 *
 * Elements that tie share the gradient evenly.
 *
 * @throws ShapeError if the shapes do not broadcast.
 *
 * @example
 * ```ts
 * fmin(tensor([1, NaN, 3]), tensor([2, 2, 2])); // → Tensor([1, 2, 2])
 * ```
 *
 * @see torch.fmin
 */
export const fmin: Binary = /* @__PURE__ */ elementwise((x, y) => unlessNan("min", x, y), { name: "fmin" });

function unlessNan(side: "max" | "min", x: Formula, y: Formula): Formula {
  if (!areFloat(x, y)) return op(side, x, y);
  return op("where", op("not", op("eq", x, x)), y, op("where", op("eq", y, y), op(side, x, y), x));
}

/**
 * Replaces elements below a bound by the bound.
 *
 * `max(x, min)`
 *
 * @throws ShapeError if the shapes do not broadcast.
 *
 * @example
 * ```ts
 * clampMin(tensor([-1, 2]), 0); // → Tensor([0, 2])
 * ```
 *
 * @see torch.clamp_min
 */
export const clampMin: Binary = /* @__PURE__ */ elementwise((x, min) => clamped(x, min, null), { name: "clampMin" });

/**
 * Replaces elements above a bound by the bound.
 *
 * `min(x, max)`
 *
 * @throws ShapeError if the shapes do not broadcast.
 *
 * @example
 * ```ts
 * clampMax(tensor([-1, 2]), 0); // → Tensor([-1, 0])
 * ```
 *
 * @see torch.clamp_max
 */
export const clampMax: Binary = /* @__PURE__ */ elementwise((x, max) => clamped(x, null, max), { name: "clampMax" });
