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
  checkOptions,
  type DeviceBuffer,
  describeValue,
  extendBackend,
} from "@lucid/backend";
import { multiplyingStored } from "@lucid/backend/kit";
import { findLibrary } from "./library.js";
import { createMatmul } from "./matmul.js";

/** Options of {@link createBlasBackend}. */
export interface BlasOptions {
  /**
   * The name or path of the library. Default: the library that the environment variable `LUCID_BLAS` names. Without
   * this variable, OpenBLAS, BLIS or MKL is used if the dynamic linker finds it, and Accelerate on macOS.
   */
  readonly library?: string;
  /** The number of threads that compute products. By default the library chooses it, usually all cores. */
  readonly threads?: number;
  /**
   * The base computes products with fewer multiply-adds than this (m·k·n of one matrix of a batch). If an operand must
   * be copied first, it computes products with up to 12 times as many. Default 128, from where on BLAS is faster than
   * the cpu backend.
   */
  readonly smallest?: number;
}

/** A backend whose matrix products are computed by a BLAS library. */
export interface BlasBackend<B extends DeviceBuffer = DeviceBuffer> extends Backend<B> {
  /** The library that was found: a name for the dynamic linker, or a path. */
  readonly library: string;
}

/**
 * Makes a backend that extends `base`: products of float32 and float64 matrices are computed by a BLAS library, in the
 * base's buffers, without copies. Tensors of both backends can be mixed.
 *
 * Matrices may be stored by rows or by columns, with gaps, and in batches of any strides. Vectors may have any stride.
 * Other operands (such as reversed rows, every second column, or one repeated element) are copied first, or the base
 * computes the product if copying would take longer. Results are rounded as the library does it. They may differ
 * between numbers of threads.
 *
 * @param base - a backend whose buffers are in the host's memory (it has `hostView`), or a function that makes one.
 * @throws BackendError if no library is found (the error says which were tried, and how to install one), or if `base`
 * has no `hostView`. ArgumentError for a base that is no backend, for an unknown option, or for one of the wrong kind.
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
  checkBlasOptions(options);
  const { threads, smallest = 128 } = options;
  const owner = typeof base === "function" ? base() : base;
  checkBase(owner);
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
  // The number of threads belongs to the process, so another backend with the same library may change it between
  // products.
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
  const product = createMatmul({
    base: owner,
    hostView: owner.hostView.bind(owner),
    useThreads,
    float32: library.float32,
    float64: library.float64,
    smallest,
  });
  const matmul = multiplyingStored(owner, product);
  const derived = extendBackend(owner, { name: `blas(${owner.name})`, capabilities, matmul });
  return Object.assign(derived, { library: library.name });
}

/** @throws ArgumentError if the value is not an object. */
function checkBase(base: unknown): void {
  if (typeof base === "object" && base !== null) return;
  throw new ArgumentError("createBlasBackend", `the base is ${describeValue(base)}`, {
    rule: "it is a backend, or a function that makes one",
  });
}

/** @throws ArgumentError for an unknown option, or one of the wrong kind. */
function checkBlasOptions(options: BlasOptions): void {
  checkOptions("createBlasBackend", options, { library: true, threads: true, smallest: true });
  const { library, threads, smallest } = options;
  check("library", library, "the name or path of a library", typeof library === "string" && library !== "");
  check("threads", threads, "a whole number, 1 or more", Number.isInteger(threads) && threads! >= 1);
  check("smallest", smallest, "a number of multiply-adds, 0 or more", typeof smallest === "number" && smallest >= 0);
}

function check(name: string, value: unknown, rule: string, allowed: boolean): void {
  if (value === undefined || allowed) return;
  throw new ArgumentError("createBlasBackend", `${name} is ${describeValue(value)}`, { rule: `it is ${rule}` });
}
