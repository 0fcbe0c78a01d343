/**
 * The primitives that process an axis in order: scan and sort.
 *
 * @module
 */
import { type ScanOp, type TensorType, withinLimits } from "@lucid/backend";
import { type Call, dispatch, type Primitive } from "../dispatch/call.js";
import { copyInto, type Elements } from "../memory/elements.js";
import { allocate, type Tensor } from "../tensor/tensor.js";
import { release } from "./map.js";
import { computedElements, roomFor } from "./storage-types.js";

/** Attributes of {@link scanAxis}. */
export interface ScanAttributes {
  readonly op: ScanOp;
  readonly axis: number;
  readonly [name: string]: number | string;
}

/** Computes running results along an axis. Each result includes its own element. */
export const scanAxis: Primitive<ScanAttributes> = {
  name: "scan",

  infer([x]: readonly TensorType[]): readonly TensorType[] {
    return [{ shape: x!.shape, dtype: x!.dtype }];
  },

  run({ inputs, attributes, targets, backend }: Call<ScanAttributes, number>): readonly Tensor[] {
    const x = inputs[0]!;
    const result = targets?.[0] ?? allocate(backend, x.shape, x.dtype);
    const copies: Elements[] = [];
    try {
      const source = computedElements(x, copies);
      const made = source.layout === x.layout ? result : roomFor(x.shape, x.dtype, backend, copies);
      withinLimits(backend).scan(attributes.op, source.layout, attributes.axis, made.layout);
      if (made !== result) copyInto(result.layout, made.layout, backend);
    } finally {
      release(copies);
    }
    if (targets !== undefined) result.storage.version++;
    return [result];
  },
};

/** Attributes of {@link sortAxis}. */
export interface SortAttributes {
  readonly axis: number;
  readonly [name: string]: number;
}

/**
 * Sorts along an axis in ascending order. The outputs are the values and their indices. Equal elements keep their
 * order, and NaN comes last.
 */
export const sortAxis: Primitive<SortAttributes> = {
  name: "sort",

  infer([x]: readonly TensorType[]): readonly TensorType[] {
    return [
      { shape: x!.shape, dtype: x!.dtype },
      { shape: x!.shape, dtype: "int32" },
    ];
  },

  run({ inputs, attributes, targets, backend }: Call<SortAttributes, number>): readonly Tensor[] {
    const x = inputs[0]!;
    const values = targets?.[0] ?? allocate(backend, x.shape, x.dtype);
    const indices = targets?.[1] ?? allocate(backend, x.shape, "int32");
    const copies: Elements[] = [];
    try {
      const source = computedElements(x, copies);
      const made = source.layout === x.layout ? values : roomFor(x.shape, x.dtype, backend, copies);
      withinLimits(backend).sort(source.layout, attributes.axis, made.layout, indices.layout);
      if (made !== values) copyInto(values.layout, made.layout, backend);
    } finally {
      release(copies);
    }
    if (targets !== undefined) for (const target of targets) target.storage.version++;
    return [values, indices];
  },
};

/** {@link scanAxis} as a function. */
export function callScan(op: ScanOp, x: Tensor, axis: number): Tensor {
  return dispatch(scanAxis, [x], { op, axis })[0]!;
}

/** {@link sortAxis} as a function. */
export function callSort(x: Tensor, axis: number): readonly [values: Tensor, indices: Tensor] {
  const [values, indices] = dispatch(sortAxis, [x], { axis });
  return [values!, indices!];
}
