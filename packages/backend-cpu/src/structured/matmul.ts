/**
 * The member `matmul`. Products are accumulated in float64 for both element types, because JavaScript computes in float64. They are
 * computed row by row if there are few rows or few columns, and block by block otherwise.
 *
 * @module
 */
import { contiguousStrides, type Epilogue, type MapCall, sizeOf } from "@lucid/backend";
import { linesAlong, type Strided } from "@lucid/backend/kit";
import { allocate, type CpuBuffer, type CpuView } from "../buffer.js";
import { type Blocks, createBlocks, multiplyBlocks } from "./matmul-blocks.js";
import { createRow, multiplyRows, type Row } from "./matmul-rows.js";
import { matrixOf, type Product } from "./product.js";

/** The `matmul` member of a backend. */
export type MatmulMember = (a: CpuView, b: CpuView, output: CpuView, epilogue?: Epilogue<CpuBuffer>) => void;

/** Products with fewer rows, or fewer columns, are not packed. */
const FEWEST_PACKED = 4;

/** Makes the `matmul` member. `map` computes the epilogues. */
export function createMatmul(map: (call: MapCall<CpuBuffer>) => void): MatmulMember {
  let row: Row | undefined;
  let blocks: Blocks | undefined;
  const byRows = (product: Product): void => multiplyRows(product, (row ??= createRow()));
  const byBlocks = (product: Product): void => multiplyBlocks(product, (blocks ??= createBlocks()));
  return (a, b, output, epilogue) => {
    if (sizeOf(output.shape) === 0) return;
    // An epilogue may have another element type, and then the product needs its own buffer.
    const result = epilogue === undefined || output.dtype === a.dtype ? output : temporary(a, output);
    const rank = output.shape.length;
    const fewRows = output.shape[rank - 2]! < FEWEST_PACKED;
    const fewColumns = output.shape[rank - 1]! < FEWEST_PACKED;
    // If c has few columns, cᵀ = bᵀ·aᵀ has few rows.
    if (fewColumns && !fewRows) multiplyBatches(transposed(b), transposed(a), transposed(result), byRows);
    else multiplyBatches(a, b, result, fewRows ? byRows : byBlocks);
    if (epilogue === undefined) return;
    const { expr, inputs, scalars } = epilogue;
    map({ exprs: [expr], inputs: [result, ...inputs], scalars, outputs: [output] });
  };
}

function temporary(a: CpuView, output: CpuView): CpuView {
  const { shape } = output;
  const buffer = allocate(a.dtype, sizeOf(shape), "matmul");
  return { buffer, dtype: a.dtype, shape, strides: contiguousStrides(shape), offset: 0 };
}

function transposed(view: CpuView): CpuView {
  const rank = view.shape.length;
  const turn = (along: readonly number[]): readonly number[] => [
    ...along.slice(0, rank - 2),
    along[rank - 1]!,
    along[rank - 2]!,
  ];
  return { ...view, shape: turn(view.shape), strides: turn(view.strides) };
}

function multiplyBatches(a: CpuView, b: CpuView, output: CpuView, multiply: (product: Product) => void): void {
  const rank = output.shape.length;
  const product: Product = {
    a: matrixOf(a),
    b: matrixOf(b),
    c: matrixOf(output),
    m: output.shape[rank - 2]!,
    n: output.shape[rank - 1]!,
    k: a.shape[rank - 1]!,
  };
  if (rank === 2) {
    multiply(product);
    return;
  }
  // The starts of the lines along the columns of a stack of 1×1 matrices are the starts of the matrices.
  const batches = [...output.shape.slice(0, rank - 2), 1];
  const starts = ({ strides, offset }: CpuView): Strided => ({ strides: [...strides.slice(0, rank - 2), 0], offset });
  const lines = linesAlong(batches, rank - 2, [starts(a), starts(b), starts(output)]);
  do {
    const [startA, startB, startC] = lines.starts as [number, number, number];
    product.a.start = startA;
    product.b.start = startB;
    product.c.start = startC;
    multiply(product);
  } while (lines.next());
}
