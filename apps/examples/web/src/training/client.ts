/** The page's side of training: starts, stops and watches training in a worker. */
import { type ReadonlySignal, signal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { type Call, errorText, type FromWorker, type Protocol, type StartOptions, type ToWorker } from "./protocol.js";

/** "loading": the worker or the model is being made. "failed": `error` says why. */
export type TrainingState = "idle" | "loading" | "training" | "stopped" | "finished" | "failed";

export interface Training<P extends Protocol> {
  readonly state: ReadonlySignal<TrainingState>;
  readonly snapshot: ReadonlySignal<P["snapshot"] | undefined>;
  readonly steps: ReadonlySignal<number>;
  /** Why training failed, for `ErrorText`. */
  readonly error: ReadonlySignal<string | undefined>;
  /** Makes a new model and trains it; the previous model is dropped. `paused: true` makes the model without training it. */
  start(settings: P["settings"], options?: StartOptions): void;
  /** Gives the current model new settings. With `goOn`, a training that has finished continues with them. */
  change(settings: P["settings"], options?: { readonly goOn?: boolean }): void;
  /** Limits the steps per second; undefined lifts the limit. */
  pace(pace: number | undefined): void;
  stop(): void;
  resume(): void;
  /** Asks the worker. Rejects with an error whose message can be shown to the visitor. */
  call<N extends keyof P["calls"] & string>(
    name: N,
    ...parameters: Parameters<Call<P, N>>
  ): Promise<Awaited<ReturnType<Call<P, N>>>>;
  /** Ends the worker. */
  dispose(): void;
}

/**
 * A worker that leaves a start or stop unanswered for so many milliseconds is ended. A slice of training takes 12, but one step
 * of a large network may take seconds on a slow computer, and the trained model would be lost.
 */
const PATIENCE = 10_000;

/** Rejects calls whose worker was ended, by a new start for example. It is seldom worth showing. */
export class EndedError extends Error {}

/** @param createWorker `() => new Worker(new URL("./worker.ts", import.meta.url), { type: "module" })` */
export function createTraining<P extends Protocol>(createWorker: () => Worker): Training<P> {
  const state = signal<TrainingState>("idle");
  const snapshot = signal<P["snapshot"] | undefined>(undefined);
  const steps = signal(0);
  const error = signal<string | undefined>(undefined);
  const waiting = new Map<number, { resolve(result: never): void; reject(error: Error): void }>();
  let worker: Worker | undefined;
  let ready = false;
  let run = 0;
  let order = 0;
  let calls = 0;
  let patience: ReturnType<typeof setTimeout> | undefined;
  let frame = 0;

  const fail = (text: string): void => {
    error.value = text;
    state.value = "failed";
  };

  /** There is no model any more, and none of its figures. */
  const forget = (): void => {
    state.value = "idle";
    snapshot.value = undefined;
    steps.value = 0;
  };

  const end = (): void => {
    worker?.terminate();
    worker = undefined;
    ready = false;
    clearTimeout(patience);
    cancelAnimationFrame(frame);
    for (const { reject } of waiting.values()) reject(new EndedError("Training was ended before it could answer."));
    waiting.clear();
  };

  const hear = ({ data }: MessageEvent<FromWorker<P>>): void => {
    switch (data.kind) {
      case "ready":
        ready = true;
        return;
      case "answered":
      case "refused": {
        const asked = waiting.get(data.id);
        waiting.delete(data.id);
        if (data.kind === "answered") asked?.resolve(data.result as never);
        else asked?.reject(new Error(data.text));
        return;
      }
    }
    if (data.run !== run) return;
    switch (data.kind) {
      case "heard":
        clearTimeout(patience);
        return;
      case "failed":
        fail(data.text);
        return;
      case "snapshot":
        // The worker sent this before it heard of the last stop. One more snapshot follows.
        if (data.order !== order && state.value === "stopped") return;
        snapshot.value = data.snapshot;
        steps.value = data.steps;
        if (data.order === order) state.value = data.state;
        cancelAnimationFrame(frame);
        frame = requestAnimationFrame(() => send({ kind: "drawn", run: data.run }));
    }
  };

  const spawn = (): Worker => {
    const made = createWorker();
    made.onmessage = hear;
    made.onerror = (event) => {
      event.preventDefault();
      fail(event.message || "The worker's script could not be loaded.");
    };
    made.onmessageerror = () => fail("A message of the worker could not be read.");
    return made;
  };

  const send = (message: ToWorker<P>): void => worker?.postMessage(message);

  return {
    state,
    snapshot,
    steps,
    error,
    start(settings, options = {}) {
      run++;
      order = 0;
      error.value = undefined;
      state.value = "loading";
      try {
        worker ??= spawn();
      } catch (thrown) {
        fail(errorText(thrown));
        return;
      }
      const message: ToWorker<P> = { kind: "start", run, settings, options };
      send(message);
      clearTimeout(patience);
      if (!ready) return;
      patience = setTimeout(() => {
        end();
        worker = spawn();
        send(message);
      }, PATIENCE);
    },
    change: (settings, { goOn = false } = {}) => send({ kind: "change", run, settings, goOn }),
    pace: (pace) => send({ kind: "pace", run, pace }),
    stop() {
      if (state.value === "loading") {
        // The model that is being made is dropped, so there is nothing to resume and nothing to show.
        send({ kind: "stop", run, order: ++order });
        run++;
        forget();
        return;
      }
      if (state.value !== "training") return;
      state.value = "stopped";
      send({ kind: "stop", run, order: ++order });
      clearTimeout(patience);
      patience = setTimeout(() => {
        end();
        run++;
        forget();
      }, PATIENCE);
    },
    resume() {
      if (state.value !== "stopped" && state.value !== "finished") return;
      state.value = "training";
      send({ kind: "resume", run, order: ++order });
    },
    call: (name, ...parameters) =>
      new Promise((resolve, reject) => {
        const id = ++calls;
        waiting.set(id, { resolve, reject });
        if (worker === undefined) {
          waiting.delete(id);
          reject(new Error(`There is no model yet, so "${name}" has no answer.`));
        }
        send({ kind: "call", id, name, parameters });
      }),
    dispose: end,
  };
}

/** A training whose worker is ended when the component unmounts. */
export function useTraining<P extends Protocol>(createWorker: () => Worker): Training<P> {
  const training = useMemo(() => createTraining<P>(createWorker), []);
  useEffect(() => () => training.dispose(), [training]);
  return training;
}
