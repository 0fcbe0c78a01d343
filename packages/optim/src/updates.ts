/**
 * The step of an optimizer. It prepares the updates of all parameters, and then writes them.
 *
 * @module
 */
import { peekGradient } from "@lucid/autograd";
import { dtypes, type Expr, mayOverlap, sameView } from "@lucid/backend";
import { callMap, callMapInto, hostAction, hostNumbers, identityExpr, owned, type Scalar } from "@lucid/tensor/extend";
import type { Tensor } from "@lucid/tensor/functions";
import type { Algorithm, Terms } from "./algorithm.js";
import { updateExpressions } from "./expressions.js";
import { checkGradient } from "./gradients.js";
import { filledLike, type ParameterGroup, type ParameterState, parameterName } from "./groups.js";
import { checkValues } from "./options.js";
import { computeWhole } from "./whole.js";
import { writeEach } from "./write.js";

/** What depends on the options of a group and on a parameter's numbers, but not on the parameter itself. */
interface Settings {
  readonly step: number;
  /** The parameter's numbers before the update. */
  readonly before: Numbers;
  readonly terms: Terms;
  readonly scalars: readonly Scalar[];
  /** The values of the flags, as bits. */
  readonly flags: number;
}

type Numbers = Readonly<Record<string, number>>;

/** An update that is ready to be written. */
interface Update<O> {
  readonly group: ParameterGroup<O>;
  readonly state: ParameterState;
  readonly gradient: Tensor;
  /** The parameter, its gradient, its state tensors, and the tensors that `whole` computed. */
  readonly inputs: readonly Tensor[];
  /** The parameter and its state tensors. */
  readonly targets: readonly Tensor[];
  readonly exprs: readonly Expr[];
  readonly scalars: readonly Scalar[];
}

/** The new value of a state tensor with a shape of its own, which no formula computes. */
interface Replacement {
  readonly state: ParameterState;
  /** The position of the state tensor in the algorithm. */
  readonly index: number;
  readonly target: Tensor;
  readonly value: Tensor;
}

/** Everything that a step writes. */
interface Prepared<O> {
  readonly updates: readonly Update<O>[];
  /** They are written after all updates. */
  readonly replacements: readonly Replacement[];
}

const NO_NUMBERS: Numbers = {};

/** The updates of an optimizer's parameters. */
export class Updates<O> {
  readonly #algorithm: Algorithm<O>;
  readonly #groups: readonly ParameterGroup<O>[];
  /** By group and parameter. */
  readonly #states: readonly (readonly ParameterState[])[];
  readonly #stateNames: readonly string[];
  /** The expressions of an update by flags, state tensors in use and element type. */
  readonly #expressions = new Map<number, readonly Expr[]>();

  constructor(
    algorithm: Algorithm<O>,
    groups: readonly ParameterGroup<O>[],
    states: readonly (readonly ParameterState[])[],
  ) {
    this.#algorithm = algorithm;
    this.#groups = groups;
    this.#states = states;
    this.#stateNames = Object.keys(algorithm.state);
  }

  /** Updates all parameters that have a gradient. */
  run(): void {
    const { name } = this.#algorithm;
    const { updates, replacements } = this.#prepare();
    const write = (position: number): void => {
      if (position < updates.length) {
        const { targets, inputs, exprs, scalars } = updates[position]!;
        callMapInto(name, targets, inputs, exprs, scalars);
      } else {
        const { target, value } = replacements[position - updates.length]!;
        callMapInto(name, [target], [value], [identityExpr(value.dtype)]);
      }
    };
    writeEach(updates.length + replacements.length, write, (written) => {
      const done = updates.slice(0, written);
      this.#finish(done, true);
      const states = new Set(done.map(({ state }) => state));
      for (const replacement of replacements.slice(Math.max(0, written - updates.length))) {
        if (states.has(replacement.state)) exchange(replacement);
      }
    });
    this.#finish(updates, false);
  }

