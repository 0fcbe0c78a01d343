/**
 * Comparisons, element by element. The results are bool; NaN is unequal to everything, itself included.
 *
 * @module
 */
import { equalShapes } from "@lucid/backend";
import {
  type Binary,
  type Elementwise,
  elementwise,
  type Operand,
  type Traced,
  type Unary,
} from "../elementwise/elementwise.js";
import { apply, areBool, areFloat, type Formula } from "../elementwise/formula.js";
import { owned } from "../memory/ownership.js";
import { broadcastInputs } from "../primitives/layout.js";
import { callReduce } from "../primitives/reduce.js";
import { readScalarSync } from "../tensor/reading.js";
import type { Tensor } from "../tensor/tensor.js";
import { assertTensor } from "./checks.js";

/**
 * Whether x = y. (torch.eq)
 *
 * @example
 * ```ts
 * eq(tensor([1, 2, NaN]), tensor([1, 3, NaN])); // → Tensor([true, false, false])
 * ```
 */
export const eq: Binary = /* @__PURE__ */ elementwise((x, y) => apply("eq", x, y), { name: "eq" });

/**
 * Whether x ≠ y: true with NaN. (torch.ne)
 *
 * @example
 * ```ts
 * ne(tensor([1, 2, NaN]), tensor([1, 3, NaN])); // → Tensor([false, true, true])
 * ```
 */
export const ne: Binary = /* @__PURE__ */ elementwise((x, y) => apply("not", apply("eq", x, y)), { name: "ne" });

/**
 * Whether x < y. (torch.lt)
 *
 * @example
 * ```ts
 * lt(tensor([1, 2, 3]), 2); // → Tensor([true, false, false])
 * ```
 */
export const lt: Binary = /* @__PURE__ */ elementwise((x, y) => apply("lt", x, y), { name: "lt" });

/**
 * Whether x ≤ y. (torch.le)
 *
 * @example
 * ```ts
 * le(tensor([1, 2, 3]), 2); // → Tensor([true, true, false])
 * ```
 */
export const le: Binary = /* @__PURE__ */ elementwise((x, y) => apply("le", x, y), { name: "le" });

/**
 * Whether x > y. (torch.gt)
 *
 * @example
 * ```ts
 * gt(tensor([1, 2, 3]), 2); // → Tensor([false, false, true])
 * ```
 */
export const gt: Binary = /* @__PURE__ */ elementwise((x, y) => apply("lt", y, x), { name: "gt" });

/**
 * Whether x ≥ y. (torch.ge)
 *
 * @example
 * ```ts
 * ge(tensor([1, 2, 3]), 2); // → Tensor([false, true, true])
 * ```
 */
export const ge: Binary = /* @__PURE__ */ elementwise((x, y) => apply("le", y, x), { name: "ge" });

/**
 * Whether x is NaN. (torch.isnan)
 *
 * @example
 * ```ts
 * isnan(tensor([1, NaN])); // → Tensor([false, true])
 * ```
 */
export const isnan: Unary = /* @__PURE__ */ elementwise(
  (x) => (areFloat(x) ? apply("not", apply("eq", x, x)) : false),
  {
    name: "isnan",
  },
);

/**
 * Whether x is Infinity or −Infinity. (torch.isinf)
 *
 * @example
 * ```ts
 * isinf(tensor([1, -Infinity, NaN])); // → Tensor([false, true, false])
 * ```
 */
export const isinf: Unary = /* @__PURE__ */ elementwise(
  (x) => (areFloat(x) ? apply("eq", apply("abs", x), Number.POSITIVE_INFINITY) : false),
  { name: "isinf" },
);

/**
 * Whether x is neither infinite nor NaN. (torch.isfinite)
 *
 * @example
 * ```ts
 * isfinite(tensor([1, -Infinity, NaN])); // → Tensor([true, false, false])
 * ```
 */
export const isfinite: Unary = /* @__PURE__ */ elementwise(
  (x) => (areFloat(x) ? apply("lt", apply("abs", x), Number.POSITIVE_INFINITY) : true),
  { name: "isfinite" },
);

