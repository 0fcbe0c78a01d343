/**
 * For tests: a kernel that applies one function to arrays, and distances in ulp.
 *
 * @module
 */
import { ModuleBuilder } from "../../src/assembler/module.js";
import { I32, type Local } from "../../src/assembler/types.js";
import type { VectorFunction } from "../../src/math/vector-function.js";
import { findEngine } from "../../src/webassembly.js";

const FIRST = 65536;

/** Applies a function to arrays; whole vectors of them are computed. */
export type ApplyTo = <A extends Float32Array | Float64Array>(a: A, b?: A) => A;

/** Options of {@link vectorKernel}. */
export interface VectorKernelOptions {
  /** For timing: the kernel runs that often. */
  readonly times?: number;
  /** Whether multiply-add is fused; the engine must be able to. */
  readonly fused?: boolean;
}

/** Compiles a function of vectors. */
export function vectorKernel(
  write: VectorFunction,
  arity: 1 | 2,
  largest: number,
  { times = 1, fused = false }: VectorKernelOptions = {},
): ApplyTo {
  const engine = findEngine()!;
  const pages = 2 + Math.ceil((3 * (largest * 8 + 16)) / 65536);
  const memory = new engine.Memory({ initial: pages, maximum: pages });
  const module = new ModuleBuilder({ memory: { shared: false, maximum: pages }, relaxed: fused });
  module.function("run", [I32, I32, I32, I32], [], (code) => {
    const [a, b, out, end] = code.parameters as [Local, Local, Local, Local];
    code.block((exit) => {
      code.loop((again) => {
        code.op("i32.ge_u", a, end);
        code.brIf(exit);
        const x = code.load("v128.load", a);
        const y = arity === 2 ? code.load("v128.load", b) : x;
        code.store("v128.store", out, write(code, x, y, y));
        for (const address of [a, b, out]) code.increase(address, 16);
        code.br(again);
      });
    });
  });
  const { bytes, host } = module.finish();
  const functions = Object.fromEntries(host.map(({ name, run }) => [name, run]));
  const { exports } = new engine.Instance(new engine.Module(bytes), { e: { m: memory }, h: functions });
  return (a, b) => {
    const room = Math.ceil((a.length * a.BYTES_PER_ELEMENT) / 16) * 16;
    const bytesOf = (array: Float32Array | Float64Array) =>
      new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    const view = new Uint8Array(memory.buffer);
    view.fill(0, FIRST, FIRST + 3 * room);
    view.set(bytesOf(a), FIRST);
    if (b !== undefined) view.set(bytesOf(b), FIRST + room);
    for (let i = 0; i < times; i++) exports.run!(FIRST, FIRST + room, FIRST + 2 * room, FIRST + room);
    const result = a.slice();
    bytesOf(result).set(view.subarray(FIRST + 2 * room, FIRST + 2 * room + a.byteLength));
    return result as typeof a;
  };
}

const word = new DataView(new ArrayBuffer(8));

/** The distance from a number to the next one of its type away from 0. */
export function ulpOf(x: number, dtype: "float32" | "float64"): number {
  const [bits, least] = dtype === "float32" ? [23, -126] : [52, -1022];
  word.setFloat64(0, Math.abs(x));
  const exponent = (word.getUint32(0) >>> 20) - 1023;
  return 2 ** (Math.max(exponent, least) - bits);
}

/** How far a result is from the true value, in ulp of that; special values must be the same, the sign of 0 included. */
export function ulpError(actual: number, expected: number, dtype: "float32" | "float64"): number {
  const largest = dtype === "float32" ? 3.4028234663852886e38 : Number.MAX_VALUE;
  const rounded = dtype === "float32" ? Math.fround(expected) : expected;
  if (Object.is(actual, rounded) && !(dtype === "float32" && Number.isFinite(rounded))) return 0;
  if (Number.isNaN(actual) || Number.isNaN(expected)) return Infinity;
  if (actual === 0 && rounded === 0)
    return Object.is(actual, rounded) ? Math.abs(expected) / ulpOf(0, dtype) : Infinity;
  if (actual === 0 && Object.is(actual, 0) !== expected > 0) return Infinity;
  // ∞ stands for the number after the largest.
  const top = largest + ulpOf(largest, dtype);
  const finite = (x: number): number => (Math.abs(x) === Infinity ? Math.sign(x) * top : x);
  const difference = Math.abs(finite(actual) - finite(expected));
  return difference / ulpOf(Math.abs(rounded) === Infinity ? largest : expected, dtype);
}
