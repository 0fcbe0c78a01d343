/**
 * The number of threads that a library computes on. It belongs to the process, not to a backend.
 *
 * @module
 */
import { availableParallelism } from "node:os";
import { env } from "node:process";

/** Finds a routine by its name in a build. */
export type Find = (name: string, result: string, parameters: readonly string[]) => unknown;

/** Reads and sets the number of threads of one library. */
export interface ThreadControl {
  get(): number;
  /** Sets the number. It costs nothing if the number is the same. */
  set(threads: number): void;
}

/** The functions of each library, and whether their integers are as wide as the sizes of its matrices. */
const functions: readonly { readonly get: string; readonly set: string; readonly wide: boolean }[] = [
  { get: "openblas_get_num_threads", set: "openblas_set_num_threads", wide: false },
  { get: "bli_thread_get_num_threads", set: "bli_thread_set_num_threads", wide: true },
  { get: "MKL_Get_Max_Threads", set: "MKL_Set_Num_Threads", wide: false },
];

/** The control of a library, or `undefined` if none is known. */
export function threadControl(library: string, find: Find, size: string): ThreadControl | undefined {
  for (const { get, set, wide } of functions) {
    const integer = wide ? size : "int";
    try {
      const read = find(get, integer, []) as () => number | bigint;
      const write = find(set, "void", [integer]) as (threads: number) => void;
      return { get: () => Number(read()), set: onChange(write) };
    } catch {
      // The library may have the next functions.
    }
  }
  return library.includes("Accelerate") ? accelerate(find) : undefined;
}

function onChange(write: (threads: number) => void): (threads: number) => void {
  let current: number | undefined;
  return (threads) => {
    if (threads === current) return;
    write(threads);
    current = threads;
  };
}

const MULTIPLE = 0;
const SINGLE = 1;

/**
 * From macOS 15 on, Accelerate uses one thread or as many as it chooses. On older versions only its environment
 * variable counts.
 */
function accelerate(find: Find): ThreadControl {
  let setThreading: ((threading: number) => number) | undefined;
  try {
    setThreading = find("BLASSetThreading", "int", ["uint32"]) as (threading: number) => number;
  } catch {
    // This is an older macOS.
  }
  return {
    get: () => Number(env.VECLIB_MAXIMUM_THREADS) || availableParallelism(),
    set: onChange((threads) => {
      env.VECLIB_MAXIMUM_THREADS = String(threads);
      setThreading?.(threads === 1 ? SINGLE : MULTIPLE);
    }),
  };
}
