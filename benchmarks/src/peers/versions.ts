/** The versions of the libraries that took part. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const found: Record<string, string> = {};

/** The versions of the libraries loaded so far, by peer. */
export const versions: Readonly<Record<string, string>> = found;

export function noteVersion(peer: string, version: string): void {
  found[peer] = version;
}

/** Reads the version of an installed package. */
export function notePackage(peer: string, name: string): void {
  const path = fileURLToPath(new URL(`../../node_modules/${name}/package.json`, import.meta.url));
  noteVersion(peer, JSON.parse(readFileSync(path, "utf8")).version);
}
