import type { Compiled } from "documentation/compile";
import { type Executable, executable, runExample } from "documentation/run";
import { wasmDirective } from "../../shell/environment.js";
import { errorText } from "../../training/protocol.js";
import type { FromRunner, Job } from "./protocol.js";
import { surroundingsOf } from "./surroundings.js";

const post = (message: FromRunner): void => self.postMessage(message);

/** The text to run, as code. */
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
    await runExample(compiled, executable, await surroundingsOf(data.group), (outcome) =>
      post({ kind: "outcome", outcome }),
    );
  } catch (error) {
    const line = (error as { readonly line?: number }).line ?? 1;
    post({ kind: "outcome", outcome: { line, kind: "error", text: errorText(error), good: false } });
  }
  post({ kind: "done" });
};

/** Where WebAssembly is refused, without the warning with which lucid would begin every example. */
async function chooseBackend(): Promise<void> {
  if (wasmDirective() === undefined) return;
  const [{ createCpuBackend }, { setDefaultBackend }] = await Promise.all([
    import("@lucid/backend-cpu"),
    import("@lucid/tensor"),
  ]);
  setDefaultBackend(createCpuBackend);
}

// Loaded while the visitor reads.
const chosen = chooseBackend();
void Promise.all([chosen, surroundingsOf(undefined)]).then(() => post({ kind: "ready" }));
