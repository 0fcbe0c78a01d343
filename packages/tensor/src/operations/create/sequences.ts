/**
 * Functions that make sequences of numbers and the identity matrix.
 *
 * @module
 */
import {
  ArgumentError,
  type Backend,
  cast,
  type DType,
  DTypeError,
  describeValue,
  dtypes,
  type Expr,
  heldTypes,
  index,
  op,
  scalar,
} from "@lucid/backend";
import { owned } from "../../memory/ownership.js";
import { callGenerate } from "../../primitives/map.js";
import type { TensorOptions } from "../../tensor/options.js";
import type { Tensor } from "../../tensor/tensor.js";
import { pow } from "../elementwise/powers.js";
import { assertCount } from "../internal/checks.js";
import { finished, placeOf } from "../internal/creating.js";
import { assertElementCount } from "../internal/shapes.js";
import { to } from "./conversion.js";

/**
 * Separates the numbers of a call from the options after them.
 *
 * @throws ArgumentError if there are fewer than one or more than `most` numbers, or if something else is among them.
 */
function numbersAndOptions(
  operation: string,
  args: readonly unknown[],
  most: number,
): { readonly numbers: readonly number[]; readonly options: TensorOptions | undefined } {
  const numbers: number[] = [];
  while (numbers.length < most && typeof args[numbers.length] === "number") {
    numbers.push(args[numbers.length] as number);
  }
  const rest = args.slice(numbers.length).filter((arg) => arg !== undefined);
  const [options] = rest;
  if (numbers.length === 0 || rest.length > 1 || (rest.length === 1 && typeof options !== "object")) {
    const wrong = numbers.length === 0 ? args[0] : rest.length > 1 ? rest[1] : options;
    throw new ArgumentError(operation, `unexpected argument ${describeValue(wrong)}`, {
      rule: `${operation} takes 1 to ${most} numbers, then options`,
    });
  }
  return { numbers, options: options as TensorOptions | undefined };
}

/**
 * Makes an identity matrix: ones on the diagonal, zeros elsewhere.
 *
 * @param rows - the number of rows.
 * @param columns - the number of columns; left out, as many as rows.
 * @throws ArgumentError unless the sizes are integers ≥ 0, or for an option that does not exist.
 *
 * @example
 * ```ts
 * eye(2); // → Tensor([[1, 0], [0, 1]])
 * eye(1, 3); // → Tensor([[1, 0, 0]])
 * ```
 *
 * @see torch.eye
 */
export function eye(rows: number, options?: TensorOptions): Tensor;
/** Makes an identity matrix that has `rows` rows and `columns` columns. */
export function eye(rows: number, columns: number, options?: TensorOptions): Tensor;
export function eye(...args: readonly unknown[]): Tensor {
  const { numbers, options } = numbersAndOptions("eye", args, 2);
  const [rows, columns = rows] = numbers;
  assertCount("eye", "the number of rows", rows);
  assertCount("eye", "the number of columns", columns);
  assertElementCount("eye", [rows, columns]);
  const { backend, dtype } = placeOf("eye", options, "float32");
  return finished(callGenerate("eye", backend, [rows, columns], cast(op("eq", index(0), index(1)), dtype)), options);
}

const INT_LIMIT = 2 ** 31;
const isInt32 = (value: number): boolean => Number.isInteger(value) && value >= -INT_LIMIT && value < INT_LIMIT;

/** Returns the most precise type in which a backend can compute numbers of type `dtype`. */
function preciseType(backend: Backend, dtype: DType): DType {
  if (heldTypes(backend.capabilities).includes("float64")) return "float64";
  return dtypes[dtype].kind === "float" ? dtypes[dtype].compute : "float32";
}

/** Builds the expression `first + position · step`. Floats are computed in float64 where the backend has it. */
function sequence(backend: Backend, dtype: DType): Expr {
  if (dtypes[dtype].kind !== "float") {
    return cast(op("add", scalar(0, "int32"), op("mul", index(0), scalar(1, "int32"))), dtype);
  }
  const wide = preciseType(backend, dtype);
  return cast(op("add", scalar(0, wide), op("mul", cast(index(0), wide), scalar(1, wide))), dtype);
}

/**
 * Makes the numbers `start, start + step, …` that lie before `end`. Integers make int32, and other numbers float32.
 *
 * @param start - the first number; left out, 0.
 * @param step - the distance between neighbours; left out, 1.
 * @throws ArgumentError if the step is 0 or leads away from `end`, a number is not finite, or an option does not exist;
 * DTypeError for bool.
 *
 * @example
 * ```ts
 * arange(4); // → Tensor([0, 1, 2, 3], dtype=int32)
 * arange(1, 2, 0.25); // → Tensor([1, 1.25, 1.5, 1.75])
 * arange(3, 0, -1, { dtype: "float32" }); // → Tensor([3, 2, 1])
 * ```
 *
 * @see torch.arange
 */
