/**
 * New tensors: of data, of one value, of sequences. Options everywhere: `dtype` (float32 unless said otherwise),
 * `requiresGrad`, and `backend` (the default one).
 *
 * @module
 */
import {
  ArgumentError,
  type Backend,
  cast,
  constant,
  type DType,
  DTypeError,
  dtypes,
  type Expr,
  index,
  op,
  scalar,
} from "@lucid/backend";
import { callGenerate } from "../primitives/map.js";
import { assertBackend, getDefaultBackend } from "../tensor/backend.js";
import { assertDType, type TensorData } from "../tensor/data.js";
import { allocate, Tensor, type TensorOptions } from "../tensor/tensor.js";
import { assertCount, assertNumber, assertTensor } from "./checks.js";

/** A copied list of sizes. @throws ArgumentError unless `shape` is a list of integers ≥ 0. @internal */
export function shapeArgument(operation: string, shape: readonly number[]): readonly number[] {
  if (!Array.isArray(shape)) {
    throw new ArgumentError(operation, `the shape is not a list: ${String(shape)}`, {
      rule: "sizes are given as a list",
      remedy: typeof shape === "number" ? `${operation}([${String(shape)}])` : "[2, 3] is a shape",
    });
  }
  return shape.map((size: unknown) => {
    if (Number.isInteger(size) && (size as number) >= 0) return size as number;
    throw new ArgumentError(operation, `${String(size)} is not a size: shape [${shape.join(", ")}]`, {
      rule: "sizes are integers ≥ 0",
    });
  });
}

/** What {@link TensorOptions} come down to. @internal */
export function placeOf(
  operation: string,
  options: TensorOptions,
  dtype: DType,
): { readonly backend: Backend; readonly dtype: DType } {
  if (options.dtype !== undefined) assertDType(operation, options.dtype);
  if (options.backend !== undefined) assertBackend(operation, options.backend);
  return { backend: options.backend ?? getDefaultBackend(), dtype: options.dtype ?? dtype };
}

/** Sets what the options ask of a new tensor. @internal */
export function finished(x: Tensor, options: TensorOptions): Tensor {
  if (options.requiresGrad === true) x.requiresGrad = true;
  return x;
}

/** The options of a tensor like `x`. */
function like(x: Tensor, options: TensorOptions): TensorOptions {
  return { dtype: x.dtype, backend: x.backend, ...options };
}

function filled(operation: string, shape: readonly number[], value: number, options: TensorOptions): Tensor {
  const { backend, dtype } = placeOf(operation, options, "float32");
  return finished(callGenerate(operation, backend, shapeArgument(operation, shape), constant(value, dtype)), options);
}

/**
 * A tensor of JavaScript data: numbers make float32, booleans bool, typed arrays keep their type. The data are copied.
 * (torch.tensor)
 *
 * @throws ArgumentError if the data are ragged or not numbers.
 *
 * @example
 * ```ts
 * tensor([[1, 2], [3, 4]]); // → Tensor([[1, 2], [3, 4]])
 * tensor([true, false]).dtype; // → "bool"
 * ```
 */
export function tensor(data: TensorData, options: TensorOptions = {}): Tensor {
  return new Tensor(data, options);
}

/**
 * Zeros. (torch.zeros)
 *
 * @throws ArgumentError unless the shape is a list of integers ≥ 0.
 *
 * @example
 * ```ts
 * zeros([2, 2]); // → Tensor([[0, 0], [0, 0]])
 * ```
 */
export function zeros(shape: readonly number[], options: TensorOptions = {}): Tensor {
  return filled("zeros", shape, 0, options);
}

/**
 * Ones. (torch.ones)
 *
 * @throws ArgumentError unless the shape is a list of integers ≥ 0.
 *
 * @example
 * ```ts
 * ones([3], { dtype: "bool" }); // → Tensor([true, true, true])
 * ```
 */
export function ones(shape: readonly number[], options: TensorOptions = {}): Tensor {
  return filled("ones", shape, 1, options);
}

/**
 * One value everywhere; a boolean makes bool. (torch.full)
 *
 * @throws ArgumentError unless the shape is a list of integers ≥ 0.
 *
 * @example
 * ```ts
 * full([2], 2.5); // → Tensor([2.5, 2.5])
 * ```
 */
