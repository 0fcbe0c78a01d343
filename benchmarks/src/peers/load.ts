/** Loads peers. A peer that cannot be loaded counts as missing, with the reason. */
import type { MissingPeer, Peer, PeerName } from "../harness/benchmark.js";
import { missingFor, reasonOf } from "../harness/compare.js";

/** The library of a peer, or the reason why it is missing. */
export type Loaded<Library> = { readonly library: Library } | { readonly missing: string };

/** Returns a library, which the first call loads. */
export type Load<Library> = () => Promise<Loaded<Library>>;

/** Makes a function that loads a library once. */
export function loading<Library>(load: () => Promise<Library>): Load<Library> {
  let loaded: Promise<Loaded<Library>> | undefined;
  return () => {
    loaded ??= load().then(
      (library) => ({ library }),
      (error: unknown) => ({ missing: reasonOf(error) }),
    );
    return loaded;
  };
}

/** Makes a function that loads a library once for each number of threads. */
export function loadingOn<Library>(load: (threads: number) => Promise<Library>): (threads: number) => Load<Library> {
  const loads = new Map<number, Load<Library>>();
  return (threads) => {
    const known = loads.get(threads) ?? loading(() => load(threads));
    loads.set(threads, known);
    return known;
  };
}

/** Returns the loaded library, or throws an error with the reason why it is missing. */
export async function loaded<Library>(load: Load<Library>): Promise<Library> {
  const found = await load();
  if ("missing" in found) throw new Error(found.missing);
  return found.library;
}

/** Makes a peer from a library. The peer is missing if the library is, or if `make` fails. */
export async function peerOf<Library>(
  { name, how, threads }: PeerName & { readonly threads?: number },
  load: Load<Library>,
  make: (library: Library) => Omit<Peer, "name"> | Promise<Omit<Peer, "name">>,
): Promise<Peer | MissingPeer> {
  const named = { name, ...(how === undefined ? {} : { how }), ...(threads === undefined ? {} : { threads }) };
  try {
    return { ...(await make(await loaded(load))), ...named };
  } catch (error) {
    return missingFor(named, error);
  }
}
