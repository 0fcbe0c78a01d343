/**
 * What the WebAssembly engine can do, found out by offering it tiny modules.
 *
 * @module
 */
import type { Code } from "./assembler/code.js";
import { ModuleBuilder } from "./assembler/module.js";
import { I32 } from "./assembler/types.js";
import type { Engine } from "./webassembly.js";

/** What the engine has. */
export interface EngineFeatures {
  /** 128-bit vectors: nothing works without them. */
  readonly simd: boolean;
  /** Fused multiply-add and other operations whose rounding depends on the machine. */
  readonly relaxed: boolean;
  /** Memory that several threads can share. */
  readonly shared: boolean;
}

function accepts(engine: Engine, shared: boolean, body: (code: Code) => void): boolean {
  const module = new ModuleBuilder({ memory: { shared, maximum: 1 }, relaxed: true });
  module.function("f", [I32], [], body);
  return engine.validate(module.finish().bytes);
}

/** Asks the engine. */
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
 * Tries to compile: under a content security policy without `'wasm-unsafe-eval'` modules are valid and yet refused, and
 * Chromium before version 114 refuses those of more than 4 KB in a page.
 *
 * @throws what the engine throws.
 */
export function tryToCompile(engine: Engine): void {
  const size = 5000;
  const bytes = new Uint8Array(11 + size);
  // The empty module, and a custom section that fills it up: id 0, its size in LEB128, an empty name.
  bytes.set([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 0, (size & 0x7f) | 0x80, size >> 7]);
  new engine.Module(bytes);
}
