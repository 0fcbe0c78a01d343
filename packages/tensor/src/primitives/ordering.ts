/**
 * The primitives that go along an axis in order: scan and sort.
 *
 * @module
 */
import type { ScanOp, TensorType } from "@lucid/backend";
import { type Call, dispatch, type Primitive } from "../dispatch/call.js";
import { allocate, type Tensor } from "../tensor/tensor.js";

/** Attributes of {@link scanAxis}. */
export interface ScanAttributes {
  readonly op: ScanOp;
  readonly axis: number;
  readonly [name: string]: number | string;
}

/** Running results along an axis, inclusive. */
export const scanAxis: Primitive<ScanAttributes> = {
  name: "scan",

  infer([x]: readonly TensorType[]): readonly TensorType[] {
    return [{ shape: x!.shape, dtype: x!.dtype }];
  },

  run({ inputs, attributes, targets, backend }: Call<ScanAttributes>): readonly Tensor[] {
    const x = inputs[0]!;
    const result = targets?.[0] ?? allocate(backend, x.shape, x.dtype);
    backend.scan(attributes.op, x.layout, attributes.axis, result.layout);
    if (targets !== undefined) result.storage.version++;
    return [result];
  },
};

/** Attributes of {@link sortAxis}. */
export interface SortAttributes {
  readonly axis: number;
  readonly [name: string]: number;
}

/** Outputs `(values, indices)`: ascending and stable along an axis, NaN last. */
export const sortAxis: Primitive<SortAttributes> = {
  name: "sort",

  infer([x]: readonly TensorType[]): readonly TensorType[] {
    return [
      { shape: x!.shape, dtype: x!.dtype },
      { shape: x!.shape, dtype: "int32" },
    ];
  },

  run({ inputs, attributes, targets, backend }: Call<SortAttributes>): readonly Tensor[] {
    const x = inputs[0]!;
    const values = targets?.[0] ?? allocate(backend, x.shape, x.dtype);
    const indices = targets?.[1] ?? allocate(backend, x.shape, "int32");
    backend.sort(x.layout, attributes.axis, values.layout, indices.layout);
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