/** How near counts as close. */
export interface ClosenessOptions {
  /** Allowed difference relative to |y|; default 1e-5. */
  readonly rtol?: number;
  /** Allowed difference on top of it; default 1e-8. */
  readonly atol?: number;
  /** Whether NaN is close to NaN; default false. */
  readonly equalNan?: boolean;
}

/** |x − y| ≤ atol + rtol · |y|, or equal (infinities are). */
function closeness(x: Formula, y: Formula, rtol: Formula, atol: Formula): Formula {
  const same = apply("eq", x, y);
  if (areBool(x, y)) return same;
  const difference = apply("abs", apply("sub", x, y));
  const allowed = apply("add", atol, apply("abs", apply("mul", rtol, y)));
  const near = apply("and", isfinite(difference), apply("le", difference, allowed));
  return apply("or", same, near);
}

type Closeness = Elementwise<[x: Formula, y: Formula, rtol: Formula, atol: Formula]>;
const close: Closeness = /* @__PURE__ */ elementwise(closeness, { name: "isclose" });
const closeOrBothNan: Closeness = /* @__PURE__ */ elementwise(
  (x, y, rtol, atol) => apply("or", closeness(x, y, rtol, atol), apply("and", isnan(x), isnan(y))),
  { name: "isclose" },
);

function closenessOf(options: ClosenessOptions): Closeness {
  return options.equalNan === true ? closeOrBothNan : close;
}

const closenessArguments = (x: Operand, y: Operand, options: ClosenessOptions): [Operand, Operand, number, number] => [
  x,
  y,
  options.rtol ?? 1e-5,
  options.atol ?? 1e-8,
];

/**
 * Whether `|x − y| ≤ atol + rtol · |y|`, or both are the same infinity. (torch.isclose)
 *
 * @example
 * ```ts
 * isclose(tensor([1, 1]), tensor([1.000001, 1.1])); // → Tensor([true, false])
 * ```
 */
export function isclose(x: Tensor, y: Operand, options: ClosenessOptions = {}): Tensor {
  return closenessOf(options)(...closenessArguments(x, y, options));
}

/**
 * Whether all elements are close (see {@link isclose}). Reads the answer, so it waits for the backend. (torch.allclose)
 *
 * @throws BackendError on a backend that cannot read synchronously.
 *
 * @example
 * ```ts
 * allclose(tensor([1, 2]), tensor([1, 2.000001])); // → true
 * ```
 */
export function allclose(x: Tensor, y: Operand, options: ClosenessOptions = {}): boolean {
  assertTensor("allclose", "the input", x);
  return everywhere("allclose", closenessOf(options).trace(closenessArguments(x, y, options)));
}

/**
 * Whether two tensors have the same shape and equal elements. Reads the answer, so it waits for the backend.
 * (torch.equal)
 *
 * @throws BackendError on a backend that cannot read synchronously.
 *
 * @example
 * ```ts
 * equal(tensor([1, 2]), tensor([1, 2])); // → true
 * equal(tensor([1, 2]), tensor([[1, 2]])); // → false
 * ```
 */
export function equal(x: Tensor, y: Tensor): boolean {
  assertTensor("equal", "the input", x);
  assertTensor("equal", "the other", y);
  return equalShapes(x.shape, y.shape) && everywhere("equal", eq.trace([x, y]));
}

/** Whether a bool expression holds at every position: one reduction. */
function everywhere(name: string, { expr, inputs, scalars }: Traced): boolean {
  const { length } = broadcastInputs(name, inputs);
  const axes = Array.from({ length }, (_, axis) => axis);
  return owned(() => {
    const all = callReduce(inputs, { op: "all", value: expr, finish: undefined, scalars, axes, keepdim: false, name });
    return readScalarSync(name, all, `await ${name === "equal" ? "eq" : "isclose"}(x, y).all().itemAsync()`) !== 0;
  });
}
