/**
 * `@lucid/backend-wasm`: the backend in WebAssembly, with kernels generated at run time.
 *
 * @packageDocumentation
 */
import { ArgumentError, type Backend, BackendError, type ErrorParts } from "@lucid/backend";
import { Buffers, type WasmBuffer } from "./buffer.js";
import { createMap } from "./expression/map.js";
import { createReduce } from "./expression/reduce.js";
import { detectFeatures, type EngineFeatures, tryToCompile } from "./features.js";
import { createPlatform } from "./kernel.js";
import { Memory } from "./memory.js";
import { createGather, createScatter } from "./structured/gather-scatter.js";
import { createIndexCheck } from "./structured/indices.js";
import { createMatmul } from "./structured/matmul.js";
import { createScan } from "./structured/scan.js";
import { createSort } from "./structured/sort.js";
import { type Engine, findEngine } from "./webassembly.js";

export type { WasmBuffer } from "./buffer.js";

/** Options of {@link createWasmBackend}. */
export interface WasmOptions {
  /** How many threads compute. Only 1 for now, which is the default. */
  readonly threads?: number;
  /** Bytes of memory at most; default: what the system grants of 4, 2 and 1 GiB. Beyond it, older tensors are moved out. */
  readonly memory?: number;
}

/**
 * A backend that computes in WebAssembly with 128-bit vectors, on the calling thread. Its kernels are generated and compiled
 * when they are first needed, synchronously; everything is done when a call returns.
 *
 * @throws BackendError where WebAssembly or its vectors are missing or forbidden.
 * @throws ArgumentError for `threads` other than 1.
 *
 * @example
 * ```ts
 * const backend = createWasmBackend();
 * const buffer = backend.allocate("float32", 3);
 * backend.write(buffer, 0, new Float32Array([1, 2, 3]));
 * await backend.read(buffer, 1, 2); // → Float32Array [2, 3]
 * ```
 */
export function createWasmBackend(options: WasmOptions = {}): Backend<WasmBuffer> {
  const { threads = 1 } = options;
  if (threads !== 1) {
    throw new ArgumentError("createWasmBackend", `threads is ${threads}`, {
      rule: "this version computes on one thread",
      remedy: "leave threads out, or give 1",
    });
  }
  const { engine, features } = usableEngine();
  if (!features.shared && options.threads !== 1) warnOnce(UNSHARED);
  const memory = new Memory(engine, features.shared, options.memory);
  const buffers = new Buffers(memory);
  const platform = createPlatform(engine, features, memory);
  const map = createMap(platform, buffers);
  const check = createIndexCheck(platform, buffers);
  const backend: Backend<WasmBuffer> = {
    name: "wasm",
    capabilities: memory.shared ? { threads: 1 } : { threads: 1, notes: [UNSHARED] },
    allocate: (dtype, length) => buffers.allocate(dtype, length),
    free: (buffer) => buffers.free(buffer),
    write: (buffer, start, values) => buffers.write(buffer, start, values),
    read: async (buffer, start, length) => buffers.read(buffer, start, length),
    readSync: (buffer, start, length) => buffers.read(buffer, start, length),
    map,
    reduce: createReduce(platform, buffers),
    matmul: createMatmul(platform, buffers, map),
    gather: createGather(platform, buffers, check),
    scatter: createScatter(platform, buffers, check),
    scan: createScan(platform, buffers),
    sort: createSort(platform, buffers),
    memory: () => buffers.statistics(),
  };
  // Memory that is not shared detaches its views as it grows, so that they could not be promised to last.
  return memory.shared ? { ...backend, hostView: (buffer) => buffers.hostView(buffer) } : backend;
}

const UNSHARED =
  "wasm: one thread, and no memory that host libraries (BLAS) can work on, because there is no SharedArrayBuffer here; a page " +
  "has it when it is served with the headers Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp";

/** What this module needs of the host's console. */
declare const console: undefined | { warn?(message: string): void };

let warned = false;

function warnOnce(message: string): void {
  if (!warned) console?.warn?.(message);
  warned = true;
}

/** @throws BackendError */
function usableEngine(): { readonly engine: Engine; readonly features: EngineFeatures } {
  const engine = findEngine();
  if (engine === undefined) throw refused("there is no WebAssembly here");
  const features = detectFeatures(engine);
  if (!features.simd) throw refused("this engine has no WebAssembly vectors (SIMD)");
  try {
    tryToCompile(engine);
  } catch (error) {
    throw refused(`WebAssembly may not be compiled here: ${String(error)}`, {
      rule: "a content security policy has to allow 'wasm-unsafe-eval'",
      cause: error,
    });
  }
  return { engine, features };
}

function refused(fact: string, parts: ErrorParts = {}): BackendError {
  return new BackendError("createWasmBackend", fact, ["wasm"], {
    ...parts,
    remedy: "use createCpuBackend() of @lucid/backend-cpu, as @lucid/lucid does by itself",
  });
}
