/**
 * Saving and loading what L-BFGS remembers, in PyTorch's layout.
 *
 * @module
 */
import { describeValue, formatShape } from "@lucid/backend";
import { isFloating } from "@lucid/tensor/extend";
import { clone, Tensor } from "@lucid/tensor/functions";
import type { ParameterGroup } from "../../groups.js";
import type { OptionTable } from "../../options.js";
import {
  checkSavedOptions,
  copyTo,
  type Fields,
  isCount,
  isRecord,
  Mismatches,
  type ParameterGroupDict,
} from "../../state-dict.js";
import type { LBFGSOptions, Memory } from "./descent.js";
import type { FlatParameters } from "./vectors.js";

/** What L-BFGS remembers. Vectors have one element for every element of all parameters, in their order. */
export interface LBFGSState {
  /** Evaluations of the loss so far. */
  readonly funcEvals: number;
  /** Iterations so far. */
  readonly nIter: number;
  /** The last direction, and the length of the step along it. */
  readonly d?: Tensor;
  readonly t?: number;
  /** Changes of the gradient. */
  readonly oldDirs?: readonly Tensor[];
  /** The changes of the parameters that belong to them. */
  readonly oldStps?: readonly Tensor[];
  /** 1 / (oldDirs · oldStps). */
  readonly ro?: readonly number[];
  /** The scale of the matrix that is corrected. */
  readonly hDiag?: number;
  /** The gradient and the loss before the last step. */
  readonly prevFlatGrad?: Tensor;
  readonly prevLoss?: number;
}

/** The state of an `LBFGS` optimizer. What it remembers belongs to parameter 0. */
export interface LBFGSStateDict {
  readonly state: { readonly 0?: LBFGSState };
  readonly paramGroups: readonly [ParameterGroupDict<LBFGSOptions>];
}

/** Copies what an optimizer remembers. */
export function saveMemory(
  { iterations, evaluations, last }: Memory,
  group: ParameterGroup<LBFGSOptions>,
): LBFGSStateDict {
  const { params, ...options } = group;
  const paramGroups = [{ ...options, params: params.map((_, i) => i) }] as const;
  if (evaluations === 0) return { state: {}, paramGroups };
  const counts = { funcEvals: evaluations, nIter: iterations };
  if (last === undefined) return { state: { 0: counts }, paramGroups };
  const state: LBFGSState = {
    ...counts,
    d: clone(last.direction),
    t: last.stepSize,
    oldDirs: last.corrections.map(({ change }) => clone(change)),
    oldStps: last.corrections.map(({ step }) => clone(step)),
    ro: last.corrections.map(({ inverse }) => inverse),
    hDiag: last.scale,
    prevFlatGrad: clone(last.gradient),
    prevLoss: last.loss,
  };
  return { state: { 0: state }, paramGroups };
}

const LISTS = ["oldDirs", "oldStps"] as const;
const VECTORS = ["d", "prevFlatGrad"] as const;
const NUMBERS = ["t", "hDiag", "prevLoss"] as const;

/** Checks a saved state, before anything is changed. */
export function checkMemory(
  operation: string,
  table: OptionTable<LBFGSOptions>,
  group: ParameterGroup<LBFGSOptions>,
  size: number,
  given: unknown,
): LBFGSStateDict {
  const mismatches = new Mismatches();
  const { state, paramGroups } = isRecord(given) ? given : ({} as Fields);
  if (!isRecord(state)) mismatches.miss("state");
  if (!Array.isArray(paramGroups)) mismatches.miss("paramGroups");
  else if (paramGroups.length !== 1)
    mismatches.facts.push(`paramGroups has ${paramGroups.length} groups, the optimizer 1`);
  mismatches.throwIfAny(operation);
  const [saved] = paramGroups as readonly unknown[];
  if (!isRecord(saved)) mismatches.facts.push(`paramGroups[0] is ${describeValue(saved)}, not an object`);
  else {
    checkSavedOptions(table, saved, "paramGroups[0]", ["params", "initialLr"], mismatches);
    const { params } = saved;
    const count = Array.isArray(params) ? params.length : 0;
    if (count !== group.params.length) {
      mismatches.facts.push(`paramGroups[0] has ${count} parameters, the optimizer's ${group.params.length}`);
    }
  }
  for (const [key, entry] of Object.entries(state as Fields)) {
    if (key !== "0") mismatches.refuse(`state[${key}]`);
    else if (isRecord(entry)) checkEntry(entry, size, mismatches);
    else mismatches.facts.push(`state[0] is ${describeValue(entry)}, not an object`);
  }
  mismatches.throwIfAny(operation);
  return given as LBFGSStateDict;
}

