/** What this page may do, and which directive of the content security policy is missing. */

/** Whether threads can share memory. */
export function isIsolated(): boolean {
  return globalThis.crossOriginIsolated === true;
}

/** Runs `attempt`, and returns whether the content security policy allowed it. */
function allowed(attempt: () => unknown): boolean {
  try {
    attempt();
    return true;
  } catch {
    return false;
  }
}

/** The directive that is missing for running generated code (`new Function`); undefined if the page may run it. */
export function evalDirective(): string | undefined {
  return allowed(() => new Function("")) ? undefined : "script-src 'unsafe-eval'";
}

/** The directive that is missing for compiling WebAssembly at run time; undefined if the page may compile it. */
export function wasmDirective(): string | undefined {
  // The shortest possible module: the magic number and the version.
  const empty = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
  return allowed(() => new WebAssembly.Module(empty)) ? undefined : "script-src 'wasm-unsafe-eval'";
}
