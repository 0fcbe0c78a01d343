/**
 * The matrix product as a primitive. The rules for vectors and batches are in `operations/linalg/matmul.ts`.
 *
 * @module
 */
import {
  type Epilogue,
  type Expr,
  formatShape,
  isStorageType,
  ShapeError,
  type TensorType,
  type View,
  withinLimits,
} from "@lucid/backend";
import { type Call, dispatch, type Primitive } from "../dispatch/call.js";
import type { Scalar } from "../dispatch/scalar.js";
import { allocate, type Tensor } from "../tensor/tensor.js";
import { broadcastShapes, broadcastView, withLayout } from "./layout.js";
import { finishOf } from "./storage-types.js";

/** Attributes of {@link matrixMultiply}. */
export interface MatmulAttributes {
  /** Whether the last two axes of the first factor are exchanged. */
  readonly transposeA: boolean;
  /** Whether the last two axes of the second factor are exchanged. */
  readonly transposeB: boolean;
  /**
   * An expression that is applied to the product: `input(0)` is the product, and `input(1 + i)` the further tensor at
   * position i.
   */
  readonly epilogue: Expr | undefined;
  readonly [name: string]: undefined | boolean | Expr;
}

/**
 * Computes `[…, m, k] · […, k, n] → […, m, n]` with batch axes that broadcast, and then the epilogue. The further
 * tensors broadcast to the product.
 */
export const matrixMultiply: Primitive<MatmulAttributes> = {
  name: "matmul",

  infer(inputs: readonly TensorType[], attributes: MatmulAttributes): readonly TensorType[] {
    const [a, b] = inputs as readonly [TensorType, TensorType];
    const shape = productShape(a.shape, b.shape, attributes);
    return [{ shape, dtype: attributes.epilogue?.dtype ?? a.dtype }];
  },

  run({ inputs, scalars, attributes, targets, backend }: Call<MatmulAttributes, number>): readonly Tensor[] {
    const first = inputs[0]!.layout;
    const stored = isStorageType(first.dtype);
    const epilogue = stored ? finishOf(attributes.epilogue, first.dtype) : attributes.epilogue;
    const second = inputs[1]!.layout;
    const shape = productShape(first.shape, second.shape, attributes);
    const a = matrixView(first, shape, attributes.transposeA);
    const b = matrixView(second, shape, attributes.transposeB);
    const result = targets?.[0] ?? allocate(backend, shape, epilogue?.dtype ?? a.dtype);
    withinLimits(backend).matmul(a, b, result.layout, epilogueOf(epilogue, inputs, scalars, shape));
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
  const extras = new Array<View>(inputs.length - 2);
  for (let i = 0; i < extras.length; i++) extras[i] = broadcastView(inputs[i + 2]!.layout, shape);
  return { expr, inputs: extras, scalars };
}

/**
 * Returns a factor as the backend reads it: transposed if the attributes say so, with its batch axes broadcast to those
 * of the product.
 */
function matrixView(view: View, product: readonly number[], transpose: boolean): View {
  const { shape, strides } = view;
  const rank = shape.length;
  if (rank === 2 && product.length === 2) {
    if (!transpose) return view;
    return withLayout(view, [shape[1]!, shape[0]!], [strides[1]!, strides[0]!], view.offset);
  }
  const matrix = transpose ? withLayout(view, lastExchanged(shape), lastExchanged(strides), view.offset) : view;
  return broadcastView(matrix, [...product.slice(0, -2), matrix.shape[rank - 2]!, matrix.shape[rank - 1]!]);
}

/** Returns the list with its last two items exchanged. */
function lastExchanged(list: readonly number[]): readonly number[] {
  return [...list.slice(0, -2), list[list.length - 1]!, list[list.length - 2]!];
}

function productShape(
  a: readonly number[],
  b: readonly number[],
  { transposeA, transposeB }: MatmulAttributes,
): readonly number[] {
  // The axis that is summed over, counted from the end. The other of the last two axes is one of the product's.
  const left = transposeA ? 2 : 1;
  const right = transposeB ? 1 : 2;
  const inner = a[a.length - left];
  if (a.length < 2 || b.length < 2 || inner !== b[b.length - right]) {
    const sizes = `${inner} ≠ ${b[b.length - right]}`;
    const marks = [transposeA ? "ᵀ" : "", transposeB ? "ᵀ" : ""] as const;
    const text = `${formatShape(a)}${marks[0]} · ${formatShape(b)}${marks[1]} (${sizes})`;
    throw new ShapeError("matmul", `inner dimensions differ: ${text}`, [a, b]);
  }
  const rows = a[a.length - 3 + left]!;
  const columns = b[b.length - 3 + right]!;
  if (a.length === 2 && b.length === 2) return [rows, columns];
  return [...broadcastShapes("matmul", [a.slice(0, -2), b.slice(0, -2)]), rows, columns];
}

/** Options of {@link callMatmul}. */
export interface MatmulOptions {
  /** Whether the last two axes of the first factor are exchanged; default false. */
  readonly transposeA?: boolean;
  /** Whether the last two axes of the second factor are exchanged; default false. */
  readonly transposeB?: boolean;
  /**
   * An expression that is applied to the product: `input(0)` is the product, and `input(1 + i)` the further tensor at
   * position i.
   */
  readonly epilogue?: Expr | undefined;
  readonly extras?: readonly Tensor[];
  readonly scalars?: readonly Scalar[] | undefined;
}

const NO_OPTIONS: MatmulOptions = {};
const NO_EXTRAS: readonly Tensor[] = [];

/** Multiplies floating matrices of one element type. */
export function callMatmul(a: Tensor, b: Tensor, options: MatmulOptions = NO_OPTIONS): Tensor {
  const { transposeA = false, transposeB = false, epilogue, extras = NO_EXTRAS, scalars } = options;
  const inputs = extras.length === 0 ? [a, b] : [a, b, ...extras];
  return dispatch(matrixMultiply, inputs, { transposeA, transposeB, epilogue }, scalars)[0]!;
}
