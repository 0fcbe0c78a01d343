/**
 * What runs in a page. Nothing here is evaluated from outside: a debugger's evaluation may do what a policy forbids the page.
 */

/** What is used of the browser; Node's types, which tests are checked with, lack it. */
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
 * Runs a program and reports its result, in this page or, if the page's address says so, in a worker. `script` is the
 * program's own address.
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
