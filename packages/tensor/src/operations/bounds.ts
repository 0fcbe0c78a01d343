/**
 * The larger and the smaller of two, element by element, and confining to bounds.
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
} from "../elementwise/elementwise.js";
import { apply, areFloat, type Formula, type FormulaOperand } from "../elementwise/formula.js";
import type { Tensor } from "../tensor/tensor.js";

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
