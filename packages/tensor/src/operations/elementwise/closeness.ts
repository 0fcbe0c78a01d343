/**
 * Whether elements, or whole tensors, are equal or nearly equal.
 *
 * @module
 */
import { ArgumentError, checkOptions, equalShapes, type OptionNames } from "@lucid/backend";
import { type Elementwise, elementwise, type Operand, type Traced } from "../../elementwise/elementwise.js";
import { areBool, areFloat, type Formula, op } from "../../elementwise/formula.js";
import { owned } from "../../memory/ownership.js";
import { broadcastInputs } from "../../primitives/layout.js";
import { callReduce } from "../../primitives/reduce.js";
import { read, readSync } from "../../tensor/reading.js";
import type { Tensor } from "../../tensor/tensor.js";
import { assertFlag, assertReal } from "../internal/arguments.js";
import { assertTensor } from "../internal/checks.js";
import { everyDim } from "../internal/dims.js";
import { eq, isfinite, isnan } from "./comparison.js";

/** How near counts as close. */
export interface ClosenessOptions {
  /** The allowed difference relative to |y|; default 1e-5. */
  readonly rtol?: number;
  /** The allowed difference on top of it; default 1e-8. */
  readonly atol?: number;
  /** Whether NaN is close to NaN; default false. */
  readonly equalNan?: boolean;
}

const NAMES: OptionNames<ClosenessOptions> = { rtol: true, atol: true, equalNan: true };

/**
 * |x − y| ≤ atol + rtol · |y|, or x = y, which infinities of one sign are. Integers are subtracted in float32, as in
 * PyTorch, so that nothing overflows.
 */
function closeness(x: Formula, y: Formula, rtol: Formula, atol: Formula): Formula {
  const same = op("eq", x, y);
  if (areBool(x, y)) return same;
  const [a, b] = areFloat(x, y) ? [x, y] : [x.to("float32"), y.to("float32")];
  const difference = op("abs", op("sub", a, b));
  const allowed = op("add", atol, op("abs", op("mul", rtol, b)));
  const near = op("and", isfinite(difference), op("le", difference, allowed));
  return op("or", same, near);
}

type Closeness = Elementwise<[x: Formula, y: Formula, rtol: Formula, atol: Formula]>;
const close: Closeness = /* @__PURE__ */ elementwise(closeness, { name: "isclose" });
const closeOrBothNan: Closeness = /* @__PURE__ */ elementwise(
  (x: Formula, y: Formula, rtol: Formula, atol: Formula) =>
    op("or", closeness(x, y, rtol, atol), op("and", isnan(x), isnan(y))),
  { name: "isclose" },
);

/** Returns the operation for the options, and the arguments that follow x and y. */
function chosen(
  name: string,
  options: ClosenessOptions | undefined,
): { readonly operation: Closeness; readonly rtol: number; readonly atol: number } {
  checkOptions(name, options, NAMES);
  const { rtol = 1e-5, atol = 1e-8, equalNan } = options ?? {};
  for (const [tolerance, value] of [
    ["rtol", rtol],
    ["atol", atol],
  ] as const) {
    assertReal(name, tolerance, value);
    if (value >= 0) continue;
    throw new ArgumentError(name, `${tolerance} is ${value}`, { rule: "a tolerance is 0 or more" });
  }
  assertFlag(name, "equalNan", equalNan);
  return { operation: equalNan === true ? closeOrBothNan : close, rtol, atol };
}

/**
 * Tells for each element whether two tensors are nearly equal there.
 *
 * `|x − y| ≤ atol + rtol · |y|`, or both are the same infinity.
 *
 * The result is bool.
 *
 * @throws ArgumentError for an unknown option or a negative tolerance; ShapeError if the shapes do not broadcast.
 *
 * @example
 * ```ts
 * isclose(tensor([1, 1]), tensor([1.000001, 1.1])); // → Tensor([true, false])
 * isclose(tensor([1, 1]), tensor([1.000001, 1.1]), { rtol: 0.2 }); // → Tensor([true, true])
 * ```
 *
 * @see torch.isclose
 */
