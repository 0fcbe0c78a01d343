/**
 * `@lucid/backend-wasm`: the backend in WebAssembly, with kernels generated at run time.
 *
 * @packageDocumentation
 */
import { type Backend, BackendError, type DType, dtypeNames, type ErrorParts } from "@lucid/backend";
import { copyFromHost, multiplyingStored } from "@lucid/backend/kit";
import { Buffers, type WasmBuffer } from "./buffer.js";
import { closable, type WasmBackend } from "./closing.js";
import { createMap } from "./expression/map.js";
import { createReduce } from "./expression/reduce.js";
import { detectFeatures, type EngineFeatures, tryToCompile } from "./features.js";
import { createFused } from "./fused/index.js";
import { checkWasmOptions, type WasmOptions } from "./options.js";
import { WasmPlatform } from "./platform.js";
import { Memory, RESERVED } from "./memory.js";
import { createGather, createScatter } from "./structured/gather-scatter.js";
import { createIndexCheck } from "./structured/indices.js";
import { createMatmul } from "./structured/matmul.js";
import { createScan } from "./structured/scan.js";
import { createSort } from "./structured/sort.js";
import { places } from "./threads/layout.js";
import { availableThreads, canStart } from "./threads/start.js";
import { Team } from "./threads/team.js";
import { warnOnce } from "./warn.js";
import { type Engine, findEngine } from "./webassembly.js";

export type { WasmBuffer } from "./buffer.js";
export type { WasmBackend } from "./closing.js";
export type { WasmOptions } from "./options.js";

/**
 * A backend that computes in WebAssembly with 128-bit vectors, on several threads. Its kernels are generated and
 * compiled when they are first needed, synchronously; everything is done when a call returns. Results are the same to
 * the bit on any number of threads. Workers are started when there has been enough work to share, sleep when there is
 * none, and do not keep the process alive. Threads need shared memory: a page has it when it is cross-origin isolated.
 *
 * `close()`, or `using`, ends the threads and gives the memory back at once. A backend that is merely dropped, together
 * with all its tensors, is collected like any object, when the program returns to its event loop.
 *
 * @throws BackendError where WebAssembly or its vectors are missing or forbidden.
 * @throws ArgumentError for an unknown option, or one of the wrong kind.
 *
 * @example
 * ```ts
 * const backend = createWasmBackend();
 * const buffer = backend.allocate("float32", 3);
 * backend.write(buffer, 0, new Float32Array([1, 2, 3]));
 * await backend.read(buffer, 1, 2); // → Float32Array [2, 3]
 * ```
 */
export function createWasmBackend(options: WasmOptions = {}): WasmBackend {
  checkWasmOptions(options);
  const { threads, workerUrl, shareFrom } = options;
  const { engine, features } = usableEngine();
  if (!features.shared && threads !== 1) warnOnce(UNSHARED);
  const memory = new Memory(engine, features.shared, options.memory);
  const wanted = threads ?? Math.min(availableThreads(), DEFAULT_THREADS);
  const smallest = threads === undefined ? SMALLEST_SHARED : 2 * places.end;
  const isTeam = wanted > 1 && memory.shared && memory.limit >= smallest && canStart();
  const team = isTeam ? new Team(engine, memory, { size: wanted, workerUrl, shareFrom }) : undefined;
  const buffers = new Buffers(memory, team === undefined ? RESERVED : places.end);
  const platform = new WasmPlatform(engine, features, memory, team);
  const map = createMap(platform, buffers);
  const reduce = createReduce(platform, buffers);
  const check = createIndexCheck(platform, buffers);
  const allocate = (dtype: DType, length: number): WasmBuffer => buffers.allocate(dtype, length);
  const free = (buffer: WasmBuffer): void => buffers.free(buffer);
  const backend: Backend<WasmBuffer> = {
    name: "wasm",
    capabilities: { dtypes: dtypeNames, threads: platform.threads, ...(memory.shared ? {} : { notes: [UNSHARED] }) },
    allocate,
    free,
    write: (buffer, start, values) => buffers.write(buffer, start, values),
    read: async (buffer, start, length) => buffers.read(buffer, start, length),
    readSync: (buffer, start, length) => buffers.read(buffer, start, length),
    map,
    reduce,
    matmul: multiplyingStored({ allocate, free, map }, createMatmul(platform, buffers)),
    gather: createGather(platform, buffers, check),
    scatter: createScatter(platform, buffers, check),
    scan: createScan(platform, buffers),
    sort: createSort(platform, buffers),
    fused: createFused(platform, buffers, reduce),
    copyFrom(source, view, target) {
      buffers.begin();
      return copyFromHost(source, view, target, () => buffers.hostView(target.buffer));
    },
    memory: () => buffers.statistics(),
  };
  // Views of unshared memory are detached when it grows, so this backend cannot promise that they stay valid.
  const opened = memory.shared ? { ...backend, hostView: (buffer: WasmBuffer) => buffers.hostView(buffer) } : backend;
  return closable(opened, () => team?.close());
}

/** The most threads that are used unless more are asked for. */
const DEFAULT_THREADS = 8;
/**
 * Threads take a part of the memory. In a memory that is smaller than this, they are used only if they are asked for.
 */
const SMALLEST_SHARED = 4 << 20;

const UNSHARED =
  "wasm: one thread, and no memory that host libraries (BLAS) can work on, because there is no SharedArrayBuffer here; a page " +
  "has it when it is served with the headers Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp";

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
