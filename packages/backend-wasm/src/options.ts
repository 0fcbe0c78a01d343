/**
 * The options of the backend.
 *
 * @module
 */
import { ArgumentError, checkOptions, describeValue } from "@lucid/backend";
import { MOST_THREADS } from "./threads/layout.js";

/** Options of `createWasmBackend`. */
export interface WasmOptions {
  /**
   * The number of threads that compute, including the calling one; default: as many as the machine has, at most 8.
   */
  readonly threads?: number;
  /**
   * The address of a script that runs `@lucid/backend-wasm/worker`, for pages whose content security policy does not
   * let workers start from `blob:` addresses. Node needs none.
   */
  readonly workerUrl?: string;
  /**
   * Work is shared among threads if one thread would take at least this many nanoseconds, as estimated; default 3000.
   * With 0, for tests, all work is shared.
   */
  readonly shareFrom?: number;
  /**
   * The largest number of bytes; default: the largest of 4, 2 and 1 GiB that the system grants. If tensors take more,
   * older ones are moved out.
   */
  readonly memory?: number;
}

/** @throws ArgumentError for an unknown option, or one of the wrong kind. */
export function checkWasmOptions(options: WasmOptions): void {
  checkOptions("createWasmBackend", options, { threads: true, workerUrl: true, shareFrom: true, memory: true });
  const { threads, workerUrl, shareFrom, memory } = options;
  check("threads", threads, `a whole number from 1 to ${MOST_THREADS}`, isWholeBetween(1, MOST_THREADS));
  check("workerUrl", workerUrl, "the address of a script", (value) => typeof value === "string" && value !== "");
  check(
    "shareFrom",
    shareFrom,
    "a number of nanoseconds, 0 or more",
    (value) => typeof value === "number" && value >= 0,
  );
  check("memory", memory, "a whole number of bytes, 1 or more", isWholeBetween(1, Number.MAX_SAFE_INTEGER));
}

function check(name: string, value: unknown, rule: string, allows: (value: unknown) => boolean): void {
  if (value === undefined || allows(value)) return;
  throw new ArgumentError("createWasmBackend", `${name} is ${describeValue(value)}`, { rule: `it is ${rule}` });
}

const isWholeBetween =
  (low: number, high: number) =>
  (value: unknown): boolean =>
    typeof value === "number" && Number.isInteger(value) && value >= low && value <= high;
