/**
 * Matrix products of any strides, over a WebAssembly memory.
 *
 * @module
 */
import type { ModuleBuilder } from "../assembler/module.js";
import { BLOCK, BLOCK_WORD, type Kernel, type Platform } from "../kernel.js";
import { writeDots } from "./dot.js";
import { type Element, elements } from "./element.js";
import { words, writeProduct } from "./module.js";
import { isSwapped, type Plan, placeScratch, planProduct } from "./plan.js";

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

/** What products are computed with. */
export interface MatmulHost {
  readonly platform: Pick<Platform, "newModule" | "compile" | "words">;
  /** The address, a multiple of 16, of so many bytes that hold until `release`. */
  readonly scratch: (byteLength: number) => number;
  readonly release: () => void;
}

/** Makes the product; its modules are built when they are first needed. */
export function createMatmul(host: MatmulHost): Matmul {
  const { platform } = host;
  const products = kernels(platform, writeProduct);
  const dots = kernels(platform, writeDots);
  const plan = Object.fromEntries(words.map((word) => [word, 0])) as Plan;

  return (dtype, a, b, output, shape, depth) => {
    const element = elements[dtype];
    const batches = setBatches(plan, element, a, b, output, shape);
    if (batches.inner === 0 || batches.outer === 0) return;
    if (shape[shape.length - 1] === 0 || shape[shape.length - 2] === 0) return;
    setMatrices(plan, element, a, b, output, shape, depth);
    const byDots = depth > 0 && planProduct(plan, element);
    const kernel = (byDots ? dots : products)(element);
    const byteLength = (depth === 0 ? planNothing(plan, element) : 0) + placeScratch(plan, element, byDots, 0);
    const scratch = host.scratch(byteLength);
    placeScratch(plan, element, byDots, scratch);
    const memory = platform.words;
    if (depth === 0) setNothing(plan, scratch + byteLength - NOTHING, memory);
    for (let i = 0; i < words.length; i++) memory[BLOCK_WORD + i] = plan[words[i]!];
    if (batches.outer === 1) kernel(BLOCK, 0, batches.inner);
    else {
      forOuterBatches(element, a, b, output, shape, batches.axes, (fromA, fromB, fromC) => {
        memory[BLOCK_WORD + A_WORD] = plan.a + fromA;
        memory[BLOCK_WORD + B_WORD] = plan.b + fromB;
        memory[BLOCK_WORD + C_WORD] = plan.c + fromC;
        kernel(BLOCK, 0, batches.inner);
      });
    }
    host.release();
  };
}
