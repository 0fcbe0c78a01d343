/**
 * Matrix products of any strides, over a WebAssembly memory.
 *
 * @module
 */
import type { Expr } from "@lucid/backend";
import { remember } from "@lucid/backend/kit";
import { BLOCK, BLOCK_WORD, type Platform } from "../kernel.js";
import { RESERVED } from "../memory.js";
import { type Axes, nextIndex, offsetOf, setBatches } from "./batches.js";
import { DOT_COLUMNS } from "./dot.js";
import { type Element, elements } from "./element.js";
import {
  type EpiloguePlan,
  placeOperands,
  planEpilogue,
  writeEpilogue,
  writeProductStrides,
  writeStarts,
} from "./epilogue.js";
import { kernelWithEpilogue, type PlainKernels, plainKernel } from "./kernels.js";
import {
  fitBlocks,
  isSwapped,
  newPlan,
  type Plan,
  placeScratch,
  planProduct,
  scratchBytes,
  unitsAtATime,
  writePlan,
} from "./plan.js";
import { EPILOGUE_AT, wordAt, ZEROS_AT } from "./words.js";

/** The place of an operand: the address of its first element in bytes, and the strides of all its axes in elements. */
export interface MatmulOperand {
  readonly address: number;
  readonly strides: readonly number[];
}

/** An epilogue: an expression of the product, input(0), of `inputs[i]`, input(1 + i), and of scalars. */
export interface MatmulEpilogue {
  readonly expr: Expr;
  /** Operands of the result's shape. */
  readonly inputs: readonly MatmulOperand[];
  readonly scalars: readonly number[];
}

/**
 * Computes `[…, rows, depth] · […, depth, columns] → […, rows, columns]`, where `shape` is the result's. A depth of 0
 * gives zeros. The result overlaps no operand, and none of its strides is 0. Its element type is `dtype`, or that of
 * the epilogue.
 */
export type Matmul = (
  dtype: "float32" | "float64",
  a: MatmulOperand,
  b: MatmulOperand,
  output: MatmulOperand,
  shape: readonly number[],
  depth: number,
  epilogue?: MatmulEpilogue,
) => void;

/** What the computation of products needs. */
export interface MatmulHost {
  readonly platform: Pick<
    Platform,
    "budget" | "newModule" | "kernel" | "words" | "numbers" | "threads" | "shareFrom" | "run"
  >;
  /** Allocates bytes until `release` is called. The address is a multiple of 16. */
  readonly scratch: (byteLength: number) => number;
  readonly release: () => void;
}

/** Makes the function that computes products. Modules are built when they are first needed. */
export function createMatmul({ platform, scratch, release }: MatmulHost): Matmul {
  const kernels: PlainKernels = { float32: new Map(), float64: new Map() };
  const epilogues = new Map<Expr, EpiloguePlan>();
  platform.budget.register(() => epilogues.clear());
  const plan = newPlan();
  const axes: Axes = { row: 0, column: 1, inner: -1, outer: -1, rest: 0 };

  const multiply: Matmul = (dtype, a, b, output, shape, depth, epilogue) => {
    for (let axis = 0; axis < shape.length; axis++) if (shape[axis] === 0) return;
    if (depth === 0) {
      const zeros = (BLOCK + ZEROS_AT) / 4;
      platform.words.fill(0, zeros, zeros + 4);
      const nothing: MatmulOperand = { address: zeros * 4, strides: shape.map(() => 0) };
      multiply(dtype, nothing, nothing, output, shape, 1, epilogue);
      return;
    }
    const element = elements[dtype];
    const isTurned = isSwapped(a, b, output, shape);
    const left = isTurned ? b : a;
    const right = isTurned ? a : b;
    axes.row = shape.length - (isTurned ? 1 : 2);
    axes.column = shape.length - (isTurned ? 2 : 1);
    setMatrices(plan, element, axes, left, right, output, shape, depth);
    let work: EpiloguePlan | undefined;
    if (epilogue !== undefined) {
      const { expr } = epilogue;
      work = epilogues.get(expr) ?? remember(epilogues, expr, planEpilogue(expr));
      placeOperands(work, output, epilogue.inputs, output, shape);
    }
    setBatches(plan, element, axes, left, right, output, work, shape);
    const key = planProduct(plan, element);
    const isApart = work !== undefined && work.expr.dtype !== dtype;
    const across = work !== undefined && isAcross(output.strides, axes, plan);
    const kernel =
      work === undefined
        ? plainKernel(platform, kernels, dtype, key)
        : kernelWithEpilogue(platform, work, dtype, key, across ? axes.row : axes.column, across, isApart);

    const units = plan.units * plan.batches;
    const cost = costOf(plan, element, work);
    const blockBytes = work === undefined ? EPILOGUE_AT : (EPILOGUE_AT + work.byteLength + 63) & -64;
    let participants = cost < platform.shareFrom || units === 1 ? 1 : platform.threads;
    if (BLOCK + participants * blockBytes > RESERVED) participants = 1;
    fitBlocks(plan, element, participants, isApart);
    const step = participants === 1 ? 1 : unitsAtATime(plan, element, participants);
    const bytes = scratchBytes(plan, element, key, isApart);
    if (bytes > 0) placeScratch(plan, element, key, isApart, scratch(bytes * participants));
    // The memory does not grow from here on.
    if (work !== undefined) {
      writeEpilogue(work, platform, epilogue!.scalars, axes, across);
      if (isApart && work.readsProduct) writeProductStrides(work, platform.words, plan.cRow, plan.cColumn, across);
    }
    try {
      const { rest } = axes;
      const index = rest === 0 ? NOTHING : new Array<number>(rest).fill(0);
      const { words } = platform;
      do {
        writePlan(plan, words, BLOCK_WORD);
        if (rest > 0) moveMatrices(words, plan, element, isApart, index, left, right, output);
        if (work !== undefined) writeStarts(work, words, index);
        if (participants === 1) kernel.run(BLOCK, 0, units);
        else {
          for (let i = 1; i < participants; i++) copyBlock(words, plan, isApart, i, blockBytes, bytes);
          platform.run(kernel, units, step, cost, undefined, blockBytes);
        }
      } while (rest > 0 && nextIndex(index, shape, rest));
    } finally {
      if (bytes > 0) release();
    }
  };
  return multiply;
}

