/** The default backend in worlds that lack something, each a realm of its own with its own copy of the library. */
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { createContext, runInContext } from "node:vm";
import { build } from "esbuild";
import { beforeAll, describe, expect, it } from "vitest";

/** What the library did in a world. */
interface Report {
  readonly warningsOnImport: number;
  readonly backend: string;
  readonly threads: number | undefined;
  readonly notes: readonly string[];
  readonly loss: number;
  readonly gradient: readonly (readonly number[])[];
  readonly moved: number;
  /** What createWasmBackend does when it is called by name. */
  readonly explicit: string;
  /** All told. */
  readonly warnings: readonly string[];
}

/** A training step of the HuberLoss page, in a world whose `console` is recorded. */
const PROGRAM = `(() => {
  const warningsOnImport = warnings.length;
  const { nn, optim, Tensor, getDefaultBackend, createWasmBackend } = lucid;
  const input = new Tensor([[1.5, 2, 3.5, 4]], { requiresGrad: true });
  const target = new Tensor([[1, 2.5, 3, 5]]);
  const optimizer = new optim.SGD([input], { lr: 1 });
  const loss = new nn.HuberLoss()(input, target);
  loss.backward();
  optimizer.step();
  const { name, capabilities } = getDefaultBackend();
  let explicit = "made";
  try {
    createWasmBackend({ threads: 1 });
  } catch (error) {
    explicit = error.name + ": " + error.message;
  }
  return JSON.stringify({
    warningsOnImport,
    backend: name,
    threads: capabilities.threads,
    notes: capabilities.notes ?? [],
    loss: loss.item(),
    gradient: input.grad.arraySync(),
    moved: input.detach().arraySync()[0][3],
    explicit,
    warnings,
  });
})()`;

describe("the default backend", () => {
  let bundle = "";
  beforeAll(async () => {
    const built = await build({
      entryPoints: [fileURLToPath(new URL("index.ts", import.meta.url))],
      bundle: true,
      write: false,
      format: "iife",
      globalName: "lucid",
      conditions: ["@lucid/source"],
    });
    bundle = built.outputFiles[0]!.text;
  });

  /** Runs the program in a new realm, which `prepare` (a script) changes first. */
  const runIn = (prepare: string, codeGeneration: { readonly strings: boolean; readonly wasm: boolean }): Report => {
    // What finds workers and cores in Node.
    const context = createContext({ process, performance }, { codeGeneration });
    const recorder = "const warnings = []; globalThis.console = { warn: (text) => void warnings.push(text) };";
    return JSON.parse(runInContext(`${recorder}\n${prepare}\n${bundle}\n${PROGRAM}`, context) as string) as Report;
  };
  const everything = { strings: true, wasm: true };

  /** By hand: residuals ±0.5 and −1 lie in the quadratic part; the last element moves from 4 by its gradient. */
  const right = { loss: 0.21875, gradient: [[0.125, -0.125, 0.125, -0.25]], moved: 4.25 };
  const remedy = "use createCpuBackend() of @lucid/backend-cpu, as @lucid/lucid does by itself";

  it("is wasm on all cores (eight at most), and says nothing", () => {
    const report = runIn("", everything);
    expect(report).toMatchObject({ ...right, backend: "wasm", notes: [], warningsOnImport: 0, warnings: [] });
    expect(report.threads).toBe(Math.min(availableParallelism(), 8));
  });

  const fallsBack = (report: Report, message: string, more: readonly string[] = []): void => {
    const note = `lucid: tensors are made on the cpu backend, which is slower than wasm: ${message}`;
    expect(report).toMatchObject({ ...right, backend: "cpu", notes: [note, ...more], warningsOnImport: 0 });
    expect(report.explicit).toBe(`BackendError: ${message}`);
    expect(report.warnings).toEqual([[note, ...more].join("\n")]);
  };

  it("is cpu without WebAssembly", () => {
    fallsBack(
      runIn("delete globalThis.WebAssembly;", everything),
      `[createWasmBackend] there is no WebAssembly here · ${remedy}`,
    );
  });

  it("is cpu without vectors", () => {
    fallsBack(
      // Modules with vectors are not valid; others are.
      runIn("WebAssembly.validate = (bytes) => !bytes.includes(0xfd);", everything),
      `[createWasmBackend] this engine has no WebAssembly vectors (SIMD) · ${remedy}`,
    );
  });

  it("is cpu where compiling is forbidden", () => {
    fallsBack(
      runIn("", { strings: true, wasm: false }),
      "[createWasmBackend] WebAssembly may not be compiled here: CompileError: WebAssembly.Module(): Wasm code generation " +
        `disallowed by embedder · a content security policy has to allow 'wasm-unsafe-eval' · ${remedy}`,
    );
  });

  it("is cpu where no code may be generated, and one warning says that it interprets", () => {
    fallsBack(
      runIn("", { strings: false, wasm: false }),
      "[createWasmBackend] WebAssembly may not be compiled here: CompileError: WebAssembly.Module(): Wasm code generation " +
        `disallowed by embedder · a content security policy has to allow 'wasm-unsafe-eval' · ${remedy}`,
      ["cpu: expressions are interpreted, slowly, because code generation (new Function) is off or forbidden here"],
    );
  });

  it("is wasm where only JavaScript may not be generated", () => {
    const report = runIn("", { strings: false, wasm: true });
    expect(report).toMatchObject({ ...right, backend: "wasm", notes: [], warnings: [] });
  });

  it("is wasm on one thread without SharedArrayBuffer, and one warning says why", () => {
    const report = runIn("delete globalThis.SharedArrayBuffer;", everything);
    expect(report).toMatchObject({ ...right, backend: "wasm", threads: 1, warningsOnImport: 0, explicit: "made" });
    expect(report.notes).toHaveLength(1);
    expect(report.notes[0]).toContain("wasm: one thread");
    expect(report.notes[0]).toContain("no SharedArrayBuffer");
    expect(report.notes[0]).toContain("Cross-Origin-Opener-Policy: same-origin");
    expect(report.warnings).toEqual(report.notes);
  });

  it("does not hide faults", () => {
    expect(() => runIn("WebAssembly.validate = () => { throw new RangeError('a fault') };", everything)).toThrow(
      "a fault",
    );
  });
});
