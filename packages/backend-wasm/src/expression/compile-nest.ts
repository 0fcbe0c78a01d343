/**
 * Compiling kernels that consist of one loop nest.
 *
 * @module
 */
import { I32, type Local } from "../assembler/types.js";
import type { Kernel, Platform } from "../kernel.js";
import { Nest, type NestOptions } from "./nest.js";

/** Compiles a kernel over nested loops. `begin` and `end` are the part of the work that a call does. */
export function compileNest(
  platform: Platform,
  options: NestOptions,
  write: (nest: Nest, begin: Local, end: Local) => void,
): Kernel {
  const module = platform.newModule();
  module.function("run", [I32, I32, I32], [], (code) => {
    const [block, begin, end] = code.parameters as [Local, Local, Local];
    write(new Nest(code, block, options), begin, end);
  });
  return platform.kernel(module);
}
