/**
 * Finding a module's state: parameters, buffers and submodules in its own enumerable fields, in plain arrays and plain
 * records too.
 *
 * @module
 */
import { ArgumentError } from "@lucid/backend";
import { Tensor } from "@lucid/tensor/core";
import { Callable, isPlainRecord } from "./callable.js";
import type { AnyModule } from "./module.js";
import { Buffer, Parameter } from "./parameter.js";

/** A name and what it names. */
export type Named<T> = readonly [name: string, value: T];

/** What one module holds itself, in the order of its fields. */
export interface OwnState {
  readonly parameters: readonly Named<Parameter>[];
  readonly buffers: readonly Named<Buffer>[];
  readonly children: readonly Named<AnyModule>[];
}

interface Found {
  readonly parameters: Named<Parameter>[];
  readonly buffers: Named<Buffer>[];
  readonly children: Named<AnyModule>[];
}

/** Names of fields in state dicts, where they differ; "" leaves the name of a list or record out. */
export type StateNames = Readonly<Record<string, string>>;

/** `prefix.name`, either of which may be empty. */
export function joinNames(prefix: string, name: string): string {
  return prefix === "" ? name : name === "" ? prefix : `${prefix}.${name}`;
}

/** What a module holds itself. */
export function ownState(module: AnyModule): OwnState {
  const found: Found = { parameters: [], buffers: [], children: [] };
  const { stateNames } = module.constructor as { readonly stateNames?: StateNames };
  for (const key of Object.keys(module)) {
    const name = stateNames !== undefined && Object.hasOwn(stateNames, key) ? stateNames[key]! : key;
    collect(module, name, (module as unknown as Readonly<Record<string, unknown>>)[key], found, []);
  }
  return found;
}

function collect(owner: AnyModule, name: string, value: unknown, found: Found, path: readonly unknown[]): void {
  if (typeof value === "function") {
    if (isModule(value)) found.children.push([name, value]);
    return;
  }
  if (typeof value !== "object" || value === null) return;
  if (value instanceof Tensor) {
    if (value instanceof Parameter) found.parameters.push([name, value]);
    else if (value instanceof Buffer) found.buffers.push([name, value]);
    return;
  }
  const list = Array.isArray(value);
  if (!list && !isPlainRecord(value)) return;
  if (path.includes(value)) {
    throw new ArgumentError(owner.constructor.name, `the field ${name} contains itself`, {
      rule: "lists and records that may hold state form a tree",
      remedy: "keep the back reference in a #private field",
    });
  }
  const inner = [...path, value];
  if (list) for (let i = 0; i < value.length; i++) collect(owner, joinNames(name, `${i}`), value[i], found, inner);
  else for (const key of Object.keys(value)) collect(owner, joinNames(name, key), value[key], found, inner);
}

/** Whether a value is a module. */
export function isModule(value: unknown): value is AnyModule {
  return value instanceof Callable;
}

/**
 * Calls `visit` with a module and everything inside it, each before its submodules.
 *
 * @param repeated - whether a module found at a second place is visited again.
 * @throws ArgumentError if a module contains itself.
 */
export function walk(
  root: AnyModule,
  prefix: string,
  repeated: boolean,
  visit: (name: string, module: AnyModule, own: OwnState) => void,
): void {
  const seen = new Set<AnyModule>();
  const path: Named<AnyModule>[] = [];
  const enter = (name: string, module: AnyModule): void => {
    const above = path.find((entry) => entry[1] === module);
    if (above !== undefined) {
      throw new ArgumentError(
        root.constructor.name,
        `the module contains itself: ${name} is ${above[0] || "the module"}`,
        {
          rule: "submodules form a tree",
          remedy: "keep a back reference in a #private field",
        },
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

/** All of one kind of state, each once, by name. */
export function collectState<T>(
  root: AnyModule,
  prefix: string,
  recurse: boolean,
  pick: (own: OwnState) => readonly Named<T>[],
): Named<T>[] {
  const seen = new Set<T>();
  const all: Named<T>[] = [];
  const add = (name: string, own: OwnState): void => {
    for (const [key, value] of pick(own)) {
      if (seen.has(value)) continue;
      seen.add(value);
      all.push([joinNames(name, key), value]);
    }
  };
  if (recurse) walk(root, prefix, false, (name, _, own) => add(name, own));
  else add(prefix, ownState(root));
  return all;
}
