/**
 * The `matmul` member passes matrices to BLAS without copies. Operands whose strides BLAS does not support are copied
 * if that is faster, and the base computes all other products.
 *
 * @module
 */
import {
  type Backend,
  contiguousStrides,
  type DeviceBuffer,
  type DType,
  input,
  sizeOf,
  type TypedArray,
  type View,
} from "@lucid/backend";
import { AS_STORED, COLUMN_MAJOR, ROW_MAJOR, type Routines, TRANSPOSED } from "./library.js";
import { canStep, LARGEST_SIZE, leadingOf, type Matrices, type Product, productOf } from "./product.js";

/** What the member needs. */
export interface MatmulContext<B extends DeviceBuffer> {
  readonly base: Backend<B>;
  readonly hostView: (buffer: B) => TypedArray;
  /** Sets the number of threads. It is called before every call of the library. */
  readonly useThreads: () => void;
  readonly float32: Routines;
  readonly float64: Routines;
  /** The base computes products with fewer multiply-adds per matrix than this. */
  readonly smallest: number;
}

/**
 * The least number of rows (or columns) for which an operand that BLAS cannot read is copied. The copy takes as long as
 * the base takes for about this many.
 */
const COPY_PAYS = 4;

/** By which factor a product must be larger than the smallest product for BLAS if an operand is copied. */
const COPY_SMALLEST = 12;

/** Makes the `matmul` member. */
export function createMatmul<B extends DeviceBuffer>(context: MatmulContext<B>): Backend<B>["matmul"] {
  const { base, hostView, useThreads, smallest, float32, float64 } = context;
  return (a, b, output, epilogue) => {
    const { dtype, shape } = a;
    const rank = shape.length;
    const size = sizeOf(output.shape);
    const k = shape[rank - 1]!;
    // Without multiply-adds, all results are zero, or there are none.
    if (size === 0 || k === 0 || (rank === 2 && size * k < smallest)) {
      base.matmul(a, b, output, epilogue);
      return;
    }
    const temporaries: B[] = [];
    try {
      const direct = output.dtype === dtype && canWrite(output);
      const mayCopy = size * k >= COPY_SMALLEST * smallest;
      const target = direct || !mayCopy ? output : temporaryOf(base, dtype, output.shape, temporaries);
      const product = productOf(a, b, target);
      const large = product.m * product.n * product.k >= smallest && (direct || mayCopy);
      if (!large || !makeReadable(base, dtype, product, mayCopy, temporaries)) {
        base.matmul(a, b, output, epilogue);
        return;
      }
      useThreads();
      multiplyAll(product, dtype === "float32" ? float32 : float64, hostView);
      if (epilogue !== undefined) {
        const { expr, inputs, scalars } = epilogue;
        base.map({ exprs: [expr], inputs: [target, ...inputs], scalars, outputs: [output] });
      } else if (!direct) copy(base, target, output);
    } finally {
      for (const buffer of temporaries) base.free(buffer);
    }
  };
}

/** Whether BLAS can write these matrices: they are stored by rows or by columns, or are vectors of any stride. */
function canWrite({ shape, strides }: View): boolean {
  const rank = shape.length;
  const [m, n] = [shape[rank - 2]!, shape[rank - 1]!];
  const [row, column] = [strides[rank - 2]!, strides[rank - 1]!];
  if (n === 1) return canStep(m, row);
  if (m === 1) return canStep(n, column);
  return leadingOf(m, n, row, column) !== 0;
}

/** Copies operands that BLAS cannot read if that is faster. Returns whether BLAS can compute the product now. */
function makeReadable<B extends DeviceBuffer>(
  base: Backend<B>,
  dtype: DType,
  product: Product<B>,
  mayCopy: boolean,
  temporaries: B[],
): boolean {
  const { m, n, k, a, b } = product;
  if (m > LARGEST_SIZE || n > LARGEST_SIZE || k > LARGEST_SIZE) return false;
  // A vector may have any stride: see multiplyAll.
  const readsA = m === 1 && n !== 1 ? canStep(k, a.column) : leadingOf(m, k, a.row, a.column) !== 0;
  const readsB = n === 1 ? canStep(k, b.row) : leadingOf(k, n, b.row, b.column) !== 0;
  if (readsA && readsB) return true;
  if (!mayCopy) return false;
  if (!readsA && n * timesUsed(product, a) < COPY_PAYS) return false;
  if (!readsB && m * timesUsed(product, b) < COPY_PAYS) return false;
  if (!readsA) copyOperand(base, dtype, product, a, m, k, temporaries);
  if (!readsB) copyOperand(base, dtype, product, b, k, n, temporaries);
  return true;
}

/** The number of products of the batch in which each matrix of an operand occurs. */
function timesUsed({ batch }: Product, { batch: strides }: Matrices): number {
  let times = 1;
  for (let axis = 0; axis < batch.length; axis++) if (strides[axis] === 0) times *= batch[axis]!;
  return times;
}

/** Replaces an operand by a copy in row-major order, which has repeated matrices only once. */
function copyOperand<B extends DeviceBuffer>(
  base: Backend<B>,
  dtype: DType,
  { batch }: Product,
  operand: Matrices<B>,
  rows: number,
  columns: number,
  temporaries: B[],
): void {
  const repeats = (axis: number): boolean => operand.batch[axis] === 0;
  const shape = [...batch.map((size, axis) => (repeats(axis) ? 1 : size)), rows, columns];
  const strides = [...operand.batch, operand.row, operand.column];
  const from: View<B> = { buffer: operand.buffer, dtype, shape, strides, offset: operand.offset };
  const to = temporaryOf(base, dtype, shape, temporaries);
  copy(base, from, to);
  operand.buffer = to.buffer;
  operand.offset = 0;
  operand.row = columns;
  operand.column = 1;
  operand.batch = batch.map((_, axis) => (repeats(axis) ? 0 : to.strides[axis]!));
}

