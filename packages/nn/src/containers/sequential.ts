/**
 * The container of modules that are applied one after another.
 *
 * @module
 */
import { ArgumentError } from "@lucid/backend";
import { owned } from "@lucid/tensor/extend";
import { Tensor } from "@lucid/tensor/functions";
import { assertInteger } from "../internal/checks.js";
import { isPlainRecord } from "../internal/plain-record.js";
import { LibraryModule } from "../module/library-module.js";
import type { Module } from "../module/module.js";
import { assertKey, assertModule } from "./assert-module.js";
import { hidden, setHidden } from "./hidden.js";

/** The modules by position; `net[0]` may be assigned to. */
export interface Sequential {
  [index: number]: Module;
}

/** Applies modules one after another, each to what the one before it returned. */
export class Sequential extends LibraryModule {
  /**
   * Applies modules one after another, each to what the one before it returned.
   *
   *     y = fₙ(… f₂(f₁(x)))
   *
   * What the built-in layers return along the way is freed as soon as neither the next layer nor `backward` needs it.
   *
   * @param modules - modules, one list of them, or a record, whose keys become their names.
   * @throws ArgumentError for anything else than modules, or a name that a member of Sequential has.
   *
   * @example
   * ```ts
   * const net = new Sequential(new Linear(2, 3), new ReLU(), new Linear(3, 1));
   * net(zeros([5, 2])).shape; // → [5, 1]
   * net.namedParameters().map(([name]) => name); // → ["0.weight", "0.bias", "2.weight", "2.bias"]
   * ```
   *
   * Source: torch.nn.Sequential.
   */
  constructor(modules: readonly Module[] | Readonly<Record<string, Module>>);
  constructor(...modules: readonly Module[]);
  constructor(...given: readonly (Module | readonly Module[] | Readonly<Record<string, Module>>)[]) {
    super();
    setHidden<readonly string[]>(this, []);
    const [first] = given;
    if (given.length === 1 && isPlainRecord(first)) {
      for (const [key, module] of Object.entries(first)) addTo(this, key, module);
    } else {
      const modules = given.length === 1 && Array.isArray(first) ? (first as readonly Module[]) : given;
      this.push(...(modules as readonly Module[]));
    }
  }

  forward(input: Tensor): Tensor {
    return owned(() => {
      let value = input;
      for (const key of keysOf(this)) {
        const next = moduleAt(this, key)(value);
        // A built-in layer made it, so that only this loop refers to it, and the graph, which then holds it.
        if (value !== input && value instanceof Tensor && !sharesMemory(value, input) && !sharesMemory(value, next)) {
          if (!value.storage.escaped) value.storage.release();
        }
        value = next;
      }
      return value;
    });
  }

  /** The number of modules. */
  override get length(): number {
    return keysOf(this).length;
  }

  /**
   * Returns the module at a position, or of a name; negative positions count from the end. The result is undefined if
   * there is none.
   */
  at(index: number | string): Module | undefined {
    if (typeof index !== "string") assertInteger("Sequential.at", "the index", index);
    const key = typeof index === "string" ? index : keysOf(this).at(index);
    return key !== undefined && keysOf(this).includes(key) ? moduleAt(this, key) : undefined;
  }

  /**
   * Adds modules at the end. Returns the Sequential.
   *
   * @throws ArgumentError for anything else than modules; then none is added.
   */
  push(...modules: readonly Module[]): this {
    for (const module of modules) assertModule("Sequential", module);
    for (const module of modules) addTo(this, `${keysOf(this).length}`, module);
    return this;
  }

  *[Symbol.iterator](): IterableIterator<Module> {
    for (const key of keysOf(this)) yield moduleAt(this, key);
  }
}

/** The names of the fields that hold the modules, in order. */
const keysOf = (net: Sequential): readonly string[] => hidden(net);

const moduleAt = (net: Sequential, key: string): Module => (net as unknown as Readonly<Record<string, Module>>)[key]!;

function addTo(net: Sequential, key: string, module: Module): void {
  assertModule("Sequential", module);
  assertKey("Sequential", key);
  if (key in net) {
    throw new ArgumentError("Sequential", `a module cannot be named ${JSON.stringify(key)}`, {
      rule: "a member of Sequential or another module has this name",
    });
  }
  setHidden(net, [...keysOf(net), key]);
  (net as unknown as Record<string, Module>)[key] = module;
}

/** Whether freeing `value` would take memory away from `other`. */
function sharesMemory(value: Tensor, other: Tensor): boolean {
  return !(other instanceof Tensor) || other.storage === value.storage;
}