  /**
   * Records that updates were written: counts them, and makes the pending state tensors the state.
   *
   * @param interrupted - whether other updates of the step could not be written. The updates that were written are then
   * skipped when the step is repeated with the same gradients.
   */
  #finish(updates: readonly Update<O>[], interrupted: boolean): void {
    for (let i = 0; i < updates.length; i++) {
      const { state, gradient } = updates[i]!;
      state.applied = interrupted ? { gradient, version: gradient.storage.version } : undefined;
      const { pending } = state;
      for (let k = 0; k < pending.length; k++) {
        if (pending[k] === undefined) continue;
        state.tensors[k] = pending[k];
        pending[k] = undefined;
      }
    }
    if (!this.#algorithm.counted && this.#algorithm.numbers === undefined) return;
    hostAction(() => {
      for (const { group, state } of updates) {
        state.numbers = nextNumbers(this.#algorithm, group, state);
        if (this.#algorithm.counted) state.step++;
      }
    });
  }

  /**
   * Checks the parameters, allocates memory, and computes what depends on whole tensors. It writes nothing that a
   * caller can see.
   */
  #prepare(): Prepared<O> {
    const { name, options } = this.#algorithm;
    const updates: Update<O>[] = [];
    const replacements: Replacement[] = [];
    for (let g = 0; g < this.#groups.length; g++) {
      const group = this.#groups[g]!;
      checkValues(name, options, group, `paramGroups[${g}].`);
      const { params } = group;
      const states = this.#states[g]!;
      let settings: Settings | undefined;
      for (let i = 0; i < params.length; i++) {
        const parameter = params[i]!;
        const gradient = peekGradient(parameter);
        if (gradient === undefined) continue;
        checkGradient(name, parameter, gradient, parameterName(g, i));
        const state = states[i]!;
        if (wasApplied(state, gradient)) continue;
        if (settings === undefined || !sharesSettings(this.#algorithm, group, state, settings)) {
          settings = settingsOf(this.#algorithm, group, state);
        }
        updates.push(this.#ready(group, parameter, gradient, state, settings, replacements));
      }
    }
    return { updates, replacements };
  }

  /** Returns which state tensors of a parameter are in use, one bit for each. */
  #used(group: ParameterGroup<O>, { shape }: Tensor): number {
    let used = 0;
    for (let k = 0; k < this.#stateNames.length; k++) {
      if (this.#algorithm.state[this.#stateNames[k]!]!.used?.(group, shape) !== false) used |= 1 << k;
    }
    return used;
  }

  #ready(
    group: ParameterGroup<O>,
    parameter: Tensor,
    gradient: Tensor,
    state: ParameterState,
    settings: Settings,
    replacements: Replacement[],
  ): Update<O> {
    const { tensors, pending } = state;
    const used = this.#used(group, parameter);
    const inputs: Tensor[] = [parameter, copyIfOverlapping(gradient, parameter)];
    const targets: Tensor[] = [parameter];
    const { state: declared, whole } = this.#algorithm;
    const own: Record<string, Tensor> | undefined = whole === undefined ? undefined : {};
    let first = false;
    for (let k = 0; 1 << k <= used; k++) {
      if ((used & (1 << k)) === 0) continue;
      const name = this.#stateNames[k]!;
      const { initial, shape } = declared[name]!;
      let tensor = tensors[k];
      if (tensor === undefined) {
        first = true;
        tensor = pending[k] ??= heldLike(parameter, initial?.(group) ?? 0, shape?.(parameter.shape));
      }
      if (own !== undefined) own[name] = tensor;
      if (shape !== undefined) continue;
      targets.push(tensor);
      inputs.push(tensor);
    }
    let wholeNames = NO_NAMES;
    if (own !== undefined) {
      const results = computeWhole(this.#algorithm, group, parameter, inputs[1]!, own, settings);
      wholeNames = Object.keys(results).filter((name) => declared[name]?.shape === undefined);
      for (const [name, value] of Object.entries(results)) {
        if (declared[name]?.shape === undefined) inputs.push(value);
        else replacements.push({ state, index: this.#stateNames.indexOf(name), target: own[name]!, value });
      }
    }
    // The key consists of the flags, one bit for every state tensor, one for `first`, and three for the element type.
    const { code } = dtypes[parameter.dtype];
    const key = ((settings.flags * 2 ** this.#stateNames.length + used) * 2 + (first ? 1 : 0)) * 8 + code;
    let exprs = this.#expressions.get(key);
    if (exprs === undefined) {
      const names = this.#stateNames.filter(
        (name, k) => (used & (1 << k)) !== 0 && declared[name]!.shape === undefined,
      );
      exprs = updateExpressions(this.#algorithm, settings.terms, names, wholeNames, first, parameter.dtype);
      this.#expressions.set(key, exprs);
    }
    return { group, state, gradient, inputs, targets, exprs, scalars: settings.scalars };
  }
}

const NO_NAMES: readonly string[] = [];

/** Whether a gradient, as it is, is the one of an update in a step that could not be finished. */
function wasApplied({ applied }: ParameterState, gradient: Tensor): boolean {
  return applied !== undefined && applied.gradient === gradient && applied.version === gradient.storage.version;
}

/** Returns the gradient, or a copy of it if writing the parameter would change it during the update. */
function copyIfOverlapping(gradient: Tensor, { layout }: Tensor): Tensor {
  const overlaps =
    gradient.layout.buffer === layout.buffer &&
    !sameView(gradient.layout, layout) &&
    mayOverlap(gradient.layout, layout);
  return overlaps ? callMap("step", [gradient], [identityExpr(gradient.dtype)])[0]! : gradient;
}

/** Makes a state tensor that the library holds, so that the end of a `scope` does not free it. */
function heldLike(parameter: Tensor, value: number, shape: readonly number[] | undefined): Tensor {
  let made: Tensor | undefined;
  owned(() => {
    made = filledLike(parameter, value, shape);
    made.storage.hold();
  });
  return made!;
}

const nextStep = <O>({ counted }: Algorithm<O>, { step }: ParameterState): number => (counted ? step + 1 : 0);

/** Returns a parameter's numbers before its next update. */
function numbersBefore<O>({ numbers }: Algorithm<O>, options: O, state: ParameterState): Numbers {
  if (numbers === undefined) return NO_NUMBERS;
  const before: Record<string, number> = {};
  for (const name in numbers) before[name] = state.numbers[name] ?? numbers[name]!.initial(options);
  return before;
}

/** Returns a parameter's numbers after its next update. */
function nextNumbers<O>(algorithm: Algorithm<O>, options: O, state: ParameterState): Numbers {
  const { numbers } = algorithm;
  if (numbers === undefined) return NO_NUMBERS;
  const step = nextStep(algorithm, state);
  const before = numbersBefore(algorithm, options, state);
  const next: Record<string, number> = {};
  for (const name in numbers) next[name] = numbers[name]!.next(options, step, before);
  return next;
}

/** Whether the update of a parameter has the same terms as one that was prepared before. */
function sharesSettings<O>(algorithm: Algorithm<O>, options: O, state: ParameterState, known: Settings): boolean {
  if (known.step !== nextStep(algorithm, state)) return false;
  if (algorithm.numbers === undefined) return true;
  const before = numbersBefore(algorithm, options, state);
  return Object.keys(before).every((name) => before[name] === known.before[name]);
}

function settingsOf<O>(algorithm: Algorithm<O>, options: O, state: ParameterState): Settings {
  const numbers = (): Numbers => numbersBefore(algorithm, options, state);
  const termsNow = (): Terms =>
    algorithm.terms(options, nextStep(algorithm, state), nextNumbers(algorithm, options, state), numbers());
  const terms = termsNow();
  let flags = 0;
  let count = 0;
  for (const name in terms) {
    const value = terms[name]!;
    if (typeof value === "boolean") flags = flags * 2 + (value ? 1 : 0);
    else count++;
  }
  // A recorded program computes the scalars anew in every run, from the options and the numbers of that run.
  const scalars = hostNumbers(count, () => Object.values(termsNow()).filter((value) => typeof value === "number"));
  return { step: nextStep(algorithm, state), before: numbers(), terms, scalars, flags };
}

/** Puts a new value in a state tensor's place, where it could not be written into it. */
function exchange({ state, index, target, value }: Replacement): void {
  value.storage.hold();
  target.storage.unhold();
  state.tensors[index] = value;
}
