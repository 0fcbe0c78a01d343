/**
 * `@lucid/backend-blas`: matrix products by the system's BLAS, for Node.
 *
 * @packageDocumentation
 */
import {
  ArgumentError,
  type Backend,
  BackendError,
  type Capabilities,
  type DeviceBuffer,
  extendBackend,
} from "@lucid/backend";
import { findLibrary } from "./library.js";
import { createMatmul } from "./matmul.js";

/** Options of {@link createBlasBackend}. */
export interface BlasOptions {
  /**
   * Name or path of the library. Default: what the environment variable `LUCID_BLAS` names, else OpenBLAS, BLIS or MKL
   * where the dynamic linker finds them, Accelerate on macOS.
   */
  readonly library?: string;
  /** Threads that products are computed on. Default: what the library chooses, usually all cores. */
  readonly threads?: number;
  /**
   * Products of fewer multiply-adds (m·k·n of one matrix of a batch) are left to the base, as are those of less than 12
   * times as many where something would have to be copied. Default 128: from there on BLAS is faster than the cpu backend.
   */
  readonly smallest?: number;
}

/** A backend whose products are a BLAS library's. */
export interface BlasBackend<B extends DeviceBuffer = DeviceBuffer> extends Backend<B> {
  /** The library that was found: a name for the dynamic linker, or a path. */
  readonly library: string;
}

/**
 * A backend that is `base`, save that products of float32 and float64 matrices are computed by a BLAS library, in the base's
 * buffers, without copies. Tensors of both mix.
 *
 * Matrices may lie in rows or columns, with gaps, in batches of any strides; vectors may have any stride. Other operands
 * (rows backward, every second column, one element repeated) are copied first, or left to the base where copying would
 * take longer. Floating results are the library's: they differ from the base's by rounding, and may differ between numbers
 * of threads.
 *
 * @param base - A backend whose buffers lie in the host's memory (it has `hostView`), or a function that makes it.
 * @throws BackendError if no library is found (it says which were tried, and how to install one), or if `base` has no
 * `hostView`. ArgumentError if `threads` is not a positive integer.
 *
 * @example
 * ```ts no-run
 * const backend = createBlasBackend(createCpuBackend(), { threads: 2 });
 * backend.name; // → "blas(cpu)"
 * backend.capabilities.threads; // → 2
 * setDefaultBackend(backend);
 * tensor([[1, 2], [3, 4]]).matmul(tensor([[1], [10]])).arraySync(); // → [[21], [43]]
 * ```
 */
export function createBlasBackend<B extends DeviceBuffer>(
  base: Backend<B> | (() => Backend<B>),
  options: BlasOptions = {},
): BlasBackend<B> {
  const { threads, smallest = 128 } = options;
  if (threads !== undefined && !(Number.isInteger(threads) && threads >= 1)) {
    throw new ArgumentError("createBlasBackend", `threads is ${threads}`, { rule: "it has to be a positive integer" });
  }
  const owner = typeof base === "function" ? base() : base;
  if (owner.hostView === undefined) {
    throw new BackendError("createBlasBackend", `${owner.name} has no hostView`, [owner.name], {
      rule: "BLAS works on buffers in the host's memory",
      remedy: "extend a backend such as @lucid/backend-cpu",
    });
  }
  const library = findLibrary(options.library);
  const { threads: control } = library;
  if (threads !== undefined && control === undefined) {
    throw new BackendError("createBlasBackend", `the threads of ${library.name} cannot be set`, [owner.name], {
      remedy: "leave the option out and set the library's own environment variable before starting Node",
    });
  }
  // The number of threads belongs to the process: another backend over the same library may change it between products.
  const useThreads = (): void => {
    if (threads !== undefined) control?.set(threads);
  };
  useThreads();
  const granted = threads === undefined ? undefined : control?.get();
  const capabilities: Capabilities = {
    ...owner.capabilities,
    get threads(): number {
      return granted ?? control?.get() ?? 1;
    },
  };
  const matmul = createMatmul({
    base: owner,
    hostView: owner.hostView.bind(owner),
    useThreads,
    float32: library.float32,
    float64: library.float64,
    smallest,
  });
  const derived = extendBackend(owner, { name: `blas(${owner.name})`, capabilities, matmul });
  return Object.assign(derived, { library: library.name });
}
