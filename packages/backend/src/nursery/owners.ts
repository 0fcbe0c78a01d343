/**
 * Which owners of large slots are gone: asked of WeakRefs where the engine's {@link Collector} can make them forget,
 * otherwise reported by a FinalizationRegistry when the program returns to its event loop.
 *
 * A WeakRef must not be read while a collection is marking: what is read survives it. So the end of a collection is found
 * out with probes, each read once, and only then all the others are read.
 *
 * @module
 */
import type { Collector } from "./collector.js";
import type { NurserySlot } from "./slot.js";

/** What {@link Owners.look} found: a collection has ended, one is going on, or none came to an end. */
export type Collection = "ended" | "going on" | "missing";

const PROBES = 32;
/** WeakRefs that may keep their targets before they are made to forget. */
const KEPT = 256;
/** Collections in a row that may fail to come before WeakRefs are given up. */
const FAILURES = 3;

/** The owners of large slots. */
export class Owners {
  readonly #collector: Collector | undefined;
  #forget: (() => void) | undefined;
  readonly #reports: FinalizationRegistry<NurserySlot>;
  /** WeakRefs made or read since the last time they were made to forget. */
  #kept = 0;
  readonly #probes: WeakRef<object>[] = [];
  #begun = false;
  #failures = 0;
  /** Whether there was a report since a collection was last begun for the sake of reports. */
  #reported = true;

  /** `report` is told of slots whose owners are gone. Without a collector all that is known comes from there. */
  constructor(collector: Collector | undefined, report: (slot: NurserySlot) => void) {
    this.#collector = collector;
    this.#forget = collector?.forget;
    this.#reports = new FinalizationRegistry((slot) => {
      this.#reported = true;
      report(slot);
    });
  }

  /** Whether WeakRefs are asked. They cost more than reports. */
  get asks(): boolean {
    return this.#forget !== undefined;
  }

  /** Begins to watch a slot's owner. */
  watch(owner: object, slot: NurserySlot): void {
    if (this.#forget === undefined) {
      this.#reports.register(owner, slot, slot);
      slot.reported = true;
      return;
    }
    slot.owner = new WeakRef(owner);
    if (++this.#kept >= KEPT) this.forget();
  }

  /** A slot leaves the heap. Its WeakRef stays with it; a registration would keep its copy alive. */
  leave(slot: NurserySlot): void {
    if (!slot.reported) return;
    this.#reports.unregister(slot);
    slot.reported = false;
  }

  /** Whether a slot's owner is known to be gone. */
  isGone(slot: NurserySlot): boolean {
    if (slot.owner === undefined || this.#forget === undefined) return false;
    this.#kept++;
    return slot.owner.deref() === undefined;
  }

  /**
   * Whether a major collection has ended since the last time that this found one; begins one and moves it on.
   */
  look(): Collection {
    if (this.#forget === undefined) {
      // Reports come by themselves. A collection is worth its time only if the last one led to some.
      if (this.#reported) this.#collector?.begin();
      this.#reported = false;
      return "missing";
    }
    const probe = this.#probes.pop();
    if (probe === undefined) return this.#restart();
    if (probe.deref() === undefined) {
      this.#failures = 0;
      this.#begun = false;
      this.#renewProbes();
      return "ended";
    }
    this.forget();
    if (this.#begun) this.#collector?.advance();
    else this.#collector?.begin();
    this.#begun = true;
    return "going on";
  }

  /** Lets the collector have what is not used any more. */
  forget(): void {
    this.#kept = 0;
    try {
      this.#forget?.();
    } catch {
      this.#forget = undefined;
    }
  }

  /** All probes were read in vain, or there never were any. */
  #restart(): Collection {
    const failed = this.#begun;
    this.#begun = false;
    this.#renewProbes();
    this.forget();
    if (!failed) return "going on";
    // WeakRefs that are never made to forget would keep everything to the end of the job.
    if (++this.#failures === FAILURES) this.#forget = undefined;
    return "missing";
  }

  #renewProbes(): void {
    this.#probes.length = 0;
    for (let i = 0; i < PROBES; i++) this.#probes.push(new WeakRef({}));
  }
}
