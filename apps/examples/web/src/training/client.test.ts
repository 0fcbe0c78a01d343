import { beforeEach, describe, expect, it, vi } from "vitest";
import { createTraining } from "./client.js";
import type { FromWorker, ToWorker } from "./protocol.js";

interface Counting {
  readonly settings: number;
  readonly snapshot: number;
  readonly calls: { readonly double: (value: number) => number };
}

/** A worker that sends what the test tells it to send, and keeps the messages that it received. */
class ScriptedWorker {
  readonly heard: ToWorker<Counting>[] = [];
  terminated = false;
  onmessage: ((event: { data: FromWorker<Counting> }) => void) | null = null;
  onerror: ((event: { message: string; preventDefault(): void }) => void) | null = null;

  postMessage(message: ToWorker<Counting>): void {
    this.heard.push(message);
  }

  terminate(): void {
    this.terminated = true;
  }

  say(message: FromWorker<Counting>): void {
    this.onmessage?.({ data: message });
  }
}

const workers: ScriptedWorker[] = [];

function create() {
  return createTraining<Counting>(() => {
    const worker = new ScriptedWorker();
    workers.push(worker);
    return worker as unknown as Worker;
  });
}

const snapshot = (
  run: number,
  order: number,
  steps: number,
  state: "training" | "stopped" | "finished" = "training",
): FromWorker<Counting> => ({ kind: "snapshot", run, order, snapshot: 10 * steps, steps, state });

beforeEach(() => {
  workers.length = 0;
  vi.useFakeTimers();
  vi.stubGlobal("requestAnimationFrame", (callback: () => void) => setTimeout(callback, 16));
  vi.stubGlobal("cancelAnimationFrame", (id: ReturnType<typeof setTimeout>) => clearTimeout(id));
  return () => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  };
});

describe("the page's side of training", () => {
  it("shows a snapshot, and asks for the next one when the last one has been drawn", () => {
    const training = create();
    training.start(5, { pace: 100 });
    const [worker] = workers;
    expect(worker!.heard).toEqual([{ kind: "start", run: 1, settings: 5, options: { pace: 100 } }]);
    expect(training.state.value).toBe("loading");
    worker!.say(snapshot(1, 0, 3));
    expect([training.state.value, training.snapshot.value, training.steps.value]).toEqual(["training", 30, 3]);
    expect(worker!.heard).toHaveLength(1);
    vi.advanceTimersByTime(20);
    expect(worker!.heard[1]).toEqual({ kind: "drawn", run: 1 });
  });

  it("stops at once: snapshots that the worker sent before it heard of the stop are not shown", () => {
    const training = create();
    training.start(5);
    const [worker] = workers;
    worker!.say(snapshot(1, 0, 3));
    training.stop();
    expect(training.state.value).toBe("stopped");
    worker!.say(snapshot(1, 0, 4));
    expect([training.state.value, training.steps.value]).toEqual(["stopped", 3]);
    worker!.say({ kind: "heard", run: 1 });
    worker!.say(snapshot(1, 1, 5, "stopped"));
    expect([training.state.value, training.steps.value]).toEqual(["stopped", 5]);
    vi.advanceTimersByTime(20_000);
    expect(worker!.terminated).toBe(false);
  });

  it("is not stopped by a snapshot that was sent before a resume", () => {
    const training = create();
    training.start(5);
    const [worker] = workers;
    worker!.say(snapshot(1, 0, 9, "finished"));
    training.resume();
    worker!.say(snapshot(1, 0, 9, "stopped"));
    expect(training.state.value).toBe("training");
  });

  it("ignores snapshots of an earlier start", () => {
    const training = create();
    training.start(5);
    training.start(6);
    const [worker] = workers;
    worker!.say(snapshot(1, 0, 3));
    expect([training.state.value, training.steps.value]).toEqual(["loading", 0]);
    worker!.say(snapshot(2, 0, 1));
    expect([training.state.value, training.steps.value]).toEqual(["training", 1]);
  });

  it("ends a worker that does not hear a stop, and makes another at the next start", () => {
    const training = create();
    training.start(5);
    workers[0]!.say({ kind: "ready" });
    workers[0]!.say(snapshot(1, 0, 3));
    training.stop();
    vi.advanceTimersByTime(10_000);
    expect([workers[0]!.terminated, training.state.value]).toEqual([true, "idle"]);
    training.start(6);
    expect(workers).toHaveLength(2);
  });

  it("forgets the figures of the previous model when a start is stopped before its model is there", () => {
    const training = create();
    training.start(5);
    workers[0]!.say(snapshot(1, 0, 9));
    training.start(6);
    training.stop();
    expect([training.state.value, training.snapshot.value, training.steps.value]).toEqual(["idle", undefined, 0]);
  });

  it("ends a worker that does not hear a start, and starts in another", () => {
    const training = create();
    training.start(5);
    workers[0]!.say({ kind: "ready" });
    training.start(6);
    vi.advanceTimersByTime(10_000);
    expect(workers[0]!.terminated).toBe(true);
    expect(workers[1]!.heard).toEqual([{ kind: "start", run: 2, settings: 6, options: {} }]);
  });

  it("keeps the text of a failure until the next start", () => {
    const training = create();
    training.start(5);
    workers[0]!.say({ kind: "failed", run: 1, text: "ShapeError: [matmul] …" });
    expect([training.state.value, training.error.value]).toEqual(["failed", "ShapeError: [matmul] …"]);
    training.start(6);
    expect([training.state.value, training.error.value]).toEqual(["loading", undefined]);
  });

  it("gives each answer, and each refusal, to the call that asked", async () => {
    const training = create();
    await expect(training.call("double", 4)).rejects.toThrow('no model yet, so "double" has no answer');
    training.start(5);
    const first = training.call("double", 4);
    const second = training.call("double", 5);
    const calls = workers[0]!.heard.filter((message) => message.kind === "call");
    expect(calls.map(({ name, parameters }) => [name, parameters])).toEqual([
      ["double", [4]],
      ["double", [5]],
    ]);
    workers[0]!.say({ kind: "refused", id: calls[1]!.id, text: "Too large." });
    workers[0]!.say({ kind: "answered", id: calls[0]!.id, result: 8 });
    await expect(first).resolves.toBe(8);
    await expect(second).rejects.toThrow("Too large.");
  });
});
