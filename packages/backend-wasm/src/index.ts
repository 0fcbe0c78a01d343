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
import { createFused } from "./fused/index.js";
import { createPlatform } from "./kernel.js";
import { Memory, RESERVED } from "./memory.js";
import { createGather, createScatter } from "./structured/gather-scatter.js";
import { createIndexCheck } from "./structured/indices.js";
import { createMatmul } from "./structured/matmul.js";
import { createScan } from "./structured/scan.js";
import { createSort } from "./structured/sort.js";
import { MOST_THREADS, places } from "./threads/layout.js";
import { availableThreads, canStart } from "./threads/start.js";
import { Team } from "./threads/team.js";
import { warnOnce } from "./warn.js";
import { type Engine, findEngine } from "./webassembly.js";

export type { WasmBuffer } from "./buffer.js";

/** Options of {@link createWasmBackend}. */
export interface WasmOptions {
  /** How many threads compute, the calling one included; default: as many as the machine has, at most 8. */
  readonly threads?: number;
  /**
   * The address of a script that runs `@lucid/backend-wasm/worker`, for pages whose content security policy does not let
   * workers start from `blob:` addresses. Node needs none.
   */
  readonly workerUrl?: string;
  /** Work is shared out if one thread would take so many nanoseconds, as estimated; default 3000. 0, for tests: all is. */
  readonly shareFrom?: number;
  /** Bytes of memory at most; default: what the system grants of 4, 2 and 1 GiB. Beyond it, older tensors are moved out. */
  readonly memory?: number;
}

/**
 * A backend that computes in WebAssembly with 128-bit vectors, on several threads. Its kernels are generated and compiled
 * when they are first needed, synchronously; everything is done when a call returns. Results are the same to the bit on
 * any number of threads. Workers are started when there has been enough work to share, sleep when there is none, and do
 * not keep the process alive. Threads need shared memory: a page has it when it is cross-origin isolated.
 *
 * @throws BackendError where WebAssembly or its vectors are missing or forbidden.
 * @throws ArgumentError for `threads` that is not a whole number from 1 to 32.
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
  const { threads, workerUrl, shareFrom } = options;
  if (threads !== undefined && !(Number.isInteger(threads) && threads >= 1 && threads <= MOST_THREADS)) {
    throw new ArgumentError("createWasmBackend", `threads is ${threads}`, {
      rule: `it is a whole number from 1 to ${MOST_THREADS}`,
    });
  }
  const { engine, features } = usableEngine();
  if (!features.shared && threads !== 1) warnOnce(UNSHARED);
  const memory = new Memory(engine, features.shared, options.memory);
  const wanted = threads ?? Math.min(availableThreads(), DEFAULT_THREADS);
  const smallest = threads === undefined ? SMALLEST_SHARED : 2 * places.end;
  const isTeam = wanted > 1 && memory.shared && memory.heap.limit >= smallest && canStart();
  const team = isTeam ? new Team(engine, memory, { size: wanted, workerUrl, shareFrom }) : undefined;
  const buffers = new Buffers(memory, team === undefined ? RESERVED : places.end);
  const platform = createPlatform(engine, features, memory, team);
  const map = createMap(platform, buffers);
  const check = createIndexCheck(platform, buffers);
  const backend: Backend<WasmBuffer> = {
    name: "wasm",
    capabilities: { threads: platform.threads, ...(memory.shared ? {} : { notes: [UNSHARED] }) },
    allocate: (dtype, length) => buffers.allocate(dtype, length),
    free: (buffer) => buffers.free(buffer),
    write: (buffer, start, values) => buffers.write(buffer, start, values),
    read: async (buffer, start, length) => buffers.read(buffer, start, length),
    readSync: (buffer, start, length) => buffers.read(buffer, start, length),
    map,
    reduce: createReduce(platform, buffers),
    matmul: createMatmul(platform, buffers),
    gather: createGather(platform, buffers, check),
    scatter: createScatter(platform, buffers, check),
    scan: createScan(platform, buffers),
    sort: createSort(platform, buffers),
    fused: createFused(platform, buffers),
    memory: () => buffers.statistics(),
  };
  // Memory that is not shared detaches its views as it grows, so that they could not be promised to last.
  return memory.shared ? { ...backend, hostView: (buffer) => buffers.hostView(buffer) } : backend;
}

/** More threads have to be asked for. */
const DEFAULT_THREADS = 8;
/** Smaller memory is not worth what threads take of it, unless they are asked for. */
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
