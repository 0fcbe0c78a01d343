/**
 * The calls of the PyTorch fixtures as work under faults: every operation, layer and loss, forward, in place and backward.
 */
import { grad } from "@lucid/autograd";
import { type Backend, dtypes } from "@lucid/backend";
import type { Tensor } from "@lucid/tensor";
import { deviationOf } from "../../../pytorch/src/deviations.js";
import { type Case, fixtureFiles, parseTensor, patternOf, readFixture } from "../../../pytorch/src/fixtures.js";
import { contiguousOnly, inPlace, invocations } from "../../../pytorch/src/registry.js";
import { argumentsOf, deviceTensor, type Invoke, rearranged, tensorsOf, WithLeaves } from "../../../pytorch/src/run.js";
import type { FaultyBackend } from "../faulty-backend.js";
import type { Prepare } from "../trial.js";
import type { Program } from "./program.js";

/** An operation of the fixtures, with its cases that succeed. */
export interface FixtureOperation {
  readonly name: string;
  readonly cases: readonly Case[];
}

/** The operations of all fixtures. Cases with gradients come first, since they are the most work. */
export function fixtureOperations(): readonly FixtureOperation[] {
  const all = new Map<string, Case[]>();
  for (const file of fixtureFiles) {
    for (const [name, cases] of Object.entries(readFixture(file))) {
      const known = all.get(name) ?? [];
      all.set(name, [...known, ...cases.filter((given) => succeeds(file, name, given))]);
    }
  }
  const differentiated = (given: Case): number => (given.gradients === undefined ? 1 : 0);
  return [...all].map(([name, cases]) => ({
    name,
    cases: cases.sort((a, b) => differentiated(a) - differentiated(b)),
  }));
}

/** Whether both PyTorch and lucid compute a case. */
function succeeds(file: string, name: string, given: Case): boolean {
  return given.error !== true && deviationOf(file, name, given)?.explains !== "threw";
}

const isFloating = (x: Tensor): boolean => dtypes[x.dtype].kind === "float";

function leavesOf(given: Case, backend: Backend): readonly Tensor[] {
  return given.inputs.map((text, i) => {
    const leaf = deviceTensor(text, backend).detach();
    if (given.gradients !== undefined && isFloating(leaf) && !given.constants?.includes(i)) leaf.requiresGrad = true;
    return leaf;
  });
}

function weightsOf(x: Tensor, seed: number): Tensor {
  const values = patternOf(seed, x.dtype, x.numel());
  return deviceTensor({ dtype: x.dtype, shape: x.shape, values }, x.backend);
}

const outputsOf = (result: unknown): readonly Tensor[] =>
  tensorsOf(result instanceof WithLeaves ? result.outputs : result);

/** Whether the result could stand in the first input. */
export function fitsInPlace(given: Case): boolean {
  if (given.inputs.length === 0 || given.outputs!.length !== 1) return false;
  const first = given.arguments === undefined ? "$0" : given.arguments[0];
  if (first !== "$0") return false;
  const input = parseTensor(given.inputs[0]!);
  const output = parseTensor(given.outputs![0]!);
  return input.dtype === output.dtype && input.shape.join() === output.shape.join();
}

/**
 * The call itself, of contiguous or of strided inputs.
 *
 * @param mayKeep - buffers that have names in the adapter that makes the call.
 */
function forward(given: Case, invoke: Invoke, backend: Backend, mayKeep: number, strided: boolean): Prepare {
  return () => {
    const leaves = leavesOf(given, backend);
    const inputs = strided ? leaves.map(rearranged) : leaves;
    const args = argumentsOf(given, inputs);
    return { tensors: [...leaves, ...inputs], work: () => invoke(args), outcome: outputsOf, mayKeep };
  };
}

