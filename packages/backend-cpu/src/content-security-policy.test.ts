/**
 * Where generating code is really forbidden: the backend notices, interprets, and gives the same results.
 */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { createContext, runInContext } from "node:vm";
import { build } from "esbuild";
import { beforeAll, describe, expect, it } from "vitest";

/** Runs a few kernels and returns their results as text. `lucid` is the bundle below. */
const PROGRAM = `(() => {
  const { createCpuBackend, input, op, random, constant, index } = lucid;
  const backend = createCpuBackend();
  const view = (dtype, shape, strides, values) => {
    const buffer = backend.allocate(dtype, values.length);
    buffer.values.set(values);
    return { buffer, dtype, shape, strides, offset: 0 };
  };
  const x = input(0, "float32");
  const a = view("float32", [2, 3], [3, 1], [1, 2, 3, 4, 5, 6]);
  const transposed = { ...a, shape: [3, 2], strides: [1, 3] };
  const out = (shape, strides, length, dtype = "float32") => view(dtype, shape, strides, new Array(length).fill(0));
  const mapped = out([3, 2], [2, 1], 6);
  const drawn = out([3, 2], [2, 1], 6, "int32");
  const draw = op("add", random(constant(1, "int32"), constant(2, "int32")), index(1));
  backend.map({ exprs: [op("exp", x), draw], inputs: [transposed], scalars: [], outputs: [mapped, drawn] });
  const sums = out([2, 1], [1, 1], 2);
  const square = op("mul", x, x);
  const finish = op("sqrt", x);
  const sum = { op: "sum", value: square, finish, inputs: [a], scalars: [], axes: [1], output: sums };
  backend.reduce({ ...sum, shape: [2, 3] });
  const product = out([2, 2], [2, 1], 4);
  backend.matmul(a, transposed, product, { expr: op("neg", x), inputs: [], scalars: [] });
  const values = (v) => Array.from(v.buffer.values);
  return JSON.stringify({ notes: backend.capabilities.notes ?? [], results: [mapped, drawn, sums, product].map(values) });
})()`;

interface Report {
  readonly notes: readonly string[];
  readonly results: readonly (readonly number[])[];
}

describe("a content security policy", () => {
  let bundle = "";
  beforeAll(async () => {
    const built = await build({
      stdin: {
        contents: `export * from "@lucid/backend"; export * from "./src/index.ts";`,
        resolveDir: fileURLToPath(new URL("..", import.meta.url)),
      },
      bundle: true,
      write: false,
      format: "iife",
      globalName: "lucid",
      conditions: ["@lucid/source"],
    });
    bundle = built.outputFiles[0].text;
  });

  const inProcess = (...flags: readonly string[]): Report => {
    const script = `${bundle}\nprocess.stdout.write(${PROGRAM})`;
    return JSON.parse(execFileSync(process.execPath, [...flags, "-"], { input: script, encoding: "utf8" })) as Report;
  };

  const check = (forbidden: Report, allowed: Report): void => {
    expect(allowed.notes).toEqual([]);
    expect(forbidden.notes).toHaveLength(1);
    expect(forbidden.notes[0]).toContain("interpreted");
    expect(forbidden.results).toEqual(allowed.results);
    // √(1 + 4 + 9), √(16 + 25 + 36); −A·Aᵀ.
    expect(forbidden.results[2]).toEqual([Math.fround(Math.sqrt(14)), Math.fround(Math.sqrt(77))]);
    expect(forbidden.results[3]).toEqual([-14, -32, -32, -77]);
  };

  it("of a process is obeyed", () => {
    check(inProcess("--disallow-code-generation-from-strings"), inProcess());
  });

  it("of a context is obeyed", () => {
    const inContext = (strings: boolean): Report => {
      const context = createContext({}, { codeGeneration: { strings, wasm: true } });
      runInContext(bundle, context);
      return JSON.parse(runInContext(PROGRAM, context) as string) as Report;
    };
    check(inContext(false), inContext(true));
  });
});
