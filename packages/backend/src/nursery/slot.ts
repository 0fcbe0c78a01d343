/**
 * A storage, and when it has to leave the heap.
 *
 * @module
 */
import type { EvictedCopy } from "./evicted.js";
import type { Region } from "./region.js";
import type { Block } from "./space.js";

/** Marks in place of an address. */
export const EVICTED = -1;
export const FREED = -2;

/** A storage. Keep it for as long as the storage is needed, and nothing of the nursery's beside it. */
export class NurserySlot {
  readonly byteLength: number;
  /** In the heap, or a negative mark. @internal */
  address: number = EVICTED;
  /** The call that last used it. @internal */
  used: number;
  /** The call in which it was born or last spared. @internal */
  spared: number;
  /** Where a small slot lives. @internal */
  region: Region | undefined = undefined;
  /** Which cell of the region; of an evicted slot, where its bytes begin in the copy. @internal */
  cell: number = 0;
  /** Where a large slot lives. @internal */
  block: Block<NurserySlot> | undefined = undefined;
  /** The buffer that refers to it, of a large slot. @internal */
  owner: WeakRef<object> | undefined = undefined;
  /** Whether the collector reports when that buffer is gone. @internal */
  reported: boolean = false;
  /** Its bytes while it is evicted. @internal */
  copy: EvictedCopy | undefined = undefined;

  /** @internal */
  constructor(byteLength: number, call: number) {
    this.byteLength = byteLength;
    this.used = call;
    this.spared = call;
  }
}

/**
 * Whether a slot is to be evicted. One whose last use lies in the later half of the time since it was made, or spared
 * before, is spared for a turn; that it was used soon after it was made says nothing, every result is.
 */
export function mayGo(slot: NurserySlot, call: number, forced: boolean): boolean {
  if (slot.used === call) return false;
  if (forced) return true;
  if (slot.spared === call) return false;
  if (((slot.used - slot.spared) | 0) * 2 <= ((call - slot.spared) | 0)) return true;
  slot.spared = call;
  return false;
}
