/**
 * The matrix product as a primitive; rank rules are in `operations/matmul.ts`.
 *
 * @module
 */
import {
  type Backend,
  type Epilogue,
  type Expr,
  formatShape,
  ShapeError,
  type TensorType,
  type View,
} from "@lucid/backend";
import { type Call, dispatch, type Primitive } from "../dispatch/call.js";
import { allocate, type Tensor } from "../tensor/tensor.js";
import { broadcastShapes, broadcastView } from "./layout.js";

/** Attributes of {@link matrixMultiply}. */
export interface MatmulAttributes {
  /** An expression of `input(0)` = the product and `input(1 + i)` = the i-th further tensor. */
  readonly epilogue: Expr | undefined;
  readonly scalars: readonly number[];
  readonly [name: string]: undefined | Expr | readonly number[];
}

/** `[…, m, k] · […, k, n] → […, m, n]`, batch axes broadcast, then the epilogue with further tensors broadcast to the product. */
export const matrixMultiply: Primitive<MatmulAttributes> = {
  name: "matmul",

  infer(inputs: readonly TensorType[], { epilogue }: MatmulAttributes): readonly TensorType[] {
    return [{ shape: productShape(inputs).shape, dtype: epilogue?.dtype ?? inputs[0]!.dtype }];
  },

  run({ inputs, attributes, targets, backend }: Call<MatmulAttributes>): readonly Tensor[] {
    const { epilogue, scalars } = attributes;
    const { batch, shape } = productShape(inputs);
    const a = matrixView(inputs[0]!.layout, batch);
    const b = matrixView(inputs[1]!.layout, batch);
    const result = targets?.[0] ?? allocate(backend, shape, epilogue?.dtype ?? a.dtype);
    backend.matmul(a, b, result.layout, epilogueOf(epilogue, inputs, scalars, shape));
    if (targets !== undefined) result.storage.version++;
    return [result];
  },
};

function epilogueOf(
  expr: Expr | undefined,
  inputs: readonly Tensor[],
  scalars: readonly number[],
  shape: readonly number[],
): Epilogue | undefined {
  if (expr === undefined) return undefined;
  return { expr, inputs: inputs.slice(2).map((extra): View => broadcastView(extra.layout, shape)), scalars };
}

function matrixView(view: View, batch: readonly number[]): View {
  const rank = view.shape.length;
  if (rank === 2 && batch.length === 0) return view;
  return broadcastView(view, [...batch, view.shape[rank - 2]!, view.shape[rank - 1]!]);
}

function productShape(inputs: readonly TensorType[]): {
  readonly batch: readonly number[];
  readonly shape: readonly number[];
} {
  const a = inputs[0]!.shape;
  const b = inputs[1]!.shape;
  if (a.length < 2 || b.length < 2 || a[a.length - 1] !== b[b.length - 2]) {
    const inner = `${a[a.length - 1]} ≠ ${b[b.length - 2]}`;
    throw new ShapeError("matmul", `inner dimensions differ: ${formatShape(a)} · ${formatShape(b)} (${inner})`, [a, b]);
  }
  const rows = a[a.length - 2]!;
  const columns = b[b.length - 1]!;
  if (a.length === 2 && b.length === 2) return { batch: [], shape: [rows, columns] };
  const batch = broadcastShapes("matmul", [a.slice(0, -2), b.slice(0, -2)]);
  return { batch, shape: [...batch, rows, columns] };
}

/** The product of floating matrices of one element type. */
export function callMatmul(
  a: Tensor,
  b: Tensor,
  epilogue?: Expr,
  extras: readonly Tensor[] = [],
  scalars: readonly number[] = [],
  backend?: Backend,
): Tensor {
  return dispatch(matrixMultiply, [a, b, ...extras], { epilogue, scalars }, undefined, backend)[0]!;
}
