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

const typeOfArray = new Map<unknown, DType>([
  [Float32Array, "float32"],
  [Float64Array, "float64"],
  [Int32Array, "int32"],
  [Uint8Array, "uint8"],
  [Uint8ClampedArray, "uint8"],
]);

/** Whether a value is a typed array that tensors can take. */
export function isTypedArray(value: unknown): value is TypedArray {
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}

/** The element type of a typed array. */
export function typedArrayType(operation: string, values: TypedArray): DType {
  const dtype = typeOfArray.get(values.constructor) ?? typeOfArray.get(Object.getPrototypeOf(values.constructor));
  if (dtype === undefined) {
    throw new DTypeError(operation, `cannot hold a ${values.constructor.name}`, [values.constructor.name], {
      rule: "typed arrays may be Float32Array, Float64Array, Int32Array or Uint8Array",
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
    return { values: fill([data.length], dtype ?? own, data), shape: [data.length], dtype: dtype ?? own };
  }
  const shape = shapeOf(operation, data);
  const leaves: (number | boolean)[] = [];
  flatten(operation, data, shape, 0, [], leaves);
  const allBool = leaves.length > 0 && leaves.every((leaf) => typeof leaf === "boolean");
  const type = dtype ?? (allBool ? "bool" : (typeOfFirstArray(operation, data) ?? "float32"));
  return { values: fill(shape, type, leaves as readonly number[]), shape, dtype: type };
}

/** Rows given as typed arrays pass their type on. */
function typeOfFirstArray(operation: string, data: TensorData): DType | undefined {
  let first: unknown = data;
  while (Array.isArray(first)) first = first[0];
  return isTypedArray(first) ? typedArrayType(operation, first) : undefined;
}

function fill(shape: readonly number[], dtype: DType, leaves: ArrayLike<number>): TypedArray {
  const { array, convert } = dtypes[dtype];
  const values = array(sizeOf(shape));
  for (let i = 0; i < values.length; i++) values[i] = convert(Number(leaves[i]));
  return values;
}

/** The shape that the first element of every level suggests. */
function shapeOf(operation: string, data: unknown): readonly number[] {
  const shape: number[] = [];
  let level = data;
  while (Array.isArray(level) || isTypedArray(level)) {
    shape.push(level.length);
    if (level.length === 0) break;
    level = level[0];
  }
  if (typeof level === "number" || typeof level === "boolean" || (shape.length > 0 && shape[shape.length - 1] === 0)) {
    return shape;
  }
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

function flatten(
  operation: string,
  data: unknown,
  shape: readonly number[],
  axis: number,
  path: readonly number[],
  into: (number | boolean)[],
): void {
  const where = path.length === 0 ? "" : ` at ${formatShape(path)}`;
  if (axis === shape.length) {
    if (typeof data === "number" || typeof data === "boolean") into.push(data);
    else if (Array.isArray(data) || isTypedArray(data)) ragged(operation, shape, `a list${where}`, "a number");
    else
      throw new ArgumentError(operation, `${describe(data)}${where} is not a number`, {
        rule: "data are numbers or booleans",
      });
    return;
  }
  if (!Array.isArray(data) && !isTypedArray(data))
    ragged(operation, shape, `${describe(data)}${where}`, `a list of ${shape[axis]}`);
  const list = data as ArrayLike<unknown>;
  if (list.length !== shape[axis])
    ragged(operation, shape, `a list of ${list.length}${where}`, `a list of ${shape[axis]}`);
  for (let i = 0; i < list.length; i++) flatten(operation, list[i], shape, axis + 1, [...path, i], into);
}

function ragged(operation: string, shape: readonly number[], found: string, expected: string): never {
  throw new ArgumentError(operation, `the data are ragged: ${found} where ${expected} should be`, {
    rule: `the first elements suggest the shape ${formatShape(shape)}, and every list of a level must have the same length`,
  });
}