export function full(shape: readonly number[], value: number | boolean, options: TensorOptions = {}): Tensor {
  assertNumber("full", "the value", value);
  const { backend, dtype } = placeOf("full", options, typeof value === "boolean" ? "bool" : "float32");
  const sizes = shapeArgument("full", shape);
  return finished(callGenerate("full", backend, sizes, scalar(0, dtype), [Number(value)]), options);
}

/**
 * Elements with whatever the memory holds, to be written. (torch.empty)
 *
 * @throws ArgumentError unless the shape is a list of integers ≥ 0.
 *
 * @example
 * ```ts
 * empty([2, 3]).shape; // → [2, 3]
 * ```
 */
export function empty(shape: readonly number[], options: TensorOptions = {}): Tensor {
  const { backend, dtype } = placeOf("empty", options, "float32");
  return finished(allocate(backend, shapeArgument("empty", shape), dtype), options);
}

/**
 * Zeros of the shape, type and backend of `x`. (torch.zeros_like)
 *
 * @example
 * ```ts
 * zerosLike(tensor([1, 2])); // → Tensor([0, 0])
 * ```
 */
export function zerosLike(x: Tensor, options: TensorOptions = {}): Tensor {
  assertTensor("zerosLike", "the input", x);
  return filled("zerosLike", x.shape, 0, like(x, options));
}

/**
 * Ones of the shape, type and backend of `x`. (torch.ones_like)
 *
 * @example
 * ```ts
 * onesLike(tensor([1, 2])); // → Tensor([1, 1])
 * ```
 */
export function onesLike(x: Tensor, options: TensorOptions = {}): Tensor {
  assertTensor("onesLike", "the input", x);
  return filled("onesLike", x.shape, 1, like(x, options));
}

/**
 * One value in the shape and type of `x` and on its backend. (torch.full_like)
 *
 * @example
 * ```ts
 * fullLike(tensor([1, 2]), 7); // → Tensor([7, 7])
 * ```
 */
export function fullLike(x: Tensor, value: number | boolean, options: TensorOptions = {}): Tensor {
  assertTensor("fullLike", "the input", x);
  return full(x.shape, value, like(x, options));
}

/**
 * Memory of the shape, type and backend of `x`, to be written. (torch.empty_like)
 *
 * @example
 * ```ts
 * emptyLike(tensor([1, 2])).shape; // → [2]
 * ```
 */
export function emptyLike(x: Tensor, options: TensorOptions = {}): Tensor {
  assertTensor("emptyLike", "the input", x);
  return empty(x.shape, like(x, options));
}

/**
 * Ones on the diagonal of a matrix of `rows × columns`, zeros elsewhere; square without `columns`. (torch.eye)
 *
 * @throws ArgumentError unless the sizes are integers ≥ 0.
 *
 * @example
 * ```ts
 * eye(2); // → Tensor([[1, 0], [0, 1]])
 * eye(1, 3); // → Tensor([[1, 0, 0]])
 * ```
 */
export function eye(rows: number, options?: TensorOptions): Tensor;
export function eye(rows: number, columns: number, options?: TensorOptions): Tensor;
export function eye(rows: number, ...rest: readonly (number | TensorOptions | undefined)[]): Tensor {
  const { numbers, options } = split(rest);
  const columns = numbers[0] ?? rows;
  assertCount("eye", "the number of rows", rows);
  assertCount("eye", "the number of columns", columns);
  const { backend, dtype } = placeOf("eye", options, "float32");
  return finished(callGenerate("eye", backend, [rows, columns], cast(op("eq", index(0), index(1)), dtype)), options);
}

/** Numbers, and the options after them. */
function split(args: readonly (number | TensorOptions | undefined)[]): {
  readonly numbers: readonly number[];
  readonly options: TensorOptions;
} {
  const numbers: number[] = [];
  let options: TensorOptions = {};
  for (const arg of args) {
    if (typeof arg === "object" && arg !== null) options = arg;
    else if (arg !== undefined) numbers.push(arg);
  }
  return { numbers, options };
}

