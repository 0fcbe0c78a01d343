/**
 * What all optimizers have in common.
 *
 * @module
 */

import { enableGrad, peekGradient } from "@lucid/autograd";
import {
  BackendError,
  constant,
  DisposedError,
  DTypeError,
  dtypes,
  type Expr,
  equalShapes,
  formatShape,
  overlapsItself,
  rootOf,
  ShapeError,
} from "@lucid/backend";
import { callMapInto, owned, type Tensor, unrecorded } from "@lucid/tensor/core";
import { type Algorithm, type Terms, updateExpressions } from "./algorithm.js";
import {
  type GroupOfParameters,
  listGroups,
  makeGroup,
  newState,
  type ParameterGroup,
  type ParameterState,
  type ParametersToOptimize,
  parameterName,
  zerosLike,
} from "./groups.js";
import { checkOptions, completeOptions, initialOptions, type SomeOptions, show } from "./options.js";
import { loadOptimizerState, type OptimizerStateDict, saveOptimizerState } from "./state-dict.js";

export type { GroupOfParameters, ParameterGroup, ParametersToOptimize } from "./groups.js";

/** What depends on the options of a group and on how often a parameter was updated, but not on the parameter. */
interface Settings {
  readonly step: number;
  readonly terms: Terms;
  readonly scalars: readonly number[];
  /** The values of the flags, as bits. */
  readonly flags: number;
}

/** An update that is ready to be computed. */
interface Update {
  readonly state: ParameterState;
  /** The parameter, its gradient, its state tensors. */
  readonly inputs: readonly Tensor[];
  /** The parameter, its state tensors. */
  readonly targets: readonly Tensor[];
  readonly exprs: readonly Expr[];
  readonly scalars: readonly number[];
}

/**
 * An optimizer: an algorithm at work on parameters. `SGD`, `Adam` and `AdamW` are optimizers with their algorithm built
 * in; {@link defineAlgorithm} makes others.
 */
export class Optimizer<O extends object> {
  /** The parameter groups. Their options may be changed between steps: `optimizer.paramGroups[0].lr = 0.1`. */
  readonly paramGroups: readonly ParameterGroup<O>[];
  /** The options of parameters whose group does not say otherwise. */
  readonly defaults: Readonly<O>;
  readonly #algorithm: Algorithm<O>;
  readonly #groups: ParameterGroup<O>[] = [];
  /** By group and parameter. */
  readonly #states: ParameterState[][] = [];
  readonly #stateNames: readonly string[];
  /** The expressions of an update by flags, state tensors in use and element type. */
  readonly #expressions = new Map<number, readonly Expr[]>();

  /**
   * @param parameters - tensors, or groups `{ params, lr?, … }` with options of their own.
   * @throws ArgumentError for no parameters, one that is not a leaf or in two groups, or an invalid option.
   */
  constructor(algorithm: Algorithm<O>, parameters: ParametersToOptimize<O>, options: SomeOptions<O> = {}) {
    const { name, options: table } = algorithm;
    this.#algorithm = algorithm;
    this.#stateNames = Object.keys(algorithm.state);
    this.defaults = completeOptions(name, table, options, initialOptions(table));
    this.paramGroups = this.#groups;
    for (const group of listGroups(name, parameters)) this.addParamGroup(group);
  }

