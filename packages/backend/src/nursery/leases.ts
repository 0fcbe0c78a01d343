/**
 * Finds out which leases of large slots are unreachable.
 *
 * Where the engine lists WeakSets ({@link Collector.list}), leases are kept in generations, as the engine's own
 * collector keeps objects. A new lease joins the *open* batch. A collection of the young generation, which takes about
 * a millisecond, removes unreachable leases from their batch, and a listing shows which are left. A lease that is found
 * twice becomes *tenured*: only a major collection removes it.
 *
 * A listing while a major collection marks saves the listed leases from it. So the tenured ones are listed only after a
 * major collection has ended, which probes show: each probe is listed once.
 *
 * Elsewhere a FinalizationRegistry reports unreachable leases when the program returns to its event loop.
 *
 * @module
 */
import type { Collector } from "./collector.js";
import { Lease } from "./lease.js";
import { NO_BATCH, type NurserySlot, TENURED } from "./slot.js";

/** One probe in a set of its own. */
type Probe = WeakSet<Lease>;

/** Megabytes of garbage after which a collection of the young generation must have happened. */
const MOST_FILLS = 256;
/** Probes for the end of a major collection. */
const PROBES = 64;
/** A probe is held until it has survived so many young collections, and is therefore old. */
const PROBE_AGE = 2;
/** How many probes a look spends while it makes the engine work on a major collection, at most. */
const PRESSES = 12;
/** How often the engine is pressed from one probe to the next: in the first look, and at most. Each look doubles it. */
const LEAST_EAGER = 64;
const MOST_EAGER = 256;
/** After so many failures in a row the engine is not asked for young collections any more. */
const FAILURES = 3;
/** After a major collection that did not end in time, so many looks pass before another is asked for, at most. */
const LONGEST_PAUSE = 32;

/** The leases of large slots. */
export class Leases {
  readonly #collector: Collector | undefined;
  #list: Collector["list"];
  readonly #reports: FinalizationRegistry<NurserySlot>;
  /** The listing that is or was made last. Slots that it found have this number in `seen`. */
  turn = 0;
  /** Leases granted since the young ones were last looked at. */
  granted = 0;
  #open = new WeakSet<Lease>();
  #openBatch = 0;
  #closed: WeakSet<Lease> | undefined;
  #closedProbe: Probe | undefined;
  /**
   * Sets of tenured leases, each filled at once. Adding to a set may make the engine rebuild it, and a set that is
   * rebuilt while a major collection marks saves all its leases from it.
   */
  #tenured: WeakSet<Lease>[] = [];
  /** Probes that are held until they are old, and old ones that are not held any more. */
  #held: Lease[] = newProbes();
  #heldFor = 0;
  #probes: Probe[] = [];
  #eagerness = LEAST_EAGER;
  #failures = 0;
  /** Looks that pass before another major collection is asked for, and how many the next pause has. */
  #pause = 0;
  #nextPause = 1;
  /** Whether the registry reported something since a major collection was last begun for its sake. */
  #reported = true;

