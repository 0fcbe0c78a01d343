/** Compares the results of the peers before anything is measured. */
import type { MissingPeer, Peer, PeerName, Variant } from "./benchmark.js";

/** The peers that take part, and those that do not. */
export interface Compared {
  readonly able: readonly Peer[];
  readonly missing: MissingPeer[];
}

/**
 * Finds the peers whose results agree with those of the first peer that works. Peers that fail or give other results
 * count as missing.
 */
export async function compareResults({ peers, tolerance, comparedRuns = 1 }: Variant): Promise<Compared> {
  const able: Peer[] = [];
  const missing: MissingPeer[] = [];
  let expected: Float64Array | undefined;
  for (const peer of peers) {
    if ("missing" in peer) {
      missing.push(peer);
      continue;
    }
    try {
      for (let i = 0; i < comparedRuns; i++) await peer.run();
      // The values are copied, because a peer may return a view of memory that it uses again.
      const values = peer.result === undefined ? undefined : Float64Array.from(await peer.result());
      if (values !== undefined && expected !== undefined) assertClose(values, expected, tolerance);
      expected ??= values;
      able.push(peer);
    } catch (error) {
      missing.push(missingFor(peer, error));
    }
  }
  return { able, missing };
}

/** Makes the entry of a peer that is missing because of an error. */
export function missingFor({ name, how }: PeerName, error: unknown): MissingPeer {
  return { name, ...(how === undefined ? {} : { how }), missing: reasonOf(error) };
}

/** The first line of an error's message. */
export function reasonOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n")[0];
}

function assertClose(values: Float64Array, expected: Float64Array, tolerance: number): void {
  if (values.length !== expected.length) {
    throw new Error(`disagrees: ${values.length} numbers, not ${expected.length}`);
  }
  let largest = 0;
  for (const value of expected) largest = Math.max(largest, Math.abs(value));
  for (let i = 0; i < values.length; i++) {
    if (!(Math.abs(values[i] - expected[i]) <= tolerance * largest)) {
      throw new Error(`disagrees: ${values[i]} at ${i}, where ${expected[i]} is expected`);
    }
  }
}
