/** Runs many examples, several at a time. */
import { createRunner, type Runner, type RunState } from "./runner.js";

/** So many examples run at a time, or as many as there are processors. */
const MOST = 4;

/** An example by the names that {@link Runner.run} needs. */
interface Named {
  readonly key: string;
  readonly group: string | undefined;
}

/** Examples that are being run. */
export interface Batch {
  stop(): void;
}

/** Starts a batch. `onEnd` is called after each example, but not after {@link Batch.stop}. */
export function runBatch(
  examples: readonly Named[],
  createWorker: () => Worker,
  onEnd: (key: string, state: RunState, runner: Runner) => void,
): Batch {
  const count = Math.min(MOST, navigator.hardwareConcurrency, examples.length);
  const runners = Array.from({ length: count }, () => createRunner(createWorker));
  const next = examples.values();
  let stopped = false;
  const work = async (runner: Runner): Promise<void> => {
    for (const { key, group } of next) {
      if (stopped) break;
      const state = await runner.run({ group, key });
      if (!stopped) onEnd(key, state, runner);
    }
    runner.dispose();
  };
  for (const runner of runners) void work(runner);
  return {
    stop() {
      stopped = true;
      for (const runner of runners) runner.stop();
    },
  };
}
