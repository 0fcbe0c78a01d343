/**
 * State dicts: a module's parameters and persistent buffers by name, saved and loaded.
 *
 * @module
 */
import { ArgumentError, equalShapes, formatShape, StateError } from "@lucid/backend";
import { clone, copy_, Tensor, to, unrecorded } from "@lucid/tensor/core";
import type { AnyModule } from "./module.js";
import { joinNames, type Named, walk } from "./walk.js";

/** Tensors by name, with PyTorch's names: `encoder.layers.0.weight`. */
export type StateDict = Readonly<Record<string, Tensor>>;

/** Options of `loadStateDict`. */
export interface LoadOptions {
  /** Whether missing and unexpected names are errors; default true. */
  readonly strict?: boolean;
}

/** Names that did not match in a load that was not strict. */
export interface LoadResult {
  /** The module's names that the state dict lacks. */
  readonly missing: readonly string[];
  /** The state dict's names that the module lacks. */
  readonly unexpected: readonly string[];
}

/** Parameters and persistent buffers by name; what is shared appears under each of its names. */
export function namedState(module: AnyModule): readonly Named<Tensor>[] {
  const all: Named<Tensor>[] = [];
  const names = new Set<string>();
  const add = (name: string, tensor: Tensor): void => {
    if (names.has(name)) {
      throw new StateError(
        `${module.constructor.name}.stateDict`,
        `two tensors are named ${JSON.stringify(name)}`,
        {
          missing: [],
          unexpected: [name],
        },
        { rule: "field names and record keys joined by dots must differ" },
      );
    }
    names.add(name);
    all.push([name, tensor]);
  };
  walk(module, "", true, (prefix, _, own) => {
    for (const [key, parameter] of own.parameters) add(joinNames(prefix, key), parameter);
    for (const [key, buffer] of own.buffers) if (buffer.persistent) add(joinNames(prefix, key), buffer);
  });
  return all;
}

/** The state as detached tensors that share the module's memory. */
export function saveState(module: AnyModule): Record<string, Tensor> {
  const dict: Record<string, Tensor> = {};
  for (const [name, tensor] of namedState(module)) dict[name] = tensor.detach();
  return dict;
}

/**
 * Copies values into a module's state: all of them or, on an error, none.
 *
 * @throws StateError that names every mismatch.
 */
export function loadState(module: AnyModule, dict: StateDict, { strict = true }: LoadOptions): LoadResult {
  const operation = `${module.constructor.name}.loadStateDict`;
  if (typeof dict !== "object" || dict === null) {
    throw new ArgumentError(operation, `the state is ${String(dict)}`, { rule: "it is a record of tensors by name" });
  }
  const own = namedState(module);
  const known = new Set(own.map(([name]) => name));
  const missing: string[] = [];
  const unexpected = Object.keys(dict).filter((name) => !known.has(name));
  const misfits: string[] = [];
  const matched: (readonly [target: Tensor, value: Tensor])[] = [];
  for (const [name, target] of own) {
    const value: unknown = Object.hasOwn(dict, name) ? dict[name] : undefined;
    if (value === undefined) missing.push(name);
    else if (!(value instanceof Tensor)) misfits.push(`${quote(name)} is not a tensor`);
    else if (!equalShapes(value.shape, target.shape)) {
      misfits.push(`${quote(name)} has shape ${formatShape(value.shape)}, not ${formatShape(target.shape)}`);
    } else if (value.dtype !== target.dtype) misfits.push(`${quote(name)} is ${value.dtype}, not ${target.dtype}`);
    else matched.push([target, value]);
  }
  const facts = [...misfits];
  if (strict && unexpected.length > 0) facts.unshift(`unexpected ${unexpected.map(quote).join(", ")}`);
  if (strict && missing.length > 0) facts.unshift(`missing ${missing.map(quote).join(", ")}`);
  if (facts.length > 0) {
    throw new StateError(
      operation,
      `the state does not fit: ${facts.join("; ")}`,
      { missing, unexpected },
      {
        rule: "nothing was loaded",
        ...(misfits.length === 0 && { remedy: "pass { strict: false } to load what matches" }),
      },
    );
  }
  unrecorded(() => copyAll(matched));
  return { missing, unexpected };
}

function quote(name: string): string {
  return JSON.stringify(name);
}

/** Everything that can fail, or that would read what was written already, comes before the first write. */
function copyAll(matched: readonly (readonly [target: Tensor, value: Tensor])[]): void {
  const targets = new Map(matched.map(([target]) => [target.storage, target]));
  const values = matched.map(([target, value]) => {
    const owner = targets.get(value.storage);
    const placed = to(value, target.backend);
    return owner === undefined || owner === target ? placed : clone(placed);
  });
  for (const [i, [target]] of matched.entries()) copy_(target, values[i]!);
}
