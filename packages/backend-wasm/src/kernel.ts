/**
 * How a kernel is built, cached and called.
 *
 * A kernel is one WebAssembly module, generated for an expression and a *layout class* (how operands move along the
 * innermost loop), never for sizes. It imports the backend's memory and exports a function. It reads its arguments from
 * the *argument block*, a few words at a fixed address. So every kernel has the same signature, a call costs the same
 * for any number of operands, and other threads can use the same block:
 *
 *     run(block: i32, begin: i32, end: i32): void      // does the part [begin, end) of the work
 *
 * This is how a kernel is built:
 *
 *     const module = platform.newModule();                          // src/assembler/module.ts
 *     module.function("run", [I32, I32, I32], [], (code) => {       // src/assembler/code.ts
 *       const [block, begin, end] = code.parameters as [Local, Local, Local];
 *       const x = code.load("i32.load", block, 0);                  // word 0 of the block: an address
 *       const a = code.load("v128.load", x);                        // operands are locals, results are new locals
 *       const b = code.value("f32x4.mul", a, code.f32x4(0.5));      // constants are hoisted to the function's start
 *       code.store("v128.store", x, b);
 *     });
 *     const kernel = platform.kernel(module);                       // compiled synchronously
 *
 * Keep the kernel in a table (see `createPlans` of `@lucid/backend/kit`), and call it:
 *
 *     buffers.begin();                                   // once per member of the backend
 *     const address = buffers.address(view);             // holds until the next begin(); may bring the bytes back
 *     const words = platform.words;                      // after all addresses are known: memory may have grown
 *     words[BLOCK_WORD] = address;
 *     platform.run(kernel, size, step, cost);            // on one thread or several
 *
 * Write the inside of a hot loop, and every inner tile, as a separate function: V8 starts with its baseline compiler,
 * and switches to optimised code when a function is called, but not inside a running loop. Write it as a
 * `HelperFunction`, and `code.call(helper, …)` adds it to the module. A `HostFunction` calls JavaScript, which is for
 * slow paths only.
 *
 * Scalar operations are rows of `math/arithmetic.ts` and `math/transcendental/`: a {@link VectorFunction} for each
 * element type, from locals to a local. Whole expressions are turned into vectors by `expression/vectors.ts`.
 *
 * @module
 */
import type { View } from "@lucid/backend";
import type { KernelBudget } from "@lucid/backend/kit";
import type { BuiltModule, ModuleBuilder } from "./assembler/module.js";
import type { EngineFeatures } from "./features.js";
import type { Memory } from "./memory.js";

/** The address of the argument block. */
export const BLOCK = 1024;
/** The index of the block's first word in an `Int32Array` over the memory, and in a `Float64Array`. */
export const BLOCK_WORD: number = BLOCK / 4;
export const BLOCK_NUMBER: number = BLOCK / 8;

/** A compiled kernel. */
export interface Kernel {
  /** Does the part [begin, end) of the work that the argument block describes. */
  readonly run: (block: number, begin: number, end: number) => void;
  /** The module, for other threads. */
  readonly module: BuiltModule;
}

/** Builds and runs kernels. */
export interface Platform {
  readonly memory: Memory;
  readonly features: EngineFeatures;
  /** The memory as int32 and float64 words. Read it after all addresses are known: memory may grow until then. */
  readonly words: Int32Array;
  readonly numbers: Float64Array;
  /** An empty module over the backend's memory. */
  newModule(): ModuleBuilder;
  /** Compiles a module whose function `run` is a kernel. */
  kernel(module: ModuleBuilder): Kernel;
  /** Bounds the memory of the kernels. */
  readonly budget: KernelBudget;
  /** The largest number of threads that compute at the same time. */
  readonly threads: number;
  /** Work that takes fewer nanoseconds than this is not shared among threads. */
  readonly shareFrom: number;
  /**
   * Does the work [0, size) of a kernel, on several threads if it is worth it. The work may be split at multiples of
   * `step`, and takes one thread about `cost` nanoseconds. It is complete when this returns.
   *
   * @param changes a view that the work both reads and overwrites, if there is one: the work cannot be done a second
   * time then.
   * @param blockBytes the distance between the argument blocks of two participants, or 0 if all of them read the same
   * one.
   */
  run(kernel: Kernel, size: number, step: number, cost: number, changes?: View, blockBytes?: number): void;
}
