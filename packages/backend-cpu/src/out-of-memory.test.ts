/**
 * Where the engine has no room for the arrays that an operation needs beside its operands: an `OutOfMemoryError`, and
 * nothing written.
 */
import { input, OutOfMemoryError } from "@lucid/backend";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createCpuBackend } from "./index.js";
import { numbers, outputOf, reshaped, valuesOf, viewOf } from "../test/helpers.js";

afterEach(() => {
  vi.unstubAllGlobals();
});

/** An array type for which there is never room. */
class Refused {
  constructor() {
    throw new RangeError("Array buffer allocation failed");
  }
}

const x = viewOf("float32", [20, 30], numbers(600));
const columns = reshaped(x, [30, 20], [1, 30]);
const value = input(0, "float32");
type Backend = ReturnType<typeof createCpuBackend>;
type Output = ReturnType<typeof outputOf>;

const operations: Record<string, { readonly output: () => Output; run(backend: Backend, output: Output): void }> = {
  sort: {
    output: () => outputOf("float32", [20, 30]),
    run: (backend, output) => backend.sort(x, 1, output, outputOf("int32", [20, 30])),
  },
  scan: {
    output: () => outputOf("float32", [20, 30]),
    run: (backend, output) => backend.scan("sum", x, 1, output),
  },
  "matmul, packed": {
    output: () => outputOf("float32", [20, 20]),
    run: (backend, output) => backend.matmul(x, columns, output),
  },
  "matmul, row by row": {
    output: () => outputOf("float32", [1, 20]),
    run: (backend, output) => backend.matmul(reshaped(x, [1, 30], [30, 1]), columns, output),
  },
  "reduce, all": {
    output: () => outputOf("float32", [1, 1]),
    run: (backend, output) => backend.reduce(reduction(output, [0, 1])),
  },
  "reduce, rows": {
    output: () => outputOf("float32", [1, 30]),
    run: (backend, output) => backend.reduce(reduction(output, [0])),
  },
};

function reduction(output: Output, axes: readonly number[]): Parameters<Backend["reduce"]>[0] {
  return { op: "sum", value, finish: undefined, shape: [20, 30], inputs: [x], scalars: [], axes, output };
}

describe.each([true, false])("generated code: %s", (generate) => {
  it.each(Object.keys(operations))("%s", (name) => {
    const { output, run } = operations[name]!;
    const backend = createCpuBackend({ generate });
    const target = output();
    const before = valuesOf(target);
    vi.stubGlobal("Float64Array", Refused);
    expect(() => run(backend, target)).toThrow(OutOfMemoryError);
    expect(() => run(backend, target)).toThrow(`[${name.split(",")[0]}]`);
    vi.unstubAllGlobals();
    expect(valuesOf(target)).toEqual(before);
    run(backend, target);
    expect(valuesOf(target)).not.toEqual(before);
  });
});
