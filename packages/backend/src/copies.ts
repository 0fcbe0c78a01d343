/**
 * Detects two copies of one package in a process. Their objects do not work together, and the errors that follow appear
 * late and far from the cause. So every copy enters itself into a list when it is loaded.
 *
 * @module
 */
const registryKey = Symbol.for("@lucid/copies");

type Registry = { [registryKey]?: Map<string, string[]> };

declare const console: undefined | { warn?(message: string): void };

/**
 * Enters a copy of a package into the list of the process, and warns once if it is the second copy. A package whose
 * objects must not be mixed with those of another copy calls it when it is loaded.
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
    `${name} was loaded twice (${copies[0]} · ${version}): objects of one copy do not work with the other. ` +
      `Find the second copy with: npm ls ${name}`,
  );
}
