import type { Backend } from "@lucid/backend";
import { createCpuBackend } from "@lucid/backend-cpu";
import { describe, expect, it } from "vitest";
import { createBlasBackend } from "./index.js";

const create = createBlasBackend as unknown as (base: unknown, options?: unknown) => unknown;

// Arguments are checked before a library is looked for, so these tests need none.
describe("createBlasBackend refuses", () => {
  it.each([
    [{ thread: 1 }, 'unknown option "thread" · the options are library, threads, smallest · did you mean "threads"?'],
    [null, "options must be an object: got null"],
    [2, "options must be an object: got 2"],
    [{ library: "" }, 'library is "" · it is the name or path of a library'],
    [{ library: 3 }, "library is 3"],
    [{ threads: 0 }, "threads is 0 · it is a whole number, 1 or more"],
    [{ threads: 1.5 }, "threads is 1.5"],
    [{ threads: "2" }, 'threads is "2"'],
    [{ smallest: -1 }, "smallest is -1 · it is a number of multiply-adds, 0 or more"],
    [{ smallest: Number.NaN }, "smallest is NaN"],
    [{ smallest: null }, "smallest is null"],
  ])("%j as options", (options, message) => {
    expect(() => create(createCpuBackend(), options)).toThrow(`[createBlasBackend] ${message}`);
  });

  it.each([
    [undefined, "undefined"],
    [null, "null"],
    ["cpu", '"cpu"'],
    [() => null, "null"],
  ])("%j as the base", (base, given) => {
    expect(() => create(base)).toThrow(`[createBlasBackend] the base is ${given} · it is a backend`);
  });

  it("a base whose buffers are not in host memory", () => {
    const { hostView: _, ...base }: Backend = createCpuBackend();
    expect(() => create(base)).toThrow("[createBlasBackend] cpu has no hostView");
  });
});
