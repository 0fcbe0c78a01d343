/**
 * `@lucid/backend-cpu`: the backend in plain JavaScript.
 *
 * @packageDocumentation
 */
import type { Backend } from "@lucid/backend";
import { allocate, type CpuBuffer, read, write } from "./buffer.js";
import { canGenerate } from "./expressions/compile.js";
import { createMap } from "./expressions/map.js";
import { createReduce } from "./expressions/reduce.js";
import { gather, scatter } from "./structured/gather-scatter.js";
import { createMatmul } from "./structured/matmul.js";
import { scan } from "./structured/scan.js";
import { sort } from "./structured/sort.js";

export type { CpuBuffer } from "./buffer.js";

/** Options of {@link createCpuBackend}. */
export interface CpuOptions {
  /**
   * Whether expressions are turned into JavaScript functions (`new Function`) or interpreted, which is 10 to 100 times
   * slower. Default: generated unless the page's content security policy forbids it.
   */
  readonly generate?: boolean;
}

/**
 * A backend that computes in plain JavaScript on typed arrays. It runs everywhere, on the calling thread; everything is
 * done when a call returns.
 *
 * float32 and float64 sums, products of matrices and scans are accumulated in float64; float64 sums carry their rounding
 * errors along.
 *
 * @example
 * ```ts
 * const backend = createCpuBackend();
 * const buffer = backend.allocate("float32", 3);
 * backend.write(buffer, 0, new Float32Array([1, 2, 3]));
 * await backend.read(buffer, 1, 2); // → Float32Array [2, 3]
 * ```
 */
export function createCpuBackend(options: CpuOptions = {}): Backend<CpuBuffer> {
  const generate = options.generate ?? canGenerate();
  const map = createMap(generate);
  return {
    name: "cpu",
    capabilities: generate
      ? {}
      : {
          notes: [
            "cpu: expressions are interpreted, slowly, because code generation (new Function) is off or forbidden here",
          ],
        },
    allocate,
    // The garbage collector owns the arrays.
    free: () => {},
    write,
    read: async (buffer, start, length) => read(buffer, start, length),
    readSync: read,
    hostView: (buffer) => buffer.values,
    map,
    reduce: createReduce(generate),
    matmul: createMatmul(map),
    gather,
    scatter,
    scan,
    sort,
  };
}
