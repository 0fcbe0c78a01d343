import { describe, expect, it } from "vitest";
import { createCpuBackend } from "./index.js";

const create = createCpuBackend as unknown as (options: unknown) => unknown;

describe("createCpuBackend refuses", () => {
  it.each([
    [{ generated: false }, 'unknown option "generated" · the options are generate · did you mean "generate"?'],
    [null, "options must be an object: got null"],
    [{ generate: "no" }, 'generate is "no" · it is true or false'],
  ])("%j", (options, message) => {
    expect(() => create(options)).toThrow(`[createCpuBackend] ${message}`);
  });
});
