/**
 * Saving and loading the state of an optimizer.
 *
 * @module
 */
import { noGrad } from "@lucid/autograd";
import { cast, describeValue, equalShapes, formatShape, input, rootOf, StateError } from "@lucid/backend";
import { callMap, callTransfer, isFloating, owned } from "@lucid/tensor/extend";
import { Tensor, toAsync } from "@lucid/tensor/functions";
import type { Algorithm } from "./algorithm.js";
import { filledLike, type ParameterGroup, type ParameterState } from "./groups.js";
import { copyValue, type OptionTable } from "./options.js";

/** The state of one parameter: its state tensors by name, and `step` if updates are counted. */
export type ParameterStateDict = Readonly<Record<string, Tensor | number>>;

/** The options of a group, and the numbers under which the states of its parameters are stored. */
export type ParameterGroupDict<O> = O & { readonly params: readonly number[]; readonly initialLr?: number };

/** The state of an optimizer. */
export interface OptimizerStateDict<O> {
  /** The states by number of the parameter. A parameter that was never updated has none. */
  readonly state: Readonly<Record<number, ParameterStateDict>>;
  readonly paramGroups: readonly ParameterGroupDict<O>[];
}

/** Whether an algorithm needs a state tensor with these options. */
function isUsed<O>({ state }: Algorithm<O>, name: string, options: O, { shape }: Tensor): boolean {
  return state[name]!.used?.(options, shape) !== false;
}

/** Returns the shape of a state tensor. */
function shapeOf<O>({ state }: Algorithm<O>, name: string, { shape }: Tensor): readonly number[] {
  return state[name]!.shape?.(shape) ?? shape;
}

/** Makes a contiguous copy in the element type of `like`, on the backend of `x`. */
function copyFor(like: Tensor, x: Tensor): Tensor {
  return owned(() => callMap("stateDict", [x], [cast(input(0, x.dtype), like.dtype)])[0]!);
}

/** Makes a contiguous copy in the element type and on the backend of `like`. */
export function copyTo(like: Tensor, x: Tensor, operation: string): Tensor {
  if (rootOf(x.backend) === rootOf(like.backend)) return copyFor(like, x);
  return owned(() => copyFor(like, callTransfer(x, like.backend, operation, "loadStateDictAsync")));
}

/** @internal */
export function saveOptimizerState<O>(
  algorithm: Algorithm<O>,
  groups: readonly ParameterGroup<O>[],
  states: readonly (readonly ParameterState[])[],
): OptimizerStateDict<O> {
  return noGrad(() => owned(() => copyOptimizerState(algorithm, groups, states)));
}

function copyOptimizerState<O>(
  algorithm: Algorithm<O>,
  groups: readonly ParameterGroup<O>[],
  states: readonly (readonly ParameterState[])[],
): OptimizerStateDict<O> {
  const names = Object.keys(algorithm.state);
  const state: Record<number, ParameterStateDict> = {};
  const paramGroups: ParameterGroupDict<O>[] = [];
  let next = 0;
  groups.forEach((group, g) => {
    const numbers: number[] = [];
    for (const [i, own] of states[g]!.entries()) {
      const entry: Record<string, Tensor | number> = {};
      if (own.step > 0) entry.step = own.step;
      const parameter = group.params[i]!;
      for (const [k, name] of names.entries()) {
        const tensor = own.tensors[k];
        if (tensor !== undefined) entry[name] = copyFor(parameter, tensor);
        // The tensor was switched on after the last update, so it has its initial value.
        else if (own.step > 0 && isUsed(algorithm, name, group, parameter)) {
          const value = algorithm.state[name]!.initial?.(group) ?? 0;
          entry[name] = filledLike(parameter, value, shapeOf(algorithm, name, parameter));
        }
      }
      Object.assign(entry, own.numbers);
      if (Object.keys(entry).length > 0) state[next] = entry;
      numbers.push(next++);
    }
    const options = {} as O;
    for (const name in algorithm.options) options[name] = copyValue(group[name]);
    const { initialLr } = group;
    paramGroups.push({ ...options, ...(initialLr === undefined ? undefined : { initialLr }), params: numbers });
  });
  return { state, paramGroups };
}

/** Collects everything that does not fit, before anything is changed. */
export class Mismatches {
  readonly facts: string[] = [];
  readonly missing: string[] = [];
  readonly unexpected: string[] = [];

  miss(path: string): void {
    this.missing.push(path);
    this.facts.push(`${path} is missing`);
  }

  refuse(path: string): void {
    this.unexpected.push(path);
    this.facts.push(`${path} is unexpected`);
  }

  throwIfAny(operation: string): void {
    if (this.facts.length === 0) return;
    throw new StateError(operation, `the state dict does not fit: ${this.facts.join("; ")}`, this, {
      rule: "nothing was loaded",
    });
  }
}

