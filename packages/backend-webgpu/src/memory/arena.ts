/**
 * The memory of all tensors: one buffer of the device, in which every tensor is a block of 32-bit words. So kernels
 * need one binding for any number of operands, bind groups never change, and a view is an offset.
 *
 * The buffer is doubled when it is full, up to the largest binding of the device. The contents are copied on the device,
 * and the positions of blocks stay as they are. Blocks of tensors that nobody can reach are freed by their leases.
 *
 * @module
 */
import { OutOfMemoryError } from "@lucid/backend";
import { type Collector, LeasedSpace, type NurseryLease, type NurserySlot } from "@lucid/backend/nursery";

/** Bytes of the first buffer. */
const FIRST_BYTES = 1 << 24;

/** A place in the arena. */
export interface Place {
  /** The position of the first word. */
  readonly word: number;
  /** What stands for it in the arena. */
  readonly slot: NurserySlot | undefined;
}

/** A place that belongs to a tensor. */
export interface LeasedPlace extends Place {
  /** Whoever holds it can reach the place. */
  readonly lease: NurseryLease;
}

/** What the kernels need of the arena: working memory. */
export interface ScratchMemory {
  /** @throws OutOfMemoryError if there is no room. */
  take(operation: string, bytes: number): Place;
  give(place: Place): void;
}

/** Hands out places of an arena whose buffer can grow. */
export class Arena implements ScratchMemory {
  readonly #limit: number;
  readonly #space: LeasedSpace;
  #size: number;
  /** Named in errors. */
  #operation = "allocate";

  /**
   * @param limit the most bytes of the buffer.
   * @param grow makes the buffer larger: from and to so many bytes.
   * @param collector for tests; default the engine's.
   */
  constructor(limit: number, grow: (from: number, to: number) => void, collector?: Collector) {
    this.#limit = limit;
    this.#size = Math.min(FIRST_BYTES, limit);
    grow(0, this.#size);
    this.#space = new LeasedSpace({
      heap: {
        limit,
        grow: (end) => {
          const to = Math.min(Math.max(2 * this.#size, end), limit);
          grow(this.#size, to);
          this.#size = to;
          return true;
        },
      },
      size: () => this.#size,
      outOfMemory: (bytes) => this.#outOfMemory(bytes),
      ...(collector === undefined ? {} : { collector }),
    });
  }

  /** Bytes of the places that are taken. */
  get usedBytes(): number {
    return this.#space.bytes;
  }

  /** A place for a tensor. */
  lease(operation: string, bytes: number): LeasedPlace {
    this.#operation = operation;
    const slot = this.#space.take(bytes);
    return { word: this.#space.addressOf(slot) / 4, slot, lease: this.#space.lease(slot) };
  }

  take(operation: string, bytes: number): Place {
    this.#operation = operation;
    const slot = this.#space.take(bytes);
    return { word: this.#space.addressOf(slot) / 4, slot };
  }

  /** Frees a place at once. Freeing it again does nothing. */
  give({ slot }: Place): void {
    if (slot !== undefined) this.#space.give(slot);
  }

  #outOfMemory(bytes: number): OutOfMemoryError {
    const used = this.#space.bytes;
    return new OutOfMemoryError(this.#operation, bytes, used, this.#limit, {
      rule: "all tensors together lie in one buffer, and the largest that the device can bind has this limit; tensors that are unreachable are freed when the program returns to its event loop",
      remedy: "await a result (itemAsync, data, synchronize) in the loop, or free tensors with using or dispose()",
    });
  }
}
