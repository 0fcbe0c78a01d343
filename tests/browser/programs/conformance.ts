/** The whole conformance suite on a backend. */
import type { Backend } from "@lucid/backend";
import { runConformance } from "@lucid/backend-conformance/cases";
import { createCpuBackend } from "@lucid/backend-cpu";
import { createWasmBackend } from "@lucid/backend-wasm";
import { runProgram } from "./program.js";

/** What it reports. */
export interface ConformanceResult {
  readonly backend: string;
  readonly capabilities: Backend["capabilities"];
  readonly passed: number;
  readonly skipped: number;
  readonly problems: readonly string[];
}

function create(parameters: URLSearchParams): Backend {
  if (parameters.get("backend") === "cpu") return createCpuBackend();
  const threads = parameters.get("threads");
  return createWasmBackend(threads === null ? {} : { threads: Number(threads) });
}

void runProgram(import.meta.url, async (parameters): Promise<ConformanceResult> => {
  const backend = create(parameters);
  const { passed, skipped, problems } = await runConformance(backend);
  return { backend: backend.name, capabilities: backend.capabilities, passed, skipped, problems };
});
