/**
 * Saving and loading what an optimizer remembers.
 *
 * @module
 */
import { cast, equalShapes, formatShape, input, rootOf, StateError } from "@lucid/backend";
import { callMap, callTransfer, isFloating, owned, Tensor, unrecorded } from "@lucid/tensor/core";
import type { Algorithm } from "./algorithm.js";
import { type ParameterGroup, type ParameterState, zerosLike } from "./groups.js";
import { copyValue, type OptionTable, show } from "./options.js";

/** What is remembered of one parameter: its state tensors by name, and `step` where updates are counted. */
export type ParameterStateDict = Readonly<Record<string, Tensor | number>>;

/** The options of a group, and the numbers under which its parameters' states are filed. */
export type ParameterGroupDict<O> = O & { readonly params: readonly number[]; readonly initialLr?: number };

/** The state of an optimizer. */
export interface OptimizerStateDict<O> {
  /** By number of the parameter; a parameter that was never updated has none. */
  readonly state: Readonly<Record<number, ParameterStateDict>>;
  readonly paramGroups: readonly ParameterGroupDict<O>[];
}

/** A contiguous copy of the elements on `like`'s backend and in its element type. */
function copyFor(like: Tensor, x: Tensor): Tensor {
  return owned(() => {
    const here = rootOf(x.backend) === rootOf(like.backend) ? x : callTransfer(x, like.backend);
    return callMap("stateDict", [here], [cast(input(0, x.dtype), like.dtype)])[0]!;
  });
}

/** @internal */
export function saveOptimizerState<O>(
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
        if (tensor !== undefined) entry[name] = unrecorded(() => copyFor(parameter, tensor));
        // Switched on after the last update: it is still zero.
        else if (own.step > 0 && algorithm.state[name]!(group)) entry[name] = unrecorded(() => zerosLike(parameter));
      }
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

/** What does not fit; collected before anything is changed. */
class Mismatches {
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

type Fields = Readonly<Record<string, unknown>>;

const isRecord = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isCount = (value: unknown): value is number => Number.isInteger(value) && (value as number) >= 0;

/** Checks the options of a saved group, and tells whether they fit; extra fields other than `also` are unexpected. */
function checkSavedOptions<O>(
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
      mismatches.facts.push(`${where}.${name} is ${show(saved[name])}, not ${table[name].rule}`);
    }
  }
  for (const name of Object.keys(saved)) {
    if (!Object.hasOwn(table, name) && !also.includes(name)) mismatches.refuse(`${where}.${name}`);
  }
  return mismatches.facts.length === before;
}

/** Checks what was saved of one parameter; `options` are undefined where they do not fit. */
function checkEntry<O>(
  algorithm: Algorithm<O>,
  options: O | undefined,
  parameter: Tensor,
  entry: unknown,
  where: string,
  mismatches: Mismatches,
): void {
  if (!isRecord(entry)) {
    mismatches.facts.push(`${where} is ${show(entry)}, not an object`);
    return;
  }
  const { counted, state } = algorithm;
  if (counted && !Object.hasOwn(entry, "step")) mismatches.miss(`${where}.step`);
  for (const [name, value] of Object.entries(entry)) {
    const path = `${where}.${name}`;
    if (counted && name === "step") {
      if (!isCount(value)) mismatches.facts.push(`${path} is ${show(value)}, not an integer ≥ 0`);
    } else if (!Object.hasOwn(state, name)) {
      mismatches.refuse(path);
    } else if (!(value instanceof Tensor)) {
      mismatches.facts.push(`${path} is ${show(value)}, not a tensor`);
    } else if (value.disposed || value.storage.freed) {
      mismatches.facts.push(`${path} was disposed`);
    } else if (!equalShapes(value.shape, parameter.shape)) {
      mismatches.facts.push(`${path} is ${formatShape(value.shape)}, its parameter ${formatShape(parameter.shape)}`);
    } else if (!isFloating(value.dtype)) {
      mismatches.facts.push(`${path} is ${value.dtype}, not floating`);
    }
  }
  if (options === undefined) return;
  for (const name of Object.keys(state)) {
    if (!Object.hasOwn(entry, name) && state[name]!(options)) mismatches.miss(`${where}.${name}`);
  }
}

/** Compares a state dict with an optimizer; the entry of every parameter, or undefined, in the order of parameters. */
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
      mismatches.facts.push(`${where} is ${show(group)}, not an object`);
      return;
    }
    const fits = checkSavedOptions(algorithm.options, group, where, ["params", "initialLr"], mismatches);
    const { initialLr, params: numbers } = group;
    if (initialLr !== undefined && !(typeof initialLr === "number" && initialLr >= 0)) {
      mismatches.facts.push(`${where}.initialLr is ${show(initialLr)}, not a number ≥ 0`);
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
  // Without as many parameters on both sides nothing can be said about single entries.
  if (aligned) for (const number of unused) mismatches.refuse(`state[${number}]`);
  mismatches.throwIfAny(operation);
  return entries;
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
    unrecorded(() => {
      entries.forEach((entry, i) => {
        copies[i] = names.map((name) => {
          const tensor = entry?.[name];
          return tensor instanceof Tensor ? copyFor(parameters[i]!, tensor) : undefined;
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
