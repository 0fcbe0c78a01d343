/**
 * What optimizers have in common whose steps are made in different ways: parameter groups with options.
 *
 * @module
 */
import { describeValue } from "@lucid/backend";
import { fillGradients } from "./gradients.js";
import {
  type GroupOfParameters,
  type GroupRules,
  listGroups,
  makeGroup,
  type ParameterGroup,
  type ParametersToOptimize,
} from "./groups.js";
import { completeOptions, initialOptions, type SomeOptions } from "./options.js";

/** An object that holds parameters in groups, and the options of every group. */
export abstract class GroupedOptimizer<O extends object> {
  /** The parameter groups. Their options may be changed between steps: `optimizer.paramGroups[0].lr = 0.1`. */
  readonly paramGroups: readonly ParameterGroup<O>[];
  /** The options of parameters whose group does not say otherwise. */
  readonly defaults: Readonly<O>;
  readonly #rules: GroupRules<O>;
  readonly #groups: ParameterGroup<O>[] = [];

  protected constructor(rules: GroupRules<O>, parameters: ParametersToOptimize<O>, options?: SomeOptions<O>) {
    const { name, options: table } = rules;
    this.#rules = rules;
    this.defaults = completeOptions(name, table, options, initialOptions(table));
    this.paramGroups = this.#groups;
    for (const group of listGroups(name, parameters)) this.#add(group);
  }

  /**
   * Adds parameters, such as those of a layer that was frozen so far.
   *
   * @throws ArgumentError for a parameter that is not a leaf or in a group already, or an invalid option; nothing is
   * added then.
   */
  addParamGroup(group: GroupOfParameters<O>): void {
    this.#add(group);
  }

  #add(group: GroupOfParameters<O>): void {
    const taken = new Set(this.#groups.flatMap(({ params }) => params));
    this.#groups.push(makeGroup(this.#rules, this.defaults, group, this.#groups.length, taken));
  }

  /**
   * Removes all gradients, or, with `setToNull = false`, fills them with zeros. `step` skips a parameter without a
   * gradient. With a gradient of zeros, momentum and weight decay still change the parameter.
   */
  zeroGrad(setToNull = true): void {
    const parameters = this.#groups.flatMap(({ params }) => params);
    if (setToNull) for (const tensor of parameters) tensor.grad = null;
    else fillGradients(parameters, `${this.#rules.name}.zeroGrad`);
  }

  /** Returns the options of every group as text. */
  toString(): string {
    const lines = [`${this.#rules.name} (`];
    this.#groups.forEach(({ params, ...options }, index) => {
      lines.push(`  group ${index}: ${params.length} ${params.length === 1 ? "parameter" : "parameters"}`);
      for (const [name, value] of Object.entries(options)) lines.push(`    ${name}: ${describeValue(value)}`);
    });
    return [...lines, ")"].join("\n");
  }

  static {
    // What Node's console.log shows.
    Object.defineProperty(GroupedOptimizer.prototype, Symbol.for("nodejs.util.inspect.custom"), {
      value(this: GroupedOptimizer<object>): string {
        return this.toString();
      },
    });
  }
}