export type Fields = Readonly<Record<string, unknown>>;

export const isRecord = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);
export const isCount = (value: unknown): value is number => Number.isInteger(value) && (value as number) >= 0;

/**
 * Checks the options of a saved group and returns whether they fit. Extra fields other than `also` are unexpected.
 */
export function checkSavedOptions<O>(
  table: OptionTable<O>,
  saved: Fields,
  where: string,
  also: readonly string[],
  mismatches: Mismatches,
): boolean {
  const before = mismatches.facts.length;
  for (const name in table) {
    if (!Object.hasOwn(saved, name)) mismatches.miss(`${where}.${name}`);
    else if (!table[name].accepts(saved[name])) {
      mismatches.facts.push(`${where}.${name} is ${describeValue(saved[name])}, not ${table[name].rule}`);
    }
  }
  for (const name of Object.keys(saved)) {
    if (!Object.hasOwn(table, name) && !also.includes(name)) mismatches.refuse(`${where}.${name}`);
  }
  return mismatches.facts.length === before;
}

/** Checks the saved state of one parameter. `options` are undefined if they do not fit. */
function checkEntry<O>(
  algorithm: Algorithm<O>,
  options: O | undefined,
  parameter: Tensor,
  entry: unknown,
  where: string,
  mismatches: Mismatches,
): void {
  if (!isRecord(entry)) {
    mismatches.facts.push(`${where} is ${describeValue(entry)}, not an object`);
    return;
  }
  const { counted, state, numbers = {} } = algorithm;
  if (counted && !Object.hasOwn(entry, "step")) mismatches.miss(`${where}.step`);
  for (const name of Object.keys(numbers)) if (!Object.hasOwn(entry, name)) mismatches.miss(`${where}.${name}`);
  for (const [name, value] of Object.entries(entry)) {
    const path = `${where}.${name}`;
    if (counted && name === "step") {
      if (!isCount(value)) mismatches.facts.push(`${path} is ${describeValue(value)}, not an integer ≥ 0`);
    } else if (Object.hasOwn(numbers, name)) {
      if (typeof value !== "number") mismatches.facts.push(`${path} is ${describeValue(value)}, not a number`);
    } else if (!Object.hasOwn(state, name)) {
      mismatches.refuse(path);
    } else if (!(value instanceof Tensor)) {
      mismatches.facts.push(`${path} is ${describeValue(value)}, not a tensor`);
    } else if (value.disposed || value.storage.freed) {
      mismatches.facts.push(`${path} was disposed`);
    } else if (!equalShapes(value.shape, shapeOf(algorithm, name, parameter))) {
      const rule = Object.hasOwn(state[name]!, "shape")
        ? `not ${formatShape(shapeOf(algorithm, name, parameter))}`
        : `its parameter ${formatShape(parameter.shape)}`;
      mismatches.facts.push(`${path} is ${formatShape(value.shape)}, ${rule}`);
    } else if (!isFloating(value.dtype)) {
      mismatches.facts.push(`${path} is ${value.dtype}, not floating`);
    }
  }
  if (options === undefined) return;
  for (const name of Object.keys(state)) {
    if (!Object.hasOwn(entry, name) && isUsed(algorithm, name, options, parameter)) mismatches.miss(`${where}.${name}`);
  }
}

/**
 * Compares a state dict with an optimizer. Returns the entry of every parameter, or undefined, in the order of the
 * parameters.
 */
function checkStateDict<O>(
  algorithm: Algorithm<O>,
  groups: readonly ParameterGroup<O>[],
  stateDict: OptimizerStateDict<O>,
): readonly (ParameterStateDict | undefined)[] {
  const mismatches = new Mismatches();
  const operation = `${algorithm.name}.loadStateDict`;
  const given: unknown = stateDict;
  const { state, paramGroups } = isRecord(given) ? given : {};
  if (!isRecord(state)) mismatches.miss("state");
  if (!Array.isArray(paramGroups)) mismatches.miss("paramGroups");
  else if (paramGroups.length !== groups.length) {
    mismatches.facts.push(`paramGroups has ${paramGroups.length} groups, the optimizer ${groups.length}`);
  }
  if (!isRecord(state) || !Array.isArray(paramGroups)) mismatches.throwIfAny(operation);
  const saved: readonly unknown[] = paramGroups as unknown[];
  const entries: (ParameterStateDict | undefined)[] = [];
  const unused = new Set(Object.keys(state as Fields));
  let aligned = saved.length === groups.length;
  groups.forEach(({ params }, g) => {
    const where = `paramGroups[${g}]`;
    const group = saved[g];
    if (group === undefined) return;
    if (!isRecord(group)) {
      aligned = false;
      mismatches.facts.push(`${where} is ${describeValue(group)}, not an object`);
      return;
    }
    const fits = checkSavedOptions(algorithm.options, group, where, ["params", "initialLr"], mismatches);
    const { initialLr, params: numbers } = group;
    if (initialLr !== undefined && !(typeof initialLr === "number" && initialLr >= 0)) {
      mismatches.facts.push(`${where}.initialLr is ${describeValue(initialLr)}, not a number ≥ 0`);
    }
    if (!Array.isArray(numbers)) {
      aligned = false;
      mismatches.miss(`${where}.params`);
    } else if (numbers.length !== params.length) {
      aligned = false;
      mismatches.facts.push(`${where} has ${numbers.length} parameters, the optimizer's ${params.length}`);
    } else if (aligned) {
      params.forEach((parameter, i) => {
        const entry = (state as Fields)[String(numbers[i])];
        unused.delete(String(numbers[i]));
        entries.push(entry as ParameterStateDict | undefined);
        if (entry !== undefined) {
          checkEntry(
            algorithm,
            fits ? (group as O) : undefined,
            parameter,
            entry,
            `state[${String(numbers[i])}]`,
            mismatches,
          );
        }
      });
    }
  });
  // If the numbers of parameters differ, single entries cannot be compared.
  if (aligned) for (const number of unused) mismatches.refuse(`state[${number}]`);
  mismatches.throwIfAny(operation);
  return entries;
}

