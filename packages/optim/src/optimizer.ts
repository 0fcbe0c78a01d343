/**
 * The class of all optimizers.
 *
 * @module
 */
import { enableGrad, noGrad } from "@lucid/autograd";
import { owned } from "@lucid/tensor/extend";
import type { Algorithm } from "./algorithm.js";
import { GroupedOptimizer } from "./grouped-optimizer.js";
import { type GroupOfParameters, newState, type ParameterState, type ParametersToOptimize } from "./groups.js";
import { assertDeclared, type SomeOptions } from "./options.js";
import {
  loadOptimizerState,
  loadOptimizerStateAsync,
  type OptimizerStateDict,
  saveOptimizerState,
} from "./state-dict.js";
import { Updates } from "./updates.js";

/**
 * An optimizer: an algorithm at work on parameters. `SGD`, `Adam` and `AdamW` are optimizers with their algorithm built
 * in; {@link defineAlgorithm} makes others.
 */
export class Optimizer<O extends object> extends GroupedOptimizer<O> {
  readonly #algorithm: Algorithm<O>;
  /** The states by group and parameter. */
  readonly #states: ParameterState[][];
  readonly #updates: Updates<O>;

  /**
   * @param parameters - tensors, or groups `{ params, lr?, … }` with options of their own.
   * @throws ArgumentError for no parameters, one that is not a leaf or in two groups, or an invalid option.
   */
  constructor(algorithm: Algorithm<O>, parameters: ParametersToOptimize<O>, options?: SomeOptions<O>) {
    assertDeclared(
      "Optimizer",
      "algorithm",
      "defineAlgorithm({ … })",
      algorithm,
      ["options", "state"],
      ["terms", "update"],
    );
    super(algorithm, parameters, options);
    this.#algorithm = algorithm;
    this.#states = this.paramGroups.map(({ params }) => params.map(newState));
    this.#updates = new Updates(algorithm, this.paramGroups, this.#states);
  }

  override addParamGroup(group: GroupOfParameters<O>): void {
    super.addParamGroup(group);
    this.#states.push(this.paramGroups.at(-1)!.params.map(newState));
  }

  /**
   * Updates all parameters that have a gradient. Everything is checked and allocated before the first parameter is
   * written, and a kernel that fails after that is called again: a step that throws has changed nothing. If a kernel
   * fails twice, the parameters before it keep their new values, and a repeated step with the same gradients updates
   * the others.
   *
   * @param closure - computes the loss and its gradients; called first, with recording on.
   * @returns what `closure` returned.
   * @throws ArgumentError for an option that was set to an invalid value; DisposedError for a disposed parameter or
   * gradient; ShapeError, DTypeError or BackendError for a gradient unlike its parameter.
   */
  step(): undefined;
  step<R>(closure: () => R): R;
  step<R>(closure?: () => R): R | undefined {
    const loss = closure === undefined ? undefined : enableGrad(closure);
    noGrad(() => owned(() => this.#updates.run()));
    return loss;
  }

  /**
   * Copies the optimizer's state: the options of the groups, and the state tensors by the position of their parameter.
   *
   * @example
   * ```ts
   * const w = tensor([1, 2], { requiresGrad: true });
   * new SGD([w], { lr: 0.1 }).stateDict().paramGroups[0].params; // → [0]
   * ```
   */
  stateDict(): OptimizerStateDict<O> {
    return saveOptimizerState(this.#algorithm, this.paramGroups, this.#states);
  }

  /**
   * Loads a state that {@link stateDict} saved, options included. Training goes on as if it had not been interrupted.
   * The tensors are copied, into the parameters' element type and onto their backend.
   *
   * @throws StateError that names every mismatch, before anything is changed.
   */
  loadStateDict(stateDict: OptimizerStateDict<O>): void {
    loadOptimizerState(this.#algorithm, this.paramGroups, this.#states, stateDict);
  }

  /**
   * Loads a state as {@link loadStateDict} does, if a saved tensor lives on a backend that cannot be read
   * synchronously.
   *
   * @throws StateError that names every mismatch, before anything is changed.
   */
  loadStateDictAsync(stateDict: OptimizerStateDict<O>): Promise<void> {
    return loadOptimizerStateAsync(this.#algorithm, this.paramGroups, this.#states, stateDict);
  }
}
