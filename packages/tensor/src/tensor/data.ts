/**
 * Tensors from JavaScript data: numbers, booleans, nested arrays, typed arrays.
 *
 * @module
 */
import {
  ArgumentError,
  type DType,
  DTypeError,
  dtypes,
  formatShape,
  isDType,
  sizeOf,
  type TypedArray,
} from "@lucid/backend";

/** Nested arrays of numbers or booleans, all of one depth and equal lengths. */
export type NestedArray = readonly (number | boolean | NestedArray | TypedArray)[];

/** What a tensor can be made of. */
export type TensorData = number | boolean | NestedArray | TypedArray;

/** Host values with their shape and element type. */
export interface HostData {
  readonly values: TypedArray;
  readonly shape: readonly number[];
  readonly dtype: DType;
}

/** By the arrays' own tags, which also know arrays of another realm and subclasses, as Node's Buffer. */
const typeOfArray = new Map<string, DType>([
  ["Float32Array", "float32"],
  ["Float64Array", "float64"],
  ["Int32Array", "int32"],
  ["Uint8Array", "uint8"],
  ["Uint8ClampedArray", "uint8"],
]);

/** Whether a value is a typed array that tensors can take. */
export function isTypedArray(value: unknown): value is TypedArray {
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}

/** The element type of a typed array. */
export function typedArrayType(operation: string, values: TypedArray): DType {
  const dtype = typeOfArray.get(values[Symbol.toStringTag]);
  if (dtype === undefined) {
    const name = (values as TypedArray)[Symbol.toStringTag];
    throw new DTypeError(operation, `cannot hold a ${name}`, [name], {
      rule: "typed arrays may be Float32Array, Float64Array, Int32Array or Uint8Array",
      remedy: "copy it into one of those, or spread it into an array",
    });
  }
  return dtype;
}

/** @throws DTypeError unless `dtype` names an element type. */
export function assertDType(operation: string, dtype: unknown): asserts dtype is DType {
  if (isDType(dtype)) return;
  throw new DTypeError(operation, `unknown dtype ${String(dtype)}`, [String(dtype)], {
    rule: `dtypes are ${Object.keys(dtypes).join(", ")}`,
  });
}

/**
 * Copies JavaScript data into a host array. Numbers become float32, booleans bool, typed arrays keep their type, unless
 * `dtype` says otherwise; a mixture of numbers and booleans counts as numbers.
 *
 * @throws ArgumentError for ragged or empty-handed data.
 */
export function hostData(operation: string, data: TensorData, dtype?: DType): HostData {
  if (dtype !== undefined) assertDType(operation, dtype);
  if (isTypedArray(data)) {
    const own = typedArrayType(operation, data);
    return { values: copyInto(dtype ?? own, data), shape: [data.length], dtype: dtype ?? own };
  }
  const { shape, leaf } = outlineOf(operation, data);
  const type = dtype ?? (isTypedArray(leaf) ? typedArrayType(operation, leaf) : leaf === true ? "bool" : "float32");
  const values = dtypes[type].array(sizeOf(shape));
  const onlyBooleans = new Filler(operation, shape, type, values).fill(data);
  // A number among what began as booleans: all of them count as numbers.
  if (dtype === undefined && type === "bool" && !onlyBooleans) return hostData(operation, data, "float32");
  return { values, shape, dtype: type };
}

function copyInto(dtype: DType, source: ArrayLike<number>): TypedArray {
  const { array, convert } = dtypes[dtype];
  const values = array(source.length);
  for (let i = 0; i < values.length; i++) values[i] = convert(source[i]!);
  return values;
}

/** The shape that the first element of every level suggests, and the first leaf: a row of a type, or whether it is a boolean. */
function outlineOf(
  operation: string,
  data: unknown,
): { readonly shape: readonly number[]; readonly leaf: TypedArray | boolean } {
  const shape: number[] = [];
  let level = data;
  while (Array.isArray(level)) {
    shape.push(level.length);
    if (level.length === 0) return { shape, leaf: false };
    level = level[0];
  }
  if (isTypedArray(level)) return { shape: [...shape, level.length], leaf: level };
  if (typeof level === "number" || typeof level === "boolean") return { shape, leaf: typeof level === "boolean" };
  throw new ArgumentError(operation, `cannot make a tensor of ${describe(level)}`, {
    rule: "data are numbers, booleans, nested arrays of them, or typed arrays",
  });
}

function describe(value: unknown): string {
  return value === null
    ? "null"
    : typeof value === "object"
      ? (value.constructor?.name ?? "an object")
      : typeof value === "string"
        ? `the string ${JSON.stringify(value)}`
        : String(value);
}

/** Copies nested arrays into `values`, checking that every level has the size that `shape` says. */
class Filler {
  readonly #operation: string;
  readonly #shape: readonly number[];
  readonly #values: TypedArray;
  readonly #convert: (value: number) => number;
  /** The indices that lead to the current list. */
  readonly #path: number[] = [];
  #next = 0;
  #onlyBooleans = true;

  constructor(operation: string, shape: readonly number[], dtype: DType, values: TypedArray) {
    this.#operation = operation;
    this.#shape = shape;
    this.#values = values;
    this.#convert = dtypes[dtype].convert;
  }

  /** Returns whether all leaves were booleans. */
  fill(data: unknown): boolean {
    const rank = this.#path.length;
    if (rank === this.#shape.length) this.#leaf(data);
    else this.#list(data, this.#shape[rank]!, rank === this.#shape.length - 1);
    return this.#onlyBooleans;
  }

  #list(data: unknown, size: number, last: boolean): void {
    if (!Array.isArray(data) && !(last && isTypedArray(data)))
      this.#ragged(isTypedArray(data) ? "a typed array" : describe(data), `a list of ${size}`);
    const list = data as ArrayLike<unknown>;
    if (list.length !== size) this.#ragged(`a list of ${list.length}`, `a list of ${size}`);
    for (let i = 0; i < size; i++) {
      this.#path.push(i);
      if (last) this.#leaf(list[i]);
      else this.fill(list[i]);
      this.#path.pop();
    }
  }

  #leaf(value: unknown): void {
    if (typeof value === "number") this.#onlyBooleans = false;
    else if (typeof value !== "boolean") {
      if (Array.isArray(value) || isTypedArray(value)) this.#ragged("a list", "a number");
      throw new ArgumentError(this.#operation, `${describe(value)}${this.#where()} is not a number`, {
        rule: "data are numbers or booleans",
      });
    }
    this.#values[this.#next++] = this.#convert(Number(value));
  }

  #where(): string {
    return this.#path.length === 0 ? "" : ` at ${formatShape(this.#path)}`;
  }

  #ragged(found: string, expected: string): never {
    throw new ArgumentError(
      this.#operation,
      `the data are ragged: ${found}${this.#where()} where ${expected} should be`,
      {
        rule: `the first elements suggest the shape ${formatShape(this.#shape)}, and every list of a level must have the same length`,
      },
    );
  }
}