  /**
   * Adds parameters, such as those of a layer that was frozen so far.
   *
   * @throws ArgumentError for a parameter that is not a leaf or in a group already, or an invalid option; nothing is
   * added then.
   */
  addParamGroup(group: GroupOfParameters<O>): void {
    const taken = new Set(this.#groups.flatMap(({ params }) => params));
    const added = makeGroup(this.#algorithm, this.defaults, group, this.#groups.length, taken);
    this.#groups.push(added);
    this.#states.push(added.params.map(newState));
  }

  /**
   * Updates all parameters that have a gradient. Everything is checked and allocated before the first parameter is
   * written, so a step that throws changes nothing.
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
    unrecorded(this.#update);
    return loss;
  }

  /**
   * Forgets all gradients, or with `setToNull = false` fills them with zeros: a parameter without a gradient is left
   * alone by `step`, one with a gradient of zeros still follows its momentum and weight decay.
   */
  zeroGrad(setToNull = true): void {
    for (const { params } of this.#groups) {
      for (const tensor of params) {
        if (setToNull) tensor.grad = null;
        else fillGradient(tensor, `${this.#algorithm.name}.zeroGrad`);
      }
    }
  }

  /**
   * A copy of the optimizer's state: options by group, and state tensors by the position of their parameter among all.
   *
   * @example
   * ```ts
   * const w = tensor([1, 2], { requiresGrad: true });
   * new SGD([w], { lr: 0.1 }).stateDict().paramGroups[0].params; // → [0]
   * ```
   */
  stateDict(): OptimizerStateDict<O> {
    return saveOptimizerState(this.#algorithm, this.#groups, this.#states);
  }

  /**
   * Takes over a state that {@link stateDict} saved, options included. Training goes on as if it had not been
   * interrupted. The tensors are copied, into the parameters' element type and onto their backend.
   *
   * @throws StateError naming every mismatch, before anything is changed.
   */
  loadStateDict(stateDict: OptimizerStateDict<O>): void {
    loadOptimizerState(this.#algorithm, this.#groups, this.#states, stateDict);
  }

  /** The options of every group, for people. */
  toString(): string {
    const lines = [`${this.#algorithm.name} (`];
    this.#groups.forEach(({ params, ...options }, index) => {
      lines.push(`  group ${index}: ${params.length} ${params.length === 1 ? "parameter" : "parameters"}`);
      for (const [name, value] of Object.entries(options)) lines.push(`    ${name}: ${show(value)}`);
    });
    return [...lines, ")"].join("\n");
  }

  static {
    // What Node's console.log shows.
    Object.defineProperty(Optimizer.prototype, Symbol.for("nodejs.util.inspect.custom"), {
      value(this: Optimizer<object>): string {
        return this.toString();
      },
    });
  }

  readonly #update = (): void => {
    const updates = this.#prepare();
    const { name, counted } = this.#algorithm;
    for (let i = 0; i < updates.length; i++) {
      const { state, targets, inputs, exprs, scalars } = updates[i]!;
      callMapInto(name, targets, inputs, exprs, scalars);
      if (counted) state.step++;
      const { pending } = state;
      for (let k = 0; k < pending.length; k++) {
        if (pending[k] === undefined) continue;
        state.tensors[k] = pending[k];
        pending[k] = undefined;
      }
    }
  };

  /** Checks and allocates; reads the parameters' gradients and writes nothing that anyone can see. */
  #prepare(): readonly Update[] {
    const { name, options, state: uses, counted } = this.#algorithm;
    const updates: Update[] = [];
    for (let g = 0; g < this.#groups.length; g++) {
      const group = this.#groups[g]!;
      checkOptions(name, options, group, `paramGroups[${g}].`);
      const { params } = group;
      const states = this.#states[g]!;
      // The state tensors in use, as bits.
      let used = 0;
      for (let k = 0; k < this.#stateNames.length; k++) if (uses[this.#stateNames[k]!]!(group)) used |= 1 << k;
      let settings: Settings | undefined;
      for (let i = 0; i < params.length; i++) {
        const parameter = params[i]!;
        const gradient = peekGradient(parameter);
        if (gradient === undefined) continue;
        checkGradient(name, parameter, gradient, g, i);
        const state = states[i]!;
        const step = counted ? state.step + 1 : 0;
        if (settings === undefined || settings.step !== step) settings = settingsOf(this.#algorithm, group, step);
        updates.push(this.#ready(parameter, gradient, state, settings, used));
      }
    }
    return updates;
  }

  #ready(parameter: Tensor, gradient: Tensor, state: ParameterState, settings: Settings, used: number): Update {
    const { tensors, pending } = state;
    let count = 0;
    for (let bits = used; bits > 0; bits &= bits - 1) count++;
    const inputs = new Array<Tensor>(count + 2);
    const targets = new Array<Tensor>(count + 1);
    inputs[0] = parameter;
    inputs[1] = gradient;
    targets[0] = parameter;
    let next = 1;
    let first = false;
    for (let k = 0; 1 << k <= used; k++) {
      if ((used & (1 << k)) === 0) continue;
      let tensor = tensors[k];
      if (tensor === undefined) {
        first = true;
        tensor = pending[k] ??= heldZeros(parameter);
      }
      targets[next] = tensor;
      inputs[++next] = tensor;
    }
    // Flags, then one bit for every state tensor, one for `first`, and three for the element type.
    const { code } = dtypes[parameter.dtype];
    const key = ((settings.flags * 2 ** this.#stateNames.length + used) * 2 + (first ? 1 : 0)) * 8 + code;
    let exprs = this.#expressions.get(key);
    if (exprs === undefined) {
      const names = this.#stateNames.filter((_, k) => (used & (1 << k)) !== 0);
      exprs = updateExpressions(this.#algorithm, settings.terms, names, first, parameter.dtype);
      this.#expressions.set(key, exprs);
    }
    return { state, inputs, targets, exprs, scalars: settings.scalars };
  }
}

function settingsOf<O>(algorithm: Algorithm<O>, options: O, step: number): Settings {
  const terms = algorithm.terms(options, step);
  const scalars: number[] = [];
  let flags = 0;
  for (const name in terms) {
    const value = terms[name]!;
    if (typeof value === "boolean") flags = flags * 2 + (value ? 1 : 0);
    else scalars.push(value);
  }
  return { step, terms, scalars, flags };
}

/** A state tensor that the library holds: the end of a `scope` does not free it. */
function heldZeros(parameter: Tensor): Tensor {
  let zeros: Tensor | undefined;
  owned(() => {
    zeros = zerosLike(parameter);
    zeros.storage.hold();
  });
  return zeros!;
}

function checkGradient(operation: string, parameter: Tensor, gradient: Tensor, group: number, index: number): void {
  if (parameter.disposed || parameter.storage.freed) throwDisposed(operation, parameterName(group, index));
  if (gradient.disposed || gradient.storage.freed) {
    throwDisposed(operation, `the gradient of ${parameterName(group, index)}`);
  }
  if (!equalShapes(gradient.shape, parameter.shape)) {
    const shapes = [gradient.shape, parameter.shape];
    const text = shapes.map(formatShape).join(", the parameter ");
    throw new ShapeError(operation, `the gradient of ${parameterName(group, index)} is ${text}`, shapes, {
      rule: "a gradient has its parameter's shape",
    });
  }
  if (gradient.dtype !== parameter.dtype) {
    const types = [gradient.dtype, parameter.dtype];
    const text = types.join(", the parameter ");
    throw new DTypeError(operation, `the gradient of ${parameterName(group, index)} is ${text}`, types, {
      rule: "a gradient has its parameter's element type",
    });
  }
  if (gradient.backend !== parameter.backend && rootOf(gradient.backend) !== rootOf(parameter.backend)) {
    const backends = [gradient.backend.name, parameter.backend.name];
    const text = backends.join(", the parameter on ");
    throw new BackendError(operation, `the gradient of ${parameterName(group, index)} lives on ${text}`, backends, {
      rule: "a gradient lives where its parameter does",
    });
  }
}

function throwDisposed(operation: string, what: string): never {
  throw new DisposedError(operation, `${what} was disposed`, {
    rule: "dispose(), `using` and the end of a scope free a tensor for good",
  });
}

/** Fills a gradient with zeros. One that was recorded, or that names an element twice, is replaced by a new one. */
function fillGradient(tensor: Tensor, operation: string): void {
  const gradient = peekGradient(tensor);
  if (gradient === undefined) return;
  if (gradient.requiresGrad || overlapsItself(gradient.layout)) {
    owned(() => {
      tensor.grad = unrecorded(() => zerosLike(gradient));
    });
  } else {
    unrecorded(() => callMapInto(operation, [gradient], [], [constant(0, gradient.dtype)]));
  }
}
