/**
 * Warnings that say why the backend is slower than it could be. Each is written once.
 *
 * @module
 */

/** The part of the host's console that this module uses. */
declare const console: undefined | { warn?(message: string): void };

const warned = new Set<string>();

/** Writes a message to the console, unless it was written before. */
export function warnOnce(message: string): void {
  if (!warned.has(message)) console?.warn?.(message);
  warned.add(message);
}
