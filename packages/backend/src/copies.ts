/**
 * Two copies of one package in a process: their objects do not know each other, which shows late and far from the
 * cause. So every copy enters itself into a list on load.
 *
 * @module
 */
const registryKey = Symbol.for("@lucid/copies");

type Registry = { [registryKey]?: Map<string, string[]> };

declare const console: undefined | { warn?(message: string): void };

/**
 * Enters a copy of a package into the process's list, with one warning if it is the second. A package whose objects must
 * not be mixed calls it on load.
 *
 * @example
 * ```ts
 * registerCopy("my-backend", "1.2.0");
 * ```
 */
export function registerCopy(name: string, version: string): void {
  const registry = globalThis as Registry;
  registry[registryKey] ??= new Map();
  const copies = registry[registryKey].get(name) ?? [];
  registry[registryKey].set(name, [...copies, version]);
  if (copies.length !== 1) return;
  console?.warn?.(
    `${name} was loaded twice (${copies[0]} · ${version}): what one copy makes cannot meet what the other makes. ` +
      `Find the second one with: npm ls ${name}`,
  );
}
