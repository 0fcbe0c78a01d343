/**
 * Waiting until tensors have been computed.
 *
 * @module
 */
import { rootOf } from "@lucid/backend";
import { assertSucceeded } from "../memory/failures.js";
import type { Tensor } from "./tensor.js";

/**
 * Waits until the devices of some tensors have done everything that they were asked to do.
 *
 * @throws what a device reports late about calls that the tensors were computed from.
 */
export async function whenComputed(tensors: readonly Tensor[]): Promise<void> {
  const asked = new Set<object>();
  const answers: Promise<unknown>[] = [];
  for (const { backend, storage } of tensors) {
    const root = rootOf(backend);
    if (storage.freed || asked.has(root)) continue;
    asked.add(root);
    answers.push(backend.synchronize?.() ?? backend.read(storage.buffer, 0, 0));
  }
  await Promise.all(answers);
  for (const { storage } of tensors) assertSucceeded(storage);
}

/**
 * Checks tensors as {@link whenComputed} does, without waiting. It asks only devices that can be read synchronously,
 * and only if a call may have failed. For other devices it uses what is known.
 */
export function assertComputed(tensors: readonly Tensor[]): void {
  for (const { backend, storage } of tensors) {
    if (storage.pending.length === 0) continue;
    if (!storage.freed) backend.readSync?.(storage.buffer, 0, 0);
    assertSucceeded(storage);
  }
}
