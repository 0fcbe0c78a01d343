/**
 * What a container remembers beside its fields. It stands under a symbol, so that it is no state, takes no name from
 * the modules, and is copied with the container, which a `#private` field would not be.
 *
 * @module
 */

const HIDDEN = Symbol("hidden");

/** Remembers a value. */
export function setHidden<T>(container: object, value: T): T {
  (container as { [HIDDEN]?: unknown })[HIDDEN] = value;
  return value;
}

/** The value that was remembered last. */
export function hidden<T>(container: object): T {
  return (container as { readonly [HIDDEN]: T })[HIDDEN];
}
