/**
 * Finds a BLAS library, binds its routines, and checks that it multiplies correctly.
 *
 * @module
 */
import { arch, env, platform } from "node:process";
import { BackendError, type TypedArray } from "@lucid/backend";
import koffi, { type LibraryHandle } from "koffi";
import { namesFor, type PlatformNames } from "./names.js";
import { type Find, type ThreadControl, threadControl } from "./threads.js";

/** `C ← A·B`. `order` says how C is stored, and the next two parameters say whether A and B are transposed. */
export type Gemm = (
  order: number,
  transposeA: number,
  transposeB: number,
  m: number,
  n: number,
  k: number,
  alpha: number,
  a: TypedArray,
  leadingA: number,
  b: TypedArray,
  leadingB: number,
  beta: number,
  c: TypedArray,
  leadingC: number,
) => void;

/** `y ← A·x` or `y ← Aᵀ·x`, where A is stored as `rows × columns`. */
export type Gemv = (
  order: number,
  transpose: number,
  rows: number,
  columns: number,
  alpha: number,
  a: TypedArray,
  leadingA: number,
  x: TypedArray,
  strideX: number,
  beta: number,
  y: TypedArray,
  strideY: number,
) => void;

/** The routines for one element type. */
export interface Routines {
  readonly gemm: Gemm;
  readonly gemv: Gemv;
}

/** A loaded library. */
export interface BlasLibrary {
  /** The name under which it was found. */
  readonly name: string;
  readonly float32: Routines;
  readonly float64: Routines;
  /**
   * The control of its threads, whose number belongs to the process. `undefined` if the library has no functions for
   * it.
   */
  readonly threads: ThreadControl | undefined;
}

/** Values of the enumerations in CBLAS. */
export const ROW_MAJOR = 101;
export const COLUMN_MAJOR = 102;
export const AS_STORED = 111;
export const TRANSPOSED = 112;

/**
 * How builds name their routines: by the plain names, with a suffix for 64-bit integers, or as in the wheels of SciPy.
 */
const decorations: readonly (readonly [prefix: string, suffix: string])[] = [
  ["", ""],
  ["", "64_"],
  ["scipy_", ""],
  ["scipy_", "64_"],
];

/** Libraries are never unloaded, because their threads outlive the last call. */
const loaded = new Map<string, BlasLibrary>();

/**
 * Finds the library called `library`. Without a name, it is the one that the environment variable `LUCID_BLAS` names,
 * or else the first that works among the usual libraries of the platform.
 *
 * @throws BackendError if no library can be used. The error says which were tried, and why each one failed.
 */
export function findLibrary(library?: string, usual: PlatformNames = namesFor(platform)): BlasLibrary {
  const named = library ?? (env.LUCID_BLAS || undefined);
  const { libraries, install } = usual;
  const names = named === undefined ? libraries : [named];
  const reasons: string[] = [];
  for (const name of names) {
    const found = loaded.get(name) ?? open(name, reasons);
    if (found !== undefined) return found;
  }
  throw new BackendError("createBlasBackend", `no BLAS library was found: tried ${reasons.join(", ")}`, ["blas"], {
    rule: "the dynamic linker has to find a library with the CBLAS interface",
    remedy: `${install}, or name one with the option library or the environment variable LUCID_BLAS`,
  });
}

/** Loads a library. If it cannot be used, its name and the reason are added to `reasons`. */
function open(name: string, reasons: string[]): BlasLibrary | undefined {
  let handle: LibraryHandle;
  try {
    handle = koffi.load(name);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    // If the file does not exist, no reason is needed. If it needs another file that does not exist, the reason says
    // so.
    const absent = text.endsWith("library: cannot open shared object file: No such file or directory");
    reasons.push(absent ? name : `${name} (${text})`);
    return undefined;
  }
  for (const [prefix, suffix] of decorations) {
    const find: Find = (routine, result, parameters) =>
      handle.func(`${prefix}${routine}${suffix}`, result, [...parameters]);
    if (!has(find, "cblas_sgemm")) continue;
    const bound = bind(name, find, suffix);
    if (multiplies(bound)) {
      loaded.set(name, bound);
      return bound;
    }
    reasons.push(`${name} (its products are wrong)`);
    return undefined;
  }
  reasons.push(`${name} (has no cblas_sgemm)`);
  return undefined;
}

function has(find: Find, routine: string): boolean {
  try {
    find(routine, "void", []);
    return true;
  } catch {
    return false;
  }
}

/**
 * Sizes are declared as 64-bit integers, whatever the build takes. On 64-bit platforms every integer has its own
 * register or eight bytes of stack, and a build with 32-bit integers reads the lower half. Apple packs 32-bit integers
 * on the stack, so there, and on 32-bit platforms, the declaration follows the build.
 */
function integerOf(find: Find, suffix: string): string {
  const ownSlots = platform !== "darwin" && (arch === "x64" || arch === "arm64" || arch === "riscv64");
  if (ownSlots || suffix === "64_") return "int64";
  try {
    const configuration = find("openblas_get_config", "str", []) as () => string;
    return configuration().includes("USE64BITINT") ? "int64" : "int";
  } catch {
    return "int";
  }
}

function bind(name: string, find: Find, suffix: string): BlasLibrary {
  const size = integerOf(find, suffix);
  const routines = (letter: string, real: string): Routines => {
    const matrix = ["void *", size];
    return {
      gemm: find(`cblas_${letter}gemm`, "void", [
        ...["int", "int", "int", size, size, size, real],
        ...[...matrix, ...matrix, real, ...matrix],
      ]) as Gemm,
      gemv: find(`cblas_${letter}gemv`, "void", [
        ...["int", "int", size, size, real],
        ...[...matrix, ...matrix, real, ...matrix],
      ]) as Gemv,
    };
  };
  return {
    name,
    float32: routines("s", "float"),
    float64: routines("d", "double"),
    threads: threadControl(name, find, size),
  };
}

/** Whether known products are computed correctly. A library with integers of another width than expected fails here. */
function multiplies({ float32, float64 }: BlasLibrary): boolean {
  return [float32, float64].every(({ gemm, gemv }, i) => {
    const array = (values: readonly number[]): TypedArray =>
      i === 0 ? new Float32Array(values) : new Float64Array(values);
    const matrix = array([1, 2, 3, 4, 5, 6]);
    const product = array([7, 7, 7, 7, 7]);
    gemm(ROW_MAJOR, AS_STORED, TRANSPOSED, 2, 2, 3, 1, matrix, 3, matrix, 3, 0, product, 2);
    const image = array([0, 0, 7]);
    gemv(ROW_MAJOR, AS_STORED, 2, 3, 1, matrix, 3, matrix, 1, 0, image, 1);
    return product.join() === "14,32,32,77,7" && image.join() === "14,32,7";
  });
}
