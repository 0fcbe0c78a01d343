/**
 * Matrix products of any strides, over a WebAssembly memory.
 *
 * @module
 */
import { BLOCK, BLOCK_WORD, type Kernel, type Platform } from "../kernel.js";
import { writeDots } from "./dot.js";
import { type Element, elements } from "./element.js";
import { words, writeProduct } from "./module.js";
import { isSwapped, newPlan, type Plan, placeScratch, planProduct, tileSet, writePlan } from "./plan.js";

/** Where an operand lies: the address of its first element in bytes, and the strides of all its axes in elements. */
export interface MatmulOperand {
  readonly address: number;
  readonly strides: readonly number[];
}

/**
 * Computes `[…, rows, depth] · […, depth, columns] → […, rows, columns]`, where `shape` is the result's; a depth of 0 gives
 * zeros. The result overlaps neither operand, and none of its strides is 0. Work on the finished product (an epilogue) is
 * the caller's.
 */
export type Matmul = (
  dtype: "float32" | "float64",
  a: MatmulOperand,
  b: MatmulOperand,
  output: MatmulOperand,
  shape: readonly number[],
  depth: number,
) => void;

/** Four words of 0, beyond the argument block. */
const ZERO_WORD: number = BLOCK_WORD + 32;

/** What products are computed with. */
export interface MatmulHost {
  readonly platform: Pick<Platform, "newModule" | "kernel" | "words">;
  /** The address, a multiple of 16, of so many bytes that hold until `release`. */
  readonly scratch: (byteLength: number) => number;
  readonly release: () => void;
}

/** Makes the product; its modules are built when they are first needed. */
export function createMatmul(host: MatmulHost): Matmul {
  const { platform } = host;
  const kernels = { float32: new Map<number, Kernel>(), float64: new Map<number, Kernel>() };
  const plan = newPlan();

  const multiply: Matmul = (dtype, a, b, output, shape, depth) => {
    for (let axis = 0; axis < shape.length; axis++) if (shape[axis] === 0) return;
    if (depth === 0) {
      platform.words.fill(0, ZERO_WORD, ZERO_WORD + 4);
      const nothing: MatmulOperand = { address: ZERO_WORD * 4, strides: shape.map(() => 0) };
      multiply(dtype, nothing, nothing, output, shape, 1);
      return;
    }
    const element = elements[dtype];
    const swapped = isSwapped(a, b, output, shape);
    const left = swapped ? b : a;
    const right = swapped ? a : b;
    setMatrices(plan, element, left, right, output, shape, depth, swapped ? 1 : 0);
    const key = planProduct(plan, element);
    let kernel = kernels[dtype].get(key);
    if (kernel === undefined) {
      kernel = build(platform, element, key);
      kernels[dtype].set(key, kernel);
    }
    placeScratch(plan, element, key, host.scratch(placeScratch(plan, element, key, 0)));
    const memory = platform.words;
    const outer = setBatches(plan, element, left, right, output, shape);
    writePlan(plan, memory, BLOCK_WORD);
    if (outer === 0) kernel.run(BLOCK, 0, plan.batches);
    else multiplyBatches(kernel, plan, element, [left, right, output], shape, outer, memory);
    host.release();
  };
  return multiply;
}

/** The kernel that a number of {@link planProduct} stands for. There are few such numbers. */
function build(platform: MatmulHost["platform"], element: Element, key: number): Kernel {
  const module = platform.newModule();
  if (key < 4) writeDots(module, element, key);
  else writeProduct(module, element, tileSet(key));
  return platform.kernel(module);
}

/** Enters addresses, sizes, and the strides of the matrices; `turned` is 1 where all three are transposed. */
function setMatrices(
  plan: Plan,
  { bytes }: Element,
  a: MatmulOperand,
  b: MatmulOperand,
  output: MatmulOperand,
  shape: readonly number[],
  depth: number,
  turned: 0 | 1,
): void {
  const rowAxis = shape.length - 2 + turned;
  const columnAxis = shape.length - 1 - turned;
  plan.a = a.address;
  plan.aRow = a.strides[rowAxis]! * bytes;
  plan.aDepth = a.strides[columnAxis]! * bytes;
  plan.b = b.address;
  plan.bDepth = b.strides[rowAxis]! * bytes;
  plan.bColumn = b.strides[columnAxis]! * bytes;
  plan.c = output.address;
  plan.cRow = output.strides[rowAxis]! * bytes;
  plan.cColumn = output.strides[columnAxis]! * bytes;
  plan.rows = shape[rowAxis]!;
  plan.columns = shape[columnAxis]!;
  plan.depth = depth;
}

/** Enters the innermost batch axes that all three run through in one stride; gives the number of axes before them. */
function setBatches(
  plan: Plan,
  { bytes }: Element,
  a: MatmulOperand,
  b: MatmulOperand,
  output: MatmulOperand,
  shape: readonly number[],
): number {
  plan.batches = 1;
  plan.aBatch = 0;
  plan.bBatch = 0;
  plan.cBatch = 0;
  for (let axis = shape.length - 3; axis >= 0; axis--) {
    const size = shape[axis]!;
    if (size === 1) continue;
    const aStride = a.strides[axis]! * bytes;
    const bStride = b.strides[axis]! * bytes;
    const cStride = output.strides[axis]! * bytes;
    const count = plan.batches;
    if (count === 1) {
      plan.aBatch = aStride;
      plan.bBatch = bStride;
      plan.cBatch = cStride;
    } else if (aStride !== plan.aBatch * count || bStride !== plan.bBatch * count || cStride !== plan.cBatch * count) {
      return axis + 1;
    }
    plan.batches = count * size;
  }
  return 0;
}

/** Goes through all indices of the first `outer` batch axes. */
function multiplyBatches(
  kernel: Kernel,
  plan: Plan,
  { bytes }: Element,
  operands: readonly [a: MatmulOperand, b: MatmulOperand, output: MatmulOperand],
  shape: readonly number[],
  outer: number,
  memory: Int32Array,
): void {
  const index = new Array<number>(outer).fill(0);
  const starts = [plan.a, plan.b, plan.c];
  const places = [words.indexOf("a"), words.indexOf("b"), words.indexOf("c")];
  for (;;) {
    for (let i = 0; i < 3; i++) memory[BLOCK_WORD + places[i]!] = starts[i]!;
    kernel.run(BLOCK, 0, plan.batches);
    let axis = outer - 1;
    for (; axis >= 0; axis--) {
      const last = shape[axis]! - 1;
      const goesOn = index[axis]! < last;
      for (let i = 0; i < 3; i++) starts[i]! += (goesOn ? 1 : -last) * operands[i]!.strides[axis]! * bytes;
      index[axis] = goesOn ? index[axis]! + 1 : 0;
      if (goesOn) break;
    }
    if (axis < 0) return;
  }
}
