/**
 * Finding a module's state: parameters, buffers and submodules in its own enumerable fields, and in the arrays, plain
 * records, Maps and Sets that its fields hold.
 *
 * @module
 */
import { ArgumentError, describeValue } from "@lucid/backend";
import { Tensor } from "@lucid/tensor/functions";
import { isPlainRecord } from "../internal/plain-record.js";
import { isModule } from "./call-state.js";
import type { ModuleNode } from "./node.js";
import { Buffer, Parameter } from "./parameter.js";

/** A name together with what it names. */
export type Named<T> = readonly [name: string, value: T];

/** The state that a module itself holds, in the order of its fields. */
export interface OwnState<M> {
  readonly parameters: readonly Named<Parameter>[];
  readonly buffers: readonly Named<Buffer>[];
  readonly children: readonly Named<M>[];
}

interface Found<M> {
  readonly parameters: Named<Parameter>[];
  readonly buffers: Named<Buffer>[];
  readonly children: Named<M>[];
}

/** The names of fields in state dicts, where they differ. The name "" omits the name of a list or record. */
export type StateNames = Readonly<Record<string, string>>;

/** Joins names to `prefix.name`. Either of them may be empty. */
export function joinNames(prefix: string, name: string): string {
  return prefix === "" ? name : name === "" ? prefix : `${prefix}.${name}`;
}

/**
 * Lists the state that a module itself holds.
 *
 * @throws ArgumentError if a list or record contains itself, or if `static stateNames` does not map names to names.
 */
export function ownState<M extends ModuleNode>(module: M): OwnState<M> {
  const found: Found<M> = { parameters: [], buffers: [], children: [] };
  const stateNames = stateNamesOf(module);
  for (const [key, value] of Object.entries(module)) {
    collect(module, stateNames?.get(key) ?? key, value, found, []);
  }
  return found;
}

const checked = new WeakMap<object, ReadonlyMap<string, string>>();

/** Returns the names in state dicts that the module's class gives to fields. */
function stateNamesOf(module: ModuleNode): ReadonlyMap<string, string> | undefined {
  const { stateNames } = module.constructor as { readonly stateNames?: unknown };
  if (stateNames === undefined) return undefined;
  const known = isPlainRecord(stateNames) ? checked.get(stateNames) : undefined;
  if (known !== undefined) return known;
  const owner = module.constructor.name;
  if (!isPlainRecord(stateNames)) {
    throw new ArgumentError(owner, `static stateNames is ${describeValue(stateNames)}`, {
      rule: "it is a record of names in state dicts by field",
    });
  }
  const names = new Map<string, string>();
  for (const [field, name] of Object.entries(stateNames)) {
    if (typeof name !== "string" || name === "__proto__") {
      throw new ArgumentError(owner, `static stateNames names the field ${field} ${describeValue(name)}`, {
        rule: "a name in state dicts is a string, and not __proto__",
      });
    }
    names.set(field, name);
  }
  checked.set(stateNames, names);
  return names;
}

function collect<M extends ModuleNode>(
  owner: M,
  name: string,
  value: unknown,
  found: Found<M>,
  path: readonly unknown[],
): void {
  if (typeof value === "function") {
    if (isModule<M>(value)) found.children.push([name, value]);
    return;
  }
  if (typeof value !== "object" || value === null) return;
  if (value instanceof Tensor) {
    if (value instanceof Parameter) found.parameters.push([name, value]);
    else if (value instanceof Buffer) found.buffers.push([name, value]);
    return;
  }
  const entries = entriesOf(value);
  if (entries === undefined) return;
  if (path.includes(value)) {
    throw new ArgumentError(owner.constructor.name, `the field ${name} contains itself`, {
      rule: "lists and records that hold state form a tree",
      remedy: "keep the back reference in a #private field",
    });
  }
  const inner = [...path, value];
  for (const [key, item] of entries) collect(owner, joinNames(name, key), item, found, inner);
}

/** Lists the contents of a collection by name; undefined for values that are not searched for state. */
function entriesOf(value: object): Iterable<Named<unknown>> | undefined {
  if (Array.isArray(value) || value instanceof Set) return Array.from(value, (item, i) => [`${i}`, item] as const);
  if (value instanceof Map) return Array.from(value, ([key, item], i) => [mapName(key, i), item] as const);
  return isPlainRecord(value) ? Object.entries(value) : undefined;
}

/** Returns a Map's key as a name: strings and numbers are names, other keys are replaced by their position. */
function mapName(key: unknown, position: number): string {
  return typeof key === "string" || typeof key === "number" ? `${key}` : `${position}`;
}

/** @throws ArgumentError unless a prefix of names is a string. */
function assertPrefix(root: ModuleNode, prefix: unknown): void {
  if (typeof prefix === "string") return;
  throw new ArgumentError(root.constructor.name, `the prefix is ${describeValue(prefix)}`, {
    rule: "a prefix of names is a string",
  });
}

/**
 * Calls `visit` with a module and everything inside it, each before its submodules.
 *
 * @param repeated - whether a module that is found at a second place is visited again.
 * @throws ArgumentError if a module contains itself.
 */
export function walk<M extends ModuleNode>(
  root: M,
  prefix: string,
  repeated: boolean,
  visit: (name: string, module: M, own: OwnState<M>) => void,
): void {
  assertPrefix(root, prefix);
  const seen = new Set<M>();
  const path: Named<M>[] = [];
  const enter = (name: string, module: M): void => {
    const above = path.find((entry) => entry[1] === module);
    if (above !== undefined) {
      throw new ArgumentError(
        root.constructor.name,
        `the module contains itself: ${name} is ${above[0] || "the module"}`,
        { rule: "submodules form a tree", remedy: "keep a back reference in a #private field" },
      );
    }
    if (seen.has(module) && !repeated) return;
    seen.add(module);
    const own = ownState(module);
    visit(name, module, own);
    path.push([name, module]);
    for (const [key, child] of own.children) enter(joinNames(name, key), child);
    path.pop();
  };
  enter(prefix, root);
}

/** Lists all state of one kind by name, each tensor once. */
export function collectState<T, M extends ModuleNode>(
  root: M,
  prefix: string,
  recurse: boolean,
  pick: (own: OwnState<M>) => readonly Named<T>[],
): Named<T>[] {
  const seen = new Set<T>();
  const all: Named<T>[] = [];
  const add = (name: string, own: OwnState<M>): void => {
    for (const [key, value] of pick(own)) {
      if (seen.has(value)) continue;
      seen.add(value);
      all.push([joinNames(name, key), value]);
    }
  };
  assertPrefix(root, prefix);
  if (recurse) walk(root, prefix, false, (name, _, own) => add(name, own));
  else add(prefix, ownState(root));
  return all;
}
