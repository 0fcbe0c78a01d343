/**
 * `@lucid/backend-cpu`: a backend in plain JavaScript.
 *
 * @packageDocumentation
 */
import { ArgumentError, type Backend, checkOptions, describeValue, dtypeNames } from "@lucid/backend";
import { copyFromHost, multiplyingStored } from "@lucid/backend/kit";
import { allocate, type CpuBuffer, read, write } from "./buffer.js";
import { canGenerate, createCompiler } from "./expressions/compile.js";
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
   * Whether expressions are compiled to JavaScript functions with `new Function`. If not, they are interpreted, which is 10 to 100
   * times slower. Default: true, unless the page's content security policy forbids it.
   */
  readonly generate?: boolean;
}

/**
 * Makes a backend that computes in plain JavaScript on typed arrays. It runs everywhere, on the calling thread, and a call is
 * complete when it returns.
 *
 * Sums, matrix products and scans of float32 and float64 are accumulated in float64. float64 sums use compensated summation.
 *
 * @throws ArgumentError for an unknown option, or for `generate` that is not a boolean.
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
  checkOptions("createCpuBackend", options, { generate: true });
  if (options.generate !== undefined && typeof options.generate !== "boolean") {
    throw new ArgumentError("createCpuBackend", `generate is ${describeValue(options.generate)}`, {
      rule: "it is true or false",
    });
  }
  const generate = options.generate ?? canGenerate();
  const compiler = createCompiler(generate);
  const map = createMap(compiler);
  // The garbage collector frees the arrays.
  const free = (): void => {};
  return {
    name: "cpu",
    capabilities: { dtypes: dtypeNames, ...(generate ? {} : { notes: [INTERPRETED] }) },
    allocate,
    free,
    write,
    read: async (buffer, start, length) => read(buffer, start, length),
    readSync: read,
    hostView: (buffer) => buffer.values,
    copyFrom: (source, view, target) => copyFromHost(source, view, target, () => target.buffer.values),
    map,
    reduce: createReduce(compiler),
    matmul: multiplyingStored({ allocate, free, map }, createMatmul(map)),
    gather,
    scatter,
    scan,
    sort,
  };
}

const INTERPRETED =
  "cpu: expressions are interpreted, slowly, because code generation (new Function) is off or forbidden here";
