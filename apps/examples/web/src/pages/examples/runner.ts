/** The page's side of a worker that runs code: one worker for one run, the next one being made ready meanwhile. */
import { type ReadonlySignal, signal } from "@preact/signals";
import type { Outcome } from "documentation/run";
import type { FromRunner, Job } from "./protocol.js";

export type RunState = "idle" | "running" | "done" | "stopped" | "overtime";

export interface Runner {
  readonly state: ReadonlySignal<RunState>;
  readonly outcomes: ReadonlySignal<readonly Outcome[]>;
  /** Runs a text; what ran before is ended. Resolves with how it came to an end. */
  run(job: Job): Promise<RunState>;
  stop(): void;
  /** Forgets what the last run gave. */
  clear(): void;
  dispose(): void;
}

/** After so many milliseconds a run is ended. */
export const TIME_LIMIT = 30_000;

/** Outcomes beyond this many are dropped: a loop may print forever. */
const MOST_OUTCOMES = 500;

export function createRunner(createWorker: () => Worker): Runner {
  const state = signal<RunState>("idle");
  const outcomes = signal<readonly Outcome[]>([]);
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
      let fresh: Outcome[] = [];
      let frame = 0;
      outcomes.value = [];
      state.value = "running";
      const show = (): void => {
        frame = 0;
        if (fresh.length === 0) return;
        outcomes.value = [...outcomes.value, ...fresh].slice(0, MOST_OUTCOMES);
        fresh = [];
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
          if (data.kind === "done") finish("done");
          if (data.kind !== "outcome") return;
          if (outcomes.value.length + fresh.length < MOST_OUTCOMES) fresh.push(data.outcome);
          if (frame === 0) frame = requestAnimationFrame(show);
        };
        worker.onerror = (event) => {
          event.preventDefault();
          const text = event.message || "The worker's script could not be loaded.";
          fresh.push({ line: 1, kind: "error", text, good: false });
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
