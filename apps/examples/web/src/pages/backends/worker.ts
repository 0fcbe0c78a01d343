/** Measures one backend with one task. */
import { type Backend, BackendError } from "@lucid/backend";
import { setDefaultBackend } from "@lucid/tensor";
import type { Compiled } from "documentation/compile";
import { executable, lineOfError, runExample } from "documentation/run";
import { errorText } from "../../training/protocol.js";
import type { BackendChoice, FromMeasure, MeasureJob } from "./protocol.js";
import { works } from "./works.js";

/** The number of steps before the measurement, in which kernels are compiled and threads are started. */
const WARM_UP = 3;
/** These steps take at least so many milliseconds. */
const WARM_UP_TIME = 250;
/** The milliseconds between two reports. */
const PART = 150;

const post = (message: FromMeasure): void => self.postMessage(message);

interface Made {
  readonly backend: Backend;
  readonly counts?: Readonly<Record<string, unknown>> | undefined;
  /** What the backend computes on. */
  readonly detail?: string;
  /** The compiled code of a custom backend, for the line numbers of its errors. */
  readonly compiled?: Compiled;
}

/** An error that may have a line in the visitor's code. */
interface Located {
  readonly line?: number | undefined;
}

async function custom(source: string): Promise<Made> {
  const [{ compileExample }, { importsOnly }] = await Promise.all([
    import("documentation/compile"),
    import("../examples/surroundings.js"),
    // Nearly every custom backend imports this.
    import("@lucid/backend-cpu"),
  ]);
  post({ kind: "begun" });
  const compiled = compileExample(source, 1);
  let problem: (Located & { readonly text: string }) | undefined;
  const exported = await runExample(compiled, await executable(compiled, importsOnly), importsOnly, (outcome) => {
    if (outcome.kind === "error") problem = outcome;
  });
  if (problem !== undefined) throw Object.assign(new Error(problem.text), { line: problem.line });
  const { backend, counts } = (exported ?? {}) as { readonly backend?: Backend; readonly counts?: Made["counts"] };
  if (typeof backend?.allocate !== "function" || typeof backend.map !== "function") {
    throw new Error("The code exports no backend. Write: export const backend = extendBackend(base, { … });");
  }
  return { backend, counts, compiled };
}

async function make(choice: BackendChoice): Promise<Made> {
  if (choice.kind === "custom") return await custom(choice.source);
  if (choice.kind === "cpu") {
    const { createCpuBackend } = await import("@lucid/backend-cpu");
    post({ kind: "begun" });
    return { backend: createCpuBackend({ generate: choice.generate }) };
  }
  if (choice.kind === "webgpu") {
    const { createWebGpuBackend } = await import("@lucid/backend-webgpu");
    post({ kind: "begun" });
    const backend = await createWebGpuBackend();
    return { backend, detail: `${backend.adapter}${backend.isSoftware ? ", on the processor" : ""}` };
  }
  const { createWasmBackend } = await import("@lucid/backend-wasm");
  post({ kind: "begun" });
  return { backend: createWasmBackend({ threads: choice.threads }) };
}

/** A message to oneself arrives after the messages that already wait, and without a timer's delay. */
const channel = new MessageChannel();

/** Waits for a turn of the event loop, in which posted messages are sent. */
const turn = (): Promise<void> =>
  new Promise((resolve) => {
    channel.port1.onmessage = () => resolve();
    channel.port2.postMessage(undefined);
  });

async function measure({ work, backend: choice, duration }: MeasureJob, made: Made): Promise<void> {
  const { backend, counts, detail } = made;
  if (typeof backend.name !== "string") throw new BackendError("backend", "it has no name", []);
  setDefaultBackend(backend);
  const { threads = 1, notes = [] } = backend.capabilities ?? {};
  post({ kind: "ready", name: backend.name, threads, notes, detail });
  const { step } = works[work]();

  let last = step();
  const began = performance.now();
  for (let i = 1; i < WARM_UP; i++) last = step();
  // The result to compare. It comes from the same step on every backend.
  const result = Number(await last.itemAsync());
  while (performance.now() - began < WARM_UP_TIME && choice.kind !== "custom") {
    await step().itemAsync();
    await turn();
  }

  const start = performance.now();
  let steps = 0;
  // A graphics card computes later than the program asks it to. So the program waits after few steps at first, and after
  // more as long as they take little time.
  let burst = 1;
  for (let end = start; end - start < duration; ) {
    const from = performance.now();
    let own = 0;
    do {
      last = step();
      own++;
    } while (own < burst && performance.now() - from < PART);
    await last.itemAsync();
    end = performance.now();
    burst = end - from < PART ? 2 * burst : Math.max(1, burst / 2);
    steps += own;
    const perSecond = (1000 * steps) / (end - start);
    const rate = { steps, perSecond, result, counts: counts === undefined ? undefined : { ...counts } };
    post({ kind: "rate", rate, done: end - start >= duration });
    await turn();
  }
}

self.onmessage = async ({ data }: MessageEvent<MeasureJob>): Promise<void> => {
  let made: Made | undefined;
  try {
    made = await make(data.backend);
    await measure(data, made);
  } catch (error) {
    const line = (error as Located).line ?? (made?.compiled && lineOfError(error, made.compiled));
    post({ kind: "error", text: errorText(error), line });
  }
};
