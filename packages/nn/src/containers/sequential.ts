/**
 * Modules one after another.
 *
 * @module
 */
import { ArgumentError } from "@lucid/backend";
import { owned, Tensor } from "@lucid/tensor/core";
import { isPlainRecord } from "../module/callable.js";
import { Module } from "../module/module.js";
import { isModule } from "../module/walk.js";

/** The modules by position; `net[0]` may be assigned to. */
export interface Sequential {
  [index: number]: Module;
}

/**
 * Applies modules in order, each to what the one before returned: x ↦ fₙ(… f₂(f₁(x))). (torch.nn.Sequential)
 *
 * Takes modules, one list of them, or a record, whose keys become their names. What the built-in layers return along the way is
 * freed as soon as neither the next layer nor `backward` needs it.
 *
 * @throws ArgumentError for anything else than modules.
 *
 * @example
 * ```ts
 * const net = new Sequential(new Linear(2, 3), new ReLU(), new Linear(3, 1));
 * net(zeros([5, 2])).shape; // → [5, 1]
 * net.namedParameters().map(([name]) => name); // → ["0.weight", "0.bias", "2.weight", "2.bias"]
 * ```
 */
export class Sequential extends Module {
  static readonly libraryCode = true;

  /** Names of the fields that hold the modules, in order. */
  readonly #keys: string[] = [];

  constructor(modules: readonly Module[] | Readonly<Record<string, Module>>);
  constructor(...modules: readonly Module[]);
  constructor(...given: readonly (Module | readonly Module[] | Readonly<Record<string, Module>>)[]) {
    super();
    const [first] = given;
    if (given.length === 1 && isPlainRecord(first)) {
      for (const [key, module] of Object.entries(first)) this.#add(key, module);
    } else {
      const modules = given.length === 1 && Array.isArray(first) ? (first as readonly Module[]) : given;
      for (const module of modules) this.push(module as Module);
    }
  }

  forward(input: Tensor): Tensor {
    return owned(() => {
      let value = input;
      for (const key of this.#keys) {
        const next = this.#at(key)(value);
        // Library-owned, and named by nothing but this loop and, where it is held, by the graph.
        if (value !== input && value instanceof Tensor && !sharesMemory(value, input) && !sharesMemory(value, next)) {
          if (!value.storage.escaped) value.storage.release();
        }
        value = next;
      }
      return value;
    });
  }

  /** Number of modules. */
  override get length(): number {
    return this.#keys.length;
  }

  /** The module at a position, counted from the end where negative, or of a name; undefined if there is none. */
  at(index: number | string): Module | undefined {
    const key = typeof index === "string" ? index : this.#keys.at(index);
    return key !== undefined && this.#keys.includes(key) ? this.#at(key) : undefined;
  }

  /** Adds modules at the end. Returns the module. */
  push(...modules: readonly Module[]): this {
    for (const module of modules) this.#add(`${this.#keys.length}`, module);
    return this;
  }

  *[Symbol.iterator](): IterableIterator<Module> {
    for (const key of this.#keys) yield this.#at(key);
  }

  #at(key: string): Module {
    return (this as unknown as Readonly<Record<string, Module>>)[key]!;
  }

  #add(key: string, module: Module): void {
    assertModule("Sequential", module);
    if (key in this) {
      throw new ArgumentError("Sequential", `a module cannot be named ${JSON.stringify(key)}`, {
        rule: "the name is taken: by a member of Sequential or by another module",
      });
    }
    this.#keys.push(key);
    (this as unknown as Record<string, Module>)[key] = module;
  }
}

function sharesMemory(value: Tensor, other: Tensor): boolean {
  return !(other instanceof Tensor) || other.storage === value.storage;
}

/** @throws ArgumentError unless `value` is a module. */
export function assertModule(owner: string, value: unknown): void {
  if (isModule(value)) return;
  const isClass = typeof value === "function" && isModule(value.prototype);
  const text = isClass
    ? `the class ${value.name}`
    : value === null
      ? "null"
      : typeof value === "object"
        ? (value.constructor?.name ?? "an object")
        : String(value);
  throw new ArgumentError(
    owner,
    `${text} is not a module`,
    isClass ? { remedy: `new ${value.name}(…)` } : { rule: "it holds modules" },
  );
}