export function isclose(x: Tensor, y: Operand, options?: ClosenessOptions): Tensor {
  assertTensor("isclose", "the input", x);
  const { operation, rtol, atol } = chosen("isclose", options);
  return operation(x, y, rtol, atol);
}

/**
 * Tells whether all elements of two tensors are nearly equal; see {@link isclose}.
 *
 * It reads the answer, so it waits for the backend.
 *
 * @throws ArgumentError for an unknown option or a negative tolerance; ShapeError if the shapes do not broadcast;
 * BackendError on a backend that cannot read synchronously.
 *
 * @example
 * ```ts
 * allclose(tensor([1, 2]), tensor([1, 2.000001])); // → true
 * ```
 *
 * @see torch.allclose
 */
export function allclose(x: Tensor, y: Operand, options?: ClosenessOptions): boolean {
  assertTensor("allclose", "the input", x);
  const { operation, rtol, atol } = chosen("allclose", options);
  return everywhere("allclose", operation.trace([x, y, rtol, atol]));
}

/**
 * Tells whether all elements of two tensors are nearly equal, as {@link allclose} does, for backends that cannot be
 * read synchronously.
 *
 * @throws what {@link allclose} throws, as a rejection.
 *
 * @example
 * ```ts
 * await allcloseAsync(tensor([1, 2]), tensor([1, 2.000001])); // → true
 * ```
 */
export async function allcloseAsync(x: Tensor, y: Operand, options?: ClosenessOptions): Promise<boolean> {
  assertTensor("allcloseAsync", "the input", x);
  const { operation, rtol, atol } = chosen("allcloseAsync", options);
  return everywhereAsync("allcloseAsync", operation.trace([x, y, rtol, atol]));
}

/**
 * Tells whether two tensors have the same shape and equal elements.
 *
 * It reads the answer, so it waits for the backend.
 *
 * @throws BackendError on a backend that cannot read synchronously.
 *
 * @example
 * ```ts
 * equal(tensor([1, 2]), tensor([1, 2])); // → true
 * equal(tensor([1, 2]), tensor([[1, 2]])); // → false
 * ```
 *
 * @see torch.equal
 */
export function equal(x: Tensor, y: Tensor): boolean {
  assertTensor("equal", "the input", x);
  assertTensor("equal", "the other", y);
  return equalShapes(x.shape, y.shape) && everywhere("equal", eq.trace([x, y]));
}

/**
 * Tells whether two tensors have the same shape and equal elements, as {@link equal} does, for backends that cannot be
 * read synchronously.
 *
 * @example
 * ```ts
 * await equalAsync(tensor([1, 2]), tensor([1, 2])); // → true
 * ```
 */
export async function equalAsync(x: Tensor, y: Tensor): Promise<boolean> {
  assertTensor("equalAsync", "the input", x);
  assertTensor("equalAsync", "the other", y);
  return equalShapes(x.shape, y.shape) && everywhereAsync("equalAsync", eq.trace([x, y]));
}

/** Reads whether a bool expression is true at every position. */
function everywhere(name: string, traced: Traced): boolean {
  return owned(() => readSync(name, allOf(name, traced), `${name}Async`)[0] !== 0);
}

/** {@link everywhere}, which waits for the device. */
async function everywhereAsync(name: string, traced: Traced): Promise<boolean> {
  const all = owned(() => allOf(name, traced));
  try {
    const [found] = await read(name, all);
    return found !== 0;
  } finally {
    all.dispose();
  }
}

/** Reduces a bool expression to whether it is true at every position. */
function allOf(name: string, { expr, inputs, scalars }: Traced): Tensor {
  const { length } = broadcastInputs(name, inputs);
  const attributes = { value: expr, finish: undefined, axes: everyDim(length), keepdim: false, name };
  return callReduce(inputs, { op: "all", ...attributes }, scalars);
}
