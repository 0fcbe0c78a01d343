/** What this page may do, and what to change where it may not. */

/** Whether memory can be shared with threads. */
export function isIsolated(): boolean {
  return globalThis.crossOriginIsolated === true;
}

/** Runs `attempt`; whether the content security policy let it. */
function allowed(attempt: () => unknown): boolean {
  try {
    attempt();
    return true;
  } catch {
    return false;
  }
}

/** Whether text may be run as code (`new Function`), or which directive of the policy has to say so. */
export function evalDirective(): string | undefined {
  return allowed(() => new Function("")) ? undefined : "script-src 'unsafe-eval'";
}

/** Whether WebAssembly may be compiled at run time, or which directive of the policy has to say so. */
export function wasmDirective(): string | undefined {
  // The shortest module there is: its magic number and its version.
  const empty = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
  return allowed(() => new WebAssembly.Module(empty)) ? undefined : "script-src 'wasm-unsafe-eval'";
}