export function arange(end: number, options?: TensorOptions): Tensor;
/** Makes the numbers `start, start + 1, …` that lie before `end`. */
export function arange(start: number, end: number, options?: TensorOptions): Tensor;
/** Makes the numbers `start, start + step, …` that lie before `end`. With a negative step they descend. */
export function arange(start: number, end: number, step: number, options?: TensorOptions): Tensor;
export function arange(...args: readonly unknown[]): Tensor {
  const { numbers, options } = numbersAndOptions("arange", args, 3);
  const [start, end, step] = numbers.length === 1 ? [0, numbers[0]!, 1] : [numbers[0]!, numbers[1]!, numbers[2] ?? 1];
  for (const value of [start, end, step]) {
    if (!Number.isFinite(value)) {
      throw new ArgumentError("arange", `${describeValue(value)} is not a finite number`);
    }
  }
  if (step === 0 || (end - start) / step < 0) {
    throw new ArgumentError("arange", `a step of ${step} never leads from ${start} to ${end}`, {
      rule: "the step is not 0 and has the sign of end − start",
    });
  }
  const integers = isInt32(start) && isInt32(end) && isInt32(step);
  const { backend, dtype } = placeOf("arange", options, integers ? "int32" : "float32");
  if (dtypes[dtype].kind === "bool") throw new DTypeError("arange", "a sequence of numbers cannot be bool", [dtype]);
  if (dtypes[dtype].kind === "int" && !integers) {
    throw new ArgumentError("arange", `${start}, ${end} and ${step} do not make a sequence of ${dtype}`, {
      rule: "start, end and step are 32-bit integers",
      remedy: 'ask for floats: { dtype: "float32" }',
    });
  }
  const length = Math.ceil((end - start) / step);
  assertElementCount("arange", [length]);
  return finished(callGenerate("arange", backend, [length], sequence(backend, dtype), [start, step]), options);
}

/**
 * Makes `steps` numbers at equal distances from `start` to `end`, both included.
 *
 * `start + i · (end − start) / (steps − 1)`
 *
 * Each half is computed from its own end, so that both ends are exact. For integer types the numbers are truncated.
 *
 * @param start - the first number.
 * @param end - the last number.
 * @param steps - how many numbers there are.
 * @throws ArgumentError unless `start` and `end` are numbers and `steps` an integer ≥ 0, or for an option that does not
 * exist; DTypeError for bool.
 *
 * @example
 * ```ts
 * linspace(0, 1, 5); // → Tensor([0, 0.25, 0.5, 0.75, 1])
 * ```
 *
 * @see torch.linspace
 */
export function linspace(start: number, end: number, steps: number, options?: TensorOptions): Tensor {
  assertSteps("linspace", start, end, steps);
  const { backend, dtype } = placeOf("linspace", options, "float32");
  if (dtypes[dtype].kind === "bool") throw new DTypeError("linspace", "a sequence of numbers cannot be bool", [dtype]);
  const type: DType = dtypes[dtype].kind === "float" ? dtypes[dtype].compute : preciseType(backend, dtype);
  const [first, last, step] = [scalar(0, type), scalar(1, type), scalar(2, type)];
  const backwards = cast(op("sub", scalar(3, "int32"), index(0)), type);
  const expr = op(
    "where",
    op("lt", index(0), scalar(4, "int32")),
    op("add", first, op("mul", step, cast(index(0), type))),
    op("sub", last, op("mul", step, backwards)),
  );
  const distance = steps > 1 ? (end - start) / (steps - 1) : 0;
  const half = steps === 1 ? 1 : Math.floor(steps / 2);
  const scalars = [start, end, distance, steps - 1, half];
  return finished(callGenerate("linspace", backend, [steps], cast(expr, dtype), scalars), options);
}

function assertSteps(operation: string, start: unknown, end: unknown, steps: unknown): void {
  assertCount(operation, "the number of steps", steps);
  assertElementCount(operation, [steps]);
  for (const value of [start, end]) {
    if (typeof value !== "number") throw new ArgumentError(operation, `${describeValue(value)} is not a number`);
  }
}

/** Options of {@link logspace}. */
export interface LogspaceOptions extends TensorOptions {
  /** The base of the powers; default 10. */
  readonly base?: number;
}

/**
 * Makes powers of a base whose exponents are evenly spaced.
 *
 * `base^start, …, base^end`
 *
 * @param steps - how many numbers to make.
 * @param options - `base` (default 10), and the options of a tensor.
 * @throws ArgumentError unless `steps` is an integer ≥ 0, or for an option that does not exist.
 *
 * @example
 * ```ts
 * logspace(0, 2, 3); // → Tensor([1, 10, 100])
 * ```
 *
 * @see torch.logspace
 */
export function logspace(start: number, end: number, steps: number, options?: LogspaceOptions): Tensor {
  assertSteps("logspace", start, end, steps);
  const { base = 10, ...others } = options ?? {};
  if (typeof base !== "number")
    throw new ArgumentError("logspace", `base is ${describeValue(base)}`, { rule: "base is a number" });
  const { backend, dtype } = placeOf("logspace", others, "float32");
  const wide = dtypes[dtype].kind === "float" ? preciseType(backend, dtype) : preciseType(backend, "float64");
  return finished(
    owned(() => to(pow(base, linspace(start, end, steps, { backend, dtype: wide })), dtype)),
    others,
  );
}