function temporaryOf<B extends DeviceBuffer>(
  base: Backend<B>,
  dtype: DType,
  shape: readonly number[],
  temporaries: B[],
): View<B> {
  const buffer = base.allocate(dtype, sizeOf(shape));
  temporaries.push(buffer);
  return { buffer, dtype, shape, strides: contiguousStrides(shape), offset: 0 };
}

function copy<B extends DeviceBuffer>(base: Backend<B>, from: View<B>, to: View<B>): void {
  base.map({ exprs: [input(0, from.dtype)], inputs: [from], scalars: [], outputs: [to] });
}

function multiplyAll<B extends DeviceBuffer>(
  product: Product<B>,
  routines: Routines,
  hostView: (buffer: B) => TypedArray,
): void {
  const { m, n, a, b, c, batch } = product;
  const arrayA = hostView(a.buffer);
  const arrayB = hostView(b.buffer);
  const arrayC = hostView(c.buffer);
  const multiply = n === 1 || m === 1 ? byVectors : byMatrices;
  let [atA, atB, atC] = [a.offset, b.offset, c.offset];
  if (batch.length === 0) {
    multiply(product, routines, arrayA, atA, arrayB, atB, arrayC, atC);
    return;
  }
  const index = new Array<number>(batch.length).fill(0);
  for (;;) {
    multiply(product, routines, arrayA, atA, arrayB, atB, arrayC, atC);
    let axis = batch.length - 1;
    while (++index[axis]! === batch[axis]!) {
      const back = batch[axis]! - 1;
      atA -= back * a.batch[axis]!;
      atB -= back * b.batch[axis]!;
      atC -= back * c.batch[axis]!;
      index[axis] = 0;
      if (--axis < 0) return;
    }
    atA += a.batch[axis]!;
    atB += b.batch[axis]!;
    atC += c.batch[axis]!;
  }
}

const from = (values: TypedArray, start: number): TypedArray => (start === 0 ? values : values.subarray(start));

function byMatrices(
  { m, n, k, a, b, c }: Product,
  { gemm }: Routines,
  valuesA: TypedArray,
  atA: number,
  valuesB: TypedArray,
  atB: number,
  valuesC: TypedArray,
  atC: number,
): void {
  const leadingA = leadingOf(m, k, a.row, a.column);
  const leadingB = leadingOf(k, n, b.row, b.column);
  const leadingC = leadingOf(m, n, c.row, c.column);
  // An operand counts as transposed if its storage order differs from the result's.
  gemm(
    leadingC > 0 ? ROW_MAJOR : COLUMN_MAJOR,
    leadingA > 0 === leadingC > 0 ? AS_STORED : TRANSPOSED,
    leadingB > 0 === leadingC > 0 ? AS_STORED : TRANSPOSED,
    m,
    n,
    k,
    1,
    from(valuesA, atA),
    Math.abs(leadingA),
    from(valuesB, atB),
    Math.abs(leadingB),
    0,
    from(valuesC, atC),
    Math.abs(leadingC),
  );
}

/**
 * Multiplies a matrix by a vector. With large matrices this is up to seven times as fast as a product of matrices
 * (OpenBLAS 0.3.21, 1024 × 1024: 143 instead of 1024 µs on two threads, 140 instead of 455 on one).
 */
function byVectors(
  { m, n, k, a, b, c }: Product,
  { gemv }: Routines,
  valuesA: TypedArray,
  atA: number,
  valuesB: TypedArray,
  atB: number,
  valuesC: TypedArray,
  atC: number,
): void {
  if (n === 1) {
    const leading = leadingOf(m, k, a.row, a.column);
    const [x, y] = [k === 1 ? 1 : b.row, m === 1 ? 1 : c.row];
    clear(valuesC, atC, m, y);
    const order = leading > 0 ? ROW_MAJOR : COLUMN_MAJOR;
    const matrix = from(valuesA, atA);
    gemv(
      order,
      AS_STORED,
      m,
      k,
      1,
      matrix,
      Math.abs(leading),
      vector(valuesB, atB, k, x),
      x,
      0,
      vector(valuesC, atC, m, y),
      y,
    );
    return;
  }
  // cᵀ = bᵀ·aᵀ
  const leading = leadingOf(k, n, b.row, b.column);
  const [x, y] = [k === 1 ? 1 : a.column, n === 1 ? 1 : c.column];
  clear(valuesC, atC, n, y);
  const order = leading > 0 ? ROW_MAJOR : COLUMN_MAJOR;
  const matrix = from(valuesB, atB);
  gemv(
    order,
    TRANSPOSED,
    k,
    n,
    1,
    matrix,
    Math.abs(leading),
    vector(valuesA, atA, k, x),
    x,
    0,
    vector(valuesC, atC, n, y),
    y,
  );
}

/** The array from a vector's lowest element on. For a negative stride, BLAS starts at the other end. */
function vector(values: TypedArray, start: number, length: number, stride: number): TypedArray {
  return from(values, stride < 0 ? start + (length - 1) * stride : start);
}

/** Fills the result with zeros. With β = 0 some libraries scale the previous values, and a NaN would remain. */
function clear(values: TypedArray, start: number, length: number, stride: number): void {
  if (stride === 1) values.fill(0, start, start + length);
  else for (let i = 0; i < length; i++) values[start + i * stride] = 0;
}
