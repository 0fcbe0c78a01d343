/**
 * For tests: the largest errors of a function.
 *
 * @module
 */
import { scalarOperations } from "@lucid/backend";
import type { Transcendental } from "../../src/math/transcendental/index.js";
import type { VectorFunction } from "../../src/math/vector-function.js";
import { ulpError, ulpOf, vectorKernel } from "./kernel.js";
import type { Table } from "./tables.js";

/** The largest error, and at which arguments. */
export interface Worst {
  readonly ulps: number;
  readonly where: string;
}

/** float64 results against true values. */
export function worstAgainstTable(write: VectorFunction, { a, b, values, lost }: Table, fused = false): Worst {
  const results = vectorKernel(write, b === undefined ? 1 : 2, a.length, { fused })(a, b);
  let worst: Worst = { ulps: 0, where: "" };
  for (let i = 0; i < a.length; i++) {
    const [actual, expected] = [results[i]!, values[i]!];
    const finite = Number.isFinite(actual) && Number.isFinite(expected);
    const usual = ulpError(actual, expected, "float64");
    const ulps =
      finite && usual !== Infinity ? Math.abs((actual - expected) / ulpOf(expected, "float64") - lost[i]!) : usual;
    if (ulps > worst.ulps) worst = { ulps, where: `${a[i]}${b === undefined ? "" : `, ${b[i]}`} → ${actual}` };
  }
  return worst;
}

const CHUNK = 1 << 18;

/** float32 results against float64, for every so-many-th float32; second operands are drawn so that results are finite. */
export function worstOverFloat32(name: Transcendental, every: number, write: VectorFunction, fused = false): Worst {
  const { arity, float } = scalarOperations[name];
  const total = Math.floor(2 ** 32 / every);
  const room = Math.min(CHUNK, total);
  const apply = vectorKernel(write, arity === 1 ? 1 : 2, room, { fused });
  const a = new Float32Array(room);
  const b = new Float32Array(room);
  const [bitsA, bitsB] = [new Uint32Array(a.buffer), new Uint32Array(b.buffer)];
  let worst: Worst = { ulps: 0, where: "" };
  for (let start = 0; start < total; start += room) {
    const size = Math.min(room, total - start);
    for (let i = 0; i < size; i++) bitsA[i] = (start + i) * every;
    for (let i = 0; arity === 2 && i < size; i++) {
      const drawn = Math.imul(start + i + 1, 0x9e3779b1);
      const [part, x] = [drawn / 2 ** 32, a[i]!];
      if (i % 2 === 1) bitsB[i] = drawn;
      else if (name === "pow" && x < 0) b[i] = Math.round((part * 280) / Math.log2(-x));
      else b[i] = name === "pow" ? (part * 280) / Math.log2(Math.abs(x)) : x * 2 ** (part * 16);
    }
    const results = apply(a, b);
    for (let i = 0; i < size; i++) {
      const expected = float!(a[i]!, b[i]!, 0);
      const ulps = ulpError(results[i]!, expected, "float32");
      if (ulps > worst.ulps) worst = { ulps, where: `${a[i]}${arity === 1 ? "" : `, ${b[i]}`} → ${results[i]}` };
    }
  }
  return worst;
}
