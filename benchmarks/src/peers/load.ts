/** Loading peers: one that does not load is missing, with the reason. */
import { type MissingPeer, type Peer, reasonOf } from "../harness.js";

/** A peer's library, or why there is none. */
export type Loaded<Library> = { readonly library: Library } | { readonly missing: string };

/** Loads once. */
export function loading<Library>(load: () => Promise<Library>): () => Promise<Loaded<Library>> {
  let loaded: Promise<Loaded<Library>> | undefined;
  return () => {
    loaded ??= load().then(
      (library) => ({ library }),
      (error: unknown) => ({ missing: reasonOf(error) }),
    );
    return loaded;
  };
}

/** The peer that `make` builds from a library; missing, where the library is or building fails. */
export async function peerOf<Library>(
  name: string,
  load: () => Promise<Loaded<Library>>,
  make: (library: Library) => Omit<Peer, "name"> | Promise<Omit<Peer, "name">>,
): Promise<Peer | MissingPeer> {
  const loaded = await load();
  if ("missing" in loaded) return { name, missing: loaded.missing };
  try {
    return { ...(await make(loaded.library)), name };
  } catch (error) {
    return { name, missing: reasonOf(error) };
  }
}
