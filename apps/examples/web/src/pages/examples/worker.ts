import type { Compiled } from "documentation/compile";
import { type Executable, executable, lineOfError, runExample } from "documentation/run";
import { isIsolated, wasmDirective } from "../../shell/environment.js";
import { errorText } from "../../training/protocol.js";
import { type FromRunner, type Job, MOST_ENTRIES, type Notice } from "./protocol.js";
import { surroundingsOf } from "./surroundings.js";

const post = (message: FromRunner): void => self.postMessage(message);

/** Posts at most as many messages as the page shows: a loop that prints forever would flood the page. */
function limited<A extends readonly unknown[]>(send: (...values: A) => void): (...values: A) => void {
  let sent = 0;
  return (...values) => {
    if (sent++ < MOST_ENTRIES) send(...values);
  };
}

/** The code that is running, for the lines of its warnings. */
let running: Compiled | undefined;

/** Shows in the page what the code and lucid write with `console.warn` and `console.error`. */
function showNotices(): void {
  const notify = limited((kind: Notice["kind"], values: readonly unknown[]): void => {
    const text = values.map((value) => (typeof value === "string" ? value : errorText(value))).join(" ");
    const line = running && lineOfError(new Error(), running);
    post({ kind: "notice", notice: { kind, text, ...(line === undefined ? {} : { line }) } });
  });
  for (const [name, kind] of [
    ["warn", "warning"],
    ["error", "message"],
  ] as const) {
    console[name] = (...values: readonly unknown[]) => notify(kind, values);
  }
}

/** The job's text as code that can be called. */
async function codeOf({ key, source, group }: Job): Promise<{
  readonly compiled: Compiled;
  readonly executable: Executable;
}> {
  if (source === undefined) {
    const found = (await import("virtual:documentation/code")).code[key!];
    if (found === undefined) throw new RangeError(`There is no example "${key}".`);
    return found;
  }
  const { compileExample } = await import("documentation/compile");
  const compiled = compileExample(source, 1);
  return { compiled, executable: await executable(compiled, await surroundingsOf(group)) };
}

self.onmessage = async ({ data }: MessageEvent<Job>): Promise<void> => {
  try {
    await chosen;
    const { compiled, executable } = await codeOf(data);
    const surroundings = await surroundingsOf(data.group);
    running = compiled;
    showNotices();
    await runExample(
      compiled,
      executable,
      surroundings,
      (outcome) => post({ kind: "outcome", outcome }),
      limited((text, line) => post({ kind: "logged", text, line })),
    );
  } catch (error) {
    const line = (error as { readonly line?: number }).line ?? 1;
    post({ kind: "outcome", outcome: { line, kind: "error", text: errorText(error), good: false } });
  }
  post({ kind: "done" });
};

/**
 * Chooses a backend that the page allows: cpu where WebAssembly is forbidden, one thread where memory cannot be shared.
 * Otherwise every example would begin with lucid's warning about it, because each has a worker of its own.
 */
async function chooseBackend(): Promise<void> {
  if (wasmDirective() === undefined && isIsolated()) return;
  const { setDefaultBackend } = await import("@lucid/tensor");
  if (wasmDirective() === undefined) {
    const { createWasmBackend } = await import("@lucid/backend-wasm");
    setDefaultBackend(() => createWasmBackend({ threads: 1 }));
  } else {
    const { createCpuBackend } = await import("@lucid/backend-cpu");
    setDefaultBackend(createCpuBackend);
  }
}

// Everything is loaded while the visitor reads.
const chosen = chooseBackend();
void Promise.all([chosen, surroundingsOf(undefined)]).then(() => post({ kind: "ready" }));
