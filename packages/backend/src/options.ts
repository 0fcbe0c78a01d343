/**
 * The check of options objects: every function, layer, optimizer and backend that takes options uses it, so that a
 * misspelt option is an error and never silently ignored.
 *
 * @module
 */
import { describeValue } from "./describe.js";
import { ArgumentError } from "./errors.js";

/**
 * The names of all options of `O`. The compiler refuses a table that lacks a name or has one too many.
 *
 * @example
 * ```ts
 * interface Options { readonly delta?: number }
 * const names: OptionNames<Options> = { delta: true };
 * checkOptions("huberLoss", { delta: 2 }, names);
 * ```
 */
export type OptionNames<O> = { readonly [K in keyof O]-?: true };

/**
 * Checks an options object: it must be a plain object that holds known names only. `undefined` passes.
 *
 * @param operation - the function or class that was called, for the error.
 * @param options - what the caller passed.
 * @param names - all names that the function knows.
 * @throws ArgumentError if `options` is not a plain object, or has a name that is not in `names`.
 *
 * @example
 * ```ts
 * checkOptions("HuberLoss", { delta: 1 }, { delta: true, reduction: true }); // → undefined
 * ```
 */
export function checkOptions<O>(operation: string, options: O | undefined, names: OptionNames<O>): void {
  if (options === undefined) return;
  if (!isPlainObject(options)) {
    throw new ArgumentError(operation, `options must be an object: got ${describeValue(options)}`, {
      rule: listNames(names),
    });
  }
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(names, name)) continue;
    const closest = closestName(name, Object.keys(names));
    throw new ArgumentError(operation, `unknown option ${JSON.stringify(name)}`, {
      rule: listNames(names),
      ...(closest === undefined ? {} : { remedy: `did you mean ${JSON.stringify(closest)}?` }),
    });
  }
}

/** Whether a value is an object literal, as opposed to null, a list, a function or an instance of a class. */
function isPlainObject(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function listNames(names: object): string {
  const list = Object.keys(names);
  return list.length === 0 ? "there are no options" : `the options are ${list.join(", ")}`;
}

/**
 * Returns the known name that was most likely meant by `name`: the name with the same letters in another case or with
 * underscores, or else the name at the smallest edit distance, if that is small compared with the length of the name.
 * It is undefined if there is none.
 */
export function closestName(name: string, known: readonly string[]): string | undefined {
  const plain = simplified(name);
  let closest: string | undefined;
  let smallest = Math.floor(plain.length / 3) + 1;
  for (const candidate of known) {
    const distance = editDistance(plain, simplified(candidate));
    if (distance < smallest) {
      closest = candidate;
      smallest = distance;
    }
  }
  return closest;
}

function simplified(name: string): string {
  return name.slice(0, 40).toLowerCase().replace(/[_-]/g, "");
}

/** Computes the Levenshtein distance: how many letters must be inserted, removed or replaced to turn `a` into `b`. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(replaced, previous[j]! + 1, current[j - 1]! + 1));
    }
    previous = current;
  }
  return previous[b.length]!;
}
