/**
 * Telling people why the backend runs below its best: each reason once.
 *
 * @module
 */

/** What this module needs of the host's console. */
declare const console: undefined | { warn?(message: string): void };

const warned = new Set<string>();

/** Writes a message to the console, unless it was written before. */
export function warnOnce(message: string): void {
  if (!warned.has(message)) console?.warn?.(message);
  warned.add(message);
}
