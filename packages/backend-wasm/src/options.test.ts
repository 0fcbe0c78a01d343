import { describe, expect, it } from "vitest";
import { createWasmBackend } from "./index.js";

const create = createWasmBackend as unknown as (options: unknown) => unknown;

describe("createWasmBackend refuses", () => {
  it.each([
    [
      { thread: 1 },
      'unknown option "thread" · the options are threads, workerUrl, shareFrom, memory · did you mean "threads"?',
    ],
    [null, "options must be an object: got null"],
    [4, "options must be an object: got 4"],
    [{ memory: -1 }, "memory is -1 · it is a whole number of bytes, 1 or more"],
    [{ memory: Number.NaN }, "memory is NaN"],
    [{ memory: "1 GB" }, 'memory is "1 GB"'],
    [{ threads: 0.5 }, "threads is 0.5 · it is a whole number from 1 to 32"],
    [{ threads: 33 }, "threads is 33"],
    [{ threads: "2" }, 'threads is "2"'],
    [{ threads: null }, "threads is null"],
    [{ shareFrom: -1 }, "shareFrom is -1 · it is a number of nanoseconds, 0 or more"],
    [{ workerUrl: 3 }, "workerUrl is 3 · it is the address of a script"],
  ])("%j", (options, message) => {
    expect(() => create(options)).toThrow(`[createWasmBackend] ${message}`);
  });
});
