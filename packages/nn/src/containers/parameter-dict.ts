/**
 * The container of parameters by name.
 *
 * @module
 */
import { ArgumentError, describeValue } from "@lucid/backend";
import type { Tensor } from "@lucid/tensor/functions";
import { isPlainRecord } from "../internal/plain-record.js";
import { LibraryModule } from "../module/library-module.js";
import type { Parameter } from "../module/parameter.js";
import type { StateNames } from "../module/walk.js";
import { asParameter } from "./as-parameter.js";
import { assertKey } from "./assert-module.js";

/**
 * Parameters by name, for a `forward` that chooses among them. A plain record or a Map in a field does the same, with
 * the same names in state dicts.
 */
export class ParameterDict extends LibraryModule<never, never> {
  static readonly stateNames: StateNames = { parametersByName: "" };

  /** The parameters, in a record of their own, so that no name can clash with a member of the class. */
  readonly parametersByName: Record<string, Parameter> = Object.create(null) as Record<string, Parameter>;

  /**
   * Parameters by name, for a `forward` that chooses among them. A plain record or a Map in a field does the same, with
   * the same names in state dicts.
   *
   * @param values - parameters, or tensors, which become parameters, by name, in a record or a Map.
   * @throws ArgumentError for anything else, and when it is called: it has no forward.
   *
   * @example
   * ```ts
   * const scales = new ParameterDict({ left: zeros([5]), right: zeros([3]) });
   * scales.get("right")?.shape; // → [3]
   * ```
   *
   * Source: torch.nn.ParameterDict.
   */
  constructor(values: Readonly<Record<string, Tensor>> | ReadonlyMap<string, Tensor> = {}) {
    super();
    const isMap = values instanceof Map;
    if (!isMap && !isPlainRecord(values)) {
      throw new ArgumentError("ParameterDict", `the parameters are ${describeValue(values)}`, {
        rule: "they are a record or a Map of parameters by name",
        remedy: "new ParameterDict({ name: parameter })",
      });
    }
    for (const [key, value] of isMap ? values : Object.entries(values)) this.set(key, value);
  }

  forward(): never {
    throw new ArgumentError("ParameterDict", "a ParameterDict has no forward", {
      remedy: "use one of its parameters: dict.get(name)",
    });
  }

  /** The number of parameters. */
  override get length(): number {
    return this.keys().length;
  }

  /** The names, in the order of insertion. */
  keys(): string[] {
    return Object.keys(this.parametersByName);
  }

  /** The parameters, in the order of insertion. */
  values(): Parameter[] {
    return Object.values(this.parametersByName);
  }

  /** The names and parameters, in the order of insertion. */
  entries(): [string, Parameter][] {
    return Object.entries(this.parametersByName);
  }

  /** Whether there is a parameter of this name. */
  has(key: string): boolean {
    return typeof key === "string" && key in this.parametersByName;
  }

  /** The parameter of this name, or undefined. */
  get(key: string): Parameter | undefined {
    return this.has(key) ? this.parametersByName[key] : undefined;
  }

  /**
   * Adds a parameter, or replaces the one of this name. A tensor becomes a parameter. Returns the dict.
   *
   * @throws ArgumentError for an empty name or one with a dot, and for anything else than a tensor.
   */
  set(key: string, value: Tensor): this {
    assertKey("ParameterDict", key);
    this.parametersByName[key] = asParameter("ParameterDict", value);
    return this;
  }

  /** Removes a parameter. Returns whether there was one. */
  delete(key: string): boolean {
    return this.has(key) && delete this.parametersByName[key];
  }

  [Symbol.iterator](): IterableIterator<[string, Parameter]> {
    return this.entries()[Symbol.iterator]();
  }
}
