/**
 * Regions: 4 KB of the heap, cut into cells of one size, one for each small slot.
 *
 * @module
 */
export const REGION_BYTES = 4096;
/** The largest small slot. */
export const LARGEST_SMALL = 4096;

/** Cell sizes: multiples of 16 up to 128, then four per doubling, as far as a region holds more than one. */
export const cellSizes: readonly number[] = [
  16, 32, 48, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 640, 768, 1024, 1360, 2048, 4096,
];

/** The index of the cell size for `byteLength`, by (byteLength + 15) >>> 4. */
const classes: Uint8Array = /* @__PURE__ */ classesBySize();

function classesBySize(): Uint8Array {
  const bySize = new Uint8Array(LARGEST_SMALL / 16 + 1);
  let next = 0;
  for (let units = 0; units < bySize.length; units++) {
    if (cellSizes[next]! < units * 16) next++;
    bySize[units] = next;
  }
  return bySize;
}

/** The index of the cell size for a small slot. */
export function sizeClassOf(byteLength: number): number {
  return classes[(byteLength + 15) >>> 4]!;
}

/** What stands in a cell. */
export interface Occupant {
  /** Where it stands: the region, the cell, and the address. */
  region: unknown;
  cell: number;
  address: number;
}

/** 4 KB of the heap. */
export class Region<Slot extends Occupant> {
  readonly address: number;
  sizeClass = 0;
  cellSize = 0;
  /** How many cells it is divided into, and how many of them are taken. */
  capacity = 0;
  live = 0;
  /** Slots by cell. */
  readonly slots: (Slot | undefined)[] = [];
  /** Cells that were given back, as a stack of `freeCount`; cells from `fresh` on were never used. */
  readonly freeCells: number[] = [];
  freeCount = 0;
  fresh = 0;
  /** The call in which it was divided into cells, or last searched for slots to evict. */
  visited = 0;
  /** Neighbours in the list of regions by age. */
  older: Region<Slot> | undefined = undefined;
  newer: Region<Slot> | undefined = undefined;
  /** Whether it is in the list of regions of its cell size that have room, and its neighbours there. */
  listed = false;
  previous: Region<Slot> | undefined = undefined;
  next: Region<Slot> | undefined = undefined;

  constructor(address: number) {
    this.address = address;
  }

  /** Divides an empty region into cells of a size. */
  cut(sizeClass: number): void {
    this.sizeClass = sizeClass;
    this.cellSize = cellSizes[sizeClass]!;
    this.capacity = Math.floor(REGION_BYTES / this.cellSize);
    this.freeCount = 0;
    this.fresh = 0;
  }

  /** Puts a slot into a free cell. The caller makes sure that there is one. */
  settle(slot: Slot): void {
    const cell = this.freeCount > 0 ? this.freeCells[--this.freeCount]! : this.fresh++;
    this.slots[cell] = slot;
    this.live++;
    slot.region = this;
    slot.cell = cell;
    slot.address = this.address + cell * this.cellSize;
  }

  /** Takes a slot out of its cell. */
  vacate(slot: Slot): void {
    this.slots[slot.cell] = undefined;
    this.freeCells[this.freeCount++] = slot.cell;
    this.live--;
    slot.region = undefined;
  }
}

/** The regions that have room, by cell size. */
export class OpenRegions<Slot extends Occupant> {
  readonly #heads: (Region<Slot> | undefined)[] = new Array(cellSizes.length).fill(undefined);

  first(sizeClass: number): Region<Slot> | undefined {
    return this.#heads[sizeClass];
  }

  add(region: Region<Slot>): void {
    const head = this.#heads[region.sizeClass];
    region.listed = true;
    region.next = head;
    if (head !== undefined) head.previous = region;
    this.#heads[region.sizeClass] = region;
  }

  remove(region: Region<Slot>): void {
    const { previous, next } = region;
    if (next !== undefined) next.previous = previous;
    if (previous !== undefined) previous.next = next;
    else this.#heads[region.sizeClass] = next;
    region.listed = false;
    region.previous = undefined;
    region.next = undefined;
  }
}