/** Returns the numbers of an algorithm in an entry of a state dict. */
function numbersIn<O>({ numbers = {} }: Algorithm<O>, entry: ParameterStateDict | undefined): Record<string, number> {
  const found: Record<string, number> = {};
  for (const name of Object.keys(numbers)) if (entry !== undefined) found[name] = entry[name] as number;
  return found;
}

/**
 * Loads a state as {@link loadOptimizerState} does, for backends that cannot be read synchronously. Tensors on other
 * backends are moved first. @internal
 */
export async function loadOptimizerStateAsync<O>(
  algorithm: Algorithm<O>,
  groups: readonly ParameterGroup<O>[],
  states: readonly (readonly ParameterState[])[],
  stateDict: OptimizerStateDict<O>,
): Promise<void> {
  checkStateDict(algorithm, groups, stateDict);
  const state: Record<number, ParameterStateDict> = { ...stateDict.state };
  const moved: Tensor[] = [];
  try {
    for (const [g, { params }] of stateDict.paramGroups.entries()) {
      for (const [i, number] of params.entries()) {
        const { backend } = groups[g]!.params[i]!;
        const entry: Record<string, Tensor | number> = { ...state[number] };
        for (const [name, value] of Object.entries(entry)) {
          if (!(value instanceof Tensor) || rootOf(value.backend) === rootOf(backend)) continue;
          const arrived = await toAsync(value, backend);
          moved.push(arrived);
          entry[name] = arrived;
        }
        if (number in state) state[number] = entry;
      }
    }
    loadOptimizerState(algorithm, groups, states, { ...stateDict, state });
  } finally {
    for (const tensor of moved) tensor.dispose();
  }
}

/** Ends the library's use of a state tensor. */
function drop(tensor: Tensor | undefined): void {
  tensor?.storage.unhold();
}

/** @internal */
export function loadOptimizerState<O>(
  algorithm: Algorithm<O>,
  groups: readonly ParameterGroup<O>[],
  states: readonly (readonly ParameterState[])[],
  stateDict: OptimizerStateDict<O>,
): void {
  const entries = checkStateDict(algorithm, groups, stateDict);
  const names = Object.keys(algorithm.state);
  const parameters = groups.flatMap(({ params }) => params);
  const copies: (Tensor | undefined)[][] = [];
  // All copies are made before anything is changed; if one fails, the others are freed.
  owned(() => {
    noGrad(() => {
      entries.forEach((entry, i) => {
        copies[i] = names.map((name) => {
          const tensor = entry?.[name];
          return tensor instanceof Tensor
            ? copyTo(parameters[i]!, tensor, `${algorithm.name}.loadStateDict`)
            : undefined;
        });
      });
    });
    for (const tensors of copies) for (const tensor of tensors) tensor?.storage.hold();
  });
  let next = 0;
  groups.forEach((group, g) => {
    const saved = stateDict.paramGroups[g]!;
    for (const name in algorithm.options) (group as O)[name] = copyValue(saved[name]);
    if (saved.initialLr === undefined) delete group.initialLr;
    else group.initialLr = saved.initialLr;
    for (const state of states[g]!) {
      const step = entries[next]?.step;
      state.step = typeof step === "number" ? step : 0;
      state.numbers = numbersIn(algorithm, entries[next]);
      state.applied = undefined;
      names.forEach((_, k) => {
        drop(state.tensors[k]);
        drop(state.pending[k]);
        state.tensors[k] = copies[next]![k];
        state.pending[k] = undefined;
      });
      next++;
    }
  });
}
