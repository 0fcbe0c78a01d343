/**
 * Runs the programs in a page. Nothing here is evaluated from outside, because an evaluation by a debugger may do what
 * a content security policy forbids the page.
 */

/** The parts of the browser's API that are used. Node's types, with which the tests are checked, do not have them. */
declare const location: { readonly search: string; readonly origin: string };
declare const crossOriginIsolated: boolean;
declare const document: object | undefined;
declare const Worker: new (
  url: string,
  options: { readonly type: "module" },
) => { onerror: null | ((event: { readonly message?: string }) => void) };

async function report(id: string, content: Readonly<Record<string, unknown>>): Promise<void> {
  const body = JSON.stringify({ crossOriginIsolated, ...content });
  await fetch(`${location.origin}/report?id=${id}`, { method: "POST", body });
}

/**
 * Runs a program and reports its result. It runs in this page or, if the page's address says so, in a worker. `script`
 * is the address of the program.
 */
export async function runProgram(script: string, program: (parameters: URLSearchParams) => unknown): Promise<void> {
  const parameters = new URLSearchParams(location.search);
  const id = parameters.get("id") ?? "";
  if (parameters.get("place") === "worker" && typeof document !== "undefined") {
    const worker = new Worker(script + location.search, { type: "module" });
    worker.onerror = (event) => void report(id, { error: `the worker failed: ${event.message}` });
    return;
  }
  try {
    await report(id, { result: await program(parameters) });
  } catch (error) {
    await report(id, { error: error instanceof Error ? (error.stack ?? String(error)) : String(error) });
  }
}