  /** `report` receives slots that the registry found unreachable. Without a collector it finds all of them. */
  constructor(collector: Collector | undefined, report: (slot: NurserySlot) => void) {
    this.#collector = collector;
    this.#list = collector?.list;
    this.#reports = new FinalizationRegistry((slot) => {
      this.#reported = true;
      report(slot);
    });
  }

  /** Whether unreachable leases can be found at any time. */
  get canList(): boolean {
    return this.#list !== undefined;
  }

  /** A lease of a slot. */
  grant(slot: NurserySlot): Lease {
    this.granted++;
    const lease = new Lease(slot);
    if (this.#list === undefined) {
      this.#reports.register(lease, slot, slot);
      slot.isRegistered = true;
    } else {
      this.#open.add(lease);
      slot.batch = this.#openBatch;
    }
    return lease;
  }

  /** Ends the registration of a slot that leaves the heap, because the registry would keep its copy alive. */
  withdraw(slot: NurserySlot): void {
    if (!slot.isRegistered) return;
    this.#reports.unregister(slot);
    slot.isRegistered = false;
  }

  /**
   * Looks at the young leases. Slots of the returned batch and of earlier ones are unreachable if {@link turn} is not
   * in their `seen`. Returns {@link NO_BATCH} if nothing was found out.
   */
  lookAtYoung(): number {
    const list = this.#list;
    if (list === undefined) return NO_BATCH;
    const closed = this.#closed;
    const open = this.#open;
    const batch = this.#openBatch;
    this.#open = new WeakSet();
    this.#openBatch++;
    this.granted = 0;
    if (closed === undefined || this.#isGone(this.#closedProbe!)) {
      // The open batch is closed, and the program itself may make the engine collect before the next look.
      this.#closed = open;
      this.#closedProbe = newProbe();
      if (closed === undefined) return NO_BATCH;
      this.#age();
      this.turn++;
      return this.#listYoung(list, closed) ? batch - 1 : NO_BATCH;
    }
    this.#closed = undefined;
    if (!this.#collectYoung()) {
      this.#fail();
      return NO_BATCH;
    }
    this.#failures = 0;
    this.#age();
    this.turn++;
    return this.#listYoung(list, closed) && this.#listYoung(list, open) ? batch : NO_BATCH;
  }

  /**
   * Looks whether a major collection has ended, and brings one about. Once it has ended, tenured slots are unreachable
   * if {@link turn} is not in their `seen`.
   */
  lookAtTenured(): boolean {
    const list = this.#list;
    if (list === undefined) {
      // Reports come by themselves. Another major collection is worth its time only if the last one led to some.
      if (this.#reported) this.#collector?.press();
      this.#reported = false;
      return false;
    }
    if (this.#pause > 0) {
      this.#pause--;
      return false;
    }
    if (!this.#hasEnded()) return false;
    this.#collector!.relax();
    this.#nextPause = 1;
    this.#probes = [];
    // The probes that are held now were made before, and a major collection makes everything old.
    this.#heldFor = PROBE_AGE;
    this.turn++;
    const left = new WeakSet<Lease>();
    const stay = (lease: Lease): void => {
      lease.slot!.seen = this.turn;
      left.add(lease);
    };
    const complete = this.#tenured.every((leases) => list(leases, stay));
    this.#tenured = [left];
    return this.#complete(complete);
  }

  /** Whether a major collection has ended since the probes are not held any more. Makes the engine work on one. */
  #hasEnded(): boolean {
    if (this.#probes.length === 0 && !this.#letGo()) return false;
    for (let i = 0; i < PRESSES; i++) {
      const probe = this.#probes.pop();
      if (probe === undefined) {
        // V8 marks on other threads, which get little time on a busy machine.
        this.#collector!.relax();
        this.#pause = this.#nextPause;
        this.#nextPause = Math.min(2 * this.#nextPause, LONGEST_PAUSE);
        return false;
      }
      if (this.#isGone(probe)) return true;
      for (let k = 0; k < this.#eagerness; k++) this.#collector!.press();
    }
    this.#eagerness = Math.min(this.#eagerness * 2, MOST_EAGER);
    return false;
  }

  /** Lets go of the probes that were held, if they are old enough to be removed by major collections only. */
  #letGo(): boolean {
    if (this.#heldFor < PROBE_AGE) return false;
    this.#probes = this.#held.map((probe) => new WeakSet([probe]));
    this.#held = newProbes();
    this.#heldFor = 0;
    this.#eagerness = LEAST_EAGER;
    return true;
  }

  /** Marks the slots of a batch that are left, and moves their leases on. */
  #listYoung(list: NonNullable<Collector["list"]>, batch: WeakSet<Lease>): boolean {
    let tenured: WeakSet<Lease> | undefined;
    return this.#complete(
      list(batch, (lease) => {
        const slot = lease.slot!;
        slot.seen = this.turn;
        if (slot.hasSurvived) {
          slot.batch = TENURED;
          if (tenured === undefined) this.#tenured.push((tenured = new WeakSet()));
          tenured.add(lease);
        } else {
          slot.hasSurvived = true;
          slot.batch = this.#openBatch;
          this.#open.add(lease);
        }
      }),
    );
  }

  /**
   * Makes the engine collect its young generation. Each probe is looked at when the next one has been made, because
   * optimised code may keep the lease that it made last in its stack frame.
   */
  #collectYoung(): boolean {
    let probe = newProbe();
    for (let fills = 0; fills < MOST_FILLS; fills++) {
      const next = newProbe();
      this.#collector!.fill();
      if (this.#isGone(probe)) return true;
      probe = next;
    }
    return false;
  }

  #isGone(probe: Probe): boolean {
    const list = this.#list;
    let found = 0;
    return list !== undefined && this.#complete(list(probe, () => found++)) && found === 0;
  }

  /** A listing that is not complete says nothing, and no later one would be trusted. */
  #complete(complete: boolean): boolean {
    if (!complete) this.#list = undefined;
    return complete;
  }

  #fail(): void {
    if (++this.#failures === FAILURES) this.#list = undefined;
  }

  /** Called when the young generation has been collected. */
  #age(): void {
    this.#heldFor++;
  }
}

function newProbes(): Lease[] {
  return Array.from({ length: PROBES }, () => new Lease(undefined));
}

function newProbe(): Probe {
  return new WeakSet([new Lease(undefined)]);
}
