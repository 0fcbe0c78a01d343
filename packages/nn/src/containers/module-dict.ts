/**
 * The container of modules by name.
 *
 * @module
 */
import { ArgumentError, describeValue } from "@lucid/backend";
import { isPlainRecord } from "../internal/plain-record.js";
import { LibraryModule } from "../module/library-module.js";
import type { AnyModule, Module } from "../module/module.js";
import type { StateNames } from "../module/walk.js";
import { assertKey, assertModule } from "./assert-module.js";

/**
 * Modules by name, for a `forward` that chooses among them. A plain record or a Map in a field does the same, with the
 * same names in state dicts.
 */
export class ModuleDict<M extends AnyModule = Module> extends LibraryModule<never, never> {
  static readonly stateNames: StateNames = { modulesByName: "" };

  /** The modules, in a record of their own, so that no name can clash with a member of the class. */
  readonly modulesByName: Record<string, M> = Object.create(null) as Record<string, M>;

  /**
   * Modules by name, for a `forward` that chooses among them. A plain record or a Map in a field does the same, with
   * the same names in state dicts.
   *
   * @param modules - modules by name, in a record or a Map.
   * @throws ArgumentError for anything else than modules.
   *
   * @throws ArgumentError when it is called: it has no forward.
   *
   * @example
   * ```ts
   * const heads = new ModuleDict({ small: new Linear(8, 1), large: new Linear(8, 100) });
   * heads.get("large")?.outFeatures; // → 100
   * ```
   *
   * Source: torch.nn.ModuleDict.
   */
  constructor(modules: Readonly<Record<string, M>> | ReadonlyMap<string, M> = {}) {
    super();
    const isMap = modules instanceof Map;
    if (!isMap && !isPlainRecord(modules)) {
      throw new ArgumentError("ModuleDict", `the modules are ${describeValue(modules)}`, {
        rule: "they are a record or a Map of modules by name",
        remedy: "new ModuleDict({ name: module })",
      });
    }
    for (const [key, module] of isMap ? modules : Object.entries(modules)) this.set(key, module);
  }

  forward(): never {
    throw new ArgumentError("ModuleDict", "a ModuleDict has no forward", {
      remedy: "call one of its modules: dict.get(name)(x)",
    });
  }

  /** The number of modules. */
  override get length(): number {
    return this.keys().length;
  }

  /** The names, in the order of insertion. */
  keys(): string[] {
    return Object.keys(this.modulesByName);
  }

  /** The modules, in the order of insertion. */
  values(): M[] {
    return Object.values(this.modulesByName);
  }

  /** The names and modules, in the order of insertion. */
  entries(): [string, M][] {
    return Object.entries(this.modulesByName);
  }

  /** Whether there is a module of this name. */
  has(key: string): boolean {
    return typeof key === "string" && key in this.modulesByName;
  }

  /** The module of this name, or undefined. */
  get(key: string): M | undefined {
    return this.has(key) ? this.modulesByName[key] : undefined;
  }

  /**
   * Adds a module, or replaces the one of this name. Returns the dict.
   *
   * @throws ArgumentError for an empty name or one with a dot, and for anything else than a module.
   */
  set(key: string, module: M): this {
    assertKey("ModuleDict", key);
    assertModule("ModuleDict", module);
    this.modulesByName[key] = module;
    return this;
  }

  /** Removes a module. Returns whether there was one. */
  delete(key: string): boolean {
    return this.has(key) && delete this.modulesByName[key];
  }

  [Symbol.iterator](): IterableIterator<[string, M]> {
    return this.entries()[Symbol.iterator]();
  }
}