/** Never changed. */
const NOTHING: number[] = [];

/** Enters addresses, sizes and strides of the matrices. */
function setMatrices(
  plan: Plan,
  { bytes }: Element,
  { row, column }: Axes,
  a: MatmulOperand,
  b: MatmulOperand,
  output: MatmulOperand,
  shape: readonly number[],
  depth: number,
): void {
  plan.a = a.address;
  plan.aRow = a.strides[row]! * bytes;
  plan.aDepth = a.strides[column]! * bytes;
  plan.b = b.address;
  plan.bDepth = b.strides[row]! * bytes;
  plan.bColumn = b.strides[column]! * bytes;
  plan.c = output.address;
  plan.cRow = output.strides[row]! * bytes;
  plan.cColumn = output.strides[column]! * bytes;
  plan.rows = shape[row]!;
  plan.columns = shape[column]!;
  plan.depth = depth;
}

/**
 * Whether vectors of an epilogue run along columns of the product: the output is stored by columns, or rows are short.
 */
function isAcross(strides: readonly number[], { row, column }: Axes, { rows, columns }: Plan): boolean {
  if (columns <= DOT_COLUMNS) return rows > columns;
  return strides[column]! !== 1 && strides[row]! === 1;
}

/** The approximate time in nanoseconds that all batches take one thread, for sums and for storing the result. */
function costOf({ batches, rows, columns, depth }: Plan, { lanes }: Element, work: EpiloguePlan | undefined): number {
  return batches * rows * columns * (depth * (0.16 / lanes) + 0.1 + (work === undefined ? 0 : work.cost));
}

/** Writes the addresses of the matrices, for one index of the batch axes that kernels do not loop over. */
function moveMatrices(
  words: Int32Array,
  plan: Plan,
  { bytes }: Element,
  isApart: boolean,
  index: readonly number[],
  a: MatmulOperand,
  b: MatmulOperand,
  output: MatmulOperand,
): void {
  words[(BLOCK + wordAt.a) / 4] = plan.a + offsetOf(index, a.strides) * bytes;
  words[(BLOCK + wordAt.b) / 4] = plan.b + offsetOf(index, b.strides) * bytes;
  if (!isApart) words[(BLOCK + wordAt.c) / 4] = plan.c + offsetOf(index, output.strides) * bytes;
}

/** Writes the argument block of another participant, which has its own scratch memory. */
function copyBlock(
  words: Int32Array,
  plan: Plan,
  isApart: boolean,
  participant: number,
  blockBytes: number,
  scratchBytes: number,
): void {
  const from = BLOCK_WORD;
  const to = from + (participant * blockBytes) / 4;
  words.copyWithin(to, from, from + blockBytes / 4);
  const away = participant * scratchBytes;
  if (plan.packedA !== 0) words[to + wordAt.packedA / 4]! += away;
  if (plan.packedB !== 0) words[to + wordAt.packedB / 4]! += away;
  if (isApart) words[to + wordAt.c / 4]! += away;
}
