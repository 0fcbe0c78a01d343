/** Results are compared before anything is timed. */
import type { MissingPeer, Peer, PeerName, Variant } from "./benchmark.js";

/** Who takes part. */
export interface Compared {
  readonly able: readonly Peer[];
  readonly missing: MissingPeer[];
}

/** Who gives the numbers that the first able peer gives. Who fails or gives other numbers counts as missing. */
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
      // A copy: what a peer hands out may be a view of memory that it uses again.
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

/** The peer as missing, because of an error. */
export function missingFor({ name, how }: PeerName, error: unknown): MissingPeer {
  return { name, ...(how === undefined ? {} : { how }), missing: reasonOf(error) };
}

/** The first line of what an error says. */
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
