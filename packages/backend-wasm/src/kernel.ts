/**
 * How a kernel is built, cached and called.
 *
 * A kernel is one WebAssembly module, generated for an expression and a *layout class* (how operands move along the
 * innermost loop), never for sizes. It imports the backend's memory and exports a function. Numbers reach it through the
 * *argument block*, a few words at a fixed address, so that every kernel has one signature, calls cost the same however
 * many operands there are, and another thread can be handed the same block:
 *
 *     run(block: i32, begin: i32, end: i32): void      // does the part [begin, end) of the work
 *
 * Building one, from the assembler up:
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
 * Keep it in a table under what it was generated for (`plans.ts`), and call it:
 *
 *     buffers.begin();                                   // once per member of the backend
 *     const address = buffers.address(view);             // holds until the next begin(); may bring the bytes back
 *     const words = platform.words;                      // after all addresses are known: memory may have grown
 *     words[BLOCK_WORD] = address;
 *     platform.run(kernel, size, step, cost);            // on one thread or several
 *
 * A function that is called inside a hot loop, and every inner tile, is a function of its own: V8 begins each in its
 * baseline compiler and switches to optimised code at calls, not inside a running loop. Write it as a `HelperFunction`,
 * and `code.call(helper, …)` enters it into the module. `HostFunction`s call back into JavaScript: for slow paths only.
 *
 * Scalar operations are rows of `math/arithmetic.ts` and `math/transcendental/`: a {@link VectorFunction} for each element type, from locals to a
 * local. Whole expressions are turned into vectors by `expression/vectors.ts`.
 *
 * @module
 */
import type { View } from "@lucid/backend";
import { type BuiltModule, ModuleBuilder } from "./assembler/module.js";
import type { EngineFeatures } from "./features.js";
import type { Memory } from "./memory.js";
import type { Team } from "./threads/team.js";
import type { Engine } from "./webassembly.js";

/** Where the argument block is. */
export const BLOCK = 1024;
/** The block's first word in an `Int32Array` over the memory, and in a `Float64Array`. */
export const BLOCK_WORD: number = BLOCK / 4;
export const BLOCK_NUMBER: number = BLOCK / 8;

/** A compiled kernel. */
export interface Kernel {
  /** Does the part [begin, end) of the work that the argument block describes. */
  readonly run: (block: number, begin: number, end: number) => void;
  /** The module, for other threads. */
  readonly module: BuiltModule;
}

/** What kernels are built for and run on. */
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
  /** How many threads may be at work. */
  readonly threads: number;
  /** Work that takes fewer nanoseconds is not shared out. */
  readonly shareFrom: number;
  /**
   * Does the work [0, size) of a kernel, on as many threads as it is worth: it may be split at multiples of `step`, and
   * takes one thread about `cost` nanoseconds. It is done when this returns.
   *
   * @param changes where the work overwrites values that it begins with, so that it could not be done again
   * @param blockBytes from one participant's argument block to the next one's; 0 where all of them read the same
   */
  run(kernel: Kernel, size: number, step: number, cost: number, changes?: View, blockBytes?: number): void;
}

/** Makes the platform of a backend. */
export function createPlatform(
  engine: Engine,
  features: EngineFeatures,
  memory: Memory,
  team: Team | undefined,
): Platform {
  const options = { memory: { shared: memory.shared, maximum: memory.maximum }, relaxed: features.relaxed };
  return {
    memory,
    features,
    get words(): Int32Array {
      return memory.views.int32;
    },
    get numbers(): Float64Array {
      return memory.views.float64;
    },
    newModule: () => new ModuleBuilder(options),
    threads: team?.size ?? 1,
    shareFrom: team?.shareFrom ?? Infinity,
    kernel(builder) {
      const module = builder.finish();
      const functions: Record<string, (...values: number[]) => number> = {};
      for (const { name, run } of module.host) functions[name] = run;
      const { exports } = new engine.Instance(new engine.Module(module.bytes), { e: { m: memory.wasm }, h: functions });
      return { run: exports.run as unknown as Kernel["run"], module };
    },
    run:
      team === undefined
        ? (kernel, size) => kernel.run(BLOCK, 0, size)
        : (kernel, size, step, cost, changes, blockBytes = 0) =>
            team.run(kernel, size, step, cost, changes, blockBytes),
  };
}
