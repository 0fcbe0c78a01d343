/** The whole conformance suite on a backend. */
import type { Backend } from "@lucid/backend";
import { runConformance } from "@lucid/backend-conformance/cases";
import { createCpuBackend } from "@lucid/backend-cpu";
import { createWasmBackend } from "@lucid/backend-wasm";
import { createWebGpuBackend } from "@lucid/backend-webgpu";
import { runProgram } from "./program.js";
import { optionsFrom, sharesOf, warmUp } from "./team.js";

/** The result of the program. */
export interface ConformanceResult {
  readonly backend: string;
  readonly capabilities: Backend["capabilities"];
  readonly passed: number;
  readonly skipped: number;
  readonly problems: readonly string[];
  /** For each worker, the number of parts of operations that it computed during the suite. */
  readonly shares: readonly number[];
}

const makers: Readonly<Record<string, (parameters: URLSearchParams) => Backend | Promise<Backend>>> = {
  cpu: () => createCpuBackend(),
  wasm: (parameters) => createWasmBackend(optionsFrom(parameters)),
  webgpu: () => createWebGpuBackend(),
};

void runProgram(import.meta.url, async (parameters): Promise<ConformanceResult> => {
  const backend = await makers[parameters.get("backend")!]!(parameters);
  const { name, capabilities } = backend;
  await warmUp(backend);
  const before = sharesOf(backend);
  const { passed, skipped, problems } = await runConformance(backend);
  const shares = sharesOf(backend).map((share, i) => share - before[i]!);
  return { backend: name, capabilities, passed, skipped, problems, shares };
});
