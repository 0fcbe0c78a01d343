/**
 * Detection of the features of the WebAssembly engine, by small modules that need them.
 *
 * @module
 */
import type { Code } from "./assembler/code.js";
import { ModuleBuilder } from "./assembler/module.js";
import { I32 } from "./assembler/types.js";
import type { Engine } from "./webassembly.js";

/** The features of the engine. */
export interface EngineFeatures {
  /** Whether there are 128-bit vectors. Nothing works without them. */
  readonly simd: boolean;
  /** Whether there are fused multiply-add and other operations whose rounding depends on the machine. */
  readonly relaxed: boolean;
  /** Whether several threads can share memory. */
  readonly shared: boolean;
}

function accepts(engine: Engine, shared: boolean, body: (code: Code) => void): boolean {
  const module = new ModuleBuilder({ memory: { shared, maximum: 1 }, relaxed: true });
  module.function("f", [I32], [], body);
  return engine.validate(module.finish().bytes);
}

/** Finds out which features the engine has. */
export function detectFeatures(engine: Engine): EngineFeatures {
  return {
    simd: accepts(engine, false, (code) => {
      code.value("i32x4.splat", code.parameters[0]!);
    }),
    relaxed: accepts(engine, false, (code) => {
      const x = code.f32x4(1);
      code.value("f32x4.relaxed_madd", x, x, x);
    }),
    shared: typeof SharedArrayBuffer !== "undefined" && accepts(engine, true, () => {}),
  };
}

/**
 * Tries to compile a module. Under a content security policy without `'wasm-unsafe-eval'` modules are valid but
 * refused, and Chromium before version 114 refuses modules of more than 4 KB in a page.
 *
 * @throws what the engine throws.
 */
export function tryToCompile(engine: Engine): void {
  const size = 5000;
  const bytes = new Uint8Array(11 + size);
  // An empty module is filled up by a custom section: id 0, its size in LEB128, an empty name.
  bytes.set([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 0, (size & 0x7f) | 0x80, size >> 7]);
  new engine.Module(bytes);
}
