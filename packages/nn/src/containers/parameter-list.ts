/**
 * The container of parameters in a list.
 *
 * @module
 */
import { ArgumentError, describeValue } from "@lucid/backend";
import { Tensor } from "@lucid/tensor/functions";
import { assertInteger } from "../internal/checks.js";
import { LibraryModule } from "../module/library-module.js";
import type { Parameter } from "../module/parameter.js";
import { asParameter } from "./as-parameter.js";
import { hidden, setHidden } from "./hidden.js";

/** The parameters by position; `list[0]` may be assigned to. */
export interface ParameterList {
  [index: number]: Parameter;
}

/**
 * A list of parameters, for a `forward` that uses them in its own way. A plain array in a field does the same, with the
 * same names in state dicts.
 */
export class ParameterList extends LibraryModule<never, never> {
  /**
   * A list of parameters, for a `forward` that uses them in its own way. A plain array in a field does the same, with
   * the same names in state dicts.
   *
   * @param values - parameters, or tensors, which become parameters, in a list or anything else that can be iterated.
   * @throws ArgumentError for anything else, and when it is called: it has no forward.
   *
   * @example
   * ```ts
   * const list = new ParameterList([zeros([2]), zeros([3])]);
   * list.length; // → 2
   * list.namedParameters().map(([name]) => name); // → ["0", "1"]
   * ```
   *
   * Source: torch.nn.ParameterList.
   */
  constructor(values: Iterable<Tensor> = []) {
    super();
    setHidden(this, 0);
    const given: unknown = values;
    if (
      given === null ||
      given instanceof Tensor ||
      typeof (given as Partial<Iterable<Tensor>>)[Symbol.iterator] !== "function"
    ) {
      throw new ArgumentError("ParameterList", `${describeValue(given)} is not a list`, {
        rule: "a ParameterList takes one list of parameters",
      });
    }
    this.push(...values);
  }

  forward(): never {
    throw new ArgumentError("ParameterList", "a ParameterList has no forward", {
      remedy: "use its parameters: for (const parameter of list) …",
    });
  }

  /** The number of parameters. */
  override get length(): number {
    return hidden<number>(this);
  }

  /**
   * Returns the parameter at a position; negative positions count from the end. The result is undefined if there is
   * none.
   *
   * @throws ArgumentError unless the position is an integer.
   */
  at(index: number): Parameter | undefined {
    assertInteger("ParameterList.at", "the index", index);
    const position = index < 0 ? index + this.length : index;
    return position < this.length ? this[position] : undefined;
  }

  /**
   * Adds parameters at the end. Tensors become parameters. Returns the list.
   *
   * @throws ArgumentError for anything else; then none is added.
   */
  push(...values: readonly Tensor[]): this {
    const parameters = values.map((value) => asParameter("ParameterList", value));
    for (const parameter of parameters) this[setHidden(this, this.length + 1) - 1] = parameter;
    return this;
  }

  *[Symbol.iterator](): IterableIterator<Parameter> {
    for (let i = 0; i < this.length; i++) yield this[i]!;
  }
}