const INT_LIMIT = 2 ** 31;
const isInt32 = (value: number): boolean => Number.isInteger(value) && value >= -INT_LIMIT && value < INT_LIMIT;

/** `first + position · step` in `dtype`; for floats computed in float64 where the backend has it. */
function sequence(backend: Backend, dtype: DType): Expr {
  if (dtypes[dtype].kind !== "float") {
    return cast(op("add", scalar(0, "int32"), op("mul", index(0), scalar(1, "int32"))), dtype);
  }
  const held = backend.capabilities.dtypes;
  const wide: DType = held === undefined || held.includes("float64") ? "float64" : dtype;
  return cast(op("add", scalar(0, wide), op("mul", cast(index(0), wide), scalar(1, wide))), dtype);
}

/**
 * The numbers `start, start + step, …` below `end` (above it for a negative step). Integers make int32, as PyTorch's make
 * integers; otherwise float32. (torch.arange)
 *
 * @param start - where to begin; left out, 0.
 * @param step - the distance between neighbours; left out, 1.
 * @throws ArgumentError if the step is 0, leads away from `end`, or a number is not finite; DTypeError for bool.
 *
 * @example
 * ```ts
 * arange(4); // → Tensor([0, 1, 2, 3], dtype=int32)
 * arange(1, 2, 0.25); // → Tensor([1, 1.25, 1.5, 1.75])
 * arange(3, 0, -1, { dtype: "float32" }); // → Tensor([3, 2, 1])
 * ```
 */
export function arange(end: number, options?: TensorOptions): Tensor;
export function arange(start: number, end: number, options?: TensorOptions): Tensor;
export function arange(start: number, end: number, step: number, options?: TensorOptions): Tensor;
export function arange(...args: readonly (number | TensorOptions | undefined)[]): Tensor {
  const { numbers, options } = split(args);
  const [start, end, step] = numbers.length === 1 ? [0, numbers[0]!, 1] : [numbers[0]!, numbers[1]!, numbers[2] ?? 1];
  for (const value of [start, end, step]) {
    if (!Number.isFinite(value)) {
      throw new ArgumentError("arange", `${String(value)} is not a finite number: ${start}, ${end}, ${step}`);
    }
  }
  if (step === 0 || (end - start) / step < 0) {
    throw new ArgumentError("arange", `a step of ${step} never leads from ${start} to ${end}`, {
      rule: "the step is not 0 and has the sign of end − start",
    });
  }
  const integers = isInt32(start) && isInt32(end) && isInt32(step);
  const { backend, dtype } = placeOf("arange", options, integers ? "int32" : "float32");
  if (dtype === "bool") throw new DTypeError("arange", "a sequence of numbers cannot be bool", [dtype]);
  if (dtypes[dtype].kind === "int" && !integers) {
    throw new ArgumentError("arange", `${start}, ${end} and ${step} do not make a sequence of ${dtype}`, {
      rule: "start, end and step are 32-bit integers",
      remedy: 'ask for floats: { dtype: "float32" }',
    });
  }
  const length = Math.ceil((end - start) / step);
  return finished(callGenerate("arange", backend, [length], sequence(backend, dtype), [start, step]), options);
}

/**
 * `steps` numbers from `start` to `end`, both included, at equal distances. Each half is computed from its own end, so that
 * both are exact. (torch.linspace)
 *
 * @throws ArgumentError unless `steps` is an integer ≥ 0; DTypeError for bool.
 *
 * @example
 * ```ts
 * linspace(0, 1, 5); // → Tensor([0, 0.25, 0.5, 0.75, 1])
 * ```
 */
export function linspace(start: number, end: number, steps: number, options: TensorOptions = {}): Tensor {
  assertCount("linspace", "the number of steps", steps);
  for (const value of [start, end]) {
    if (typeof value !== "number") throw new ArgumentError("linspace", `${String(value)} is not a number`);
  }
  const { backend, dtype } = placeOf("linspace", options, "float32");
  if (dtype === "bool") throw new DTypeError("linspace", "a sequence of numbers cannot be bool", [dtype]);
  const type: DType = dtypes[dtype].kind === "float" ? dtype : "float32";
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
