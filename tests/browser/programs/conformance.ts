/** The whole conformance suite on a backend. */
import type { Backend } from "@lucid/backend";
import { runConformance } from "@lucid/backend-conformance/cases";
import { createCpuBackend } from "@lucid/backend-cpu";
import { createWasmBackend } from "@lucid/backend-wasm";
import { runProgram } from "./program.js";
import { optionsFrom, sharesOf, warmUp } from "./team.js";

/** What it reports. */
export interface ConformanceResult {
  readonly backend: string;
  readonly capabilities: Backend["capabilities"];
  readonly passed: number;
  readonly skipped: number;
  readonly problems: readonly string[];
  /** Parts of operations that each worker has computed in the suite. */
  readonly shares: readonly number[];
}

function create(parameters: URLSearchParams): Backend {
  return parameters.get("backend") === "cpu" ? createCpuBackend() : createWasmBackend(optionsFrom(parameters));
}

void runProgram(import.meta.url, async (parameters): Promise<ConformanceResult> => {
  const backend = create(parameters);
  const { name, capabilities } = backend;
  await warmUp(backend);
  const before = sharesOf(backend);
  const { passed, skipped, problems } = await runConformance(backend);
  const shares = sharesOf(backend).map((share, i) => share - before[i]!);
  return { backend: name, capabilities, passed, skipped, problems, shares };
});
