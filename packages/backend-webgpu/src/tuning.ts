/**
 * What is known about a device that decides between kernels. Times are relative to each other.
 *
 * @module
 */

/**
 * A tile of a matrix product: one invocation computes `rows` rows and `columns` columns of it. The invocations of as many
 * lanes as the device has beside each other compute the same rows.
 */
export interface Tile {
  readonly rows: number;
  readonly columns: number;
  /** Whether lanes share the elements of the rows that they load. */
  readonly shares: boolean;
}

/** The costs of a device. */
export interface Tuning {
  /** So many invocations keep the device busy. */
  readonly invocations: number;
  /** The time to load or store a word. */
  readonly load: number;
  /** How many times as long neighbouring invocations take to load words that are not neighbours. */
  readonly scattered: number;
  /** The time of a multiplication and an addition. */
  readonly multiply: number;
  /** The time to take a value from another lane. */
  readonly broadcast: number;
  /** The time to start a kernel. */
  readonly dispatch: number;
  /** Invocations beside each other that compute the same rows of a product. */
  readonly lanes: number;
  /** The tiles of matrix products. Each is a kernel to compile, so there are few. */
  readonly tiles: readonly Tile[];
}

const tile = (rows: number, columns: number, shares = false): Tile => ({ rows, columns, shares });

/** A graphics card. These are estimates; nothing was measured. */
const graphics: Tuning = {
  invocations: 16384,
  load: 2,
  scattered: 4,
  multiply: 1,
  broadcast: 2,
  dispatch: 20_000,
  lanes: 16,
  tiles: [tile(8, 8), tile(4, 4), tile(1, 1)],
};

/**
 * A driver that computes on the processor, as measured on SwiftShader. Every load goes through the lanes one by one,
 * wherever the words lie, and takes as long as seven multiplications.
 */
const processor: Tuning = {
  invocations: 256,
  load: 11,
  scattered: 1,
  multiply: 1.6,
  broadcast: 2,
  dispatch: 20_000,
  lanes: 4,
  tiles: [tile(8, 8), tile(4, 4), tile(1, 1)],
};

/** The same where subgroups have exactly four invocations, which can share what they load. */
const processorWithSubgroups: Tuning = { ...processor, tiles: [tile(16, 4, true), tile(4, 4), tile(1, 1)] };

/**
 * Returns the costs of a device.
 *
 * @param isSoftware whether the device computes on the processor.
 * @param subgroupSize the size of all its subgroups; undefined if sizes differ, or without subgroups.
 */
export function tuningFor(isSoftware: boolean, subgroupSize: number | undefined): Tuning {
  if (!isSoftware) return graphics;
  return subgroupSize === processor.lanes ? processorWithSubgroups : processor;
}
