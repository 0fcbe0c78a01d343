/**
 * Modules by name.
 *
 * @module
 */
import { ArgumentError } from "@lucid/backend";
import { type AnyModule, Module } from "../module/module.js";
import type { StateNames } from "../module/walk.js";
import { assertModule } from "./sequential.js";

/**
 * Modules by name, for a `forward` that picks among them. A plain record in a field does the same and gives state the same
 * names; this is PyTorch's class for it. (torch.nn.ModuleDict)
 *
 * @throws ArgumentError for anything else than modules, and when called: it has no forward.
 *
 * @example
 * ```ts
 * const heads = new ModuleDict({ small: new Linear(8, 1), large: new Linear(8, 100) });
 * heads.get("large")?.outFeatures; // → 100
 * ```
 */
export class ModuleDict<M extends AnyModule = Module> extends Module<never, never> {
  static readonly libraryCode = true;
  static readonly stateNames: StateNames = { modulesByName: "" };

  /** The modules; a record of its own, so that no name can clash with a member. */
  readonly modulesByName: Record<string, M> = Object.create(null) as Record<string, M>;

  constructor(modules: Readonly<Record<string, M>> = {}) {
    super();
    for (const [key, module] of Object.entries(modules)) this.set(key, module);
  }

  forward(): never {
    throw new ArgumentError("ModuleDict", "a ModuleDict has no forward", {
      remedy: "call one of its modules: dict.get(name)(x)",
    });
  }

  /** Number of modules. */
  override get length(): number {
    return this.keys().length;
  }

  /** Names in order of insertion. */
  keys(): string[] {
    return Object.keys(this.modulesByName);
  }

  /** Modules in order of insertion. */
  values(): M[] {
    return Object.values(this.modulesByName);
  }

  /** Names and modules in order of insertion. */
  entries(): [string, M][] {
    return Object.entries(this.modulesByName);
  }

  /** Whether there is a module of this name. */
  has(key: string): boolean {
    return key in this.modulesByName;
  }

  /** The module of this name, or undefined. */
  get(key: string): M | undefined {
    return this.modulesByName[key];
  }

  /** Adds a module, or replaces the one of this name. Returns the dict. */
  set(key: string, module: M): this {
    assertModule("ModuleDict", module);
    this.modulesByName[key] = module;
    return this;
  }

  /** Removes a module; tells whether there was one. */
  delete(key: string): boolean {
    return this.has(key) && delete this.modulesByName[key];
  }

  [Symbol.iterator](): IterableIterator<[string, M]> {
    return this.entries()[Symbol.iterator]();
  }
}
