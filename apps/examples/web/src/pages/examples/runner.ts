/** The page's side of a worker that runs code. Each run has a worker of its own, and a spare worker is made ready for the next. */
import { type ReadonlySignal, signal } from "@preact/signals";
import { type Entry, type FromRunner, type Job, MOST_ENTRIES } from "./protocol.js";

export type RunState = "idle" | "running" | "done" | "stopped" | "overtime";

export interface Runner {
  readonly state: ReadonlySignal<RunState>;
  /** The results of the last run, in the order in which they came. */
  readonly outcomes: ReadonlySignal<readonly Entry[]>;
  /** Runs a text, after ending the previous run. Resolves with the state in which the run ended. */
  run(job: Job): Promise<RunState>;
  stop(): void;
  /** Removes the results of the last run. */
  clear(): void;
  dispose(): void;
}

/** A run that takes longer than this many milliseconds is ended. */
export const TIME_LIMIT = 300_000;

export function createRunner(createWorker: () => Worker): Runner {
  const state = signal<RunState>("idle");
  const outcomes = signal<readonly Entry[]>([]);
  let spare: Worker | undefined;
  let current: { readonly worker: Worker; finish(state: RunState): void } | undefined;

  const make = (): Worker => {
    const worker = createWorker();
    worker.onerror = (event) => event.preventDefault();
    return worker;
  };
  spare = make();

  return {
    state,
    outcomes,
    run(job) {
      current?.finish("stopped");
      const worker = spare ?? make();
      spare = undefined;
      const entries: Entry[] = [];
      /** Logged by the statement that is running. */
      let pending: Entry[] = [];
      let frame = 0;
      outcomes.value = [];
      state.value = "running";
      const show = (): void => {
        frame = 0;
        outcomes.value = [...entries, ...pending].slice(0, MOST_ENTRIES);
      };
      return new Promise((resolve) => {
        const limit = setTimeout(() => finish("overtime"), TIME_LIMIT);
        const finish = (end: RunState): void => {
          if (current?.worker !== worker) return;
          current = undefined;
          worker.terminate();
          clearTimeout(limit);
          cancelAnimationFrame(frame);
          show();
          state.value = end;
          spare ??= make();
          resolve(end);
        };
        current = { worker, finish };
        worker.onmessage = ({ data }: MessageEvent<FromRunner>): void => {
          switch (data.kind) {
            case "ready":
              return;
            case "done":
              finish("done");
              return;
            case "logged":
              pending.push({ kind: "text", text: data.text, line: data.line });
              break;
            case "notice":
              entries.push(data.notice);
              break;
            case "outcome":
              // Its text holds all that was pending.
              if (data.outcome.kind === "text") pending = [];
              if (entries.length < MOST_ENTRIES) entries.push(data.outcome);
          }
          if (frame === 0) frame = requestAnimationFrame(show);
        };
        worker.onerror = (event) => {
          event.preventDefault();
          const text = event.message || "The worker's script could not be loaded.";
          entries.push({ line: 1, kind: "error", text, good: false });
          finish("done");
        };
        worker.postMessage(job);
      });
    },
    stop: () => current?.finish("stopped"),
    clear() {
      current?.finish("stopped");
      outcomes.value = [];
      state.value = "idle";
    },
    dispose() {
      current?.worker.terminate();
      current = undefined;
      spare?.terminate();
      spare = undefined;
    },
  };
}
