/**
 * Reading back. Reads that are asked for in one turn of the program share one submission and one mapped buffer: the copy
 * is encoded at once, so that it sees the elements as they are now, and everything is submitted and mapped in the next
 * microtask. The buffers are kept and used again.
 *
 * Every mapping also brings back what the calls that check indices have found.
 *
 * @module
 */
import type { Failures } from "./failures.js";
import type { DeviceQueue } from "./queue.js";
import { type GpuBuffer, MAP_READ, Usage } from "./webgpu.js";

/** What this module uses of the host. */
declare const setTimeout: (run: (value: unknown) => void, milliseconds: number) => unknown;

/** Bytes of a buffer that is kept. Larger reads have a buffer of their own. */
const STAGING_BYTES = 1 << 17;
/** The most buffers that are kept. */
const MOST_SPARE = 4;

/** A buffer that the host can map, and how much of it is used. */
interface Staging {
  readonly buffer: GpuBuffer;
  used: number;
  /** What it held when it was mapped. */
  contents: ArrayBuffer | undefined;
}

/** Reads that share a submission. */
interface Batch {
  readonly stagings: Staging[];
  /** Is resolved when the contents are known. */
  readonly answered: Promise<void>;
}

/** Reads words of the arena. */
export class Reads {
  readonly #queue: DeviceQueue;
  readonly #failures: Failures;
  readonly #spare: GpuBuffer[] = [];
  #batch: Batch | undefined;
  /** The number of buffers that were mapped so far. */
  totalMaps = 0;

  constructor(queue: DeviceQueue, failures: Failures) {
    this.#queue = queue;
    this.#failures = failures;
  }

  /** Returns bytes of the arena as they are after everything that was asked before. Both numbers are multiples of 4. */
  async read(operation: string, byteOffset: number, bytes: number): Promise<ArrayBuffer> {
    this.#queue.assertAlive(operation);
    const { stagings, answered } = (this.#batch ??= this.#begin());
    const staging = this.#reserve(stagings, bytes);
    const at = staging.used;
    staging.used += bytes;
    if (bytes > 0) this.#queue.copyOut(byteOffset, staging.buffer, at, bytes);
    try {
      await answered;
    } catch (error) {
      // If the device was lost, the promise `lost` is settled in a later task.
      await new Promise((resolve) => setTimeout(resolve, 0));
      this.#queue.assertAlive(operation);
      throw error;
    }
    this.#queue.assertAlive(operation);
    const contents = staging.contents!;
    return bytes === contents.byteLength ? contents : contents.slice(at, at + bytes);
  }

  #begin(): Batch {
    const stagings: Staging[] = [];
    const answered = Promise.resolve().then(() => {
      this.#batch = undefined;
      return this.#answer(stagings);
    });
    return { stagings, answered };
  }

  /** Room for so many bytes. */
  #reserve(stagings: Staging[], bytes: number): Staging {
    const last = stagings.at(-1);
    if (last !== undefined && last.used + bytes <= last.buffer.size) return last;
    const size = Math.max(bytes, STAGING_BYTES);
    const buffer =
      (size === STAGING_BYTES ? this.#spare.pop() : undefined) ??
      this.#queue.device.createBuffer({ size, usage: Usage.mapRead | Usage.copyTarget });
    const staging: Staging = { buffer, used: 0, contents: undefined };
    stagings.push(staging);
    return staging;
  }

  /** Submits what was asked, and takes the contents of the buffers. */
  async #answer(stagings: Staging[]): Promise<void> {
    const calls = this.#failures.pending();
    const first = calls[0]?.slot ?? 0;
    // One slot is copied in any case: mapping waits only for work that uses the buffer.
    const bytes = ((calls.at(-1)?.slot ?? first) + 1 - first) * 8;
    const found = this.#reserve(stagings, bytes);
    const at = found.used;
    found.used += bytes;
    this.#queue.copyFailures(first, found.buffer, at, bytes);
    this.#queue.submit();
    try {
      await Promise.all(stagings.map((staging) => this.#map(staging)));
    } catch (error) {
      for (const { buffer } of stagings) buffer.destroy();
      throw error;
    }
    const words = new Uint32Array(found.contents!, at, bytes / 4);
    for (const slot of this.#failures.resolve(calls, words)) this.#queue.clearFailure(slot);
  }

  async #map(staging: Staging): Promise<void> {
    const { buffer, used } = staging;
    this.totalMaps++;
    await buffer.mapAsync(MAP_READ, 0, used);
    staging.contents = buffer.getMappedRange(0, used).slice(0);
    if (buffer.size === STAGING_BYTES && this.#spare.length < MOST_SPARE) {
      buffer.unmap();
      this.#spare.push(buffer);
    } else buffer.destroy();
  }
}