function checkEntry(entry: Fields, size: number, mismatches: Mismatches): void {
  const checkVector = (path: string, value: unknown): void => {
    if (!(value instanceof Tensor)) mismatches.facts.push(`${path} is ${describeValue(value)}, not a tensor`);
    else if (value.disposed || value.storage.freed) mismatches.facts.push(`${path} was disposed`);
    else if (value.ndim !== 1 || value.shape[0] !== size) {
      mismatches.facts.push(`${path} is ${formatShape(value.shape)}, the parameters have ${size} elements`);
    } else if (!isFloating(value.dtype)) mismatches.facts.push(`${path} is ${value.dtype}, not floating`);
  };
  for (const name of ["funcEvals", "nIter"]) {
    if (!isCount(entry[name])) {
      mismatches.facts.push(`state[0].${name} is ${describeValue(entry[name])}, not an integer ≥ 0`);
    }
  }
  const known = ["funcEvals", "nIter", ...NUMBERS, ...VECTORS, ...LISTS, "ro"];
  for (const name of Object.keys(entry)) if (!known.includes(name)) mismatches.refuse(`state[0].${name}`);
  if (entry.d === undefined) return;
  for (const name of NUMBERS) {
    if (typeof entry[name] !== "number") {
      mismatches.facts.push(`state[0].${name} is ${describeValue(entry[name])}, not a number`);
    }
  }
  for (const name of VECTORS) checkVector(`state[0].${name}`, entry[name]);
  const { ro } = entry;
  const count = Array.isArray(ro) && ro.every((value) => typeof value === "number") ? ro.length : undefined;
  if (count === undefined) mismatches.facts.push(`state[0].ro is ${describeValue(ro)}, not a list of numbers`);
  for (const name of LISTS) {
    const list = entry[name];
    if (!Array.isArray(list) || (count !== undefined && list.length !== count)) {
      mismatches.facts.push(`state[0].${name} is ${describeValue(list)}, not a list as long as ro`);
    } else for (const [i, value] of list.entries()) checkVector(`state[0].${name}[${i}]`, value);
  }
}

/** Copies a state that was checked, into the element type and onto the backend of the parameters. */
export function loadMemory(
  operation: string,
  { like }: FlatParameters,
  { state: { 0: entry } }: LBFGSStateDict,
): Memory {
  if (entry === undefined) return { iterations: 0, evaluations: 0, last: undefined };
  const { funcEvals: evaluations, nIter: iterations, d } = entry;
  if (d === undefined) return { iterations, evaluations, last: undefined };
  const copied = (x: Tensor): Tensor => copyTo(like, x, operation);
  const { t, hDiag, prevLoss, prevFlatGrad, oldDirs, oldStps, ro } = entry as Required<LBFGSState>;
  return {
    iterations,
    evaluations,
    last: {
      direction: copied(d),
      stepSize: t,
      gradient: copied(prevFlatGrad),
      loss: prevLoss,
      scale: hDiag,
      corrections: oldDirs.map((change, i) => ({
        change: copied(change),
        step: copied(oldStps[i]!),
        inverse: ro[i]!,
      })),
    },
  };
}
