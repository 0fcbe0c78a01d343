/**
 * State dicts: a module's parameters and persistent buffers by name, saved and loaded.
 *
 * @module
 */
import {
  ArgumentError,
  checkOptions,
  DisposedError,
  describeValue,
  equalShapes,
  formatShape,
  StateError,
} from "@lucid/backend";
import { Tensor } from "@lucid/tensor/functions";
import { assertFlag } from "../internal/checks.js";
import type { ModuleNode } from "./node.js";
import { joinNames, type Named, walk } from "./walk.js";
import { type Write, writeAll, writeAllAsync } from "./write.js";

/** Tensors by name, with PyTorch's names: `encoder.layers.0.weight`. */
export type StateDict = Readonly<Record<string, Tensor>>;

/** Options of `loadStateDict` and `loadStateDictAsync`. */
export interface LoadOptions {
  /** Whether missing and unexpected names are errors; default true. */
  readonly strict?: boolean;
}

/** The names that did not match in a load with `strict: false`. */
export interface LoadResult {
  /** The module's names that the state dict lacks. */
  readonly missing: readonly string[];
  /** The state dict's names that the module lacks. */
  readonly unexpected: readonly string[];
}

/** Lists the parameters and persistent buffers by name. A tensor that is shared appears under each of its names. */
function namedState(module: ModuleNode): readonly Named<Tensor>[] {
  const all = new Map<string, Tensor>();
  const add = (name: string, tensor: Tensor): void => {
    if (all.has(name) || name === "__proto__") {
      const fact = all.has(name) ? `two tensors are named ${JSON.stringify(name)}` : "a tensor is named __proto__";
      throw new StateError(
        `${module.constructor.name}.stateDict`,
        fact,
        { missing: [], unexpected: [name] },
        { rule: "the names of fields and keys, joined by dots, must differ, and none is __proto__" },
      );
    }
    all.set(name, tensor);
  };
  walk(module, "", true, (prefix, _, own) => {
    for (const [key, parameter] of own.parameters) add(joinNames(prefix, key), parameter);
    for (const [key, buffer] of own.buffers) if (buffer.persistent) add(joinNames(prefix, key), buffer);
  });
  return [...all];
}

/** Returns the state as detached tensors that share the module's memory. */
export function saveState(module: ModuleNode): Record<string, Tensor> {
  const dict: Record<string, Tensor> = {};
  for (const [name, tensor] of namedState(module)) dict[name] = tensor.detach();
  return dict;
}

/** What a load will write, and the names that did not match. */
interface Plan {
  readonly writes: readonly Write[];
  readonly result: LoadResult;
}

/** Checks everything about a load before anything is written. */
function planLoad(module: ModuleNode, operation: string, dict: StateDict, options: LoadOptions | undefined): Plan {
  checkOptions(operation, options, { strict: true });
  const { strict = true } = options ?? {};
  assertFlag(operation, "strict", strict);
  if (typeof dict !== "object" || dict === null || Array.isArray(dict) || dict instanceof Map) {
    throw new ArgumentError(operation, `the state is ${dict instanceof Map ? "a Map" : describeValue(dict)}`, {
      rule: "it is a record of tensors by name",
      ...(dict instanceof Map && { remedy: "convert it: Object.fromEntries(map)" }),
    });
  }
  const own = namedState(module);
  const known = new Set(own.map(([name]) => name));
  const missing: string[] = [];
  const unexpected = Object.keys(dict).filter((name) => !known.has(name));
  const misfits: string[] = [];
  const writes: Write[] = [];
  for (const [name, target] of own) {
    const value: unknown = Object.hasOwn(dict, name) ? dict[name] : undefined;
    if (isDisposed(target)) {
      throw new DisposedError(operation, `the module's own ${quote(name)} was disposed`, {
        rule: "nothing was loaded",
      });
    }
    if (value === undefined) missing.push(name);
    else {
      const misfit = misfitOf(target, value);
      if (misfit === undefined) writes.push({ name, target, value: value as Tensor });
      else misfits.push(`${quote(name)} ${misfit}`);
    }
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
  return { writes, result: { missing, unexpected } };
}

/** Returns why a value cannot be written into a tensor of the module; undefined if it can. */
function misfitOf(target: Tensor, value: unknown): string | undefined {
  if (!(value instanceof Tensor)) return "is not a tensor";
  if (!equalShapes(value.shape, target.shape)) {
    return `has shape ${formatShape(value.shape)}, not ${formatShape(target.shape)}`;
  }
  if (value.dtype !== target.dtype) return `is ${value.dtype}, not ${target.dtype}`;
  return isDisposed(value) ? "was disposed" : undefined;
}

function isDisposed(tensor: Tensor): boolean {
  return tensor.disposed || tensor.storage.freed;
}

function quote(name: string): string {
  return JSON.stringify(name);
}

/**
 * Copies values into a module's state: all of them or, on an error, none.
 *
 * @throws StateError that names every mismatch.
 */
export function loadState(module: ModuleNode, dict: StateDict, options: LoadOptions | undefined): LoadResult {
  const operation = `${module.constructor.name}.loadStateDict`;
  const { writes, result } = planLoad(module, operation, dict, options);
  writeAll(operation, writes);
  return result;
}

/** {@link loadState} that waits for values on backends that cannot be read synchronously. */
export async function loadStateAsync(
  module: ModuleNode,
  dict: StateDict,
  options: LoadOptions | undefined,
): Promise<LoadResult> {
  const { writes, result } = planLoad(module, `${module.constructor.name}.loadStateDictAsync`, dict, options);
  await writeAllAsync(writes);
  return result;
}
