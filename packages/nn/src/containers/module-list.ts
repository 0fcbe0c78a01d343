/**
 * The container of modules in a list.
 *
 * @module
 */
import { ArgumentError, describeValue } from "@lucid/backend";
import { assertInteger } from "../internal/checks.js";
import { isModule } from "../module/call-state.js";
import { LibraryModule } from "../module/library-module.js";
import type { AnyModule, Module } from "../module/module.js";
import { assertModule } from "./assert-module.js";
import { hidden, setHidden } from "./hidden.js";

/** The modules by position; `list[0]` may be assigned to. */
export interface ModuleList<M extends AnyModule = Module> {
  [index: number]: M;
}

/**
 * A list of modules, for a `forward` that goes through them in its own way. A plain array in a field does the same,
 * with the same names in state dicts.
 */
export class ModuleList<M extends AnyModule = Module> extends LibraryModule<never, never> {
  /**
   * A list of modules, for a `forward` that goes through them in its own way. A plain array in a field does the same,
   * with the same names in state dicts.
   *
   * @param modules - the modules, in a list or anything else that can be iterated.
   * @throws ArgumentError for anything else than modules.
   *
   * @throws ArgumentError when it is called: it has no forward.
   *
   * @example
   * ```ts
   * const list = new ModuleList([new Linear(2, 3), new Linear(3, 4)]);
   * list.length; // → 2
   * list.at(-1)?.outFeatures; // → 4
   * ```
   *
   * Source: torch.nn.ModuleList.
   */
  constructor(modules: Iterable<M> = []) {
    super();
    setHidden(this, 0);
    const given: unknown = modules;
    if (given === null || typeof (given as Partial<Iterable<M>>)[Symbol.iterator] !== "function") {
      throw new ArgumentError("ModuleList", `${isModule(given) ? "a module" : describeValue(given)} is not a list`, {
        rule: "a ModuleList takes one list of modules",
        ...(isModule(given) && { remedy: "put the module into a list: new ModuleList([module])" }),
      });
    }
    this.push(...modules);
  }

  forward(): never {
    throw new ArgumentError("ModuleList", "a ModuleList has no forward", {
      remedy: "call its modules: for (const module of list) x = module(x)",
    });
  }

  /** The number of modules. */
  override get length(): number {
    return hidden<number>(this);
  }

  /**
   * Returns the module at a position; negative positions count from the end. The result is undefined if there is none.
   *
   * @throws ArgumentError unless the position is an integer.
   */
  at(index: number): M | undefined {
    assertInteger("ModuleList.at", "the index", index);
    const position = index < 0 ? index + this.length : index;
    return position < this.length ? this[position] : undefined;
  }

  /**
   * Adds modules at the end. Returns the list.
   *
   * @throws ArgumentError for anything else than modules; then none is added.
   */
  push(...modules: readonly M[]): this {
    for (const module of modules) assertModule("ModuleList", module);
    for (const module of modules) this[setHidden(this, this.length + 1) - 1] = module;
    return this;
  }

  *[Symbol.iterator](): IterableIterator<M> {
    for (let i = 0; i < this.length; i++) yield this[i]!;
  }
}
