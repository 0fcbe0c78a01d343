/**
 * Modules in a list.
 *
 * @module
 */
import { ArgumentError } from "@lucid/backend";
import { type AnyModule, Module } from "../module/module.js";
import { assertModule } from "./sequential.js";

/** The modules by position; `list[0]` may be assigned to. */
export interface ModuleList<M extends AnyModule = Module> {
  [index: number]: M;
}

/**
 * A list of modules, for a `forward` that goes through them in its own way. A plain array in a field does the same and gives
 * state the same names; this is PyTorch's class for it. (torch.nn.ModuleList)
 *
 * @throws ArgumentError for anything else than modules, and when called: it has no forward.
 *
 * @example
 * ```ts
 * const list = new ModuleList([new Linear(2, 3), new Linear(3, 4)]);
 * list.length; // → 2
 * list.at(-1)?.outFeatures; // → 4
 * ```
 */
export class ModuleList<M extends AnyModule = Module> extends Module<never, never> {
  static readonly libraryCode = true;

  #length = 0;

  constructor(modules: Iterable<M> = []) {
    super();
    this.push(...modules);
  }

  forward(): never {
    throw new ArgumentError("ModuleList", "a ModuleList has no forward", {
      remedy: "call its modules: for (const module of list) x = module(x)",
    });
  }

  /** Number of modules. */
  override get length(): number {
    return this.#length;
  }

  /** The module at a position, counted from the end where negative; undefined if there is none. */
  at(index: number): M | undefined {
    const position = index < 0 ? index + this.#length : index;
    return position < this.#length ? this[position] : undefined;
  }

  /** Adds modules at the end. Returns the list. */
  push(...modules: readonly M[]): this {
    for (const module of modules) {
      assertModule("ModuleList", module);
      this[this.#length++] = module;
    }
    return this;
  }

  *[Symbol.iterator](): IterableIterator<M> {
    for (let i = 0; i < this.#length; i++) yield this[i]!;
  }
}
