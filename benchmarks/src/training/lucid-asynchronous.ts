/** The eager training step in Lucid, awaited. */
import { setImmediate as nextEvent } from "node:timers/promises";
import type { Backend } from "@lucid/backend";
import type { Peer } from "../harness/benchmark.js";
import { memoryOf } from "../tensors.js";
import { lucidLoss } from "./lucid.js";
import { lossPeer, type Task } from "./task.js";

/** A training loop that returns to the event loop after each step. */
export function lucidAsynchronousStep(backend: Backend, task: Task): Omit<Peer, "name"> {
  const step = lucidLoss(backend, task);
  const peer = lossPeer(async () => {
    const loss = await step().itemAsync();
    await nextEvent();
    return loss;
  });
  return { ...peer, memory: memoryOf(backend) };
}
