/**
 * Starting workers: with `worker_threads` in Node, and with `Worker` elsewhere.
 *
 * @module
 */
import { type Participant, participate } from "./participate.js";

/** A worker that was started. */
export interface Started {
  /** Ends it as soon as possible. */
  terminate(): void;
}

/** The parts of Node's module `worker_threads` that are used. */
interface NodeThreads {
  readonly Worker: new (
    source: string,
    options: object,
  ) => { on(event: string, listener: () => void): void; unref(): void; terminate(): unknown };
}

/** The parts of the global scope that are used. */
interface Scope {
  readonly process?: { getBuiltinModule?(name: string): unknown };
  readonly navigator?: { readonly hardwareConcurrency?: number };
  readonly Worker?: new (
    url: string,
    options?: object,
  ) => { onerror: (() => void) | null; postMessage(message: unknown): void; terminate(): void };
  readonly Blob?: new (parts: readonly string[], options: object) => object;
  readonly URL?: { createObjectURL?(blob: object): string };
}

const scope = globalThis as unknown as Scope;

function builtin<T>(name: string): T | undefined {
  return scope.process?.getBuiltinModule?.(name) as T | undefined;
}

/** How many threads the machine can run at the same time. */
export function availableThreads(): number {
  const os = builtin<{ availableParallelism?(): number }>("node:os");
  return os?.availableParallelism?.() ?? scope.navigator?.hardwareConcurrency ?? 1;
}

/**
 * Whether workers can be started here at all. Node's module is not loaded for this, because loading takes milliseconds.
 */
export function canStart(): boolean {
  return scope.process?.getBuiltinModule !== undefined || scope.Worker !== undefined;
}

const text = `(${participate})`;

/**
 * Starts a worker. `onEnd` is called when it has ended or failed, as soon as the event loop runs.
 *
 * @param url a script that runs `@lucid/backend-wasm/worker`, where scripts made from text are forbidden
 * @throws whatever the engine throws where workers are forbidden.
 */
export function startWorker(
  participant: Participant,
  url: string | undefined,
  onEnd: (failed: boolean) => void,
): Started {
  const threads = builtin<NodeThreads>("node:worker_threads");
  if (threads !== undefined) {
    const source = `${text}(process.getBuiltinModule("node:worker_threads").workerData)`;
    const options = { eval: true, workerData: participant, execArgv: [], name: "lucid" };
    const worker = new threads.Worker(source, options);
    worker.on("error", () => onEnd(true));
    worker.on("exit", () => onEnd(false));
    // The process does not wait for the worker when it ends.
    worker.unref();
    return worker as Started;
  }
  const { Worker, Blob, URL } = scope;
  const program = (): string => {
    const source = `onmessage = ({ data }) => { ${text}(data); }`;
    return URL!.createObjectURL!(new Blob!([source], { type: "text/javascript" }));
  };
  const worker = new Worker!(url ?? program(), { name: "lucid", type: url === undefined ? "classic" : "module" });
  worker.onerror = () => onEnd(true);
  worker.postMessage(participant);
  return worker;
}
