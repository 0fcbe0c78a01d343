import type { Compiled } from "documentation/compile";
import { type Executable, executable, runExample } from "documentation/run";
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

// Loaded while the visitor reads.
void surroundingsOf(undefined).then(() => post({ kind: "ready" }));
