/** The backends to measure, and the reasons why the page cannot use some of them. */
import { type Ability, HEADERS, type Vectors } from "./ability.js";
import type { BackendChoice } from "./protocol.js";

export interface Candidate {
  readonly key: string;
  readonly name: string;
  /** The threads and SIMD instructions that it uses. */
  readonly detail: string;
  /** The backend to measure; undefined if the page cannot use it. */
  readonly choice: BackendChoice | undefined;
  /** The reason why the page cannot use it. */
  readonly reason?: string;
}

export const vectorNames: Readonly<Record<Vectors, string>> = {
  relaxed: "relaxed SIMD",
  plain: "SIMD",
  none: "no SIMD",
};

/** The number of threads of backends that use several. */
export const threadsOf = (cores: number): number => Math.max(2, Math.min(8, cores));

export function candidates(ability: Ability): readonly Candidate[] {
  const { cores, vectors, isolated } = ability;
  const threads = threadsOf(cores);
  const simd = vectorNames[vectors];
  const noWasm = !ability.webAssembly
    ? "This browser has no WebAssembly."
    : vectors === "none"
      ? "This browser’s WebAssembly has no SIMD instructions."
      : ability.wasmDirective !== undefined
        ? `The content security policy lacks ${ability.wasmDirective}.`
        : undefined;
  const noThreads =
    noWasm ?? (isolated ? undefined : `The page is not cross-origin isolated: serve it with ${HEADERS}.`);
  const noCode =
    ability.evalDirective === undefined ? undefined : `The content security policy lacks ${ability.evalDirective}.`;
  const noWebGpu = ability.webGpu ? undefined : "This browser has no WebGPU, or the page was not loaded over HTTPS.";
  const candidate = (
    key: string,
    name: string,
    detail: string,
    choice: BackendChoice | undefined,
    reason: string | undefined,
  ): Candidate => ({ key, name, detail, choice: reason === undefined ? choice : undefined, ...(reason && { reason }) });
  return [
    candidate("wasm-threads", "wasm", `${threads} threads · ${simd}`, { kind: "wasm", threads }, noThreads),
    candidate("wasm", "wasm", `1 thread · ${simd}`, { kind: "wasm", threads: 1 }, noWasm),
    candidate("webgpu", "webgpu", "graphics card", { kind: "webgpu" }, noWebGpu),
    candidate("cpu", "cpu", "generated JavaScript · 1 thread", { kind: "cpu", generate: true }, noCode),
    candidate("interpreted", "cpu", "interpreted expressions · 1 thread", { kind: "cpu", generate: false }, undefined),
    candidate(
      "blas",
      "blas",
      "the system’s BLAS library",
      undefined,
      "It calls a library of the operating system, so it can’t run in a browser.",
    ),
  ];
}
