/**
 * A storage of a nursery, and when it has to leave the heap.
 *
 * @module
 */
import type { EvictedCopy } from "./evicted.js";
import type { Region } from "./region.js";
import type { Block } from "./space.js";

/** Marks that stand in place of an address. */
export const EVICTED = -1;
export const FREED = -2;

/** Marks that stand in place of a batch of leases. */
export const NO_BATCH = -1;
export const TENURED: number = Number.POSITIVE_INFINITY;

/** A storage. Keep it for as long as the storage is needed, and keep nothing else of the nursery's. */
export class NurserySlot {
  /** Its size. It changes only when the nursery uses a forfeited slot again. @internal */
  byteLength: number;
  /** Its place in the heap, or a negative mark. @internal */
  address: number = EVICTED;
  /** The call that last used it. @internal */
  used: number;
  /** The call in which it was made or last spared. @internal */
  spared: number;
  /** The region of a small slot. @internal */
  region: Region<NurserySlot> | undefined = undefined;
  /** Its cell in the region; for an evicted slot, where its bytes begin in the copy. @internal */
  cell: number = 0;
  /** The block of a large slot. @internal */
  block: Block<NurserySlot> | undefined = undefined;
  /** The batch of its lease, or a mark. @internal */
  batch: number = NO_BATCH;
  /** The last listing of leases that found its lease. @internal */
  seen: number = -1;
  /** Whether a listing of young leases has found its lease. @internal */
  hasSurvived: boolean = false;
  /** Whether a large slot is counted among those with a young lease, or with a tenured one. @internal */
  isYoung: boolean = false;
  isTenured: boolean = false;
  /** Whether a FinalizationRegistry watches its lease. @internal */
  isRegistered: boolean = false;
  /** Its bytes while it is evicted. @internal */
  copy: EvictedCopy | undefined = undefined;

  /** @internal */
  constructor(byteLength: number, call: number) {
    this.byteLength = byteLength;
    this.used = call;
    this.spared = call;
  }

  /** Makes a slot that nobody can reach into a new one. @internal */
  renew(byteLength: number, call: number): void {
    this.byteLength = byteLength;
    this.address = EVICTED;
    this.used = call;
    this.spared = call;
    this.cell = 0;
    this.batch = NO_BATCH;
    this.seen = -1;
    this.hasSurvived = false;
  }
}

/**
 * Whether a slot should be evicted. It is spared for one more turn if its last use lies in the later half of the time
 * since it was made or last spared. A use in the earlier half says nothing, because every result is used soon after it
 * is made.
 */
export function mayBeEvicted(slot: NurserySlot, call: number, forced: boolean): boolean {
  if (slot.used === call) return false;
  if (forced) return true;
  if (slot.spared === call) return false;
  if (((slot.used - slot.spared) | 0) * 2 <= ((call - slot.spared) | 0)) return true;
  slot.spared = call;
  return false;
}
