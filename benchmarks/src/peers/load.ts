/** Loading peers: one that does not load is missing, with the reason. */
import type { MissingPeer, Peer, PeerName } from "../harness/benchmark.js";
import { missingFor, reasonOf } from "../harness/compare.js";

/** A peer's library, or why there is none. */
export type Loaded<Library> = { readonly library: Library } | { readonly missing: string };

/** Gives a library; it is loaded by the first call. */
export type Load<Library> = () => Promise<Loaded<Library>>;

/** Loads once. */
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

/** Loads once for each number of threads. */
export function loadingOn<Library>(load: (threads: number) => Promise<Library>): (threads: number) => Load<Library> {
  const loads = new Map<number, Load<Library>>();
  return (threads) => {
    const known = loads.get(threads) ?? loading(() => load(threads));
    loads.set(threads, known);
    return known;
  };
}

/** What a loaded library gives, or an error with the reason why it is missing. */
export async function loaded<Library>(load: Load<Library>): Promise<Library> {
  const found = await load();
  if ("missing" in found) throw new Error(found.missing);
  return found.library;
}

/** The peer that `make` builds from a library; missing, where the library is or building fails. */
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
