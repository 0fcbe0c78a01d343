/** The page's side of a measurement. Each has a worker, which is ended when it is done, stopped, or silent for too long. */
import type { FromMeasure, MeasureJob, Rate } from "./protocol.js";

/** A worker is ended after so many milliseconds without a message: with a custom backend, with one of lucid's, while loading. */
const PATIENCE = { custom: 10_000, lucid: 30_000, loading: 60_000 };

export interface Watcher {
  ready(told: Extract<FromMeasure, { kind: "ready" }>): void;
  rate(rate: Rate): void;
}

/** The reason why a measurement has no result. `line` is a line of a custom backend's code. */
export class MeasureError extends Error {
  readonly line: number | undefined;
  constructor(text: string, line?: number) {
    super(text);
    this.name = "Error";
    this.line = line;
  }
}

/** Measures a job. Resolves when it is done or `signal` stops it. */
export function measure(
  createWorker: () => Worker,
  job: MeasureJob,
  watcher: Watcher,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const worker = createWorker();
    let patience: ReturnType<typeof setTimeout> | undefined;
    const end = (): void => {
      clearTimeout(patience);
      worker.terminate();
      signal.removeEventListener("abort", stop);
    };
    const stop = (): void => {
      end();
      resolve();
    };
    const fail = (text: string, line?: number): void => {
      end();
      reject(new MeasureError(text, line));
    };
    const custom = job.backend.kind === "custom";
    const wait = (milliseconds: number, hint: string): void => {
      clearTimeout(patience);
      patience = setTimeout(
        () => fail(`It did not answer for ${milliseconds / 1000} seconds, so it was ended${hint}`),
        milliseconds,
      );
    };
    signal.addEventListener("abort", stop);
    worker.onmessage = ({ data }: MessageEvent<FromMeasure>): void => {
      if (custom) wait(PATIENCE.custom, ". Is there an endless loop?");
      else wait(PATIENCE.lucid, ".");
      if (data.kind === "ready") watcher.ready(data);
      else if (data.kind === "error") fail(data.text, data.line);
      else if (data.kind === "rate") {
        watcher.rate(data.rate);
        if (data.done) stop();
      }
    };
    worker.onerror = (event) => {
      event.preventDefault();
      fail(event.message || "The worker's script could not be loaded.");
    };
    wait(PATIENCE.loading, ".");
    worker.postMessage(job);
  });
}