/** The call in place, on a tensor that was computed and is recorded, or on a view of one. There is another view of it. */
function writing(given: Case, name: string, backend: Backend, strided: boolean): Prepare {
  return () => {
    const leaves = leavesOf(given, backend);
    const target = strided ? rearranged(leaves[0]!.clone()) : leaves[0]!.clone();
    const view = target.ndim === 0 ? target.reshape([1]) : target.narrow(0, 0, Math.min(1, target.shape[0]!));
    const [, ...rest] = argumentsOf(given, [target, ...leaves.slice(1)]);
    const methods = target as unknown as Readonly<Record<string, (...args: readonly unknown[]) => unknown>>;
    return {
      tensors: [target, view, ...leaves],
      work: () => methods[`${name}_`]!(...rest),
      outcome: () => [target, view],
    };
  };
}

/** The backward pass of the call, into gradients that exist or into new ones. */
function backward(given: Case, invoke: Invoke, backend: Backend, accumulate: boolean): Prepare {
  return () => {
    const leaves = leavesOf(given, backend);
    const result = invoke(argumentsOf(given, leaves));
    const outputs = outputsOf(result);
    const root = outputs.find((x) => x.requiresGrad)!;
    const weights = weightsOf(root, 0);
    const owners = result instanceof WithLeaves ? leaves.map((leaf, i) => result.leaves[i] ?? leaf) : leaves;
    if (accumulate) for (const leaf of owners) if (leaf.requiresGrad) leaf.grad = weightsOf(leaf, 7);
    return {
      tensors: [...owners, ...outputs, weights],
      work: () => root.backward(weights),
      outcome: () => owners.map((leaf) => leaf.grad),
    };
  };
}

/** The gradients of the call as tensors that can be differentiated again. */
function gradients(given: Case, invoke: Invoke, backend: Backend): Prepare {
  return () => {
    const leaves = leavesOf(given, backend);
    const outputs = outputsOf(invoke(argumentsOf(given, leaves)));
    const root = outputs.find((x) => x.requiresGrad)!;
    const weights = weightsOf(root, 0);
    const wanted = leaves.filter((leaf) => leaf.requiresGrad);
    return {
      tensors: [...leaves, ...outputs, weights],
      work: () => grad(root, wanted, { gradOutputs: weights, allowUnused: true, createGraph: true }),
    };
  };
}

/** How many buffers a call leaves behind that have names, because the adapter makes a layer and then calls it. */
function keptBy(given: Case, invoke: Invoke, backend: Backend, live: () => number): number {
  const args = argumentsOf(given, leavesOf(given, backend));
  const before = live();
  return invoke(args) instanceof WithLeaves ? live() - before : 0;
}

/** All programs of a case of the operation `name`. */
export function programsOf(name: string, given: Case, { backend, live }: FaultyBackend): readonly Program[] {
  const programs: Program[] = [];
  for (const [way, invoke] of [...invocations(name, backend)].slice(0, 1)) {
    // The adapter makes the tensor that indexPut_ writes to.
    const mayKeep = name === "indexPut_" ? 1 : keptBy(given, invoke, backend, live);
    programs.push({ name: way, prepare: forward(given, invoke, backend, mayKeep, false) });
    if (given.inputs.length > 0 && !contiguousOnly.has(name)) {
      programs.push({ name: `${way} of strided tensors`, prepare: forward(given, invoke, backend, mayKeep, true) });
    }
    if (given.gradients === undefined) continue;
    const differentiable = outputsOf(invoke(argumentsOf(given, leavesOf(given, backend)))).some((x) => x.requiresGrad);
    if (!differentiable) continue;
    programs.push(
      { name: `backward of ${way}`, prepare: backward(given, invoke, backend, false) },
      { name: `accumulating backward of ${way}`, prepare: backward(given, invoke, backend, true) },
      { name: `gradients of ${way}`, prepare: gradients(given, invoke, backend) },
    );
  }
  if (fitsInPlace(given) && inPlace(name) !== undefined) {
    programs.push(
      { name: `${name}_`, prepare: writing(given, name, backend, false) },
      { name: `on a view, ${name}_`, prepare: writing(given, name, backend, true) },
    );
  }
  return programs;
}

/** Some cases of an operation: the first ones, and one whose result can be written in place, if there is any. */
export function chosenCases({ cases }: FixtureOperation, count: number): readonly Case[] {
  const first = cases.slice(0, count);
  const writable = first.some(fitsInPlace) ? undefined : cases.find(fitsInPlace);
  return writable === undefined ? first : [...first, writable];
}
