/** The worker's side of training: trains in slices, and reads the page's messages in between. */
import { errorText, type FromWorker, type Protocol, type StartOptions, type ToWorker } from "./protocol.js";

/** A model in training. The page's worker makes it. */
export interface Session<P extends Protocol> {
  /**
   * Does one step. Returns false when training is done. A step should take a few milliseconds at most. It is
   * asynchronous where the backend is. No other step or call begins before it has ended.
   */
  step(): boolean | Promise<boolean>;
  /** May be called while a step waits. */
  snapshot(): P["snapshot"] | Promise<P["snapshot"]>;
  /** Takes new settings while training continues. */
  change?(settings: P["settings"]): void;
  /** The functions that the page can call. */
  readonly calls?: {
    readonly [N in keyof P["calls"]]: P["calls"][N] extends (...parameters: infer A) => infer R
      ? (...parameters: A) => R | Promise<R>
      : never;
  };
}

/** The length of a slice of training in milliseconds. Messages are read between two slices. */
const SLICE = 12;

interface Running<P extends Protocol> {
  readonly run: number;
  readonly session: Session<P>;
  order: number;
  steps: number;
  training: boolean;
  finished: boolean;
  /** Whether the page has drawn the last snapshot. */
  drawn: boolean;
  pace: number | undefined;
  /** The time at which the pace was set, and the number of steps at that time. */
  since: number;
  from: number;
}

/**
 * Serves a page: `create` makes the session from the settings; it may wait for a backend to load.
 *
 * ```ts
 * serve<DigitsProtocol>(async (settings) => {
 *   await chooseBackend(settings.backend);
 *   const model = …;
 *   return { step() { …; return true; }, snapshot: () => ({ loss: … }) };
 * });
 * ```
 */
export function serve<P extends Protocol>(create: (settings: P["settings"]) => Session<P> | Promise<Session<P>>): void {
  const post = (message: FromWorker<P>): void => self.postMessage(message);
  // A message to oneself arrives after the messages that already wait, and without a timer's delay of 4 ms.
  const channel = new MessageChannel();
  let latest = 0;
  let current: Running<P> | undefined;
  let scheduled = false;

  /** The steps and calls that have begun. They run one after another. */
  let tail: Promise<unknown> = Promise.resolve();
  const exclusively = <T>(action: () => Promise<T>): Promise<T> => {
    const result = tail.then(action);
    tail = result.catch(() => {});
    return result;
  };

  const show = async (running: Running<P>): Promise<void> => {
    running.drawn = false;
    const state = running.finished ? "finished" : running.training ? "training" : "stopped";
    const { run, order, session, steps } = running;
    try {
      // Without an asynchronous backend the snapshot is posted at once.
      const made = session.snapshot();
      const snapshot = made instanceof Promise ? await made : made;
      post({ kind: "snapshot", run, order, snapshot, steps, state });
    } catch (error) {
      fail(run, error);
    }
  };

  const fail = (run: number, error: unknown): void => {
    if (current?.run === run) current.training = false;
    post({ kind: "failed", run, text: errorText(error) });
  };

  /** The number of steps that the pace allows at this time. */
  const allowed = (running: Running<P>, now: number): number =>
    running.pace === undefined
      ? Number.POSITIVE_INFINITY
      : running.from + 1 + Math.floor(((now - running.since) * running.pace) / 1000);

  const schedule = (): void => {
    if (scheduled || current === undefined || !current.training) return;
    scheduled = true;
    const { pace, steps } = current;
    if (pace !== undefined && steps >= allowed(current, performance.now()))
      setTimeout(slice, Math.min(1000 / pace, 50));
    else channel.port2.postMessage(undefined);
  };

  /** Does steps until the slice is over, the pace is reached, or a message has stopped or replaced the training. */
  const train = async (running: Running<P>): Promise<void> => {
    const start = performance.now();
    const limit = allowed(running, start);
    while (current === running && running.training && running.steps < limit) {
      const done = running.session.step();
      const goesOn = done instanceof Promise ? await done : done;
      running.steps++;
      if (!goesOn && running.training) {
        running.training = false;
        running.finished = true;
      }
      if (performance.now() - start >= SLICE) {
        // After a long step the pace is counted from now on, so that lost time is not made up for.
        if (running.pace !== undefined) setPace(running, running.pace);
        break;
      }
    }
  };

  const slice = async (): Promise<void> => {
    const running = current;
    if (running?.training) {
      try {
        await exclusively(() => train(running));
        if (current === running && (running.drawn || running.finished)) await show(running);
      } catch (error) {
        fail(running.run, error);
      }
    }
    scheduled = false;
    schedule();
  };
  channel.port1.onmessage = slice;

  const setPace = (running: Running<P>, pace: number | undefined): void => {
    running.pace = pace;
    running.since = performance.now();
    running.from = running.steps;
  };

  const start = async (run: number, settings: P["settings"], options: StartOptions): Promise<void> => {
    current = undefined;
    latest = run;
    try {
      const session = await create(settings);
      if (latest !== run) return;
      current = {
        run,
        session,
        order: 0,
        steps: 0,
        training: options.paused !== true,
        finished: false,
        drawn: false,
        pace: options.pace,
        since: performance.now(),
        from: 0,
      };
      await show(current);
      schedule();
    } catch (error) {
      fail(run, error);
    }
  };

  const call = async (id: number, name: string, parameters: readonly unknown[]): Promise<void> => {
    try {
      const result = await exclusively(async () => {
        const calls = current?.session.calls as
          | Readonly<Record<string, (...p: readonly unknown[]) => unknown>>
          | undefined;
        if (calls?.[name] === undefined) throw new Error(`There is no model yet, so "${name}" has no answer.`);
        return await calls[name](...parameters);
      });
      post({ kind: "answered", id, result });
    } catch (error) {
      post({ kind: "refused", id, text: errorText(error) });
    }
  };

  self.onmessage = ({ data }: MessageEvent<ToWorker<P>>): void => {
    if (data.kind === "call") {
      void call(data.id, data.name, data.parameters);
      return;
    }
    if (data.kind === "start") {
      post({ kind: "heard", run: data.run });
      void start(data.run, data.settings, data.options);
      return;
    }
    if (data.kind === "stop") post({ kind: "heard", run: data.run });
    const running = current;
    if (running === undefined || running.run !== data.run) {
      // A model that is stopped while it is being made must not start training.
      if (data.kind === "stop" && latest === data.run) latest = 0;
      return;
    }
    try {
      switch (data.kind) {
        case "change":
          running.session.change?.(data.settings);
          if (running.finished && data.goOn) {
            running.training = true;
            running.drawn = true;
            setPace(running, running.pace);
          }
          running.finished = false;
          if (!running.training) void show(running);
          break;
        case "pace":
          setPace(running, data.pace);
          break;
        case "stop":
          running.order = data.order;
          running.training = false;
          void show(running);
          break;
        case "resume":
          running.order = data.order;
          running.training = true;
          running.finished = false;
          running.drawn = true;
          setPace(running, running.pace);
          break;
        case "drawn":
          running.drawn = true;
          break;
      }
      schedule();
    } catch (error) {
      fail(running.run, error);
    }
  };
  post({ kind: "ready" });
}
