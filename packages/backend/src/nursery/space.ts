/**
 * The address space of large slots. Blocks have any size and are given back in any order, and free neighbours are
 * merged at once. Free blocks are kept in lists by size, with eight lists per power of two, so finding one takes few
 * steps.
 *
 * @module
 */

/** Every address and size is a multiple of this, the size of a cache line. */
const UNIT = 64;
const BIN_COUNT = 256;

/** A stretch of addresses, free or taken. */
export class Block<Owner> {
  address: number;
  size: number;
  /** Who holds it. Undefined while it is free. */
  owner: Owner | undefined = undefined;
  /** Neighbours in memory. */
  below: Block<Owner> | undefined = undefined;
  above: Block<Owner> | undefined = undefined;
  /** Neighbours in the list of free blocks of this size. */
  previous: Block<Owner> | undefined = undefined;
  next: Block<Owner> | undefined = undefined;
  /** Neighbours by age, for the owner's use. */
  older: Block<Owner> | undefined = undefined;
  newer: Block<Owner> | undefined = undefined;

  constructor(address: number, size: number) {
    this.address = address;
    this.size = size;
  }
}

/** The list for blocks of `size` bytes. The sizes in a list differ by at most an eighth. */
function binOf(size: number): number {
  const units = size / UNIT;
  if (units < 8) return units;
  const exponent = 31 - Math.clz32(units);
  return (exponent - 2) * 8 + ((units >>> (exponent - 3)) & 7);
}

/**
 * Bytes that a block for `byteLength` bytes takes.
 *
 * @example
 * ```ts
 * blockSize(100); // → 128
 * ```
 */
export function blockSize(byteLength: number): number {
  return Math.max(Math.ceil(byteLength / UNIT), 1) * UNIT;
}

/**
 * Hands out blocks of `[start, end)`. Both are multiples of 64.
 *
 * @example
 * ```ts
 * const space = new Space<string>(0, 1024);
 * const block = space.take(128, "mine")!;
 * block.address; // → 0
 * space.take(1024, "yours"); // → undefined
 * space.give(block);
 * ```
 */
export class Space<Owner> {
  /** The lowest block. */
  first: Block<Owner> | undefined;
  #last: Block<Owner> | undefined;
  readonly #bins: (Block<Owner> | undefined)[] = new Array(BIN_COUNT).fill(undefined);
  /** Bit i of word w: list 32·w + i is not empty. */
  readonly #filled: Int32Array = new Int32Array(BIN_COUNT / 32);

  /** Blocks that were merged into their neighbours, to be used again. A list by `next`. */
  #spare: Block<Owner> | undefined;

  constructor(start: number, end: number) {
    if (end <= start) return;
    this.first = this.#last = new Block(start, end - start);
    this.#insert(this.first);
  }

  /** Returns a block of exactly `size` bytes (a multiple of 64), or undefined if no free stretch is long enough. */
  take(size: number, owner: Owner): Block<Owner> | undefined {
    const bin = binOf(size);
    let block = this.#bins[bin];
    while (block !== undefined && block.size < size) block = block.next;
    block ??= this.#bins[this.#filledFrom(bin + 1)];
    if (block === undefined) return undefined;
    this.#remove(block);
    block.owner = owner;
    if (block.size > size) {
      const rest = this.#make(block.address + size, block.size - size);
      block.size = size;
      this.#link(block, rest);
      this.#insert(rest);
    }
    return block;
  }

  /** Takes a block back and merges it with free neighbours. */
  give(block: Block<Owner>): void {
    block.owner = undefined;
    const { below, above } = block;
    if (above !== undefined && above.owner === undefined) {
      this.#remove(above);
      this.#absorb(block, above);
    }
    if (below !== undefined && below.owner === undefined) {
      this.#remove(below);
      this.#absorb(below, block);
      block = below;
    }
    this.#insert(block);
  }

  /** Gives up the free addresses from `end` on. */
  truncate(end: number): void {
    const last = this.#last;
    if (last === undefined || last.owner !== undefined) return;
    const size = Math.floor((end - last.address) / UNIT) * UNIT;
    if (size >= last.size) return;
    this.#remove(last);
    if (size > 0) {
      last.size = size;
      this.#insert(last);
      return;
    }
    this.#last = last.below;
    if (last.below === undefined) this.first = undefined;
    else last.below.above = undefined;
  }

  #link(block: Block<Owner>, rest: Block<Owner>): void {
    rest.below = block;
    rest.above = block.above;
    if (block.above === undefined) this.#last = rest;
    else block.above.below = rest;
    block.above = rest;
  }

  #absorb(block: Block<Owner>, above: Block<Owner>): void {
    block.size += above.size;
    block.above = above.above;
    if (above.above === undefined) this.#last = block;
    else above.above.below = block;
    above.above = undefined;
    above.below = undefined;
    above.next = this.#spare;
    this.#spare = above;
  }

  #make(address: number, size: number): Block<Owner> {
    const block = this.#spare;
    if (block === undefined) return new Block(address, size);
    this.#spare = block.next;
    block.next = undefined;
    block.address = address;
    block.size = size;
    return block;
  }

  #insert(block: Block<Owner>): void {
    const bin = binOf(block.size);
    const head = this.#bins[bin];
    block.previous = undefined;
    block.next = head;
    if (head !== undefined) head.previous = block;
    this.#bins[bin] = block;
    this.#filled[bin >>> 5]! |= 1 << (bin & 31);
  }

  #remove(block: Block<Owner>): void {
    const { previous, next } = block;
    if (next !== undefined) next.previous = previous;
    if (previous !== undefined) previous.next = next;
    else {
      const bin = binOf(block.size);
      this.#bins[bin] = next;
      if (next === undefined) this.#filled[bin >>> 5]! &= ~(1 << (bin & 31));
    }
    block.previous = undefined;
    block.next = undefined;
  }

  /** The first list from `bin` on that is not empty, or −1. */
  #filledFrom(bin: number): number {
    let word = bin >>> 5;
    if (word >= this.#filled.length) return -1;
    let bits = this.#filled[word]! & (-1 << (bin & 31));
    while (bits === 0) {
      word++;
      if (word === this.#filled.length) return -1;
      bits = this.#filled[word]!;
    }
    return word * 32 + 31 - Math.clz32(bits & -bits);
  }
}
