/**
 * Conversion of JavaScript data to host arrays: numbers, booleans, nested arrays, typed arrays.
 *
 * @module
 */
import {
  ArgumentError,
  closestName,
  computeTypes,
  type DType,
  DTypeError,
  describeValue,
  dtypes,
  formatShape,
  isDType,
  isStorageType,
  sizeOf,
  type TypedArray,
} from "@lucid/backend";

/** Nested arrays of numbers or booleans, of equal depths and lengths. */
export type NestedArray = readonly (number | boolean | NestedArray | TypedArray)[];

/** The data that a tensor can be made of. */
export type TensorData = number | boolean | NestedArray | TypedArray;

/** Values on the host, with their shape and element type. */
export interface HostData {
  readonly values: TypedArray;
  readonly shape: readonly number[];
  readonly dtype: DType;
}

/**
 * The element types by the tags of the arrays. The tags also identify subclasses, such as Node's Buffer, and arrays of
 * another realm.
 */
const typeOfArray: ReadonlyMap<string, DType> = /* @__PURE__ */ new Map([
  ...computeTypes
    .filter((dtype) => dtypes[dtype].kind !== "bool")
    .map((dtype): [string, DType] => [dtypes[dtype].array(0)[Symbol.toStringTag], dtype]),
  ["Uint8ClampedArray", "uint8"],
]);

/** Whether a value is a typed array that tensors can take. */
export function isTypedArray(value: unknown): value is TypedArray {
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}

/** Returns the element type of a typed array. */
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

/** The types to use instead of PyTorch's other element types and other names of types. */
const replacements: Readonly<Record<string, DType>> = {
  int64: "int32",
  long: "int32",
  int16: "int32",
  short: "int32",
  int8: "int32",
  int: "int32",
  byte: "uint8",
  float: "float32",
  double: "float64",
  half: "float16",
  boolean: "bool",
};

/**
 * @throws DTypeError unless `dtype` names an element type. For another type of PyTorch, it says which one to use
 * instead.
 */
export function assertDType(operation: string, dtype: unknown): asserts dtype is DType {
  if (isDType(dtype)) return;
  const name = typeof dtype === "string" ? dtype : "";
  const known = Object.keys(dtypes);
  const instead = Object.hasOwn(replacements, name) ? replacements[name] : closestName(name, known);
  const shown = describeValue(dtype);
  throw new DTypeError(operation, `unknown dtype ${shown}`, [shown], {
    rule: `dtypes are ${known.join(", ")}`,
    ...(instead === undefined ? {} : { remedy: `use ${JSON.stringify(instead)}` }),
  });
}

/**
 * Copies JavaScript data into a host array. Numbers become float32, booleans bool, and typed arrays keep their type,
 * unless `dtype` names another one. A mixture of numbers and booleans counts as numbers.
 *
 * @throws ArgumentError for data that are ragged or not numbers.
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
  // The data begin with a boolean, but a number is among them: all of them count as numbers.
  if (dtype === undefined && type === "bool" && !onlyBooleans) return hostData(operation, data, "float32");
  return { values, shape, dtype: type };
}

function copyInto(dtype: DType, source: ArrayLike<number>): TypedArray {
  const convert = conversionInto(dtype);
  const values = dtypes[dtype].array(source.length);
  for (let i = 0; i < values.length; i++) values[i] = convert(source[i]!);
  return values;
}

/** Converts a number into an element of a host array. */
function conversionInto(dtype: DType): (value: number) => number {
  return isStorageType(dtype) ? dtypes[dtype].encode : dtypes[dtype].convert;
}

/** Only a list that contains itself has more levels than this. */
const DEEPEST = 64;

/**
 * Follows the first element of every level. Returns the shape that they suggest, and the first leaf: a typed array, or
 * whether it is a boolean.
 */
function outlineOf(
  operation: string,
  data: unknown,
): { readonly shape: readonly number[]; readonly leaf: TypedArray | boolean } {
  const shape: number[] = [];
  let level = data;
  while (Array.isArray(level)) {
    if (shape.push(level.length) > DEEPEST) {
      throw new ArgumentError(operation, `lists are nested more than ${DEEPEST} deep`, {
        rule: "data are nested lists that do not contain themselves",
      });
    }
    if (level.length === 0) return { shape, leaf: false };
    level = level[0];
  }
  if (isTypedArray(level)) return { shape: [...shape, level.length], leaf: level };
  if (typeof level === "number" || typeof level === "boolean") return { shape, leaf: typeof level === "boolean" };
  throw new ArgumentError(operation, `cannot make a tensor of ${describeValue(level)}`, {
    rule: "data are numbers, booleans, nested arrays of them, or typed arrays",
  });
}

/** Copies nested arrays into `values`, and checks that every level has the size that `shape` says. */
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
    this.#convert = conversionInto(dtype);
  }

  /** Copies the data. Returns whether all leaves were booleans. */
  fill(data: unknown): boolean {
    const rank = this.#path.length;
    if (rank === this.#shape.length) this.#leaf(data);
    else this.#list(data, this.#shape[rank]!, rank === this.#shape.length - 1);
    return this.#onlyBooleans;
  }

  #list(data: unknown, size: number, last: boolean): void {
    if (!Array.isArray(data) && !(last && isTypedArray(data)))
      this.#ragged(isTypedArray(data) ? "a typed array" : describeValue(data), `a list of ${size}`);
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
      throw new ArgumentError(this.#operation, `${describeValue(value)}${this.#where()} is not a number`, {
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
